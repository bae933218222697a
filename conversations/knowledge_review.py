"""What to look at in a hotel's own words: languages that are missing, values that contradict each other, and what ends soon."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from conversations.dialogue.understanding.normalise import fold, words
from conversations.models import Detail, Fact, Faq
from hotelagent.hotels.models import Hotel, Language

# An end is told this many days before.
SOON = dt.timedelta(days=7)
Numbers = frozenset[Any]
_MONEY = re.compile(
    r"(?:US\$|U\$S|R\$|\$|€|\b(?:ARS|USD|BRL|EUR|UYU|CLP)\b)\s?(\d[\d.,]*)"
    r"|(\d[\d.,]*)\s?(?:€|\b(?:ARS|USD|BRL|EUR|pesos|reais|reales|d[oó]lares|dollars|euros?)\b)",
    re.IGNORECASE,
)
_HOUR = re.compile(
    r"\b([01]?\d|2[0-3])[:h]([0-5]\d)(?!\d)(?: ?(am|pm|a\.m\.|p\.m\.))?|\b(1[0-2]|[1-9]) ?(am|pm|a\.m\.|p\.m\.)", re.IGNORECASE
)


@dataclass(frozen=True)
class Finding:
    """``kind``: language, contradiction, soon or over; ``row`` is where to look first."""

    kind: str
    topic: str
    text: str | Promise
    row: Model


def findings(hotels: Iterable[Hotel], today: Callable[[Hotel], dt.date] = lambda hotel: hotel.local_now().date()) -> list[Finding]:
    """Of these hotels, contradictions first; asked with three queries however many hotels there are."""
    by_id = {hotel.pk: hotel for hotel in hotels}
    found: list[Finding] = []
    facts, details, faqs = (_by_hotel(model.objects.filter(hotel__in=by_id)) for model in (Fact, Detail, Faq))
    for pk, hotel in by_id.items():
        day = today(hotel)
        ending = [one for row in (*facts[pk], *details[pk], *faqs[pk]) if (one := _ending(row, day)) is not None]
        own, exact, asked = (_current(rows[pk], day) for rows in (facts, details, faqs))
        found += [
            *_between_texts(hotel, own), *_between_answers(hotel, asked), *_against_values(own, exact),
            *_against_settings(hotel, own, exact), *_between_values(exact),
            *_same_question(asked), *ending, *_languages(hotel, own, exact, asked),
        ]  # fmt: skip
    order = ("contradiction", "over", "soon", "language")
    return sorted(found, key=lambda one: order.index(one.kind))


def hours_in(text: str) -> Numbers:
    """Times of day that a text tells with their minutes, or as am and pm."""
    found = set()
    for match in _HOUR.finditer(_MONEY.sub(" ", text)):
        hour, minute, half = int(match[1] or match[4]), int(match[2] or 0), (match[3] or match[5] or "")[:1].lower()
        found.add(dt.time(hour % 12 + 12 if half == "p" and hour <= 12 else hour % 12 if half == "a" else hour, minute))
    return frozenset(found)


def amounts_in(text: str) -> Numbers:
    """Amounts of money in a text, in whatever currency and way of writing thousands."""
    return frozenset(_plain(match[1] or match[2]) for match in _MONEY.finditer(text))


def _plain(written: str) -> Decimal:
    text = written.strip(".,")
    head, mark, tail = text.rpartition("," if text.rfind(",") > text.rfind(".") else ".")
    if mark and len(tail) != 3:
        return Decimal(re.sub(r"[.,]", "", head) + "." + tail)
    return Decimal(re.sub(r"[.,]", "", text))


def _between_texts(hotel: Hotel, facts: Sequence[Fact]) -> Iterable[Finding]:
    """The same topic tells other hours or prices in another language. A text that tells none contradicts nothing."""
    for topic, rows in _by_topic(facts).items():
        for text, row in _differing(hotel, [(row, row.text) for row in rows]):
            yield Finding("contradiction", topic, text, row)


def _between_answers(hotel: Hotel, faqs: Sequence[Faq]) -> Iterable[Finding]:
    """The same of the answers to one question in several languages."""
    for rows in _by_subject(faqs).values():
        for text, row in _differing(hotel, [(row, row.answer) for row in rows]):
            yield Finding("contradiction", "", format_lazy("{question} {text}", question=row.question, text=text), row)


def _differing(hotel: Hotel, told: Sequence[tuple[Any, str]]) -> Iterable[tuple[Any, Any]]:
    for (one, here_text), (other, there_text) in combinations(sorted(told, key=lambda pair: _place(hotel, pair[0].language)), 2):
        for read, shown in ((hours_in, _clock), (amounts_in, _amount)):
            here, there = read(here_text), read(there_text)
            if here and there and here != there:
                yield _("%(one)s says %(here)s, %(other)s says %(there)s") % {
                    "one": one.get_language_display(), "here": shown(here - there) or "–",
                    "other": other.get_language_display(), "there": shown(there - here) or "–",
                }, other  # fmt: skip


def _against_values(facts: Sequence[Fact], details: Sequence[Detail]) -> Iterable[Finding]:
    """An exact value that a text of the same topic does not tell, while it tells others of its kind."""
    for topic, rows in _by_topic(details).items():
        hours = frozenset(
            time for row in rows for time in (row.opens, row.closes) if time is not None and time not in {dt.time(0), dt.time(23, 59)}
        )
        amounts = frozenset(row.amount for row in rows if row.amount is not None)
        for values, read, shown in ((hours, hours_in, _clock), (amounts, amounts_in, _amount)):
            lacking: dict[Numbers, list[str]] = defaultdict(list)
            for fact in facts:
                if fact.topic == topic and (told := read(fact.text)) and values - told:
                    lacking[values - told].append(fact.language)
            for missing, languages in lacking.items():
                yield Finding("contradiction", topic, _("The exact value %(value)s does not stand in the text in %(language)s") % {
                    "value": shown(missing), "language": _names(languages),
                }, next(row for row in rows if {row.opens, row.closes, row.amount} & missing))  # fmt: skip


def _against_settings(hotel: Hotel, facts: Sequence[Fact], details: Sequence[Detail]) -> Iterable[Finding]:
    """Check-in and check-out stand in the hotel's settings too, where everything else takes them from."""
    for topic, setting in (("check_in_time", hotel.check_in_from), ("check_out_time", hotel.check_out_until)):
        rows: list[tuple[Model, Numbers]] = [(fact, hours_in(fact.text)) for fact in facts if fact.topic == topic]
        for detail in details:
            if detail.topic == topic:
                rows.append((detail, frozenset({detail.opens if topic == "check_in_time" else detail.closes} - {None})))
        for row, told in rows:
            if told and setting not in told:
                yield Finding("contradiction", topic, _("%(told)s here, %(setting)s in the hotel's settings") % {
                    "told": _clock(told), "setting": _clock({setting}),
                }, row)  # fmt: skip


