"""From the phones of the staff to guests: what a colleague writes reaches the guest it is for, or nobody.

Who it is for is never guessed: the letter replies to one that is about a single guest, or begins with the guest's code, or the
phone was told of this guest alone for hours. Everything else is asked back, with the guests to tap; the words are kept until
then. The decision is on record before anything leaves (RelayLine), so that a second try goes the same way.
"""

from __future__ import annotations

import datetime as dt

import structlog
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from channels_app import inbox, outbox
from channels_app.envelope import Choice, ContentError
from channels_app.models import Inbound, Outbound
from channels_app.texts import shorten
from channels_app.transports import transport_of
from conversations import handoff, planned
from conversations.labels import guest_word
from conversations.models import Conversation, RelayCode, RelayLine, StaffPhone
from conversations.relay import telling
from conversations.relay.commands import DONE, HELP, LIST, RELEASE, TAKE, Read, read
from hotelagent.ops import leases

log = structlog.get_logger(__name__)

Owner = Conversation.Owner
State = Inbound.State
DUE = ("SELECT min(due_at) FROM channels_app_inbound WHERE state = 'relay'",)
# Words without a guest's name may only be for the one guest a phone was told of in this time.
LATELY = dt.timedelta(hours=8)
SHOWN = 9
# What carries words that can be passed on.
SPOKEN = frozenset({"text", "button", "interactive"})
PASSED_ON = "✅"


class Unclear(Exception):
    """Nobody can tell which guest it is for; ``why`` is for the colleague, ``candidates`` are the guests to choose from."""

    def __init__(self, why: str, candidates: list[Conversation]) -> None:
        super().__init__(why)
        self.why, self.candidates = why, candidates


def claim(limit: int) -> list[int]:
    """Letters of colleagues that may be worked on now, one a phone, in their order."""
    now = timezone.now()
    letters = Inbound.objects.filter(state=State.RELAY)
    earlier = letters.filter(thread=OuterRef("thread"), id__lt=OuterRef("id"))
    with transaction.atomic():
        rows = letters.filter(~Exists(earlier), due_at__lte=now).select_for_update(skip_locked=True, of=("self",))
        found = list(rows.order_by("due_at", "id").values_list("pk", "attempts")[:limit])
        inbox.bury(Inbound.objects.filter(pk__in=[pk for pk, tries in found if tries >= inbox.MAX_ATTEMPTS]), "not passed on")
        alive = [pk for pk, tries in found if tries < inbox.MAX_ATTEMPTS]
        Inbound.objects.filter(pk__in=alive).update(attempts=F("attempts") + 1, due_at=now + leases.length())
    return alive


def work(pk: int) -> None:
    """One letter, to its end; what goes wrong is tried again, and then a dead letter."""
    letter = Inbound.objects.select_related("thread__account__hotel").get(pk=pk)
    thread = letter.thread
    assert thread is not None
    phone = StaffPhone.working().filter(hotel=thread.account.hotel_id, key=thread.identity).select_related("user", "hotel").first()
    if phone is None:  # not the staff's any more: a guest like any other
        Inbound.objects.filter(pk=pk, state=State.RELAY).update(state=State.WAITING, thread=None, attempts=0, due_at=timezone.now())
        return
    with override(phone.hotel.main_language):
        reason = _Letter(letter, phone).handle()
    Inbound.objects.filter(pk=pk, state=State.RELAY).update(state=State.ANSWERED, reason=reason[:300])


