"""The inbox: whose letters a process may sort."""

from django.db.models import Q

from channels_app import inbox
from channels_app.models import Inbound
from conversations import sorting
from tests.conftest import envelope, text_message


class TestOrderOfSorting:
    def claims(self, post):
        post(envelope(text_message("1", sender="5491100000001", wamid="a1"), text_message("2", sender="5491100000002", wamid="b1")))
        post(envelope(text_message("3", sender="5491100000001", wamid="a2"), text_message("4", sender="5491100000003", wamid="c1")))
        return [
            sorted(Inbound.objects.filter(pk__in=inbox.claim_unsorted(limit=1)).values_list("provider_id", flat=True))
            for _process in range(4)
        ]

    def test_a_guests_next_letter_waits_while_the_one_before_is_with_another_process(self, whatsapp, post):
        assert self.claims(post) == [["a1"], ["b1"], ["c1"], []]

    def test_and_is_free_as_soon_as_that_one_is_sorted(self, whatsapp, post):
        self.claims(post)
        sorting.sort_these([Inbound.objects.get(provider_id="a1").pk])

        assert inbox.claim_unsorted() == [Inbound.objects.get(provider_id="a2").pk]

    def test_control_without_the_look_back_two_processes_sort_one_guest(self, whatsapp, post, monkeypatch):
        monkeypatch.setattr(inbox, "Exists", lambda _earlier: Q(pk=None))

        assert self.claims(post) == [["a1"], ["b1"], ["a2"], ["c1"]]
