"""Frequency ledger (registre des fréquences): a week's visits due, made, planned, missed.

A bailleur reads its own places; the prestataire, for all those under contract, also reads its
teams' capacity and whether they are served alike.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any
from unicodedata import normalize
from uuid import UUID

from sqlalchemy.orm import Session

from presence.kernel.clock import tonight
from presence.kernel.nomenclature import NotDoneReason
from presence.ledger.facts import DAY, WeekFacts, facts_of_week, grouped
from presence.ledger.hall_weeks import Missed, hall_weeks
from presence.ledger.reckoning import Balance, Fairness, fairness, ledger
from presence.patrimoine.queries import Place
from presence.roster.queries import teams_on_duty
from presence.rounds.evening import VISIT_MINUTES
from tenants.context import Kind
from tenants.database import context_of

# A pair makes about 34 visits between 17:00 and 23:00 (screens.md, T2): 10.6 minutes each, of
# which six are the visit. The rest, rounded up, is the way to it.
TRAVEL_MINUTES = 5
STOP_MINUTES = VISIT_MINUTES + TRAVEL_MINUTES


@dataclass(frozen=True)
class ResidenceWeek:
    """A residence's week: the sum of its halls'."""

    place: Place
    balance: Balance


@dataclass(frozen=True)
class Capacity:
    """What the teams can still do (capacité): stops of each evening left that has a shift.

    `unstaffed` are the evenings served where no shift is planned yet: nobody knows.
    """

    stops: Mapping[date, int]
    unstaffed: tuple[date, ...]

    @property
    def is_known(self) -> bool:
        """Whether every evening left has its shifts."""
        return not self.unstaffed


@dataclass(frozen=True)
class WeekLedger:
    """A week as the context may see it; deficits first. Owners' ids stay inside.

    `at_risk` says something of balances only once the capacity is known; it is 0 otherwise.
    """

    days: tuple[date, ...]
    as_of: date
    overall: Balance
    owners: Mapping[int, Balance]
    residences: tuple[ResidenceWeek, ...]
    fairness: Mapping[int, Fairness]
    capacity: Capacity | None


class _Eve(date):
    """The evening before a week, as the rules count: of that week, where nothing is over yet."""

    def isocalendar(self) -> Any:
        return date.fromordinal(self.toordinal() + 1).isocalendar()

    def isoweekday(self) -> int:
        return 0


def week_ledger(
    session: Session, scheme_id: int, day: date, as_of: date, *, planning: bool = True
) -> WeekLedger:
    """The ledger of the ISO week of a day; `as_of` is the last evening that is over.

    `planning` asks for the prestataire's own part too: capacity, hence what is at risk.
    """
    facts = facts_of_week(session, scheme_id, monday_of(day))
    until = _within(as_of, facts.days)
    weeks = hall_weeks(facts, until)
    prestataire = planning and context_of(session).kind is Kind.PRESTATAIRE
    capacity = _capacity(session, scheme_id, facts, until) if prestataire else None
    known = capacity is not None and capacity.is_known
    found = ledger(weeks, until, capacity.stops if capacity and known else {})

    def told(balance: Balance) -> Balance:
        return balance if known else replace(balance, at_risk=0)

    return WeekLedger(
        days=facts.days,
        as_of=until,
        overall=told(found.overall),
        owners={owner: told(balance) for owner, balance in found.owners.items()},
        residences=tuple(
            ResidenceWeek(place, told(balance))
            for place, balance in _by_residence(facts, found.places, until)
        ),
        fairness={one.owner: one for one in fairness(weeks, until)} if prestataire else {},
        capacity=capacity,
    )


def last_over(session: Session) -> date:
    """The last evening that is over: an evening runs until six in the morning."""
    return tonight(session) - DAY


def monday_of(day: date) -> date:
    """The first day of its ISO week."""
    return day - timedelta(days=day.isoweekday() - 1)


def reason_words(missed: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """Each reason, its French, and how many visits it cost; the most frequent first."""
    labels = {reason.value: reason.label for kind in (NotDoneReason, Missed) for reason in kind}
    ordered = sorted(missed.items(), key=lambda found: (-found[1], found[0]))
    return [(code, labels[code], number) for code, number in ordered]


def _within(as_of: date, days: Sequence[date]) -> date:
    if as_of < days[0]:
        return _Eve.fromordinal(days[0].toordinal() - 1)
    return min(as_of, days[-1])


def _capacity(session: Session, scheme_id: int, facts: WeekFacts, as_of: date) -> Capacity:
    """The stops of each evening left: its teams' minutes over those of a stop, less those made."""
    left = [day for day in facts.days if day > as_of and facts.served_on(day)]
    made = Counter(day for days in facts.done.values() for day in days)
    stops = {}
    for day in left:
        teams = teams_on_duty(session, scheme_id, day)
        if teams:
            minutes = sum((t.ends_at - t.starts_at).total_seconds() for t in teams) / 60
            stops[day] = max(0, int(minutes // STOP_MINUTES) - made[day])
    return Capacity(stops, tuple(day for day in left if day not in stops))


def _by_residence(
    facts: WeekFacts, balances: Mapping[UUID, Balance], as_of: date
) -> list[tuple[Place, Balance]]:
    halls = grouped(facts.halls, lambda hall: hall.residence_id, lambda hall: balances[hall.id])
    found = [(facts.places[key], _summed(held, as_of)) for key, held in halls.items()]
    return sorted(
        found,
        key=lambda line: (
            -line[1].missing,
            -sum(line[1].missed.values()),
            normalize("NFKD", line[0].name).casefold(),
            line[0].id,
        ),
    )


def _summed(balances: Iterable[Balance], as_of: date) -> Balance:
    held = list(balances)
    missed = Counter[str]()
    for balance in held:
        missed.update(balance.missed)
    counted = {
        one.name: sum(getattr(balance, one.name) for balance in held)
        for one in fields(Balance)
        if one.name not in {"missed", "last_on"}
    }
    last_on = max((balance.last_on for balance in held), default=as_of)
    return Balance(**counted, missed=dict(missed), last_on=last_on)
