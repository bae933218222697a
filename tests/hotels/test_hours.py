"""Open minutes: split shifts, nights, holidays of the clock."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from hotelagent.hotels.hours import Hours, Period
from tests.promises import promise

BA, SP, MADRID = ZoneInfo("America/Argentina/Buenos_Aires"), ZoneInfo("America/Sao_Paulo"), ZoneInfo("Europe/Madrid")
SPLIT = tuple(Period(day, *span) for day in range(5) for span in ((dt.time(8), dt.time(12)), (dt.time(16), dt.time(20))))
NIGHT = (Period(4, dt.time(20), dt.time(23, 59)), Period(5, dt.time(0), dt.time(4)))
ALL_WEEK = tuple(Period(day, dt.time(0), dt.time(23, 59)) for day in range(7))
MON, TUE, FRI, SAT, SUN = (dt.date(2026, 12, day) for day in (7, 8, 11, 12, 13))


def at(day, time, zone=BA):
    return dt.datetime.combine(day, dt.time.fromisoformat(time), tzinfo=zone)


@promise("M6")
@pytest.mark.parametrize(
    ("periods", "start", "minutes", "end"),
    [
        ((), at(SUN, "03:00"), 5, at(SUN, "03:05")),
        (SPLIT, at(MON, "09:00"), 5, at(MON, "09:05")),
        (SPLIT, at(MON, "08:00"), 0, at(MON, "08:00")),
        (SPLIT, at(MON, "07:00"), 5, at(MON, "08:05")),
        (SPLIT, at(MON, "11:58"), 5, at(MON, "16:03")),
        (SPLIT, at(MON, "11:58"), 2, at(MON, "12:00")),
        (SPLIT, at(MON, "12:00"), 1, at(MON, "16:01")),
        (SPLIT, at(MON, "11:00"), 120, at(MON, "17:00")),
        (SPLIT, at(MON, "14:00"), 5, at(MON, "16:05")),
        (SPLIT, at(MON, "19:58"), 5, at(TUE, "08:03")),
        (SPLIT, at(MON, "23:30"), 5, at(TUE, "08:05")),
        (SPLIT, at(MON, "08:00"), 480, at(MON, "20:00")),
        (SPLIT, at(MON, "08:00"), 481, at(TUE, "08:01")),
        (SPLIT, at(FRI, "19:59"), 5, at(dt.date(2026, 12, 14), "08:04")),
        (SPLIT, at(SAT, "10:00"), 5, at(dt.date(2026, 12, 14), "08:05")),
        (SPLIT, at(SUN, "23:59"), 10, at(dt.date(2026, 12, 14), "08:10")),
        (NIGHT, at(FRI, "23:50"), 20, at(SAT, "00:10")),
        (NIGHT, at(FRI, "20:00"), 480, at(SAT, "04:00")),
        (NIGHT, at(SAT, "03:59"), 2, at(dt.date(2026, 12, 18), "20:01")),
        (ALL_WEEK, at(MON, "23:58"), 5, at(TUE, "00:03")),
        (ALL_WEEK, at(SUN, "12:00"), 1440, at(dt.date(2026, 12, 14), "12:00")),
        ((Period(0, dt.time(9), dt.time(10)), Period(0, dt.time(9, 30), dt.time(11))), at(MON, "09:00"), 120, at(MON, "11:00")),
        ((Period(0, dt.time(9), dt.time(10)),), at(MON, "10:00"), 1, at(dt.date(2026, 12, 14), "09:01")),
    ],
)
def test_open_minutes_are_added(periods, start, minutes, end):
    assert Hours(BA, periods).add(start, minutes) == end


@promise("M6")
@pytest.mark.parametrize(
    ("zone", "day", "start", "minutes", "end"),
    [
        # Madrid loses the hour from 02:00 on 29 March 2026 and has 02:00 to 03:00 twice on 25 October.
        (MADRID, dt.date(2026, 3, 29), "01:30", 60, "03:30"),
        (MADRID, dt.date(2026, 3, 29), "00:00", 300, "06:00"),
        (MADRID, dt.date(2026, 10, 25), "01:30", 60, "02:30"),
        (MADRID, dt.date(2026, 10, 25), "00:00", 300, "04:00"),
        (SP, dt.date(2026, 11, 1), "00:00", 60, "01:00"),
    ],
)
def test_a_day_on_which_the_clock_changes_is_as_long_as_it_was(zone, day, start, minutes, end):
    found = Hours(zone, ALL_WEEK).add(at(day, start, zone).astimezone(dt.UTC), minutes)

    assert f"{found.astimezone(zone):%H:%M}" == end
    assert found - at(day, start, zone).astimezone(dt.UTC) == dt.timedelta(minutes=minutes)


def test_when_it_opens_and_closes():
    hours = Hours(BA, SPLIT)

    assert hours.closes_at(at(MON, "09:00")) == at(MON, "12:00")
    assert hours.closes_at(at(MON, "12:00")) is None
    assert hours.opens_at(at(MON, "12:30")) == at(MON, "16:00") and hours.opens_at(at(FRI, "20:00")) == at(dt.date(2026, 12, 14), "08:00")
    assert Hours(BA, ()).closes_at(at(SUN, "03:00")) is None and Hours(BA, ()).opens_at(at(SUN, "03:00")) is None


def test_a_holiday_is_closed_all_day():
    hours = Hours(BA, SPLIT, frozenset({MON}))

    assert (hours.is_closed_at(at(MON, "09:00")), hours.is_closed_at(at(TUE, "09:00"))) == (True, False)
    assert hours.opens_at(at(MON, "09:00")) == at(TUE, "08:00")
    assert hours.add(at(MON, "09:00"), 5) == at(TUE, "08:05")
    assert not Hours(BA, (), frozenset({MON})).is_closed_at(at(MON, "09:00"))
