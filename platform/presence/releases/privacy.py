"""What may be published (règles de secret). Pure.

A cell is published when at least three bailleurs contribute to it, none makes more than 85 % of
it, the largest cannot be estimated within 10 % by the second largest, and, for a count of
persons or families, it is at least eleven. The first three rules are lifted by a sharing
agreement that every contributor of the scheme has signed for that indicator; the last one never
is. Suppression is decided on contributors, so that it does not itself tell the figure.
Source: Insee, « Guide du secret statistique » (3 units, 85 %), and the convention of the scheme.
"""

from collections.abc import Mapping
from dataclasses import dataclass

LEAST_CONTRIBUTORS = 3
DOMINANCE_PERCENT = 85
P_PERCENT = 10
LEAST_PERSONS = 11
COUNTS_OF_PERSONS = frozenset({"families_summoned"})

TOO_FEW = "moins de 3 bailleurs contributeurs"
DOMINANT = "un bailleur domine ce total"
FEW_PERSONS = "moins de 11 familles"


@dataclass(frozen=True)
class Cell:
    """A published value, or the reason why it is withheld."""

    value: int | None
    withheld: str | None


def protect(indicator: str, contributions: Mapping[int, int], *, agreed: bool) -> Cell:
    """The cell of an indicator from each contributor's value; `agreed` says all have signed."""
    total = sum(contributions.values())
    reason = None if agreed else _rule_broken(contributions)
    if reason is None and indicator in COUNTS_OF_PERSONS and 0 < total < LEAST_PERSONS:
        reason = FEW_PERSONS
    return Cell(None, reason) if reason else Cell(total, None)


def _rule_broken(contributions: Mapping[int, int]) -> str | None:
    values = sorted((value for value in contributions.values() if value), reverse=True)
    total = sum(values)
    if len(values) < LEAST_CONTRIBUTORS:
        return TOO_FEW
    if values[0] * 100 > total * DOMINANCE_PERCENT:
        return DOMINANT
    if (total - values[0] - values[1]) * 100 < values[0] * P_PERCENT:
        return DOMINANT
    return None
