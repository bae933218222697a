"""Run inside the house's database: the hotels and their numbers, by the product's own provisioning.

python -m tests.load.prepare < {"api_url": ..., "lines": [{"number", "hotel", "display"}, ...]}
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    spec = json.load(sys.stdin)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotelagent.settings")
    import django

    django.setup()
    from django.db import transaction

    from hotelagent.hotels.provision import provision
    from tests.load.letters import FACTS

    document = yaml.safe_load((ROOT / "tests" / "factories" / "hotel.yaml").read_text())
    with tempfile.TemporaryDirectory() as directory, transaction.atomic():
        for line in spec["lines"]:
            document["hotel"] |= {"slug": line["hotel"], "name": f"Hotel {line['hotel']}"}
            document["facts"] = [
                {"topic": topic, "language": language, "text": text.format(hotel=line["hotel"])} for topic, language, text in FACTS
            ]
            document["channels"] = [
                {
                    "kind": "whatsapp",
                    "name": "WhatsApp",
                    "phone_number_id": line["number"],
                    "display_number": line["display"],
                    "api_url": spec["api_url"],
                    "access_token": "env:BENCH_TOKEN",
                    "app_secret": "env:BENCH_SECRET",
                    "verify_token": "env:BENCH_VERIFY",
                    "app": "bench",
                }
            ]
            path = Path(directory) / "hotel.yaml"
            path.write_text(yaml.safe_dump(document, allow_unicode=True))
            provision(path)


if __name__ == "__main__":
    main()
