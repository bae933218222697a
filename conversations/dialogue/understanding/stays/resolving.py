"""From days and nights to the dates of a stay, or why they are in doubt."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conversations.dialogue.types import MAX_DAYS_AHEAD, MAX_NIGHTS
from conversations.dialogue.understanding.stays.points import MONTH_CROSSING, ONE_DAY, Found, Point, exists
from conversations.dialogue.understanding.stays.reading import KnownStay
from conversations.dialogue.understanding.stays.roles import ARRIVES

# Nobody who moves an arrival moves it further: another stay may be meant.
_MOST_EARLIER = 8 * ONE_DAY


def with_end(point: Point, check_out: dt.date, today: dt.date) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Another arrival, the departure stays."""
    check_in = date_of(point, today, None)
    if point.date is None and point.month is None:
        earlier = (check_out - days * ONE_DAY for days in range(1, 62))
        check_in = next((date for date in earlier if date.day == point.day), None)
    slots, problems = checked(check_in, check_out, None, today) if check_in else ({}, ["ambiguous"])
    return slots, tuple(problems)


def resolve(
    found: Found, nights: int | None, more: int, today: dt.date, before: KnownStay, awaiting: str | None
) -> tuple[dict[str, Any], list[str]]:
    ends = _told_ends(_unique(found.points))
    if more:
        if before.check_in is None and before.nights and not ends and before.nights + more > 0:
            return checked(None, None, before.nights + more, today)
        if before.check_in is None or before.check_out is None:
            return {}, ["ambiguous"] if ends else []  # "el 8, y el 15 otra noche"
        later = before.check_out + more * ONE_DAY
        if len(ends) == 1 and ends[0].role and (told := date_of(ends[0], today, None, near=before.check_in)):
            if ends[0].role == "in" and told == before.check_in - more * ONE_DAY:
                return checked(told, before.check_out, None, today)  # "una noche menos, llegamos el 11"
            if more < 0 and told != (later if ends[0].role == "out" else before.check_in):
                return {}, ["ambiguous"]
        return checked(before.check_in, later, None, today, known=before.check_in) if later > before.check_in else ({}, ["incomplete"])
    if len([point for point in ends if not point.feast]) >= 2:
        ends = [point for point in ends if not point.feast]
    if found.stretches:
        found.stretches = list(dict.fromkeys(found.stretches))
        if (
            len(found.stretches) > 1
            or any(not point.feast for point in ends)
            or (nights and nights != (found.stretches[0][1] - found.stretches[0][0]).days)
        ):
            return {}, ["ambiguous"]
        return checked(*found.stretches[0], None, today)
    if len(ends) > 2:
        ends = _merged(ends)
    if (
        len(ends) == 2
        and ends[0].day == ends[1].day
        and not (ends[0].joined or ends[1].year)
        and (ends[0].month or ends[1].month) in {ends[0].month, ends[1].month}
    ):
        ends = _merged(ends)  # "the flight back is on the 21st, so we leave on the 21st"
    if listed := listed_nights(ends, nights, today):
        return checked(*listed, None, today)
    if len(ends) > 2:
        return {}, ["ambiguous"]
    if len(ends) == 2:
        return two(ends[0], ends[1], nights, today, before)
    if len(ends) == 1:
        return _one(ends[0], found, nights, today, before, awaiting)
    if nights is None:
        return {}, []
    if before.check_in is None and before.check_out is not None and nights <= MAX_NIGHTS:
        return checked(before.check_out - nights * ONE_DAY, before.check_out, None, today)
    return checked(before.check_in, before.check_in + nights * ONE_DAY if before.check_in and nights <= MAX_NIGHTS else None, nights, today)


def _told_ends(ends: list[Point]) -> list[Point]:
    """Among other days, those the guest says they arrive and leave on."""
    if len(ends) < 3:
        return ends
    out = next((point for point in reversed(ends) if point.role == "out"), None)
    into = next((point for point in reversed(ends) if point.role == "in" and (out is None or point.start < out.start)), None)
    if out is None or into is None:
        return ends
    months = {point.month for point in ends if point.month}
    if into.month is None and out.month is None and into.date is None and len(months) == 1:
        into.month = months.pop()
        out.month = into.month if into.day < out.day else None
    return [into, out]


def listed_nights(ends: list[Point], nights: int | None, today: dt.date) -> tuple[dt.date, dt.date] | None:
    """ "the 21st and the 22nd, two nights", "el 12, el 13 y el 14, y el 15 nos volvemos": night by night."""
    if len(ends) < 2 or any(point.role == "in" or point.feast or point.joined for point in ends[1:]) or ends[0].joined:
        return None
    leaves = ends[-1].role == "out"
    if any(point.role == "out" for point in ends[:-1]) or not ((leaves and len(ends) > 2) or nights == len(ends)):
        return None
    months = {point.month for point in ends if point.month}
    if len(months) > 1:
        return None
    first = date_of(replace(ends[0], month=ends[0].month or next(iter(months), None)), today, None)
    if first is None:
        return None
    for number, point in enumerate(ends):
        wanted = first + number * ONE_DAY
        if (point.date or wanted) != wanted or (point.date is None and point.day != wanted.day):
            return None
    return first, first + (len(ends) - leaves) * ONE_DAY


