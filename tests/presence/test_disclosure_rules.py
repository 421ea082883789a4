"""What may be published by itself: three contributors, no dominance, no small count."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presence.disclosure.rules import Nature, Policy, Rule, broken, protection

VALUES = st.dictionaries(st.integers(1, 9), st.integers(0, 10_000), max_size=7)
LAW = Policy()


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({1: 10, 2: 10}, Rule.TOO_FEW),
        ({1: 10, 2: 10, 3: 0}, Rule.TOO_FEW),
        ({}, Rule.TOO_FEW),
        ({1: 10, 2: 10, 3: 10}, None),
        ({1: 860, 2: 70, 3: 70}, Rule.DOMINANT),
        ({1: 100, 2: 90, 3: 9}, Rule.DOMINANT),
        ({1: 100, 2: 90, 3: 10}, None),
        ({1: 2, 2: 1, 3: 1}, Rule.SMALL),
    ],
    ids=["two", "two and a zero", "nobody", "three", "86 %", "p% broken", "p% held", "four"],
)
def test_a_total_is_published_or_withheld(values: Mapping[int, int], rule: Rule | None) -> None:
    assert broken(LAW, values, Nature.EVENTS, agreed=False) is rule


def test_an_agreement_lifts_the_rules_between_bailleurs() -> None:
    assert broken(LAW, {1: 10, 2: 10}, Nature.EVENTS, agreed=True) is None


@pytest.mark.parametrize(
    ("total", "nature", "rule"),
    [
        (4, Nature.EVENTS, Rule.SMALL),
        (5, Nature.EVENTS, None),
        (10, Nature.PERSONS, Rule.SMALL),
        (11, Nature.PERSONS, None),
        (1, Nature.SERVICE, None),
        (0, Nature.PERSONS, None),
    ],
)
def test_no_agreement_lifts_the_rule_on_small_counts(
    total: int, nature: Nature, rule: Rule | None
) -> None:
    assert broken(LAW, {1: total, 2: 0}, nature, agreed=True) is rule


def test_a_scheme_may_ask_for_more() -> None:
    strict = Policy(least_contributors=4, least_events=10)

    assert broken(strict, {1: 30, 2: 30, 3: 30}, Nature.EVENTS, agreed=False) is Rule.TOO_FEW
    assert broken(strict, {1: 9}, Nature.EVENTS, agreed=True) is Rule.SMALL


@given(VALUES)
def test_a_published_total_never_rests_on_fewer_than_three(values: dict[int, int]) -> None:
    rule = broken(LAW, values, Nature.EVENTS, agreed=False)

    assert rule or sum(1 for value in values.values() if value) >= 3


@given(st.integers(1, 4))
def test_an_outsider_knows_less_than_five_and_nothing_better(value: int) -> None:
    wanted = protection(LAW, value, None, Nature.EVENTS, Rule.SMALL)

    assert wanted.holds(1, 4)
    assert wanted.holds(0, 9)
    assert not wanted.holds(1, 3)
    assert not wanted.holds(2, 4)


def test_a_contributor_never_finds_the_exact_total() -> None:
    wanted = protection(LAW, 3, 2, Nature.EVENTS, Rule.SMALL)

    assert wanted.holds(2, 3)
    assert not wanted.holds(3, 3)


@given(st.integers(1, 5_000), st.integers(0, 5_000))
def test_the_others_part_stays_unknown_within_ten_percent(others: int, own: int) -> None:
    wanted = protection(LAW, others + own, own, Nature.EVENTS, Rule.TOO_FEW)

    assert (wanted.high - own - others) * 10 >= others
    assert (others - (wanted.low - own)) * 10 >= min(others, 10)
