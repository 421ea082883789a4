"""Frequency ledger: deficits seen before the evening, and owners served alike."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, time, timedelta
from fractions import Fraction
from itertools import pairwise
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presence.ledger.reckoning import (
    Balance,
    OtherWeek,
    PlaceWeek,
    allot,
    at,
    deficit_sentence,
    fairness,
    ledger,
)
from presence.planning.frequency import Frequency, due_days
from presence.planning.hours import Hours

NAMESPACE = UUID(int=7)
USUAL = Hours(time(17), time(23))
# From Monday 26 October: the clocks changed the night before, and November comes on Sunday.
WEEK = [date(2026, 10, 26) + timedelta(days=n) for n in range(7)]
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = WEEK
AMPLE = dict.fromkeys(WEEK, 1000)
NOBODY: Mapping[date, int] = {}
FIGURES = [f.name for f in fields(Balance) if f.name not in {"missed", "last_on"}]


def place(name: str, **facts: object) -> PlaceWeek:
    bare = PlaceWeek(uuid5(NAMESPACE, name), owner=1, due=0)
    return replace(bare, **facts)  # type: ignore[arg-type]  # the facts are fields


@st.composite
def weeks(draw: st.DrawFn) -> tuple[list[PlaceWeek], date, dict[date, int]]:
    evenings = st.lists(st.sampled_from(WEEK), max_size=7, unique=True).map(tuple)
    places = [
        PlaceWeek(
            place_id=uuid5(NAMESPACE, str(n)),
            owner=draw(st.integers(1, 3)),
            due=draw(st.integers(0, 7)),
            due_on=draw(evenings),
            done_on=draw(st.lists(st.sampled_from(WEEK), max_size=9).map(tuple)),
            missed=draw(
                st.dictionaries(st.sampled_from(["no_access", "works"]), st.integers(1, 3))
            ),
            planned_on=draw(evenings),
            possible_on=draw(evenings),
            min_gap_days=draw(st.integers(0, 3)),
            dwellings=draw(st.integers(0, 90)),
        )
        for n in range(draw(st.integers(0, 7)))
    ]
    capacity = draw(st.dictionaries(st.sampled_from(WEEK), st.integers(0, 4)))
    return places, draw(st.sampled_from(WEEK)), capacity


Week = tuple[list[PlaceWeek], date, dict[date, int]]


def of(places: Sequence[PlaceWeek], as_of: date, capacity: Mapping[date, int]) -> Balance:
    return ledger(places, as_of, capacity).overall


CHAMPARET = place(
    "Champaret",
    due=6,
    due_on=tuple(WEEK[:6]),
    done_on=(MONDAY, TUESDAY),
    planned_on=(MONDAY, TUESDAY, WEDNESDAY, THURSDAY),
    possible_on=tuple(WEEK[:5]),
    missed={"no_access": 1},
    dwellings=40,
)


def test_a_deficit_of_friday_is_seen_on_tuesday() -> None:
    balance = of([CHAMPARET], TUESDAY, AMPLE)

    assert (balance.due, balance.due_to_date, balance.served) == (6, 2, 2)
    assert (balance.remaining, balance.planned, balance.missing) == (4, 2, 2)
    assert (balance.short, balance.at_risk, balance.last_on) == (1, 0, FRIDAY)


def test_the_deficit_is_said_in_french() -> None:
    late = replace(CHAMPARET, planned_on=(THURSDAY,))

    sentence = deficit_sentence(of([late], TUESDAY, AMPLE), TUESDAY, at("Champaret"))

    assert sentence.replace("\u00a0", " ") == (
        "Au rythme prévu, il manquera 3 passages vendredi à Champaret (2 faits sur 6)."
    )


@pytest.mark.parametrize(
    ("missing", "served", "said"),
    [
        (0, 6, "il manquera 0 passage vendredi à Champaret (6 faits sur 6)."),
        (1, 0, "il manquera 1 passage vendredi à Champaret (0 fait sur 6)."),
        (2, 1, "il manquera 2 passages vendredi à Champaret (1 fait sur 6)."),
    ],
    ids=str,
)
def test_zero_and_one_are_singular(missing: int, served: int, said: str) -> None:
    balance = replace(of([CHAMPARET], TUESDAY, AMPLE), missing=missing, served=served)

    sentence = deficit_sentence(balance, TUESDAY, at("Champaret"))

    assert sentence.replace("\u00a0", " ") == f"Au rythme prévu, {said}"


def test_a_deficit_that_no_evening_can_mend_is_said_as_a_fact() -> None:
    sentence = deficit_sentence(of([CHAMPARET], SATURDAY, AMPLE), SATURDAY, at("Champaret"))

    assert sentence.replace("\u00a0", " ") == (
        "Il manque 4 passages cette semaine à Champaret (2 faits sur 6), et aucune soirée ne reste."
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Champaret", "à Champaret"),
        ("Le Pré", "au Pré"),
        ("Les Fougères", "aux Fougères"),
        ("La Grive", "à La Grive"),
        ("Lesdiguières", "à Lesdiguières"),
    ],
)
def test_the_place_is_said_with_its_article(name: str, said: str) -> None:
    assert at(name) == said


def test_a_visit_above_what_is_due_hides_no_deficit_elsewhere() -> None:
    often = place("often", due=1, done_on=(MONDAY, TUESDAY, WEDNESDAY), possible_on=tuple(WEEK))
    never = place("never", due=2)

    balance = of([often, never], WEDNESDAY, AMPLE)

    assert (balance.done, balance.served, balance.extra) == (3, 1, 2)
    assert (balance.remaining, balance.short) == (2, 2)


def test_two_visits_of_one_evening_count_once() -> None:
    balance = of([place("twice", due=2, done_on=(MONDAY, MONDAY))], MONDAY, AMPLE)

    assert (balance.done, balance.served, balance.extra, balance.short) == (2, 1, 1, 1)


def test_an_evening_already_used_is_not_left() -> None:
    tonight = place("tonight", due=2, done_on=(TUESDAY,), possible_on=(TUESDAY,))

    balance = of([tonight], MONDAY, AMPLE)

    assert (balance.remaining, balance.short, balance.at_risk) == (1, 1, 0)


def test_evenings_nearer_than_the_gap_cannot_both_be_used() -> None:
    close = place("close", due=4, possible_on=tuple(WEEK[2:]), min_gap_days=2)

    balance = of([close], TUESDAY, AMPLE)

    assert (balance.short, balance.at_risk) == (1, 0)


def test_a_visit_planned_where_the_rules_refuse_it_promises_nothing() -> None:
    misplanned = place("misplanned", due=1, planned_on=(SUNDAY,), possible_on=(FRIDAY,))

    balance = of([misplanned], TUESDAY, AMPLE)

    assert (balance.planned, balance.missing, balance.short) == (0, 1, 0)


def test_all_that_is_due_is_due_at_the_end_of_the_week() -> None:
    place_due = place("contract", due=3, due_on=(MONDAY, FRIDAY))

    due = [place_due.due_to(day) for day in (MONDAY, THURSDAY, FRIDAY, SUNDAY)]

    assert due == [1, 1, 2, 3]


def test_stops_that_the_team_has_not_are_at_risk_but_not_short() -> None:
    places = [place(str(n), due=1, possible_on=(FRIDAY,)) for n in range(5)]

    balance = of(places, TUESDAY, {FRIDAY: 2})

    assert (balance.short, balance.at_risk) == (0, 3)


def test_a_place_with_no_evening_to_spare_goes_first() -> None:
    free = place("free", due=1, possible_on=(FRIDAY, SATURDAY))
    tight = place("tight", due=1, possible_on=(FRIDAY,))

    given = allot([free, tight], TUESDAY, {FRIDAY: 1, SATURDAY: 1})

    assert given == {tight.place_id: (FRIDAY,), free.place_id: (SATURDAY,)}


def test_the_least_served_owner_then_goes_first() -> None:
    served = place("a", owner=1, due=2, done_on=(MONDAY,), possible_on=(FRIDAY,))
    unserved = [place(str(n), owner=2, due=2, possible_on=(FRIDAY, SATURDAY)) for n in range(2)]

    given = allot([served, *unserved], TUESDAY, {FRIDAY: 1, SATURDAY: 0})

    assert given[served.place_id] == ()
    assert sorted(len(given[p.place_id]) for p in unserved) == [0, 1]


def test_a_stop_given_counts_before_the_next_is_given() -> None:
    places = [
        place(f"{owner}{n}", owner=owner, due=1, possible_on=(FRIDAY,))
        for owner in (1, 2)
        for n in range(4)
    ]

    balances = ledger(places, TUESDAY, {FRIDAY: 4}).owners

    assert {owner: balance.at_risk for owner, balance in balances.items()} == {1: 2, 2: 2}


@given(weeks())
def test_the_evenings_given_are_allowed_apart_and_within_the_team(week: Week) -> None:
    places, as_of, capacity = week

    given = allot(places, as_of, capacity)

    for p in places:
        days = given[p.place_id]
        assert set(days) <= set(p.evenings_left(as_of))
        assert len(days) <= p.holdable(as_of)
        assert all((b - a).days >= p.min_gap_days for a, b in pairwise(days))
    for evening in WEEK:
        taken = sum(evening in days for days in given.values())
        assert taken <= capacity.get(evening, 0)


@given(weeks())
def test_with_enough_stops_nothing_is_at_risk(week: Week) -> None:
    places, as_of, _ = week

    assert of(places, as_of, AMPLE).at_risk == 0


@given(weeks())
def test_without_a_team_all_that_can_be_held_is_at_risk(week: Week) -> None:
    places, as_of, _ = week

    balance = of(places, as_of, NOBODY)

    assert balance.at_risk == balance.remaining - balance.short


@given(weeks())
def test_an_owner_is_the_sum_of_its_places(week: Week) -> None:
    places, as_of, capacity = week

    found = ledger(places, as_of, capacity)

    for owner, balance in found.owners.items():
        held = [found.places[p.place_id] for p in places if p.owner == owner]
        for figure in FIGURES:
            assert getattr(balance, figure) == sum(getattr(b, figure) for b in held)
        for reason in ("no_access", "works"):
            missed = sum(b.missed.get(reason, 0) for b in held)
            assert balance.missed.get(reason, 0) == missed


@given(weeks())
def test_the_whole_is_the_sum_of_the_owners(week: Week) -> None:
    found = ledger(*week)

    for figure in FIGURES:
        assert getattr(found.overall, figure) == sum(
            getattr(balance, figure) for balance in found.owners.values()
        )


@given(weeks())
def test_no_figure_contradicts_another(week: Week) -> None:
    for balance in ledger(*week).places.values():
        assert balance.done == balance.served + balance.extra <= balance.due + balance.extra
        assert balance.due == balance.served + balance.remaining
        assert balance.due_to_date <= balance.due
        assert 0 <= balance.short <= balance.missing <= balance.remaining
        assert 0 <= balance.at_risk <= balance.remaining - balance.short


@given(weeks())
def test_the_order_of_places_changes_nothing(week: Week) -> None:
    places, as_of, capacity = week

    assert ledger(places[::-1], as_of, capacity) == ledger(places, as_of, capacity)


@given(st.dates(date(2024, 1, 1), date(2033, 12, 31)), st.integers(1, 7))
def test_a_week_served_as_its_frequency_says_is_even(day: date, times: int) -> None:
    place_id = uuid5(NAMESPACE, "even")
    due = due_days(Frequency(times), place_id, day, lambda _: USUAL)
    sunday = day + timedelta(days=7 - day.isoweekday())
    row = PlaceWeek(place_id, owner=1, due=times, due_on=tuple(due), done_on=tuple(due))

    balance = of([row], sunday, NOBODY)

    assert (balance.due_to_date, balance.served, balance.extra, balance.missing) == (
        times, times, 0, 0,
    )  # fmt: skip


def test_a_date_of_another_week_is_refused() -> None:
    row = place("other", due=1, done_on=(MONDAY - timedelta(days=1),))

    with pytest.raises(OtherWeek):
        ledger([row], TUESDAY, AMPLE)


def owner(number: int, *, due: int, done: int, dwellings: int = 0) -> list[PlaceWeek]:
    return [
        place(
            f"{number}/{n}",
            owner=number,
            due=1,
            due_on=(MONDAY,),
            done_on=(MONDAY,) if n < done else (),
            dwellings=dwellings if n == 0 else 0,
        )
        for n in range(due)
    ]


def test_an_owner_more_than_ten_points_behind_is_warned() -> None:
    small, large = fairness(owner(1, due=10, done=5) + owner(2, due=90, done=85), TUESDAY)

    assert (small.served_ratio, small.overall_ratio) == (Fraction(1, 2), Fraction(9, 10))
    assert (small.warned, large.warned) == (True, False)
    assert small.sentence.replace("\u00a0", " ") == (
        "50 % de ses passages dus sont faits, contre 90 % pour l'ensemble des bailleurs."
    )


def test_ten_points_behind_are_not_more_than_ten_points() -> None:
    rows = owner(1, due=10, done=7) + owner(2, due=10, done=9)

    first, _ = fairness(rows, TUESDAY)

    assert first.overall_ratio - first.served_ratio == Fraction(1, 10)
    assert not first.warned


def test_an_owner_that_pays_for_more_than_it_gets_is_warned() -> None:
    rows = owner(1, due=10, done=9, dwellings=600) + owner(2, due=20, done=18, dwellings=400)

    first, second = fairness(rows, TUESDAY)

    assert (first.share_of_stops, first.share_of_dwellings) == (Fraction(1, 3), Fraction(3, 5))
    assert (first.warned, second.warned) == (True, False)
    assert first.sentence.replace("\u00a0", " ").endswith(
        "Il a reçu 33 % des passages de l'équipe pour 60 % des logements couverts : "
        "1 passage reste dû."
    )


def test_an_owner_that_got_all_it_asked_for_is_not_warned() -> None:
    rows = owner(1, due=1, done=1, dwellings=600) + owner(2, due=20, done=20, dwellings=400)

    assert [row.warned for row in fairness(rows, TUESDAY)] == [False, False]


def test_an_owner_whose_evenings_are_still_to_come_is_not_warned() -> None:
    later = [replace(row, due_on=(FRIDAY,)) for row in owner(1, due=5, done=0, dwellings=500)]

    first, _ = fairness(later + owner(2, due=5, done=5, dwellings=10), TUESDAY)

    assert (first.warned, first.sentence) == (False, "Aucun passage n'était encore dû.")


def test_before_the_first_stop_nobody_was_preferred() -> None:
    rows = owner(1, due=3, done=0, dwellings=500) + owner(2, due=3, done=0, dwellings=10)

    assert [row.warned for row in fairness(rows, TUESDAY)] == [False, False]


@given(weeks())
def test_shares_are_parts_of_a_whole(week: Week) -> None:
    places, as_of, _ = week

    found = fairness(places, as_of)

    assert sum(row.share_of_stops for row in found) in {0, 1}
    assert sum(row.share_of_dwellings for row in found) in {0, 1}
    assert all(0 <= row.served_ratio <= 1 for row in found)
    assert not found or not all(row.served_ratio < row.overall_ratio for row in found)
