"""Primary rules (secret primaire): which cell may be published for itself. Pure.

A cell is published when at least three bailleurs contribute to it, none makes more than 85 % of
it, the largest cannot be estimated within 10 % by the second largest, and the count is not small:
five for events, eleven for persons or families. The rules between bailleurs are lifted by a
sharing agreement that every contributor has signed for that indicator; the rule on small counts
protects residents, hence no agreement lifts it.
Source: Insee, « Guide du secret statistique » (3 units, 85 %; 5 individuals, 11 households), and
the convention of the scheme, which may ask for more and never for less.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Nature(Enum):
    """What an indicator counts: it decides how small a count may be."""

    EVENTS = "events"
    PERSONS = "persons"
    # Visits, evenings, dwellings: what the service does or covers, nothing about a resident.
    SERVICE = "service"


@dataclass(frozen=True)
class Policy:
    """The thresholds of a scheme (règles de secret), dated where they are stored."""

    least_contributors: int = 3
    dominance_percent: int = 85
    p_percent: int = 10
    least_events: int = 5
    least_persons: int = 11
    # A place where so few dwellings are covered is not told apart (carroyage de l'Insee).
    least_dwellings: int = 11

    def least(self, nature: Nature) -> int:
        """The smallest count that is published; zero tells of nobody."""
        return {Nature.EVENTS: self.least_events, Nature.PERSONS: self.least_persons}.get(nature, 1)


class Rule(Enum):
    """The rule that a cell breaks."""

    TOO_FEW = "moins de 3 bailleurs contributeurs"
    DOMINANT = "un bailleur domine ce total"
    SMALL = "effectif trop faible"
    SMALL_PLACE = "moins de 11 logements couverts"


def broken(
    policy: Policy, contributions: Mapping[int, int], nature: Nature, *, agreed: bool
) -> Rule | None:
    """The rule that keeps a total from being published, None when it may be."""
    if not agreed and (rule := _between_contributors(policy, contributions)):
        return rule
    if 0 < sum(contributions.values()) < policy.least(nature):
        return Rule.SMALL
    return None


def _between_contributors(policy: Policy, contributions: Mapping[int, int]) -> Rule | None:
    values = sorted((value for value in contributions.values() if value), reverse=True)
    if len(values) < policy.least_contributors:
        return Rule.TOO_FEW
    total = sum(values)
    if values[0] * 100 > total * policy.dominance_percent:
        return Rule.DOMINANT
    if (total - values[0] - values[1]) * 100 < values[0] * policy.p_percent:
        return Rule.DOMINANT
    return None


@dataclass(frozen=True)
class Span:
    """What an attacker's interval must hold for a hidden total to stay unknown, both ends."""

    low: int
    high: int
    width: int = 0

    def holds(self, low: int, high: int) -> bool:
        """Whether an interval is wide enough."""
        return low <= self.low and high >= self.high and high - low >= self.width


def protection(policy: Policy, value: int, own: int | None, nature: Nature, rule: Rule) -> Span:
    """The interval of the total that an attacker must not be able to narrow.

    For a small count, an outsider (`own` is None) knows « moins de 5 » and nothing better: from
    one to the threshold. A contributor knows its own part, and what its agreement lets it deduce
    of the others': the cell must not be determined. Between bailleurs, the others' part within
    10 %, one at least.
    """
    if rule is Rule.SMALL and own is None:
        return Span(min(value, 1), max(value, policy.least(nature) - 1))
    if rule is Rule.SMALL:
        return Span(value, value, width=1)
    others = value - (own or 0)
    margin = max(1, -(-others * policy.p_percent // 100))
    return Span(value - min(others, margin), value + margin)
