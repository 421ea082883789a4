"""Splitting cents: exact, in any order, nobody below zero."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presence.kernel.money import WeighsNothing, split

CENTS = st.integers(0, 10**12)
WEIGHTS = st.dictionaries(st.integers(1, 500), st.integers(0, 10**6), min_size=1, max_size=12)
HEAVY = WEIGHTS.filter(lambda weights: sum(weights.values()) > 0)


@given(CENTS, HEAVY)
def test_the_parts_sum_to_the_amount(amount: int, weights: dict[int, int]) -> None:
    assert sum(split(amount, weights).values()) == amount


@given(CENTS, HEAVY)
def test_no_part_is_negative_and_each_is_within_a_cent(
    amount: int, weights: dict[int, int]
) -> None:
    total = sum(weights.values())

    parts = split(amount, weights)

    assert all(0 <= parts[k] - amount * w // total <= 1 for k, w in weights.items())


@given(CENTS, HEAVY, st.randoms(use_true_random=False))
def test_the_order_of_members_changes_nothing(
    amount: int, weights: dict[int, int], chance: object
) -> None:
    shuffled = list(weights.items())
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    assert split(amount, dict(shuffled)) == split(amount, weights)


@given(CENTS, HEAVY, st.integers(1, 1000))
def test_scaling_the_weights_changes_nothing(
    amount: int, weights: dict[int, int], factor: int
) -> None:
    assert split(amount, {k: w * factor for k, w in weights.items()}) == split(amount, weights)


@given(CENTS, HEAVY)
def test_who_weighs_nothing_pays_nothing(amount: int, weights: dict[int, int]) -> None:
    parts = split(amount, weights)

    assert all(parts[k] == 0 for k, w in weights.items() if w == 0)


def test_the_cent_left_goes_to_the_lowest_key_when_remainders_tie() -> None:
    assert split(100, {3: 1, 1: 1, 2: 1}) == {1: 34, 2: 33, 3: 33}


def test_weights_that_are_all_zero_are_refused() -> None:
    with pytest.raises(WeighsNothing):
        split(100, {1: 0, 2: 0})


@pytest.mark.parametrize(
    ("amount", "weights"), [(-1, {1: 1}), (1, {1: -1, 2: 2})], ids=["amount", "weight"]
)
def test_a_negative_is_refused(amount: int, weights: dict[int, int]) -> None:
    with pytest.raises(ValueError, match="négatif"):
        split(amount, weights)
