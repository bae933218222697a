"""``manage.py check_pms HOTEL``: is the connection to the hotel's PMS good, step by step. Changes nothing there."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hotelagent.hotels.models import Hotel
from pms import checking


class Command(BaseCommand):
    help = "Check the connection to a hotel's PMS"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("hotel", help="the hotel's short name")

    def handle(self, *_args: Any, hotel: str, **_options: Any) -> None:
        row = Hotel.objects.filter(slug=hotel).first()
        if row is None:
            known = ", ".join(Hotel.objects.values_list("slug", flat=True)) or "none"
            raise CommandError(f"there is no hotel {hotel} (there are: {known})")
        failed = False
        for step in checking.steps(row):
            word = "ok  " if step.good else "!   " if step.warning else "FAIL"
            self.stdout.write(f"{word}  {step.name}{': ' + step.told if step.told else ''}")
            if not step.good:
                self.stdout.write(f"      → {step.advice}")
                failed = failed or not step.warning
        if failed:
            raise CommandError("the connection is not good yet")
        self.stdout.write("The connection is good.")
