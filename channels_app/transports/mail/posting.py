"""What a mail of ours needs of the database: the servers, the thread it goes on, and the hotel's look."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.utils import timezone

from channels_app import inbox, mailboxes
from channels_app.envelope import ContentError
from channels_app.models import Account, Attachment, Mailbox, Outbound, RawMail, Thread
from channels_app.transports.mail import gmail, ids, providers, reading, servers, writing
from hotelagent.ops.crypto import UndecryptableError


def prepare(row: Outbound) -> writing.Prepared | None:
    """None for an account without a mailbox. A mail with a subject of its own begins a thread; any other goes on with what the
    guest wrote last."""
    account, thread = row.thread.account, row.thread
    try:
        box = Mailbox.objects.select_related("account__hotel").filter(account=account).first()
    except UndecryptableError:
        return None  # this letter's trouble, not its neighbours'
    if box is None:
        return None
    if box.refresh_token and not box.consent_gone and (box.access_until is None or box.access_until <= timezone.now()):
        # Whoever looks makes a new token; this letter waits for it. After the claim, whose locks come first.
        transaction.on_commit(partial(mailboxes.make_due, Mailbox.objects.filter(pk=box.pk, next_look_at__gt=timezone.now())))
    subject = str(row.content.get("mail", {}).get("subject", ""))
    # What answers nobody is not answered by a person's letter either.
    mails = RawMail.objects.filter(inbound__thread=thread).exclude(inbound__kind__in=inbox.SILENT_KINDS).defer("raw")
    last = None if subject else mails.order_by("-received_at", "-pk").first()
    if last is not None:
        subject = f"Re: {reading.without_marks(last.subject)}".strip()
    hotel = box.account.hotel
    return writing.Prepared(
        server=servers.smtp_of(box),
        sender_name=box.sender_name or hotel.name,
        sender=reading.canonical(box.address),
        reply_to=reading.canonical(box.reply_to),
        recipient_name=thread.name,
        recipient=thread.user_id,
        message_id=message_id(row, box),
        subject=subject or hotel.name,
        in_reply_to=last.message_id if last is not None and not last.message_id.startswith("none-") else "",
        references=tuple(last.references) if last is not None else (),
        automatic=row.author != Outbound.Author.STAFF,
        language=str(row.content.get("language", "")) or hotel.main_language,
        look=look_of(box),
        attached=Attachment.bytes_of(thread.pk, row.content) or b"",
        api=gmail.way_of(box) if box.sends_by_api else None,
        gmail_thread=last.gmail_thread if last is not None else "",
        provider=providers.way_of(box) if box.sends_by_provider else None,
        is_renamed=box.provider == Mailbox.Provider.AMAZON_SES,
    )


def thread_to(account: Account, address: str, name: str) -> Thread:
    """The thread with an address, also when it never wrote. Raises ContentError for what is no address."""
    address = reading.canonical(address)
    if not reading.is_address(address):
        raise ContentError("this is no address")
    thread, _made = Thread.objects.get_or_create(
        account=account, identity=f"user:{address}", defaults={"user_id": address, "name": name[:200]}
    )
    thread.account = account
    return thread


def message_id(row: Outbound, box: Mailbox) -> str:
    return ids.message_id(row.pk, len(row.earlier_ids), reading.canonical(box.address).rpartition("@")[2])


def look_of(box: Mailbox) -> writing.Look:
    hotel = box.account.hotel
    lines = (hotel.address, " · ".join(filter(None, (hotel.phone, hotel.email or box.address))), *box.footer.splitlines())
    return writing.Look(hotel.name, tuple(line for line in lines if line), box.colour, bytes(box.logo or b""))