def _between_values(details: Sequence[Detail]) -> Iterable[Finding]:
    """Two exact values of one thing that cannot both be so."""
    for topic, rows in _by_topic(details).items():
        for one, other in combinations(rows, 2):
            if one.names != other.names:
                continue
            prices = one.amount is not None and other.amount is not None and one.per == other.per and one.amount != other.amount
            charges = one.charge and other.charge and one.charge != other.charge and one.room_types == other.room_types
            limits = one.measure and one.measure == other.measure and one.number != other.number
            if (prices and not (one.opens or other.opens)) or charges or limits or _hours_clash(one, other):
                yield Finding("contradiction", topic, _("Two exact values of the same thing differ"), other)


def _hours_clash(one: Detail, other: Detail) -> bool:
    """Hours of one weekday and season that overlap without being the same."""
    if not (one.opens and one.closes and other.opens and other.closes) or (one.opens, one.closes) == (other.opens, other.closes):
        return False
    days = set(one.weekdays or range(7)) & set(other.weekdays or range(7))
    seasons = (one.season_from, one.season_until) == (other.season_from, other.season_until)
    over_midnight = one.closes < one.opens or other.closes < other.opens
    return bool(days) and seasons and not over_midnight and one.opens < other.closes and other.opens < one.closes


def _same_question(faqs: Sequence[Faq]) -> Iterable[Finding]:
    """Questions in the same words with different answers: neither is told."""
    known: dict[tuple[str, str], Faq] = {}
    for row in faqs:
        first = known.setdefault((row.language, " ".join(sorted(words(fold(row.question))))), row)
        if first.answer != row.answer:
            yield Finding("contradiction", "", _("The same question has two answers: %(question)s") % {"question": row.question}, row)


def _ending(row: Any, day: dt.date) -> Finding | None:
    if row.valid_until is None or row.valid_until > day + SOON:
        return None
    over = row.valid_until < day
    text = _("No longer told since %(day)s") if over else _("Told until %(day)s")
    return Finding("over" if over else "soon", getattr(row, "topic", ""), text % {"day": row.valid_until.isoformat()}, row)


def _languages(hotel: Hotel, facts: Sequence[Fact], details: Sequence[Detail], faqs: Sequence[Faq]) -> Iterable[Finding]:
    """Topics told in one of the hotel's languages and not in another; guests of that one hear the first language's words."""
    for topic, rows in _by_topic(facts).items():
        if missing := [one for one in hotel.languages if one not in {row.language for row in rows}]:
            yield Finding("language", topic, _missing(missing), rows[0])
    for detail in details:
        if detail.names and (missing := [one for one in hotel.languages if not detail.names.get(one)]):
            yield Finding("language", detail.topic, _missing(missing), detail)
    for rows in _by_subject(faqs).values():
        if missing := [one for one in hotel.languages if one not in {row.language for row in rows}]:
            yield Finding("language", "", format_lazy("{question} {text}", question=rows[0].question, text=_missing(missing)), rows[0])
    if faqs and (missing := [one for one in hotel.languages if one not in {row.language for row in faqs}]):
        yield Finding("language", "", _("No frequent question at all in %(languages)s") % {"languages": _names(missing)}, faqs[0])


def _missing(languages: Sequence[str]) -> Any:
    return _("Not told in %(languages)s") % {"languages": _names(languages)}


def _names(languages: Sequence[str]) -> str:
    return ", ".join(str(Language(one).label) for one in languages)


def _place(hotel: Hotel, language: str) -> int:
    return hotel.languages.index(language) if language in hotel.languages else len(hotel.languages)


def _clock(times: Iterable[dt.time]) -> str:
    return ", ".join(f"{time:%H:%M}" for time in sorted(times))


def _amount(amounts: Iterable[Decimal]) -> str:
    return ", ".join(f"{amount.normalize():f}" for amount in sorted(amounts))


def _current(rows: Sequence[Any], day: dt.date) -> list[Any]:
    return [row for row in rows if row.valid_until is None or row.valid_until >= day]


def _by_topic(rows: Sequence[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.topic].append(row)
    return found


def _by_subject(faqs: Iterable[Faq]) -> dict[str, list[Faq]]:
    """Questions without a subject stand for themselves."""
    found: dict[str, list[Faq]] = defaultdict(list)
    for row in faqs:
        if row.subject:
            found[row.subject].append(row)
    return found


def _by_hotel(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.hotel_id].append(row)
    return found