def _unique(ends: list[Point]) -> list[Point]:
    """ "mañana jueves 19": the same day said twice is one day."""

    def is_same(one: Point, point: Point) -> bool:
        told = one.date is not None or point.date is not None or one.feast or point.feast
        return told and (one.day, one.month or point.month) == (point.day, point.month or one.month)

    return _once(ends, is_same)


def _merged(ends: list[Point]) -> list[Point]:
    """ "we land the 7th, so from the 7th to the 12th": a day said twice among others."""
    return _once(ends, lambda one, point: one.day == point.day and (one.month == point.month or None in {one.month, point.month}))


def _once(ends: list[Point], is_same: Callable[[Point, Point], bool]) -> list[Point]:
    """Each day once, with the role and the month that any mention of it has."""
    kept: list[Point] = []
    for point in ends:
        same = next((one for one in kept if is_same(one, point)), None)
        if same is None:
            kept.append(point)
        else:
            same.role, same.month = same.role or point.role, same.month or point.month
    return kept


def two(first: Point, second: Point, nights: int | None, today: dt.date, before: KnownStay) -> tuple[dict[str, Any], list[str]]:
    if first.role == "out" and second.role != "out":
        first, second = second, first
    elif first.role == "" and second.role == "in":
        first, second = second, first  # "the ferry is on the 31st, we come on the 28th"
    elif first.role == second.role == "out":
        return {}, ["ambiguous"]
    _share_month(first, second)
    check_in = date_of(first, today, None, near=before.check_in)
    if check_in is None:
        return {}, ["ambiguous"]  # 30 February
    if second.day == 0 and second.named is not None:  # "del 15 hasta el domingo"
        second.date = check_in + ((second.named - check_in.weekday()) % 7 or 7) * ONE_DAY
    check_out = date_of(second, today, check_in)
    if check_out is None or _misnamed(first, check_in) or _misnamed(second, check_out):
        return {}, ["ambiguous"]  # 30 February; "Friday the 4th", which is a Saturday
    slots, problems = checked(check_in, check_out, None, today)
    if slots and nights is not None and nights != slots.get("nights"):
        return {}, ["ambiguous"]
    if second.month is None and second.date is None and not first.joined and 0 < first.day - second.day < MONTH_CROSSING:
        return {}, ["reversed"]
    return slots, problems


def _one(
    point: Point, found: Found, nights: int | None, today: dt.date, before: KnownStay, awaiting: str | None
) -> tuple[dict[str, Any], list[str]]:
    if point.feast and not point.role and (point.month, point.day) not in {(12, 24), (12, 31)}:
        return {}, ["incomplete"]
    if point.feast and not point.role and nights is None:
        return {}, ["incomplete"]
    if point.role == "out" and nights is not None and found.again:
        point.role = "in"  # "I stayed with you in 2019; coming back on January 8, two nights"
    is_end = point.role == "out" or (
        point.role != "in" and (awaiting == "check_out" or (awaiting == "nights" and before.check_in is not None)) and nights is None
    )
    if found.nights and nights is None and not is_end:
        nights = found.nights
    if is_end:
        if point.date is None and point.month is None and before.check_in and 0 <= before.check_in.day - point.day < MONTH_CROSSING:
            return {}, ["reversed"]  # in on the 8th, out "on the 4th": a slip, as "del 8 al 4" is
        of_the_known = nights is None or (before.check_in is not None and point.month is None and point.date is None)
        check_out = date_of(point, today, before.check_in if of_the_known else None)
        if check_out is None or _misnamed(point, check_out):
            return {}, ["ambiguous"]
        if nights is not None:
            if of_the_known and before.check_in and check_out - nights * ONE_DAY != before.check_in:
                return {}, ["ambiguous"]  # the arrival that is known, and another one that the nights tell
            return checked(check_out - nights * ONE_DAY, check_out, None, today) if nights <= MAX_NIGHTS else ({}, ["too_long"])
        if before.check_in is None:
            return _only_out(check_out, today)
        return checked(before.check_in, check_out, None, today, known=before.check_in)
    check_in = date_of(_in_the_stay(point, before, today), today, None, near=before.check_in)
    if check_in is None or _misnamed(point, check_in):
        return {}, ["ambiguous"]
    if nights is None and point.role == "in" and before.check_in and before.check_out and ARRIVES.search(found.undated):
        return another_arrival(check_in, before, today)
    length = nights or before.nights
    if length and length > MAX_NIGHTS:
        return {}, ["too_long"]
    return checked(check_in, check_in + length * ONE_DAY if length else None, nights, today)


def another_arrival(check_in: dt.date, before: KnownStay, today: dt.date) -> tuple[dict[str, Any], list[str]]:
    """Whoever moves the arrival alone leaves when it was told; asked when they would come after that, or long before the stay."""
    assert before.check_in is not None and before.check_out is not None
    if not before.check_in - _MOST_EARLIER < check_in < before.check_out:
        return {}, ["ambiguous"]
    if (before.check_out - before.check_in).days == 2 and check_in > before.check_in:
        return checked(check_in, check_in + 2 * ONE_DAY, None, today)  # half the stay would be gone: they come later and stay as long
    return checked(check_in, before.check_out, None, today)


