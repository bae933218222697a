"""Every price, time, percentage, phone and address in an answer stands in the hotel's data; nothing is made up."""

from __future__ import annotations

import datetime as dt
import json
import random
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import transaction

from conversations.dialogue.intents.people import EMERGENCY
from conversations.management.commands.converse import Talk
from conversations.models import DeskSettings, Fact, Faq
from pms import inventory
from pms.models import RoomType
from pms.terms import Party, Stay
from tests.promises import promise

ROOT = Path(__file__).resolve().parents[2]
MONEY = re.compile(r"(?:US\$|U\$S|\$|ARS|USD|R\$)\s?(\d[\d.,]*)|(\d[\d.,]*)\s?(?:ARS|USD|pesos|reais|dollars|dólares)", re.I)
TIME = re.compile(r"\b([01]?\d|2[0-3])[:.h]([0-5]\d)\b")
PERCENT = re.compile(r"(\d+(?:[.,]\d+)?)\s?%")
ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+\w|https?://\S+|\bwww\.\S+", re.I)
PHONE = re.compile(r"\+\d[\d\s()-]{7,}\d")
LARGE = re.compile(r"(?<![\d.,:/-])\d[\d.,]*\d(?![\d:/-])")
NEAR = range(-8, 9)  # days around the asked ones that are offered instead


def plain(number: str) -> Decimal:
    """A number as people write it; thousands by point or comma."""
    text = number.strip(".,")
    head, mark, tail = text.rpartition("," if text.rfind(",") > text.rfind(".") else ".")
    if mark and len(tail) != 3:
        return Decimal(re.sub(r"[.,]", "", head) + "." + tail)
    return Decimal(re.sub(r"[.,]", "", text))


class Data:
    """Everything the hotel says of itself."""

    def __init__(self, hotel):
        rows = [
            *Fact.objects.filter(hotel=hotel).values_list("text", flat=True),
            *Faq.objects.filter(hotel=hotel).values_list("answer", flat=True),
        ]
        terms = getattr(hotel, "deposit_terms", None)
        rows += list(terms.texts.values()) if terms else []
        rows += [text for kind in RoomType.objects.filter(hotel=hotel) for text in [*kind.names.values(), *kind.descriptions.values()]]
        rows += DeskSettings.objects.filter(hotel=hotel).values_list("on_call_phone", flat=True)
        rows += [EMERGENCY[hotel.country]]  # the country's, not the hotel's
        rows += [hotel.name, hotel.address, hotel.phone, hotel.email, f"{hotel.check_in_from:%H:%M} {hotel.check_out_until:%H:%M}"]
        rows += [f"{period.opens:%H:%M} {period.closes:%H:%M}" for period in hotel.opening_hours.all()]
        self.hotel, self.text = hotel, "\n".join(rows)
        self.numbers = {plain(one) for one in re.findall(r"\d[\d.,]*", self.text) if one.strip(".,")}
        self.times = {(int(hour), int(minute)) for hour, minute in TIME.findall(self.text)}
        self.times |= {(int(hour), 0) for hour in re.findall(r"\b([01]?\d|2[0-3])\b", self.text)}
        self.digits = re.sub(r"\D", "", self.text)

    def prices(self, slots) -> set[Decimal]:
        """What the asked nights and those around them cost, reckoned from the rates."""
        if "check_in" not in slots or "check_out" not in slots or not slots.get("adults"):
            return set()
        found: set[Decimal] = set()
        start, end = dt.date.fromisoformat(slots["check_in"]), dt.date.fromisoformat(slots["check_out"])
        kinds = list(RoomType.objects.filter(hotel=self.hotel))
        ages = tuple(slots.get("child_ages", ()))
        people, grown = slots["adults"] + (slots.get("children") or 0), sum(age >= self.hotel.adult_from for age in ages)
        shares = {Party(adults, children) for adults in range(1, slots["adults"] + grown + 1) for children in range(people - adults + 1)}
        for days in NEAR:
            stay = Stay(start + dt.timedelta(days=days), end + dt.timedelta(days=days))
            for share in shares:
                for price in inventory.prices(self.hotel, stay, share, kinds).values():
                    for rooms in (1, 2, 3):
                        found |= {price.total * rooms, *(night * rooms for night in price.nightly), price.total * rooms / stay.nights}
        return found

    def invented(self, reply: str, said: str, state, now) -> list[str]:
        """What stands in a reply and nowhere in the data."""
        wrong: list[str] = []
        slots = state["slots"]
        prices = self.prices(slots)
        for match in MONEY.finditer(reply):
            amount = plain(match[1] or match[2])
            sums = {amount} & self.numbers or any(abs(amount - price) <= max(Decimal(1), price / 1000) for price in prices)
            if not sums and not self._of_pairs(amount, prices):
                wrong.append(match[0])
        rest = MONEY.sub(" ", reply)
        until = {(moment.hour, moment.minute) for moment in (now + dt.timedelta(minutes=minutes) for minutes in range(14, 17))}
        own = {(int(hour), int(minute)) for hour, minute in TIME.findall(said)} | {
            (int(one), 0) for one in re.findall(r"\b\d{1,2}\b", said) if int(one) < 24
        }
        wrong += [f"{hour}:{minute}" for hour, minute in TIME.findall(rest) if (int(hour), int(minute)) not in self.times | until | own]
        rest = TIME.sub(" ", rest)
        wrong += [match[0] for match in PERCENT.finditer(rest) if plain(match[1]) not in self.numbers]
        wrong += [match for match in ADDRESS.findall(rest) if match.rstrip(".,)") not in self.text and match not in said]
        for match in PHONE.findall(rest):
            if re.sub(r"\D", "", match) not in self.digits + re.sub(r"\D", "", said):
                wrong.append(match)
        rest = PHONE.sub(" ", ADDRESS.sub(" ", rest))
        known = self.numbers | {plain(one) for one in re.findall(r"\d[\d.,]*", said + json.dumps(slots)) if one.strip(".,")}
        for match in LARGE.findall(rest):
            number = plain(match)
            if number > 60 and number not in known and not now.year <= number <= now.year + 2:
                wrong.append(match)
        return wrong

    @staticmethod
    def _of_pairs(amount: Decimal, prices: set[Decimal]) -> bool:
        """Two rooms of different prices together."""
        some = sorted(prices)[:4000]
        known = set(some)
        return any(amount - price in known for price in some)


