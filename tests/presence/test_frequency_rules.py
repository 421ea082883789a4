"""Evenings due: as many as asked for, where they may fall, and the plain case as it ever was."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, time, timedelta
from itertools import pairwise
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presence.kernel.errors import Invalid
from presence.kernel.nomenclature import FrequencyPeriod, StopOrder
from presence.planning import rules
from presence.planning.frequency import (
    Frequency,
    ServedOn,
    admitted,
    band_on,
    check,
    due_days,
    is_due,
    longest_run,
    period_of,
    possible_days,
)
from presence.planning.hours import Grid, Hours, SeasonRule, hours_on

USUAL = Hours(time(17), time(23))
LATE = Hours(time(19), time(1))
MONTH, RANDOM = FrequencyPeriod.MONTH, StopOrder.RANDOM
NAMESPACE = UUID(int=7)
MONDAY = date(2026, 3, 2)
FROM_ON = date(2026, 1, 1)
DATES = st.dates(date(2012, 1, 1), date(2035, 1, 1))
WEEKDAYS = st.frozensets(st.integers(1, 7))
PATTERNS = st.sampled_from(StopOrder)


def every_evening(_: date) -> Hours | None:
    return USUAL


def closed_on(*closed: date) -> ServedOn:
    return lambda day: None if day in closed else USUAL


def closed_at_random(seed: UUID) -> ServedOn:
    return lambda day: None if uuid5(seed, str(day)).int % 4 == 0 else USUAL


@st.composite
def frequencies(draw: st.DrawFn) -> Frequency:
    per = draw(st.sampled_from(FrequencyPeriod))
    return Frequency(
        times=draw(st.integers(1, 7 if per == FrequencyPeriod.WEEK else 12)),
        per=per,
        weekdays=draw(WEEKDAYS),
        pattern=draw(PATTERNS),
        min_gap_days=draw(st.integers(0, 5)),
    )


def days_of(frequency: Frequency, day: date) -> list[date]:
    first, last = period_of(frequency, day)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def in_a_row(
    frequency: Frequency, place: UUID, start: date, periods: int, served_on: ServedOn
) -> Iterator[list[date]]:
    day = start
    for _ in range(periods):
        yield due_days(frequency, place, day, served_on)
        day = period_of(frequency, day)[1] + timedelta(days=1)


@given(st.uuids(), st.integers(1, 7), DATES)
def test_the_plain_case_is_the_former_rule(place: UUID, times: int, day: date) -> None:
    due = is_due(Frequency(times), place, day, every_evening)

    assert due == rules.is_due(place, times, day)


def test_the_plain_case_is_the_former_rule_for_a_patrimoine_over_a_year() -> None:
    places = [uuid5(NAMESPACE, str(n)) for n in range(60)]
    weeks = [date(2013, 1, 7) + timedelta(weeks=n) for n in range(52)]

    for place in places:
        times = place.int % 7 + 1
        for monday in weeks:
            days = [monday + timedelta(days=n) for n in range(7)]
            due = due_days(Frequency(times), place, monday, every_evening)
            assert due == [day for day in days if rules.is_due(place, times, day)]


@given(st.uuids(), st.integers(1, 7), DATES)
def test_asking_for_the_whole_week_is_asking_for_nothing(
    place: UUID, times: int, day: date
) -> None:
    frequency = Frequency(times, weekdays=frozenset(range(1, 8)))

    due = due_days(frequency, place, day, every_evening)

    assert due == due_days(Frequency(times), place, day, every_evening)


@given(st.uuids(), st.integers(1, 6), DATES, st.integers(0, 6))
def test_a_holiday_moves_only_the_visit_that_fell_on_it(
    place: UUID, times: int, day: date, closed: int
) -> None:
    holiday = days_of(Frequency(times), day)[closed]
    usual = set(due_days(Frequency(times), place, day, every_evening))

    due = set(due_days(Frequency(times), place, day, closed_on(holiday)))

    assert len(due) == times
    assert usual - due == usual & {holiday}


def test_visits_of_a_closed_evening_are_shared_out_on_both_sides() -> None:
    wednesday = MONDAY + timedelta(days=2)
    places = [uuid5(NAMESPACE, str(n)) for n in range(700)]
    moved = [
        place
        for place in places
        if due_days(Frequency(1), place, MONDAY, every_evening)[0] == wednesday
    ]

    found = Counter(
        due_days(Frequency(1), place, MONDAY, closed_on(wednesday))[0].isoweekday()
        for place in moved
    )

    assert set(found) == {2, 4}
    assert min(found.values()) > len(moved) / 4


@given(frequencies(), st.uuids(), DATES, st.uuids())
def test_due_evenings_are_admitted_apart_and_as_many_as_can_be(
    frequency: Frequency, place: UUID, day: date, seed: UUID
) -> None:
    served_on = closed_at_random(seed)
    suitable = admitted(frequency, days_of(frequency, day), served_on)

    due = due_days(frequency, place, day, served_on)

    most = len(longest_run(suitable, frequency.min_gap_days))
    assert set(due) <= set(suitable)
    assert len(due) == min(frequency.times, most)
    assert all((b - a).days >= max(1, frequency.min_gap_days) for a, b in pairwise(due))


@given(frequencies(), st.uuids(), DATES)
def test_the_same_place_and_period_give_the_same_evenings(
    frequency: Frequency, place: UUID, day: date
) -> None:
    first, last = period_of(frequency, day)

    due = due_days(frequency, place, first, every_evening)

    assert due == due_days(frequency, place, last, every_evening)
    assert due == [d for d in days_of(frequency, day) if is_due(frequency, place, d, every_evening)]


@pytest.mark.parametrize("pattern", StopOrder, ids=str)
@pytest.mark.parametrize(("times", "gap"), [(1, 7), (1, 5), (2, 2), (2, 3), (3, 2)], ids=str)
def test_the_gap_holds_from_one_week_to_the_next(pattern: StopOrder, times: int, gap: int) -> None:
    frequency = Frequency(times, pattern=pattern, min_gap_days=gap)
    for place in (uuid5(NAMESPACE, str(n)) for n in range(40)):
        weeks = in_a_row(frequency, place, MONDAY, 20, every_evening)

        due = [day for week in weeks for day in week]

        assert len(due) == 20 * times
        assert min((b - a).days for a, b in pairwise(due)) >= gap


@pytest.mark.parametrize(("times", "gap"), [(1, 20), (2, 14), (4, 7), (4, 5), (9, 3)], ids=str)
def test_the_gap_holds_from_one_month_to_the_next(times: int, gap: int) -> None:
    frequency = Frequency(times, MONTH, pattern=RANDOM, min_gap_days=gap)
    for place in (uuid5(NAMESPACE, str(n)) for n in range(20)):
        months = in_a_row(frequency, place, MONDAY, 14, every_evening)

        due = [day for month in months for day in month]

        assert len(due) == 14 * times
        assert min((b - a).days for a, b in pairwise(due)) >= gap


def test_a_random_frequency_changes_from_one_week_to_the_next() -> None:
    place = uuid5(NAMESPACE, "random")
    weeks = in_a_row(Frequency(2, pattern=RANDOM), place, MONDAY, 30, every_evening)

    found = [tuple(day.isoweekday() for day in week) for week in weeks]

    assert len(set(found)) >= 8
    assert {weekday for week in found for weekday in week} == set(range(1, 8))


@pytest.mark.parametrize("times", [1, 2, 3])
def test_random_visits_are_spread_over_the_evenings_admitted(times: int) -> None:
    frequency = Frequency(times, weekdays=frozenset({4, 5, 6, 7}), pattern=RANDOM)
    places = [uuid5(NAMESPACE, str(n)) for n in range(400)]

    found = Counter(
        day.isoweekday()
        for place in places
        for day in due_days(frequency, place, MONDAY, every_evening)
    )

    assert set(found) == {4, 5, 6, 7}
    assert min(found.values()) > 400 * times / 4 * 0.6


def test_an_ordered_frequency_comes_back_on_the_same_weekdays() -> None:
    frequency = Frequency(2, weekdays=frozenset({1, 3, 5, 6}))
    place = uuid5(NAMESPACE, "ordered")
    weeks = in_a_row(frequency, place, MONDAY, 20, every_evening)

    found = {tuple(day.isoweekday() for day in week) for week in weeks}

    assert len(found) == 1


@pytest.mark.parametrize("times", [1, 2, 4, 8])
def test_monthly_visits_are_spread_over_the_month(times: int) -> None:
    places = [uuid5(NAMESPACE, str(n)) for n in range(50)]

    for place in places:
        due = due_days(Frequency(times, MONTH), place, date(2026, 2, 10), every_evening)
        gaps = {(b - a).days for a, b in pairwise(due)}
        assert len(due) == times
        assert gaps <= {28 // times, 28 // times + 1}


def test_a_place_is_not_due_when_its_hours_are_not_served() -> None:
    winter = SeasonRule(USUAL, months=frozenset({11, 12, 1, 2, 3}))
    grid = Grid(LATE, rules=(winter,))
    frequency = Frequency(1, from_time=time(17), to_time=time(18))
    place = uuid5(NAMESPACE, "band")

    due = [
        due_days(frequency, place, day, lambda day: hours_on(grid, day))
        for day in (date(2026, 1, 5), date(2026, 7, 6))
    ]

    assert [len(days) for days in due] == [1, 0]


@pytest.mark.parametrize(
    ("from_time", "to_time", "band"),
    [
        (None, None, (time(19), time(1))),
        (time(18), time(20), (time(19), time(20))),
        (time(22), None, (time(22), time(1))),
        (time(0), time(2), (time(0), time(1))),
        (None, time(0), (time(19), time(0))),
        (time(17), time(19), None),
        (time(1), time(2), None),
    ],
    ids=str,
)
def test_a_band_is_kept_inside_the_service(
    from_time: time | None, to_time: time | None, band: tuple[time, time] | None
) -> None:
    frequency = Frequency(1, from_time=from_time, to_time=to_time)

    assert band_on(frequency, LATE) == band


def test_what_is_still_possible_keeps_its_distance_from_what_was_done() -> None:
    week = [MONDAY + timedelta(days=n) for n in range(7)]
    frequency = Frequency(2, weekdays=frozenset({1, 2, 3, 4, 5}), min_gap_days=2)

    left = possible_days(frequency, week[2:], [week[1]], closed_on(week[4]))

    assert left == (week[3],)


@pytest.mark.parametrize(
    ("frequency", "first", "last"),
    [
        (Frequency(1), date(2026, 12, 28), date(2027, 1, 3)),
        (Frequency(1, MONTH), date(2027, 1, 1), date(2027, 1, 31)),
    ],
    ids=["week", "month"],
)
def test_a_period_is_an_iso_week_or_a_month(frequency: Frequency, first: date, last: date) -> None:
    assert period_of(frequency, date(2027, 1, 2)) == (first, last)


def weekends_closed(day: date) -> Hours | None:
    return USUAL if day.isoweekday() < 6 else None


@pytest.mark.parametrize(
    ("frequency", "served_on", "field", "words"),
    [
        (Frequency(0), every_evening, "times", "au moins un passage"),
        (Frequency(8), every_evening, "times", "8 passages par semaine pour 7 soirées possibles"),
        (
            Frequency(2, weekdays=frozenset({3})),
            every_evening,
            "times",
            "2 passages par semaine pour 1 soirée possible :",
        ),
        (Frequency(6), weekends_closed, "times", "6 passages par semaine pour 5 soirées"),
        (Frequency(32, MONTH), every_evening, "times", "32 passages par mois pour 31 soirées"),
        (
            Frequency(6, MONTH, weekdays=frozenset({5})),
            every_evening,
            "times",
            "6 passages par mois pour 5 soirées possibles",
        ),
        (
            Frequency(3, min_gap_days=4),
            every_evening,
            "min_gap_days",
            "écart de 4 jours ne laisse place qu'à 2 passages par semaine",
        ),
        (
            Frequency(2, weekdays=frozenset({5, 6}), min_gap_days=2),
            every_evening,
            "min_gap_days",
            "qu'à 1 passage par semaine",
        ),
        (
            Frequency(4, MONTH, min_gap_days=11),
            every_evening,
            "min_gap_days",
            "qu'à 3 passages par mois",
        ),
        (Frequency(1, min_gap_days=8), every_evening, "min_gap_days", "de 0 à 7 jours"),
        (Frequency(1, min_gap_days=-1), every_evening, "min_gap_days", "de 0 à 7 jours"),
        (
            Frequency(1, from_time=time(21), to_time=time(19)),
            every_evening,
            "to_time",
            "finit avant de commencer",
        ),
        (
            Frequency(1, from_time=time(0), to_time=time(23)),
            every_evening,
            "to_time",
            "finit avant de commencer",
        ),
        (
            Frequency(1, from_time=time(23), to_time=time(0)),
            every_evening,
            "from_time",
            "hors du service",
        ),
        (Frequency(1, to_time=time(17)), every_evening, "from_time", "hors du service"),
        (
            Frequency(1, weekdays=frozenset({6, 7})),
            weekends_closed,
            "weekdays",
            "choisissez d'autres jours",
        ),
    ],
    ids=lambda value: value.replace(" ", "_") if isinstance(value, str) else "",
)
def test_what_no_period_can_hold_is_refused(
    frequency: Frequency, served_on: ServedOn, field: str, words: str
) -> None:
    with pytest.raises(Invalid) as refused:
        check(frequency, served_on, from_on=FROM_ON)

    assert refused.value.faults[0].field == field
    assert words in refused.value.message.replace("\u00a0", " ")


@pytest.mark.parametrize(
    "frequency",
    [
        Frequency(7),
        Frequency(1, min_gap_days=7),
        Frequency(3, min_gap_days=3),
        Frequency(31, MONTH),
        Frequency(5, MONTH, weekdays=frozenset({5})),
        Frequency(1, from_time=time(20), to_time=time(21), pattern=RANDOM),
        Frequency(1, from_time=time(22), to_time=time(0)),
    ],
    ids=str,
)
def test_what_some_period_can_hold_is_accepted(frequency: Frequency) -> None:
    check(frequency, every_evening, from_on=FROM_ON)

    most = max(
        len(
            due_days(
                frequency, NAMESPACE, date(2026, 1, 15) + timedelta(days=31 * n), every_evening
            )
        )
        for n in range(6)
    )
    assert most == frequency.times


@given(frequencies(), st.uuids(), DATES)
def test_what_is_accepted_is_held_by_some_period_of_the_year(
    frequency: Frequency, place: UUID, from_on: date
) -> None:
    try:
        check(frequency, every_evening, from_on=from_on)
        accepted = True
    except Invalid:
        accepted = False
    periods = in_a_row(
        frequency, place, from_on, 60 if frequency.per == "week" else 13, every_evening
    )

    most = max(len(due) for due in periods)

    assert accepted == (most == frequency.times)