class _Letter:
    """One letter of a colleague and what it leads to. Everything it sends has a key of the letter's: a second run sends nothing
    twice."""

    def __init__(self, letter: Inbound, phone: StaffPhone) -> None:
        assert letter.thread is not None
        self.letter, self.phone, self.hotel, self.thread = letter, phone, phone.hotel, letter.thread
        self.user = phone.user

    def handle(self) -> str:
        """What was done, for the record."""
        chosen = self._chosen()
        if chosen is not None:
            return _Letter(chosen[0], self.phone)._to(chosen[1])
        if self.letter.kind not in SPOKEN or not self.letter.text.strip():
            self.say(_("Only words are passed on from here. Nothing was sent; pictures and files are sent at the desk."))
            return "no words"
        wish = read(self.letter.text)
        if wish.command == HELP:
            self.say(help_words())
            return "help"
        if wish.command == LIST:
            return self._list()
        try:
            talk = self._decided() or self._target(wish)
        except Unclear as unclear:
            return self._ask(unclear)
        return self._to(talk)

    def _to(self, talk: Conversation) -> str:
        """The letter is for this guest: on record first, then done."""
        line, _made = RelayLine.objects.get_or_create(inbound=self.letter, defaults={"conversation": talk, "user": self.user})
        if line.conversation_id != talk.pk:
            self.say(_("That went to %(guest)s already.") % {"guest": _name(line.conversation)}, "again")
            return "went elsewhere"
        wish = read(self.letter.text)
        try:
            {TAKE: self._take, RELEASE: self._release, DONE: self._done}.get(wish.command, self._pass_on)(talk, wish)
        except handoff.NotYours as error:
            self.say(_("%(owner)s has %(guest)s. Nothing was sent.") % {"owner": error.owner, "guest": _name(talk)})
            return "somebody else's"
        except ContentError as error:
            self.say(_("Not sent to %(guest)s: %(reason)s") % {"guest": _name(talk), "reason": error})
            return "refused"
        return f"conversation {talk.pk}"

    def _pass_on(self, talk: Conversation, wish: Read) -> None:
        if not wish.text:
            self.say(_("Nothing to send to %(guest)s: write the words behind the code.") % {"guest": _name(talk)})
            return
        if not outbox.window_open(talk.thread, transport_of(talk.thread.account.kind), timezone.now()):
            self.say(_("Not sent: %(guest)s wrote more than 24 hours ago. A template can be sent at the desk.") % {"guest": _name(talk)})
            return
        told = RelayLine.objects.filter(conversation=talk, user=self.user.pk, outbound__isnull=False, at__lte=self.letter.received_at)
        covers = told.order_by("-up_to").values_list("up_to", flat=True).first()
        handoff.reply(talk, self.user, wish.text, key=f"relay:{self.letter.pk}", covers=covers)
        telling.say(self.thread, PASSED_ON, f"relay-ok:{self.letter.pk}", kind="reaction", reply_to=self.letter.provider_id)

    def _take(self, talk: Conversation, _wish: Read) -> None:
        handoff.take(talk, self.user)
        words_so_far = telling.last_words(talk)
        said = [f"«{telling.line_of(row)}»" for row in words_so_far]
        words = _("You have %(guest)s. Answer by replying here, or begin with the code. /done when it is settled.")
        rows = self.say("\n".join([words % {"guest": _name(talk)}, *said]))
        telling.link(rows, talk, self.phone, words_so_far[-1].pk if words_so_far else 0)

    def _release(self, talk: Conversation, _wish: Read) -> None:
        self._only_mine(talk)
        planned.settle(talk)
        handoff.release(talk, self.user)
        self.say(_("%(guest)s waits for a colleague.") % {"guest": _name(talk)})

    def _done(self, talk: Conversation, _wish: Read) -> None:
        self._only_mine(talk)
        planned.settle(talk)
        handoff.give_back(talk, self.user)
        self.say(_("The receptionist answers %(guest)s again.") % {"guest": _name(talk)})

    def _only_mine(self, talk: Conversation) -> None:
        if talk.owner == Owner.PERSON and talk.person_id != self.user.pk:
            raise handoff.NotYours(str(talk.person))

    # --- who it is for ---------------------------------------------------------------------------------------------------

    def _decided(self) -> Conversation | None:
        """Whom an earlier try of this letter was for."""
        line = RelayLine.objects.filter(inbound=self.letter).select_related(*_TALK).first()
        return line.conversation if line is not None else None

    def _chosen(self) -> tuple[Inbound, Conversation] | None:
        """A guest was tapped: the letter that waited for it, and the guest."""
        kind, _colon, rest = self.letter.choice_id.partition(":")
        if kind != "relay":
            return None
        numbers = rest.split(":")
        if len(numbers) != 2 or not all(part.isascii() and part.isdecimal() and len(part) < 19 for part in numbers):
            return None
        talk = self._talks().filter(pk=int(numbers[0])).first()
        letter = Inbound.objects.filter(pk=int(numbers[1]), thread=self.thread).select_related("thread__account").first()
        return (letter, talk) if talk is not None and letter is not None else None

    def _talks(self) -> QuerySet[Conversation]:
        return Conversation.objects.filter(hotel=self.hotel).select_related("hotel", "guest", "person", "thread__account", "relay_code")

    def _target(self, wish: Read) -> Conversation:
        """Raises Unclear."""
        quoted = self._quoted()
        named = self._talks().filter(relay_code__code=wish.code).first() if wish.code else None
        if self.letter.reply_to and len(quoted) == 1:
            if named is not None and named.pk != quoted[0].pk:
                raise Unclear(_("You replied about one guest and named another. For whom is it?"), [quoted[0], named])
            return quoted[0]
        if named is not None:
            if quoted and named.pk not in {talk.pk for talk in quoted}:
                raise Unclear(_("You replied about one guest and named another. For whom is it?"), [*quoted, named])
            return named
        if wish.code:
            raise Unclear(_("No guest has the code %(code)s. For whom is it?") % {"code": wish.code}, self._open())
        if quoted:
            raise Unclear(_("That message was about several guests. For whom is it?"), quoted)
        if self.letter.reply_to:
            raise Unclear(_("Nobody can tell whom the message you replied to was about. For whom is it?"), self._open())
        return self._only_one()

    def _quoted(self) -> list[Conversation]:
        """Whom the letter is about that this one replies to: one of ours, or an earlier one of the colleague's."""
        if not self.letter.reply_to:
            return []
        ours = RelayLine.objects.filter(outbound__thread=self.thread, outbound__provider_id=self.letter.reply_to)
        theirs = RelayLine.objects.filter(inbound__thread=self.thread, inbound__provider_id=self.letter.reply_to)
        return list(self._talks().filter(Q(relayed__in=ours) | Q(relayed__in=theirs)).order_by("pk").distinct())

    def _only_one(self) -> Conversation:
        """The one guest this phone was about for hours, who is theirs or waits."""
        lately = RelayLine.objects.filter(user=self.user.pk, conversation__hotel=self.hotel, at__gte=self.letter.received_at - LATELY)
        keys = set(lately.values_list("conversation", flat=True))
        open_ = self._open()
        if len(keys) == 1 and [talk.pk for talk in open_] == list(keys):
            return open_[0]
        raise Unclear(_("For whom is it?") if open_ else _("Nobody waits for you now. Nothing was sent."), open_)

    def _open(self) -> list[Conversation]:
        """Guests who wait for anybody, or are this colleague's."""
        rows = self._talks().filter(owner=Owner.WAITING) | self._talks().filter(owner=Owner.PERSON, person=self.user.pk)
        return list(rows.order_by("waiting_since", "pk")[:SHOWN])

    # --- what the colleague reads ----------------------------------------------------------------------------------------

    def say(self, text: str, what: str = "said", *, choices: tuple[Choice, ...] = ()) -> list[Outbound]:
        return telling.say(
            self.thread, text, f"relay-{what}:{self.letter.pk}", reply_to=self.letter.provider_id, choices=choices,
            list_label=_("Guests"),
        )  # fmt: skip

    def _ask(self, unclear: Unclear) -> str:
        choices = tuple(
            Choice(f"relay:{talk.pk}:{self.letter.pk}", shorten(f"{telling.code_of(talk)} {guest_word(talk)}", 24))
            for talk in unclear.candidates
        )
        hint = _("Tap the guest: your words are kept.") if choices else ""
        self.say(" ".join(filter(None, [unclear.why, hint])), "asked", choices=choices)
        return "asked whom it is for"

    def _list(self) -> str:
        talks = self._open()
        waiting = ngettext("%(count)d guest", "%(count)d guests", len(talks)) % {"count": len(talks)}
        lines = [_list_line(talk, self.user) for talk in talks]
        self.say("\n".join([waiting if talks else _("Nobody waits."), *lines]), "list")
        return "list"