def utterances(size: int) -> list[tuple[str, str]]:
    found = []
    for language in ("es", "en", "pt"):
        with (ROOT / "tests" / "golden" / f"utterances.{language}.jsonl").open(encoding="utf-8") as lines:
            found += [(language, json.loads(line)["text"]) for line in lines if line.strip()]
    random.Random(11).shuffle(found)
    return found[:size]


@pytest.mark.long
@promise("Q3", small=150, full=1000)
@pytest.mark.timeout(0)
def test_nothing_in_an_answer_is_invented(demo, size, figures):
    data = Data(demo)
    now = dt.datetime(2026, 11, 18, 10, 30, tzinfo=demo.zone)
    wrong: dict[str, list[str]] = {}
    answers = figures_told = 0
    for index, (_language, text) in enumerate(utterances(size)):
        with transaction.atomic():
            told = Talk(demo, f"guest{index}", "", now).say({"text": text})
            for reply in told["replies"]:
                answers += 1
                figures_told += len(MONEY.findall(reply["text"])) + len(TIME.findall(reply["text"])) + len(PERCENT.findall(reply["text"]))
                if problems := data.invented(reply["text"], text, told["state"], now):
                    wrong[text] = [*problems, reply["text"]]
            transaction.set_rollback(True)

    for text, problems in wrong.items():
        print(f"\n> {text}\n  {problems[:-1]}\n{problems[-1]}")
    figures |= {"messages": size, "answers": answers, "prices, times and percentages told": figures_told, "invented": len(wrong)}
    assert wrong == {}
    assert answers >= 0.9 * size and figures_told >= size / 5


def test_control_an_invented_price_time_or_phone_is_seen(demo):
    data = Data(demo)
    state = {"slots": {"check_in": "2026-12-10", "check_out": "2026-12-12", "adults": 2}}
    now = dt.datetime(2026, 11, 18, 10, 30, tzinfo=demo.zone)

    told = data.invented(
        "Cuesta $ 123.457, el desayuno es a las 3:17, con 37 % de descuento. Llamá al +54 9 11 1234 9999.", "hola", state, now
    )

    assert [one.strip(" ,.") for one in told] == ["$ 123.457", "3:17", "37 %", "+54 9 11 1234 9999"]
