"""Evenings: a Paris date, whatever the season, the same in Python and in PostgreSQL."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presence.kernel.clock import (
    PARIS,
    at_paris,
    evening_instant,
    evening_of,
    first_of_month,
    last_of_month,
    now,
    today,
)
from tenants.context import RELAY
from tests.tenants.doors import acting
from tests.worlds import World

DAYS = st.dates(date(2010, 1, 1), date(2035, 12, 31))
# Naive on purpose: the strategy adds the time zone.
EARLY, LATE = datetime(2010, 1, 1), datetime(2035, 12, 31)  # noqa: DTZ001
CHANGES = [date(2012, 3, 24), date(2012, 10, 27), date(2013, 3, 30), date(2013, 10, 26)]


@given(DAYS, st.times().map(lambda hour: hour.replace(microsecond=0, second=0)))
def test_an_hour_of_an_evening_belongs_to_it(evening_on: date, hour: time) -> None:
    assert evening_of(evening_instant(evening_on, hour)) == evening_on


@given(st.datetimes(EARLY, LATE, timezones=st.just(UTC)))
def test_an_evening_goes_from_noon_to_noon(instant: datetime) -> None:
    evening_on = evening_of(instant)

    assert (
        at_paris(evening_on, time(12))
        <= instant
        < at_paris(evening_on + timedelta(days=1), time(12))
    )


@pytest.mark.parametrize("evening_on", CHANGES, ids=str)
@pytest.mark.parametrize(
    "hour", [time(0), time(1, 59), time(2, 30), time(3), time(11, 59)], ids=str
)
def test_a_night_when_the_clocks_change_is_one_evening(evening_on: date, hour: time) -> None:
    assert evening_of(evening_instant(evening_on, hour)) == evening_on


@pytest.mark.parametrize(
    ("instant", "evening_on"),
    [
        ("2013-12-04T17:00:00+01:00", date(2013, 12, 4)),
        ("2013-12-05T02:30:00+01:00", date(2013, 12, 4)),
        ("2013-12-05T11:59:59+01:00", date(2013, 12, 4)),
        ("2013-12-05T12:00:00+01:00", date(2013, 12, 5)),
        ("2013-12-04T23:30:00+00:00", date(2013, 12, 4)),
    ],
)
def test_an_instant_belongs_to_an_evening(instant: str, evening_on: date) -> None:
    assert evening_of(datetime.fromisoformat(instant)) == evening_on


def test_postgresql_says_the_same_over_ten_years(shared_demo: World) -> None:
    start = datetime(2010, 1, 1, tzinfo=UTC)
    # 7 h 13 min does not divide a day: every hour of every season is met.
    instants = [start + n * timedelta(hours=7, minutes=13) for n in range(12_200)]

    with acting(shared_demo, RELAY) as connection:
        said = connection.execute(
            "select app.evening_of(t) from unnest(%s::timestamptz[]) with ordinality as u(t, n) "
            "order by n",
            (instants,),
        ).fetchall()

    assert instants[-1].year >= 2020
    assert [row[0] for row in said] == [evening_of(instant) for instant in instants]


def test_business_time_starts_where_it_was_put_and_runs(world: World) -> None:
    world.set_clock("2013-12-05T08:00:00+01:00")

    with world.relay() as session:
        day, instant = today(session), now(session)

    assert day == date(2013, 12, 5)
    assert instant - datetime(2013, 12, 5, 7, tzinfo=UTC) < timedelta(minutes=5)


def test_business_time_is_real_time_unless_it_was_shifted(world: World) -> None:
    with world.relay() as session:
        instant = now(session)

    assert abs(datetime.now(UTC) - instant) < timedelta(minutes=5)


def test_the_business_day_is_a_paris_day(world: World) -> None:
    world.set_clock("2013-12-04T23:30:00+00:00")

    with world.relay() as session:
        day = today(session)

    assert day == date(2013, 12, 5)


@given(DAYS)
def test_a_month_goes_from_its_first_to_its_last_day(day: date) -> None:
    first, last = first_of_month(day), last_of_month(day)

    assert first <= day <= last
    assert (first.day, (last + timedelta(days=1)).day) == (1, 1)


def test_an_hour_that_comes_twice_is_the_first() -> None:
    instant = at_paris(date(2013, 10, 27), time(2, 30))

    assert instant.astimezone(PARIS).utcoffset() == timedelta(hours=2)