_TALK = ("conversation__hotel", "conversation__guest", "conversation__person", "conversation__thread__account")


def _list_line(talk: Conversation, user: AbstractBaseUser) -> str:
    mark = _("yours") if talk.person_id == user.pk else _("waits")
    minutes = int((timezone.now() - talk.waiting_since).total_seconds() // 60) if talk.waiting_since else None
    since = _("%(minutes)d min") % {"minutes": minutes} if minutes is not None else ""
    last = [f"«{shorten(telling.line_of(row), 80)}»" for row in telling.last_words(talk)[-1:]]
    return " · ".join(filter(None, [f"*{telling.code_of(talk)}* {guest_word(talk)}", mark, since, *last]))


def _name(talk: Conversation) -> str:
    code = RelayCode.objects.filter(conversation=talk).values_list("code", flat=True).first()
    return f"{guest_word(talk)} ({code})" if code else guest_word(talk)


def help_words() -> str:
    return _(
        "Reply to a guest's message to answer it, or begin with the guest's code. "
        "/list: who waits · /take CODE · /release CODE: back to the queue · /done CODE: the receptionist goes on."
    )


def lost(outbound: Outbound) -> None:
    """An answer from a phone did not reach the guest: its writer is told there. Inside the letter's transaction."""
    kind, _colon, rest = outbound.dedupe_key.partition(":relay:")
    letter = (
        Inbound.objects.filter(pk=int(rest)).select_related("thread").first() if kind.startswith("staff:") and rest.isdecimal() else None
    )
    line = RelayLine.objects.filter(inbound=letter).select_related(*_TALK).first() if letter is not None else None
    if letter is None or letter.thread is None or line is None:
        return
    with override(line.conversation.hotel.main_language):
        words = _("This did not reach %(guest)s: %(reason)s") % {"guest": _name(line.conversation), "reason": outbox.why(outbound)}
        telling.say(letter.thread, words, f"relay-lost:{letter.pk}:{outbound.fence}", reply_to=letter.provider_id)
