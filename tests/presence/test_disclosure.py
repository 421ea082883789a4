"""Tied tables: what an attacker can bound, and what is withdrawn so that it finds nothing."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from presence.disclosure.attack import OUTSIDER, Tables, exposures
from presence.disclosure.cells import Contributions, Key, Shape, Split, equations
from presence.disclosure.coarsening import Grain, finest
from presence.disclosure.rules import Nature, Policy, Rule, Span, broken
from presence.disclosure.spells import merged, months_between
from presence.disclosure.suppression import Plan, Request, audit, protect

YEAR = date(2013, 1, 1), date(2013, 12, 31)
LAW = Policy()
PLACES = ("38053", "38193", "38553")
KINDS = ("kind:a", "kind:b", "kind:c")
Truth = Mapping[tuple[str, str], Contributions]


def key(indicator: str, area: str = "", period: tuple[date, date] = YEAR) -> Key:
    return Key(indicator, *period, area)


def brought_by(truth: Truth) -> Callable[[Key], Contributions]:
    """Sums of a kind × place table, whatever the period asked for inside the year."""

    def brought(asked: Key) -> Contributions:
        summed: dict[int, int] = {}
        for (kind, place), values in truth.items():
            if asked.indicator in {kind, "total"} and asked.area in {place, ""}:
                for who, value in values.items():
                    summed[who] = summed.get(who, 0) + value
        return summed

    return brought


def a_request(
    truth: Truth, *, agreed: bool = True, already: tuple[Key, ...] = (), tables: bool = True
) -> Request:
    kinds = sorted({kind for kind, _ in truth})
    places = sorted({place for _, place in truth})
    wanted = [key(k, p) for k in (*kinds, "total") for p in (*places, "")] if tables else []
    return Request(
        wanted=wanted,
        already=already,
        shape=Shape([Split("total", tuple(kinds))], {"": tuple(places)}, {}),
        policy=LAW,
        brought=brought_by(truth),
        nature=lambda _: Nature.EVENTS,
        agreed=lambda _: agreed,
    )


def a_truth(members: int, places: int, kinds: int, mean: float, seed: int) -> Truth:
    chance = Random(seed)  # noqa: S311 - figures, not a secret
    return {
        (f"kind:{k:02d}", f"{p:05d}"): {
            who: int(chance.expovariate(1 / mean)) for who in range(1, members + 1)
        }
        for k in range(kinds)
        for p in range(places)
    }


def possible(truth: Truth, shown: set[Key], ceiling: int) -> Iterator[dict[tuple[str, str], int]]:
    """Every table of whole numbers that the shown cells allow, found one by one."""
    cells = sorted(truth)
    for values in product(range(ceiling + 1), repeat=len(cells)):
        table = dict(zip(cells, values, strict=True))
        if all(
            sum(brought_by({c: {0: v} for c, v in table.items()})(k).values())
            == sum(brought_by(truth)(k).values())
            for k in shown
        ):
            yield table


def test_the_bounds_are_those_of_every_table_that_can_be() -> None:
    truth: Truth = {
        ("kind:a", "1"): {1: 2}, ("kind:a", "2"): {1: 1},
        ("kind:b", "1"): {1: 0}, ("kind:b", "2"): {1: 3},
    }  # fmt: skip
    shown = {key("total", "1"), key("total", "2"), key("kind:a"), key("kind:b")}
    request = a_request(truth)
    tied = equations(set(request.wanted), request.shape)
    found = {cell: sorted({table[cell] for table in possible(truth, shown, 6)}) for cell in truth}

    never = {key(kind, place): Span(-1, 99) for kind, place in truth}
    tables = Tables({k: request.brought(k) for k in request.wanted}, tied, shown)
    told = {e.key: (e.low, e.high) for e in exposures(tables, OUTSIDER, never)}

    assert told == {key(*cell): (values[0], values[-1]) for cell, values in found.items()}


def test_a_single_hidden_cell_is_found_by_subtraction() -> None:
    truth: Truth = {("kind:a", p): {1: 10, 2: 10} for p in PLACES} | {("kind:b", "1"): {1: 2}}
    request = a_request(truth)
    shown = {k for k in request.wanted if k != key("kind:b", "1")}

    (exposed, *_) = audit(request, shown)

    assert (exposed.key, exposed.exact, exposed.value) == (key("kind:b", "1"), True, 2)


@pytest.mark.parametrize("members", [2, 3, 7])
@pytest.mark.parametrize("agreed", [True, False], ids=["agreed", "no agreement"])
@pytest.mark.parametrize("mean", [3, 40], ids=["small", "large"])
def test_no_hidden_cell_is_recovered(members: int, agreed: bool, mean: float) -> None:
    truth = a_truth(members, places=8, kinds=6, mean=mean, seed=members)
    request = a_request(truth, agreed=agreed)

    plan = protect(request)

    assert audit(request, plan.shown) == []
    assert not plan.left
    assert all(
        broken(LAW, request.brought(k), Nature.EVENTS, agreed=agreed) is None for k in plan.shown
    )


@settings(max_examples=40)
@given(
    st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=9, max_size=9),
    st.booleans(),
)
def test_whatever_the_figures_the_attack_finds_nothing(
    values: list[list[int]], agreed: bool
) -> None:
    cells = list(product(KINDS, PLACES))
    truth = {cell: dict(enumerate(parts, 1)) for cell, parts in zip(cells, values, strict=True)}
    request = a_request(truth, agreed=agreed)

    plan = protect(request)

    assert audit(request, plan.shown) == []


def test_two_bailleurs_without_an_agreement_are_told_nothing() -> None:
    plan = protect(a_request(a_truth(2, 4, 4, 50, seed=1), agreed=False))

    assert not plan.shown
    assert set(plan.primary.values()) == {Rule.TOO_FEW}


def test_hiding_the_same_cells_twice_hides_the_same() -> None:
    def made() -> Plan:
        return protect(a_request(a_truth(3, 8, 6, 6, seed=9)))

    assert made().complementary == made().complementary


def test_a_larger_period_does_not_give_away_the_smaller_one_that_was_hidden() -> None:
    """January to June was published, then the year: July to December is their difference."""
    half = date(2013, 1, 1), date(2013, 6, 30)
    values = {half: {1: 40, 2: 30}, YEAR: {1: 42, 2: 31}}
    rest = date(2013, 7, 1), date(2013, 12, 31)

    def brought(asked: Key) -> Contributions:
        period = asked.from_on, asked.to_on
        return {1: 2, 2: 1} if period == rest else values[period]

    request = Request(
        wanted=[key("total")], already=[key("total", period=half)],
        shape=Shape([], {}, {}), policy=LAW, brought=brought,
        nature=lambda _: Nature.EVENTS, agreed=lambda _: True,
    )  # fmt: skip

    plan = protect(request)

    assert key("total") not in plan.shown
    assert plan.complementary == {key("total")}


def test_what_was_published_before_and_cannot_be_mended_is_said() -> None:
    truth: Truth = {("kind:a", p): {1: 10, 2: 10} for p in PLACES} | {("kind:b", "1"): {1: 2}}
    request = a_request(truth, tables=False)
    shown = tuple(k for k in a_request(truth).wanted if k != key("kind:b", "1"))

    plan = protect(a_request(truth, already=shown, tables=False))

    assert {exposure.key for exposure in plan.left} >= {key("kind:b", "1")}
    assert request.wanted == []


def test_the_finest_table_that_lives_is_proposed_with_its_reason() -> None:
    truth = a_truth(2, places=6, kinds=8, mean=3, seed=4)
    brought = brought_by(truth)
    fine = Grain("par lieu et par nature", tuple(key(*cell) for cell in truth))
    wide = Grain("par lieu", tuple(key("total", f"{p:05d}") for p in range(6)))

    chosen = finest(
        [fine, wide], brought, lambda k: broken(LAW, brought(k), Nature.EVENTS, agreed=True)
    )

    assert chosen.grain is wide
    assert chosen.sentence.startswith("Maille proposée : par lieu. Plus fin, par lieu et par nat")
    assert "seraient masquées" in chosen.sentence


def test_no_grain_is_proposed_where_none_lives() -> None:
    brought = brought_by({("kind:a", "1"): {1: 2}})
    grain = Grain("par lieu", (key("kind:a", "1"),))

    chosen = finest([grain], brought, lambda k: broken(LAW, brought(k), Nature.EVENTS, agreed=True))

    assert chosen.grain is None
    assert "100\u00a0%" in chosen.sentence


def test_the_month_of_a_joiner_goes_with_a_neighbour() -> None:
    months = months_between(date(2013, 1, 1), date(2013, 5, 31))

    runs = merged(months, [date(2013, 3, 15)])

    assert [len(run) for run in runs] == [1, 2, 1, 1]
    assert runs[1] == (date(2013, 2, 1), date(2013, 3, 1))


def test_a_joiner_of_the_first_month_goes_with_the_next() -> None:
    months = months_between(date(2013, 1, 1), date(2013, 4, 30))

    assert [len(run) for run in merged(months, [date(2013, 1, 10)])] == [2, 1, 1]
