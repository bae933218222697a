"""``manage.py check_gmail ACCOUNT``: is the connection to a mailbox good, step by step. Changes nothing there, sends nothing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from channels_app import checking
from channels_app.models import Mailbox
from hotelagent.ops.steps import write


class Command(BaseCommand):
    help = "Check the connection to a mailbox (Gmail or any IMAP and SMTP server)"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", help="the mailbox's address, or the account's name or number")

    def handle(self, *_args: Any, account: str, **_options: Any) -> None:
        named = Q(account__external_id__iexact=account) | Q(account__name__iexact=account)
        rows = list(Mailbox.objects.select_related("account__hotel").filter(named | Q(account=account) if account.isdecimal() else named))
        if len(rows) != 1:
            known = ", ".join(Mailbox.objects.values_list("account__external_id", flat=True)) or "none"
            raise CommandError(f"{'several mailboxes are' if rows else 'there is no mailbox'} {account} (there are: {known})")
        if not write(checking.steps(rows[0]), self.stdout.write):
            raise CommandError("the connection is not good yet")
        self.stdout.write("The connection is good.")
