"""When a letter leaves and when it is tried again: clocks in Paris, two nights a year included."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presence.delivery.timing import leaves_at, wait
from presence.kernel.clock import PARIS

NIGHT = (time(22), time(7))
FIRST = datetime(2013, 1, 1, tzinfo=UTC)


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "quiet", "leaves"),
    [
        ("2013-12-05T21:59", NIGHT, "2013-12-05T21:59"),
        ("2013-12-05T22:00", NIGHT, "2013-12-06T07:00"),
        ("2013-12-05T03:00", NIGHT, "2013-12-05T07:00"),
        ("2013-12-05T07:00", NIGHT, "2013-12-05T07:00"),
        ("2013-12-05T13:00", (time(12), time(14)), "2013-12-05T14:00"),
        ("2013-12-05T11:59", (time(12), time(14)), "2013-12-05T11:59"),
        # The night that lasts an hour more, and the one that lasts an hour less.
        ("2013-10-26T23:00", NIGHT, "2013-10-27T07:00"),
        ("2013-03-30T23:00", NIGHT, "2013-03-31T07:00"),
    ],
)
def test_a_letter_waits_for_the_end_of_quiet_hours(
    at: str, quiet: tuple[time, time], leaves: str
) -> None:
    assert leaves_at(paris(at), *quiet) == paris(leaves)


def test_without_quiet_hours_a_letter_leaves_at_once() -> None:
    assert leaves_at(paris("2013-12-05T03:00"), None, None) == paris("2013-12-05T03:00")


@given(
    st.integers(0, 2 * 365 * 24 * 4).map(lambda n: FIRST + timedelta(minutes=15 * n)),
    st.times(),
    st.times(),
)
def test_the_hour_of_departure_is_never_quiet_and_never_past(
    at: datetime, start: time, end: time
) -> None:
    left = leaves_at(at, start, end)

    assert at <= left <= at + timedelta(hours=26)
    assert leaves_at(left, start, end) == left


def test_each_failure_waits_longer_and_never_more_than_six_hours() -> None:
    waits = [wait(attempts) for attempts in range(1, 9)]

    assert [int(w.total_seconds() // 60) for w in waits] == [1, 5, 15, 60, 180, 360, 360, 360]
