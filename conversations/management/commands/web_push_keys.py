"""manage.py web_push_keys: a key for notifications of browsers, to be put into the environment once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from conversations.push import sealing


class Command(BaseCommand):
    help = "Makes the key that notifications of browsers are signed with (WEB_PUSH_PRIVATE_KEY)"

    def handle(self, *args: Any, **options: Any) -> None:
        if sealing.is_on():
            self.stderr.write("A key is set. With another one every person turns the notifications on again at the desk.")
        self.stdout.write(f"WEB_PUSH_PRIVATE_KEY={sealing.fresh_private_key()}")
