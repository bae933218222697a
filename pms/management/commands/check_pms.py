"""``manage.py check_pms HOTEL``: is the connection to the hotel's PMS good, step by step. Changes nothing there."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hotelagent.hotels.models import Hotel
from hotelagent.ops.steps import write
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
        if not write(checking.steps(row), self.stdout.write):
            raise CommandError("the connection is not good yet")
        self.stdout.write("The connection is good.")
