"""Sharing a year's net cost: the worked example, and what must always hold."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presence.finance.rules import (
    Amount,
    NobodyPays,
    Period,
    Slice,
    SubsidyAboveCost,
    cut,
    split_net_cost,
    spread,
    totals,
)
from presence.kernel.money import WeighsNothing

YEAR = Period(date(2013, 1, 1), date(2013, 12, 31))
DAYS = st.integers(1, 364).map(lambda n: YEAR.from_on + timedelta(days=n))
WEIGHTS = st.dictionaries(st.integers(1, 60), st.integers(0, 5000), min_size=1, max_size=6).filter(
    lambda weights: sum(weights.values()) > 0
)


@st.composite
def years(draw: st.DrawFn) -> tuple[list[Amount], list[Amount], list[Slice]]:
    """Costs, subsidies below them, and slices that each have somebody to pay."""
    periods = cut(YEAR, draw(st.sets(DAYS, max_size=4)))
    costs = []
    for _ in range(draw(st.integers(1, 3))):
        ends = sorted(draw(st.lists(st.sampled_from([*YEAR_DAYS]), min_size=2, max_size=2)))
        costs.append(Amount(draw(st.integers(0, 10**9)), Period(ends[0], ends[1])))
    gross = sum(cost.cents for cost in costs)
    subsidies = [Amount(draw(st.integers(0, gross)), YEAR)]
    return costs, subsidies, [Slice(period, draw(WEIGHTS)) for period in periods]


YEAR_DAYS = [YEAR.from_on + timedelta(days=n) for n in range(365)]
Sharing = tuple[list[Amount], list[Amount], list[Slice]]


def test_the_worked_example_of_the_house() -> None:
    costs, subsidies = [Amount(7_000_000, YEAR)], [Amount(3_280_000, YEAR)]
    first, second = cut(YEAR, [date(2013, 7, 1)])

    shared = split_net_cost(
        costs, subsidies, [Slice(first, {1: 1, 2: 1}), Slice(second, {1: 1, 2: 1, 3: 1})]
    )

    assert (first.days, second.days) == (181, 184)
    assert [piece.net_cents for piece in shared] == [1_844_712, 1_875_288]
    assert [share.net_cents for share in totals(shared).values()] == [1_547_452, 1_547_452, 625_096]


@given(years())
def test_cents_always_sum(year: Sharing) -> None:
    costs, subsidies, _ = year

    found = totals(split_net_cost(*year))

    gross = sum(cost.cents for cost in costs)
    assert sum(share.gross_cents for share in found.values()) == gross
    assert sum(share.net_cents for share in found.values()) == gross - subsidies[0].cents


@given(years())
def test_nobody_pays_a_slice_that_they_were_not_in(year: Sharing) -> None:
    shared = split_net_cost(*year)

    assert [set(piece.shares) for piece in shared] == [set(piece.weights) for piece in year[2]]


@given(years())
def test_no_gross_and_no_net_is_negative(year: Sharing) -> None:
    shares = [share for piece in split_net_cost(*year) for share in piece.shares.values()]

    assert min(min(share.gross_cents, share.net_cents) for share in shares) >= 0


@given(years(), st.integers(2, 50))
def test_scaling_every_weight_changes_no_amount(year: Sharing, factor: int) -> None:
    costs, subsidies, slices = year
    scaled = [Slice(p.period, {m: w * factor for m, w in p.weights.items()}) for p in slices]

    before, after = split_net_cost(*year), split_net_cost(costs, subsidies, scaled)

    assert [
        {m: (s.gross_cents, s.net_cents) for m, s in piece.shares.items()} for piece in before
    ] == [{m: (s.gross_cents, s.net_cents) for m, s in piece.shares.items()} for piece in after]


@given(years())
def test_the_order_of_members_and_costs_changes_nothing(year: Sharing) -> None:
    costs, subsidies, slices = year
    reversed_slices = [Slice(p.period, dict(reversed(list(p.weights.items())))) for p in slices]

    assert totals(split_net_cost(costs[::-1], subsidies, reversed_slices)) == totals(
        split_net_cost(*year)
    )


@given(st.integers(0, 10**9), WEIGHTS, DAYS, st.integers(100, 200), st.integers(1, 5000))
def test_joining_changes_no_earlier_slice(
    cents: int, weights: dict[int, int], joins_on: date, newcomer: int, weight: int
) -> None:
    before, after = cut(YEAR, [joins_on])
    alone = [Slice(before, weights), Slice(after, weights)]
    joined = [Slice(before, weights), Slice(after, {**weights, newcomer: weight})]

    first, second = (split_net_cost([Amount(cents, YEAR)], [], each) for each in (alone, joined))

    assert first[0] == second[0]


@given(st.sets(DAYS, max_size=6))
def test_a_cut_year_keeps_every_day_once(boundaries: set[date]) -> None:
    periods = cut(YEAR, boundaries)

    days = [p.from_on + timedelta(days=n) for p in periods for n in range(p.days)]

    assert days == YEAR_DAYS


def test_boundaries_outside_the_year_cut_nothing() -> None:
    assert cut(YEAR, [date(2012, 6, 1), YEAR.from_on, date(2014, 1, 1)]) == [YEAR]


def test_a_cost_falls_only_on_its_own_days() -> None:
    first, second = cut(YEAR, [date(2013, 7, 1)])

    assert spread(Amount(100, Period(date(2013, 1, 1), date(2013, 1, 31))), [first, second]) == [
        100,
        0,
    ]


def test_a_cost_on_days_without_any_member_asks_who_pays() -> None:
    with pytest.raises(NobodyPays, match="dites qui paie"):
        split_net_cost([Amount(100, YEAR)], [], [Slice(YEAR, {})])


def test_a_subsidy_above_the_cost_is_refused() -> None:
    with pytest.raises(SubsidyAboveCost):
        split_net_cost([Amount(100, YEAR)], [Amount(101, YEAR)], [Slice(YEAR, {1: 1})])


def test_a_key_that_weighs_nothing_is_refused() -> None:
    with pytest.raises(WeighsNothing):
        split_net_cost([Amount(100, YEAR)], [], [Slice(YEAR, {1: 0})])


def test_days_without_cost_need_no_member() -> None:
    first, second = cut(YEAR, [date(2013, 7, 1)])

    shared = split_net_cost([Amount(100, first)], [], [Slice(first, {1: 1}), Slice(second, {})])

    assert totals(shared)[1].net_cents == 100
