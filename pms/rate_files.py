"""Rates from a CSV file, as spreadsheets write it: comma, semicolon or tab; decimal point or comma; Spanish or English heads.

Nothing is written before every line is understood; each line that is not, is told with its number.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from hotelagent.hotels.models import Hotel
from hotelagent.hotels.provision import DAYS
from pms.models import Rate, RoomType

LARGEST_BYTES, MOST_LINES = 1024 * 1024, 5000
HEADS = {
    "room_type": (
        "room_type",
        "room type",
        "tipo",
        "tipo de habitacion",
        "tipo de habitación",
        "tipo de quarto",
        "habitacion",
        "habitación",
    ),
    "from": ("from", "desde", "de", "first_night", "inicio", "início"),
    "to": ("to", "hasta", "ate", "até", "end", "fin", "fim"),
    "price": ("price", "precio", "preço", "preco", "tarifa", "rate"),
    "weekdays": ("weekdays", "days", "dias", "días", "dias da semana"),
    "extra_adult": ("extra_adult", "adulto extra", "extra adult"),
    "child": ("child", "niño", "nino", "criança", "crianca", "menor"),
}
NEEDED = ("room_type", "from", "to", "price")
SPOKEN_DAYS = {
    "lun": "mon", "mar": "tue", "mie": "wed", "mié": "wed", "jue": "thu", "vie": "fri", "sab": "sat", "sáb": "sat", "dom": "sun",
    "seg": "mon", "ter": "tue", "qua": "wed", "qui": "thu", "sex": "fri",
}  # fmt: skip


@dataclass
class Reading:
    """What a file says. ``rates`` are not saved; ``problems`` are (line, words)."""

    rates: list[Rate] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)


def read(hotel: Hotel, raw: bytes) -> Reading:
    """Understand a file. Never raises for what stands in it."""
    reading = Reading()
    if len(raw) > LARGEST_BYTES:
        reading.problems.append((0, _("The file is larger than 1 MB.")))
        return reading
    text = _decoded(raw)
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(text[:4096], delimiters=",;\t")
    except csv.Error:
        dialect = csv.excel
    try:
        lines = list(csv.reader(io.StringIO(text), dialect))
    except csv.Error as error:
        reading.problems.append((0, _("This is not a CSV file: %(why)s") % {"why": error}))
        return reading
    columns = _columns(lines[0]) if lines else {}
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        reading.problems.append((1, _("The first line must name the columns; missing: %(names)s") % {"names": ", ".join(missing)}))
        return reading
    if len(lines) > MOST_LINES:
        reading.problems.append((0, _("More than %(most)d lines.") % {"most": MOST_LINES}))
        return reading
    kinds = {row.code.lower(): row for row in RoomType.objects.filter(hotel=hotel)}
    kinds |= {name.lower(): row for row in list(kinds.values()) for name in row.names.values()}
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        told = {name: cells[at].strip() if at < len(cells) else "" for name, at in columns.items()}
        try:
            reading.rates.append(_rate(told, kinds))
        except ValueError as error:
            reading.problems.append((number, str(error)))
    if not reading.rates and not reading.problems:
        reading.problems.append((0, _("There is no rate in it.")))
    return reading


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def _columns(heads: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, head in enumerate(heads):
        for name, words in HEADS.items():
            if head.strip().lower() in words:
                found.setdefault(name, at)
    return found


def _rate(told: dict[str, str], kinds: dict[str, RoomType]) -> Rate:
    kind = kinds.get(told["room_type"].lower())
    if kind is None:
        raise ValueError(_("There is no room type %(name)s.") % {"name": told["room_type"][:40] or "–"})
    first, end = _day(told["from"]), _day(told["to"])
    if end <= first:
        raise ValueError(_("'to' is the first night that no longer counts: it must come after 'from'."))
    return Rate(
        room_type=kind, first_night=first, end=end, weekdays=_weekdays(told.get("weekdays", "")), price=_money(told["price"]),
        extra_adult=_money(told.get("extra_adult") or "0"), child=_money(told.get("child") or "0"),
    )  # fmt: skip


def _day(text: str) -> dt.date:
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"):
        try:
            return dt.datetime.strptime(text, form).date()  # noqa: DTZ007 - a day, no moment
        except ValueError:
            continue
    raise ValueError(_("%(text)s is not a date: write 2027-01-31 or 31/01/2027.") % {"text": text[:20] or "–"})


def _money(text: str) -> Decimal:
    """1250.50, 1.250,50 and 1,250.50: the last sign of the two is the decimal one when two figures or fewer follow it."""
    plain = text.replace(" ", "").replace("$", "").replace("\u00a0", "")
    at = max(plain.rfind(","), plain.rfind("."))
    if at >= 0 and len(plain) - at - 1 <= 2:
        plain = plain[:at].replace(",", "").replace(".", "") + "." + plain[at + 1 :]
    else:
        plain = plain.replace(",", "").replace(".", "")
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0 or amount >= Decimal(10) ** 10:
        raise ValueError(_("%(text)s is not a price.") % {"text": text[:20] or "–"})
    return amount.quantize(Decimal("0.01"))


def _weekdays(text: str) -> list[int] | None:
    found = []
    for word in text.replace("/", " ").replace("|", " ").replace(",", " ").replace(";", " ").lower().split():
        short = SPOKEN_DAYS.get(word[:3], word[:3])
        if short not in DAYS:
            raise ValueError(_("%(text)s is not a weekday.") % {"text": word[:20]})
        found.append(DAYS.index(short))
    return sorted(set(found)) or None
