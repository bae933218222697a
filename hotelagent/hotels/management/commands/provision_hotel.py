"""``manage.py provision_hotel FILE.yaml``: make the database equal to the file for what the file names."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hotelagent.hotels.provision import DocumentError, provision


class Command(BaseCommand):
    help = "Create or update a hotel from a YAML file (docs/provisioning.md)"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            hotel = provision(path)
        except FileNotFoundError as error:
            raise CommandError(f"{path}: no such file") from error
        except DocumentError as error:
            raise CommandError(f"{path}: {error}") from error
        self.stdout.write(f"{hotel.slug}: {hotel.name} is provisioned")
