"""What the planted defects (tests/mutants) showed that nobody was watching in the rules."""

from presence.disclosure.rules import Nature, Policy, Rule, broken


def test_a_total_that_one_makes_nearly_alone_is_withheld() -> None:
    # 86 %, and seven small ones: the largest could not be estimated from the second.
    values = {1: 860} | dict.fromkeys(range(2, 9), 20)

    assert broken(Policy(), values, Nature.EVENTS, agreed=False) is Rule.DOMINANT
