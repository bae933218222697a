"""The section of a provisioning file about money that keeps a booking."""

from __future__ import annotations

from hotelagent.hotels.documents import Field, Table
from hotelagent.hotels.models import Hotel, Language
from reservations.models import DepositTerms


def apply_deposit(hotel: Hotel, document: Table) -> None:
    if "deposit" not in document:
        return
    table = document["deposit"].table(required=("within_hours",), optional=("percent", "nights", "expires", "texts"))
    if ("percent" in table) == ("nights" in table):
        raise document["deposit"].error("needs either percent or nights")
    texts = table.get("texts", lambda field: field.table(optional=tuple(Language.values)), None)
    DepositTerms.objects.update_or_create(
        hotel=hotel,
        defaults={
            "percent": table.get("percent", lambda field: field.integer(minimum=1, maximum=100), 0),
            "nights": table.get("nights", lambda field: field.integer(minimum=1, maximum=30), 1),
            "within_hours": table["within_hours"].integer(minimum=1, maximum=24 * 60),
            "expires": table.get("expires", Field.boolean, False),
            "texts": {language: texts[language].text(maximum=1000) for language in texts} if texts is not None else {},
        },
    )
