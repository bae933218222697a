"""Is a mailbox well connected: step by step, in words a hotelier understands. Marks nothing and sends nothing."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import suppress

from django.utils.translation import gettext as _

from channels_app.models import Mailbox
from channels_app.transports.mail import gmail, imap, oauth, providers, servers, smtp
from channels_app.transports.mail.servers import AuthError, LimitReached, MailError
from hotelagent.ops.steps import Step


def steps(box: Mailbox) -> Iterator[Step]:
    """What there is to see, in the order in which it has to be mended; ends at what makes the rest pointless."""
    by_api = box.read_by == Mailbox.Way.GMAIL_API
    if not box.address or not (box.refresh_token or (box.password and not by_api)):
        yield Step(_("Settings"), False, advice=_("Give the address, and an app password or an OAuth refresh token."))
        return
    yield Step(_("Settings"), True, box.address)
    if box.refresh_token:
        step = _consent(box)
        yield step
        if not step.passes:
            return
    receives = False
    for step in [_api(box)] if box.by_api else _receiving(box):
        receives = step.passes
        yield step
    if box.sends_by_provider:
        yield _provider(box)
    elif not box.sends_by_api:
        yield _sending(box)
    if box.provider and not box.webhook_secret:
        advice = _("Give the secret of the provider's webhook: without it nobody is told what comes back.")
        yield Step(_("What comes back"), False, advice=advice, warning=True)
    if receives:
        yield from _habits(box)


def _consent(box: Mailbox) -> Step:
    name = _("Google's consent")
    try:
        oauth.refresh(box, force=True)
    except AuthError as error:
        advice = _("Give the consent again. It ends when the password changes, and after 7 days while the app is only being tested.")
        return Step(name, False, str(error), advice)
    except MailError as error:
        return Step(name, False, str(error), _("Try again later; look at the network of this machine."), warning=bool(box.password))
    if not box.access_token:
        return Step(name, False, _("it is gone; the app password is used"), _("Give the consent again."), warning=True)
    return Step(name, True)


def _receiving(box: Mailbox) -> Iterator[Step]:
    name = _("Receiving (IMAP)")
    where = f"{box.imap_host}:{box.imap_port}"
    try:
        with imap.connected(servers.imap_of(box)) as client:
            imap.opened(client, "INBOX")
            yield Step(name, True, where)
            gmail = client.has_capability(imap.GMAIL)
            sent = imap.folder_named(client, "sent")
            if sent is None:
                advice = _("No folder is marked as sent mail: when the line breaks, nobody can tell whether a mail left.")
                yield Step(_("Sent mail"), False, advice=advice, warning=True)
            else:
                yield Step(_("Sent mail"), True, f"{sent}{' · Gmail' if gmail else ''}")
            if imap.folder_named(client, "junk") is None:
                yield Step(_("Spam"), False, advice=_("No folder is marked as spam: look there yourself."), warning=True)
    except AuthError as error:
        advice = _(
            "Make a new app password (Google account → Security → 2-step verification). It dies when the account's password changes."
        )
        yield Step(name, False, str(error), advice)
    except LimitReached as error:
        yield Step(name, False, str(error), _("The provider wants a pause: close other mail programs, wait half an hour."))
    except MailError as error:
        yield Step(name, False, f"{where}: {error}", _("Look at server, port and security."))


def _api(box: Mailbox) -> Step:
    name = _("Receiving and sending (Gmail's API)") if box.sends_by_api else _("Receiving (Gmail's API)")
    try:
        with gmail.Api(gmail.way_of(box)) as api:
            address, _mark = api.profile()
    except AuthError as error:
        return Step(name, False, str(error), _("Enable the Gmail API in your project at Google, and give the consent again."))
    except MailError as error:
        return Step(name, False, str(error), _("Try again later; look at the network of this machine."))
    if address.lower() not in box.ours:
        return Step(name, False, address, _("The consent was given for another mailbox: give it as this one."))
    return Step(name, True, address)


def _sending(box: Mailbox) -> Step:
    name = _("Sending (SMTP)")
    where = f"{box.smtp_host}:{box.smtp_port}"
    try:
        line = smtp.opened(servers.smtp_of(box))
    except smtplib.SMTPAuthenticationError as error:
        return Step(name, False, f"{where}: {error.smtp_code}", _("The same user and password as for receiving are needed."))
    except (MailError, OSError, smtplib.SMTPException, ValueError) as error:
        return Step(name, False, f"{where}: {error}"[:200], _("Look at server, port and security: 465 is TLS, 587 is STARTTLS."))
    with suppress(smtplib.SMTPException, OSError):
        line.quit()
    return Step(name, True, where)


def _provider(box: Mailbox) -> Step:
    name = _("Sending (%(provider)s)") % {"provider": box.get_provider_display()}
    try:
        providers.check(providers.way_of(box))
    except AuthError as error:
        return Step(name, False, str(error), _("Look at the API key, the sending domain and the state of your account there."))
    except MailError as error:
        return Step(name, False, str(error), _("Try again later; look at the network of this machine."))
    return Step(name, True, box.provider_domain or box.address)


def _habits(box: Mailbox) -> Iterator[Step]:
    if not box.account.enabled:
        yield Step(_("In use"), False, advice=_("Switch the account on."), warning=True)
    elif box.looked_at is None:
        yield Step(_("First look"), False, _("not yet"), _("The workers have not looked yet: are they running?"), warning=True)
    else:
        yield Step(_("Last look"), True, f"{box.looked_at.astimezone(box.account.hotel.zone):%Y-%m-%d %H:%M:%S}")
