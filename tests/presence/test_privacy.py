"""What may be published: three contributors, no dominance, eleven persons."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presence.releases.privacy import DOMINANT, FEW_PERSONS, TOO_FEW, Cell, protect

VALUES = st.dictionaries(st.integers(1, 9), st.integers(0, 10_000), max_size=7)


@pytest.mark.parametrize(
    ("values", "cell"),
    [
        ({1: 10, 2: 10}, Cell(None, TOO_FEW)),
        ({1: 10, 2: 10, 3: 0}, Cell(None, TOO_FEW)),
        ({}, Cell(None, TOO_FEW)),
        ({1: 10, 2: 10, 3: 10}, Cell(30, None)),
        ({1: 860, 2: 70, 3: 70}, Cell(None, DOMINANT)),
        ({1: 100, 2: 90, 3: 9}, Cell(None, DOMINANT)),
        ({1: 100, 2: 90, 3: 10}, Cell(200, None)),
    ],
    ids=["two", "two and a zero", "nobody", "three", "86 %", "p% broken", "p% held"],
)
def test_a_total_is_published_or_withheld(values: Mapping[int, int], cell: Cell) -> None:
    assert protect("interventions", values, agreed=False) == cell


def test_an_agreement_lifts_the_rules_between_bailleurs() -> None:
    assert protect("interventions", {1: 10, 2: 10}, agreed=True) == Cell(20, None)


def test_no_agreement_lifts_the_rule_on_persons() -> None:
    assert protect("families_summoned", {1: 5, 2: 5}, agreed=True) == Cell(None, FEW_PERSONS)


def test_nobody_summoned_tells_nothing_of_anybody() -> None:
    assert protect("families_summoned", {1: 0, 2: 0}, agreed=True) == Cell(0, None)


@given(VALUES, st.booleans())
def test_a_cell_holds_the_total_or_a_reason_never_both(
    values: dict[int, int], agreed: bool
) -> None:
    cell = protect("interventions", values, agreed=agreed)

    assert (cell.value is None) != (cell.withheld is None)
    assert cell.value in {None, sum(values.values())}


@given(VALUES)
def test_a_published_total_never_rests_on_fewer_than_three(values: dict[int, int]) -> None:
    cell = protect("interventions", values, agreed=False)

    assert cell.value is None or sum(1 for value in values.values() if value) >= 3
