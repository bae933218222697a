"""``manage.py train_nlu``: the classifier anew from the phrases; the same phrases give the same artifact."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand

from conversations.dialogue.understanding import model, training


class Command(BaseCommand):
    help = "Train the classifier of intents and languages from the phrases (needs requirements/dev.txt)"
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        began = time.perf_counter()
        training.save(training.train(say=self.stdout.write), model.ARTIFACT)
        size = model.ARTIFACT.stat().st_size / 2**20
        self.stdout.write(f"{model.ARTIFACT.name}: {size:.2f} MiB, {time.perf_counter() - began:.0f} s")
