"""Evenings due: exactly n a week, spread, and not the same for everybody."""

from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presence.planning.rules import is_due

NAMESPACE = UUID(int=7)


@given(st.uuids(), st.integers(1, 7), st.dates(date(2012, 1, 1), date(2030, 1, 1)))
def test_any_seven_evenings_hold_exactly_n_due(residence: UUID, times: int, start: date) -> None:
    due = [is_due(residence, times, start + timedelta(days=n)) for n in range(7)]

    assert sum(due) == times


@given(st.uuids(), st.integers(2, 6), st.dates(date(2012, 1, 1), date(2030, 1, 1)))
def test_evenings_due_are_as_far_apart_as_whole_evenings_allow(
    residence: UUID, times: int, start: date
) -> None:
    days = [n for n in range(21) if is_due(residence, times, start + timedelta(days=n))]

    gaps = {b - a for a, b in pairwise(days)}

    assert gaps <= {7 // times, 7 // times + 1}


@pytest.mark.parametrize("weekday", range(7))
def test_residences_visited_once_a_week_share_the_week(weekday: int) -> None:
    day = date(2013, 12, 2) + timedelta(days=weekday)

    due = sum(is_due(uuid5(NAMESPACE, str(n)), 1, day) for n in range(700))

    assert 60 <= due <= 140
