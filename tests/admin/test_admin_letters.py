"""Letters are facts; what can be done about a stuck one is an action, and only on one's own."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django_q.models import OrmQ

from channels_app.models import Account, AccountNotice, Attachment, Inbound, Media, Outbound
from conversations import sorting
from conversations.models import CannedReply, Conversation, Message
from hotelagent.hotels.models import Hotel
from tests.admin.conftest import told
from tests.conftest import envelope, text_message


def act(client, model, action, *rows, query=""):
    data = {"action": action, "index": "0", "_selected_action": [row.pk for row in rows]}
    return client.post(reverse(f"admin:channels_app_{model}_changelist") + query, data, follow=True)


def set_state(row, **values):
    type(row).objects.filter(pk=row.pk).update(**values)


@pytest.mark.parametrize("state", ["failed", "unknown", "expired"])
def test_try_again_queues_the_same_row(state, alfa, desk):
    letter = alfa[Outbound]
    set_state(letter, state=state, attempts=5, error_text="refused", error_code=131000)

    response = act(desk, "outbound", "try_again", letter)

    letter.refresh_from_db()
    assert (letter.state, letter.attempts, letter.error_text) == ("queued", 0, "")
    assert told(response) == ["1 letter is on its way again."]
    assert OrmQ.objects.count() == 1


@pytest.mark.parametrize("state", ["queued", "sent", "delivered", "read", "aborted"])
def test_try_again_leaves_the_others_alone(state, alfa, desk):
    set_state(alfa[Outbound], state=state)

    response = act(desk, "outbound", "try_again", alfa[Outbound])

    assert Outbound.objects.get(pk=alfa[Outbound].pk).state == state
    assert told(response) == ["Nothing done: only letters that failed, expired or whose outcome is unknown can be tried again."]


@pytest.mark.parametrize("state", ["queued", "unknown"])
def test_abort_stops_a_letter(state, alfa, desk):
    set_state(alfa[Outbound], state=state)

    response = act(desk, "outbound", "abort", alfa[Outbound])

    letter = Outbound.objects.get(pk=alfa[Outbound].pk)
    assert (letter.state, letter.error_text) == ("aborted", "Stopped by staff.")
    assert told(response) == ["1 letter will not be sent."]


def test_abort_comes_too_late_for_a_sent_letter(alfa, desk):
    response = act(desk, "outbound", "abort", alfa[Outbound])

    assert Outbound.objects.get(pk=alfa[Outbound].pk).state == "sent"
    assert told(response) == ["Nothing done: only letters that are queued or whose outcome is unknown can be aborted."]


def test_actions_do_not_reach_foreign_letters(alfa, bravo, desk):
    set_state(bravo[Outbound], state="failed")
    set_state(bravo[Inbound], state="failed")

    act(desk, "outbound", "try_again", bravo[Outbound])
    act(desk, "inbound", "replay", bravo[Inbound])
    act(desk, "accountnotice", "mark_seen", bravo[AccountNotice])

    assert Outbound.objects.get(pk=bravo[Outbound].pk).state == "failed"
    assert Inbound.objects.get(pk=bravo[Inbound].pk).state == "failed"
    assert AccountNotice.objects.get(pk=bravo[AccountNotice].pk).seen is False


def test_replay_makes_a_dead_letter_wait_again(alfa, desk):
    letter = alfa[Inbound]
    set_state(letter, state="failed", attempts=3, reason="KeyError after 3 tries")

    response = act(desk, "inbound", "replay", letter)

    letter.refresh_from_db()
    assert (letter.state, letter.attempts, letter.reason) == ("waiting", 0, "")
    assert told(response) == ["1 letter waits for an answer again."]
    assert OrmQ.objects.count() == 1


def test_replay_leaves_answered_letters_alone(alfa, desk):
    response = act(desk, "inbound", "replay", alfa[Inbound])

    assert Inbound.objects.get(pk=alfa[Inbound].pk).state == "answered"
    assert told(response) == ["Nothing done: only failed letters can be replayed."]


def test_replayed_letter_is_answered_in_its_own_conversation(connected, post, work, platform):
    post(envelope(text_message("¿a qué hora es el desayuno?")))
    sorting.sort(debounce_s=0)
    Inbound.objects.update(state="failed", attempts=3, reason="KeyError after 3 tries")
    Conversation.objects.update(due_at=None)
    work()
    assert Message.objects.filter(author="bot").count() == 0

    act(platform, "inbound", "replay", Inbound.objects.get())
    work()

    assert Inbound.objects.get().state == "answered"
    (heard,) = Message.objects.filter(author="guest")
    (said,) = Message.objects.filter(author="bot")
    assert heard.text == "¿a qué hora es el desayuno?"
    assert "El desayuno es de 7 a 10." in said.text


def test_notice_is_marked_as_seen(alfa, desk):
    act(desk, "accountnotice", "mark_seen", alfa[AccountNotice])

    assert AccountNotice.objects.get(pk=alfa[AccountNotice].pk).seen is True


def test_quarantined_notice_is_for_the_platform(alfa, desk, platform):
    notice = AccountNotice.objects.create(kind="message", digest="q", quarantined=True, received_at=alfa[Inbound].received_at)
    address = reverse("admin:channels_app_accountnotice_changelist")

    assert notice not in desk.get(address).context["cl"].queryset
    assert notice in platform.get(address).context["cl"].queryset
    assert [problem.words for problem in platform.get(reverse("admin:index")).context["problems"]] == ["1 quarantined notice"]
    assert desk.get(reverse("admin:index")).context["problems"] == []


def test_page_of_a_letter_offers_what_its_state_allows(alfa, desk):
    address = reverse("admin:channels_app_outbound_change", args=[alfa[Outbound].pk])
    offered = {}
    for state in ("sent", "queued", "failed", "unknown"):
        set_state(alfa[Outbound], state=state)
        offered[state] = [str(title) for _name, title in desk.get(address).context["repairs"]]

    assert offered == {"sent": [], "queued": ["Abort"], "failed": ["Try again"], "unknown": ["Try again", "Abort"]}


def test_read_marks_stay_out_of_sight(alfa, desk):
    mark = Outbound.objects.create(
        account=alfa[Account], thread=alfa[Outbound].thread, dedupe_key="read:1", author="bot", content={"kind": "read"}, state="failed",
        due_at=alfa[Outbound].due_at, created_at=alfa[Outbound].created_at,
    )  # fmt: skip
    address = reverse("admin:channels_app_outbound_changelist")

    assert list(desk.get(address).context["cl"].queryset) == [alfa[Outbound]]
    assert list(desk.get(address, {"content": "problems"}).context["cl"].queryset) == []
    assert list(desk.get(address, {"content": "read"}).context["cl"].queryset) == [mark]
    assert desk.get(reverse("admin:index")).context["problems"] == []


def test_each_problem_leads_to_the_list_it_counts(alfa, desk):
    set_state(alfa[Outbound], state="unknown")
    set_state(alfa[Inbound], state="failed")
    set_state(alfa[Account], state="stopped")

    problems = desk.get(reverse("admin:index")).context["problems"]

    assert [problem.words for problem in problems] == [
        "1 channel is not connected", "1 letter did not arrive or may not have", "1 guest's letter failed",
    ]  # fmt: skip
    for problem in problems:
        assert desk.get(problem.link).context["cl"].queryset.count() == problem.count


@pytest.mark.parametrize(
    ("term", "found"),
    [("HOL", True), ("hóla alfa", True), ("+54 9 11 0000-0000", True), ("11 2222", False), ("adios", False), ("in-ALFA", True)],
)
def test_letters_are_found_by_the_guests_words(term, found, alfa, desk):
    response = desk.get(reverse("admin:channels_app_inbound_changelist"), {"q": term})

    assert list(response.context["cl"].queryset) == ([alfa[Inbound]] if found else [])


def test_stopped_account_is_connected_again_by_its_administrator_only(alfa, desk, office):
    set_state(alfa[Account], state="stopped", state_reason="190")

    act(desk, "account", "connect", alfa[Account])
    assert Account.objects.get(pk=alfa[Account].pk).state == "stopped"

    response = act(office, "account", "connect", alfa[Account])
    assert Account.objects.get(pk=alfa[Account].pk).state == "connected"
    assert told(response) == ["WhatsApp ALFA is connected."]


class TestFiles:
    @pytest.mark.parametrize("model", [Media, Attachment])
    def test_a_file_is_a_download_a_picture_is_shown_and_both_are_of_ones_own_hotel(self, alfa, bravo, desk, model):
        kind = model._meta.model_name
        row, foreign = alfa[model], bravo[model]

        def ask(part, pk):
            return desk.get(reverse(f"admin:channels_app_{kind}_{part}", args=[pk]))

        loaded = ask("file", row.pk)
        assert loaded.content == bytes(row.data) and loaded.headers["Content-Type"] == "application/octet-stream"
        assert loaded.headers["Content-Disposition"].startswith("attachment")
        assert loaded.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert [ask(part, foreign.pk).status_code for part in ("file", "picture")] == [404, 404]
        if model is Media:
            assert ask("picture", row.pk).content == bytes(row.shown)

    def test_the_letter_leads_to_its_file(self, alfa, desk):
        page = desk.get(reverse("admin:channels_app_inbound_change", args=[alfa[Inbound].pk])).content.decode()

        assert f'href="{reverse("admin:channels_app_media_change", args=[alfa[Media].pk])}"' in page

    def test_a_canned_reply_gets_a_file_and_loses_it(self, alfa, office):
        row = alfa[CannedReply]
        told = {"hotel": alfa[Hotel].pk, "shortcut": row.shortcut, "language": "es", "text": row.text}
        address = reverse("admin:conversations_cannedreply_change", args=[row.pk])

        office.post(address, {**told, "upload": SimpleUploadedFile("../el mapa.pdf", b"%PDF-1.7 map")})
        row.refresh_from_db()
        kept = (bytes(row.file), row.file_name, row.file_type)
        refused = office.post(address, {**told, "upload": SimpleUploadedFile("x.pdf", b"MZ exe")})
        office.post(address, {**told, "without": "on"})
        row.refresh_from_db()

        assert kept == (b"%PDF-1.7 map", "el mapa.pdf", "application/pdf")
        assert "upload" in refused.context["adminform"].form.errors
        assert (row.file, row.file_name) == (None, "")