def _in_the_stay(point: Point, before: KnownStay, today: dt.date) -> Point:
    """The 2nd, of a stay from 29 December to 3 January, is January's."""
    start, end = before.check_in, before.check_out
    if point.date or point.month or start is None or end is None or start.month == end.month:
        return point
    options = [dt.date(date.year, date.month, point.day) for date in (start, end) if exists(date.year, date.month, point.day)]
    near = min((date for date in options if date >= today), key=lambda date: abs((date - start).days), default=None)
    return replace(point, month=near.month, year=near.year) if near else point


def _only_out(check_out: dt.date, today: dt.date) -> tuple[dict[str, Any], list[str]]:
    if check_out <= today:
        return {}, ["past"]
    return ({}, ["too_far"]) if (check_out - today).days > MAX_DAYS_AHEAD + MAX_NIGHTS else ({"check_out": check_out.isoformat()}, [])


def _misnamed(point: Point, date: dt.date) -> bool:
    return point.named is not None and date.weekday() != point.named


def _share_month(first: Point, second: Point) -> None:
    """ "llego el 10 y me voy el 12 de enero": both days are January's; "el 29 … al 3 de enero" starts in December."""
    if first.date is None and first.month is None and second.date is None and second.month is not None:
        crosses = first.day - second.day >= MONTH_CROSSING
        first.month = (second.month - 2) % 12 + 1 if crosses else second.month
        first.year = second.year - 1 if second.year and crosses and first.month == 12 else second.year
    if first.year is None and second.year is not None and first.month is not None and first.date is None:
        first.year = second.year - (second.month is not None and first.month > second.month)


def checked(
    check_in: dt.date | None, check_out: dt.date | None, nights: int | None, today: dt.date, *, known: dt.date | None = None
) -> tuple[dict[str, Any], list[str]]:
    """The slots of a stay, or what is wrong with it. A ``known`` arrival may be over: whoever is here stays longer."""
    if nights is not None and not 1 <= nights <= MAX_NIGHTS:
        return {}, ["too_long" if nights > MAX_NIGHTS else "incomplete"]
    if check_in is None:
        return ({"nights": nights} if nights else {}), ([] if nights else ["incomplete"])
    if check_in < today and (check_in != known or check_out is None or check_out <= today):
        return {}, ["past"]
    if (check_in - today).days > MAX_DAYS_AHEAD:
        return {}, ["too_far"]
    if check_out is None:
        return {"check_in": check_in.isoformat()}, []
    if check_out <= check_in:
        return {}, ["reversed"]
    length = (check_out - check_in).days
    if length > MAX_NIGHTS:
        return {}, ["too_long"]
    return {"check_in": check_in.isoformat(), "check_out": check_out.isoformat(), "nights": length}, []


def next_year(ends: list[Point], text: str, today: dt.date) -> None:
    if re.search(r"\b(?:ano que viene|proximo ano|ano que vem|next year|ano proximo)\b", text):
        for point in ends:
            if point.month and point.year is None:
                point.year = today.year + 1


def date_of(point: Point, today: dt.date, after: dt.date | None, near: dt.date | None = None) -> dt.date | None:
    """The date a point means, see _named_date."""
    date = _named_date(point, today, after - point.later * ONE_DAY if after else None, near)
    return date + point.later * ONE_DAY if date else None


def _named_date(point: Point, today: dt.date, after: dt.date | None, near: dt.date | None) -> dt.date | None:
    """The date a point means; None when there is no such day. Without a year the next one that comes; ``after`` is the
    check-in a check-out belongs to, ``near`` the stay a correction belongs to."""
    if point.date is not None:
        return point.date
    if point.month is not None and point.year is not None:
        return dt.date(point.year, point.month, point.day) if exists(point.year, point.month, point.day) else None
    if point.month is not None:
        start = after or today
        for year in range(start.year, start.year + 9):  # 29 February may be far away
            if exists(year, point.month, point.day):
                date = dt.date(year, point.month, point.day)
                if date > start if after else date >= today:
                    return date
                if after is None and (today - date).days <= 30:
                    return date  # just over: the guest is told, instead of being booked for next year
                if after is not None and (after - date).days < 180:
                    return date  # before the check-in: reversed, the guest is asked
            elif not (point.month == 2 and point.day == 29):
                return None
        return None
    return _day_only(point.day, after or near or today, strict=after is not None, today=today)


def _day_only(number: int, anchor: dt.date, *, strict: bool, today: dt.date) -> dt.date | None:
    """A day without a month: the next such day from the anchor on."""
    if number < 1:
        return None
    year, month_ = anchor.year, anchor.month
    for _month_ahead in range(3):
        if number <= calendar.monthrange(year, month_)[1]:
            date = dt.date(year, month_, number)
            if (date > anchor) if strict else (date >= today):
                return date
        year, month_ = (year + 1, 1) if month_ == 12 else (year, month_ + 1)
    return None
