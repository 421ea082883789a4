"""What the planted defects (tests/mutants) showed that nobody was watching in the rules."""

from presence.releases.privacy import DOMINANT, Cell, protect


def test_a_total_that_one_makes_nearly_alone_is_withheld() -> None:
    # 86 %, and seven small ones: the largest could not be estimated from the second.
    values = {1: 860} | dict.fromkeys(range(2, 9), 20)

    assert protect("interventions", values, agreed=False) == Cell(None, DOMINANT)
