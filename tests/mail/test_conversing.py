"""A guest writes by e-mail and is answered by e-mail."""

from __future__ import annotations

import pytest

from conversations.models import Conversation
from tests.mail.conftest import a_mail, look

pytestmark = pytest.mark.django_db


def test_a_question_is_answered_in_its_thread(mailbox, post_office, work):
    post_office.receive(a_mail("Hola, ¿hay lugar para 2 adultos del 10 al 12 de marzo?\n\nAna", Message_ID="<q1@guest.example>"))
    assert [one.new for one in look()] == [1]
    work()
    [answer] = post_office.sent
    assert answer["To"].endswith("<ana@guest.example>")
    assert answer["Subject"] == "Re: Consulta"
    assert answer["In-Reply-To"] == "<q1@guest.example>"
    assert answer["Auto-Submitted"] == "auto-replied"
    assert Conversation.objects.get().guest.name
