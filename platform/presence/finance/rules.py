"""Sharing rules (clés de répartition). Pure.

Amounts are whole euro cents. A year is cut into slices at each join, leave or key change; gross
and net are spread over the slices by days, then over each slice's members by weight, both by
largest remainder, ties by member: so cents always sum, and joining changes no earlier slice's
members. A member's part of the subsidy is the difference between its gross and its net.
Source of the method: the scheme's agreement (« tranches », sliced), `platform/docs/adr/0008`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import lcm

from presence.kernel.money import WeighsNothing, split


@dataclass(frozen=True)
class Period:
    """Days from a date to a date, both included."""

    from_on: date
    to_on: date

    @property
    def days(self) -> int:
        """How many days it holds."""
        return (self.to_on - self.from_on).days + 1

    def shared_days(self, other: "Period") -> int:
        """How many days they have in common."""
        return max(0, (min(self.to_on, other.to_on) - max(self.from_on, other.from_on)).days + 1)


@dataclass(frozen=True)
class Amount:
    """A cost, or a subsidy, over its own days."""

    cents: int
    period: Period


@dataclass(frozen=True)
class Slice:
    """A stretch of the year during which neither members nor key change, and what each weighs."""

    period: Period
    weights: Mapping[int, int]


@dataclass(frozen=True)
class Share:
    """A member's part of a slice; `rounding_cents` is what the remainders added or took (net)."""

    gross_cents: int
    net_cents: int
    weight: int
    rounding_cents: int

    @property
    def grant_cents(self) -> int:
        """Its part of the subsidy."""
        return self.gross_cents - self.net_cents


@dataclass(frozen=True)
class SharedSlice:
    """A slice, its amounts and everyone's share of it."""

    period: Period
    gross_cents: int
    net_cents: int
    total_weight: int
    shares: Mapping[int, Share]

    @property
    def grant_cents(self) -> int:
        """The subsidy that falls in the slice."""
        return self.gross_cents - self.net_cents


class NobodyPays(ValueError):
    """A cost falls on days when nobody is a member: who pays is asked, never guessed."""


class SubsidyAboveCost(ValueError):
    """The subsidies are larger than the cost they reduce."""


def cut(year: Period, boundaries: Iterable[date]) -> list[Period]:
    """Cut a period at each date on which something starts to change."""
    starts = sorted({year.from_on, *(d for d in boundaries if year.from_on < d <= year.to_on)})
    ends = [start - timedelta(days=1) for start in starts[1:]] + [year.to_on]
    return [Period(start, end) for start, end in zip(starts, ends, strict=True)]


def spread(amount: Amount, periods: Sequence[Period]) -> list[int]:
    """Spread an amount by days over the periods that meet its own, to the cent."""
    days = {index: amount.period.shared_days(period) for index, period in enumerate(periods)}
    if sum(days.values()) == 0:
        return [0] * len(periods)
    parts = split(amount.cents, days)
    return [parts[index] for index in range(len(periods))]


def split_net_cost(
    costs: Sequence[Amount], subsidies: Sequence[Amount], slices: Sequence[Slice]
) -> list[SharedSlice]:
    """Split costs less subsidies over the slices, then over each slice's members.

    Raises `SubsidyAboveCost`, `NobodyPays`, `WeighsNothing`.
    """
    gross_total = sum(cost.cents for cost in costs)
    grant_total = sum(subsidy.cents for subsidy in subsidies)
    if grant_total > gross_total:
        message = "Les subventions dépassent le coût qu'elles réduisent."
        raise SubsidyAboveCost(message)
    periods = [piece.period for piece in slices]
    spreads = [spread(cost, periods) for cost in costs]
    gross = [sum(parts[index] for parts in spreads) for index in range(len(periods))]
    # The net follows the gross: a subsidy is shared like the cost it reduces.
    net = list(split(gross_total - grant_total, _weights(costs, periods)).values())
    return [_share(piece, gross[index], net[index]) for index, piece in enumerate(slices)]


def totals(shared: Sequence[SharedSlice]) -> dict[int, Share]:
    """Each member's sums over the slices."""
    members = sorted({member for piece in shared for member in piece.shares})
    return {
        member: Share(
            gross_cents=sum(p.shares[member].gross_cents for p in shared if member in p.shares),
            net_cents=sum(p.shares[member].net_cents for p in shared if member in p.shares),
            weight=max(p.shares[member].weight for p in shared if member in p.shares),
            rounding_cents=sum(
                p.shares[member].rounding_cents for p in shared if member in p.shares
            ),
        )
        for member in members
    }


def _weights(costs: Sequence[Amount], periods: Sequence[Period]) -> dict[int, int]:
    """Exact weights of the slices, days × daily cost, as whole numbers: nothing is rounded yet."""
    exact = [
        sum(
            (Fraction(c.cents * c.period.shared_days(period), c.period.days) for c in costs),
            Fraction(0),
        )
        for period in periods
    ]
    scale = lcm(*(value.denominator for value in exact))
    weights = {index: int(value * scale) for index, value in enumerate(exact)}
    # Free of charge altogether: there is nothing to follow, any weight splits zero.
    return weights if any(weights.values()) else dict.fromkeys(weights, 1)


def _share(piece: Slice, gross_cents: int, net_cents: int) -> SharedSlice:
    if not piece.weights:
        if gross_cents:
            days = f"du {piece.period.from_on:%d/%m/%Y} au {piece.period.to_on:%d/%m/%Y}"
            message = f"Aucun membre {days}, où tombe pourtant un coût : dites qui paie."
            raise NobodyPays(message)
        return SharedSlice(piece.period, 0, 0, 0, {})
    total = sum(piece.weights.values())
    if total == 0:
        raise WeighsNothing("La clé ne pèse rien : aucun membre n'a de logement couvert.")
    gross = split(gross_cents, piece.weights)
    net = split(net_cents, piece.weights)
    shares = {
        member: Share(
            gross_cents=gross[member],
            net_cents=net[member],
            weight=weight,
            rounding_cents=net[member] - net_cents * weight // total,
        )
        for member, weight in piece.weights.items()
    }
    return SharedSlice(piece.period, gross_cents, net_cents, total, shares)
