"""``manage.py evaluate_nlu``: how well messages are understood, on golden sets that training never sees."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from conversations.desk import hotel_view
from conversations.dialogue.understanding import evaluation
from conversations.management.terminal import hotel_of


class Command(BaseCommand):
    help = "Figures of the understanding on the golden sets: a table, and JSON with --save"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--hotel", default="demo", help="whose room types and country are used")
        parser.add_argument("--golden", type=Path, default=settings.BASE_DIR / "tests" / "golden", help="the folder of the sets")
        parser.add_argument("--dev", action="store_true", help="only the fifth that may be looked at, with what went wrong")
        parser.add_argument("--save", action="store_true", help="JSON to docs/proof/")

    def handle(self, *_args: Any, **options: Any) -> None:
        hotel = hotel_view(hotel_of(options["hotel"]), timezone.now())
        found = evaluation.evaluate(options["golden"], hotel, part="dev" if options["dev"] else "all")
        self.stdout.write(evaluation.table(found))
        if options["dev"]:
            for kind, row, got in evaluation.misses(options["golden"], hotel):
                self.stdout.write(json.dumps({"kind": kind, **row, "got": got.to_json()}, ensure_ascii=False))
        if options["save"]:
            page = settings.BASE_DIR / "docs" / "proof" / f"nlu-{dt.datetime.now(dt.UTC):%Y%m%d-%H%M}.json"
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(json.dumps({"command": "manage.py evaluate_nlu --save", **found}, indent=1) + "\n", encoding="utf-8")
            self.stdout.write(str(page.relative_to(settings.BASE_DIR)))
