"""What a week's ledger rests on (faits de la semaine), read at once whatever the number of places.

In a bailleur's context its own rows only; in the prestataire's, those of the bailleurs under
contract.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from presence.field.models import Visit
from presence.kernel.nomenclature import VisitResult
from presence.kernel.ownership import stated
from presence.patrimoine import queries as patrimoine
from presence.patrimoine.models import Coverage
from presence.patrimoine.queries import Hall, Place
from presence.planning.frequency import Frequency, admitted, due_days, period_of
from presence.planning.models import VisitFrequency
from presence.planning.plans import published_plans
from presence.planning.stored import Served, frequency_of_row, served_by
from tenants.models import Contract
from tenants.scheme import contracts

DAY = timedelta(days=1)
Held = TypeVar("Held")
Line = TypeVar("Line")
Key = TypeVar("Key")
# What holds for a place, from a day to another.
Dated = Sequence[tuple[Range[date], Held]]


@dataclass(frozen=True)
class Rule:
    """A frequency and the place it is for: a residence, or one hall."""

    place_id: UUID
    frequency: Frequency


@dataclass(frozen=True)
class WeekFacts:
    """A week of a scheme: places, rules, what was made, missed and published."""

    days: tuple[date, ...]
    places: Mapping[UUID, Place]
    halls: Sequence[Hall]
    coverage: Mapping[UUID, Dated[int]]
    rules: Mapping[UUID, Dated[Rule]]
    done: Mapping[UUID, Sequence[date]]
    not_done: Mapping[tuple[UUID, date], str]
    published: Mapping[tuple[int, date], Collection[UUID]]
    contracts: Sequence[Contract]
    served_on: Served

    def evenings_of(self, hall: Hall) -> "Evenings":
        """A hall's evenings; worked out once for all the halls that share their residence's."""
        key = hall.id if hall.id in self.rules else hall.residence_id
        if key not in self._evenings:
            self._evenings[key] = self._worked_out(hall)
        found = self._evenings[key]
        if hall.archived_on is None:
            return found
        return found.until(hall.archived_on)

    def _worked_out(self, hall: Hall) -> "Evenings":
        """Those when it is covered and under contract, whatever becomes of the hall itself."""
        covered = self.coverage[hall.residence_id]
        signed = self._signed.get(hall.bailleur_id, ())
        live = [
            day
            for day in self.days
            if held_on(covered, day) is not None and any(day in period for period in signed)
        ]
        own, common = self.rules.get(hall.id, ()), self.rules.get(hall.residence_id, ())
        rules = {day: rule for day in live if (rule := held_on(own, day) or held_on(common, day))}
        due_on = tuple(
            day for rule in set(rules.values()) for day in self._due(rule) if rules.get(day) == rule
        )
        suits = [d for d, rule in rules.items() if admitted(rule.frequency, [d], self.served_on)]
        return Evenings(tuple(live), rules, tuple(sorted(due_on)), tuple(suits))

    def _due(self, rule: Rule) -> set[date]:
        """The evenings that a rule gives, in the periods that the week touches."""
        starts = {period_of(rule.frequency, day)[0] for day in self.days}
        return {
            day
            for start in starts
            for day in due_days(rule.frequency, rule.place_id, start, self.served_on)
        }

    @cached_property
    def _evenings(self) -> dict[UUID, "Evenings"]:
        return {}

    @cached_property
    def _signed(self) -> Mapping[int, Sequence[Range[date]]]:
        return grouped(self.contracts, lambda c: c.bailleur_id, lambda c: c.valid_during)


@dataclass(frozen=True)
class Evenings:
    """A hall's evenings of the week: to be served, under which rule, given by it, suiting it."""

    live: tuple[date, ...]
    rules: Mapping[date, Rule]
    due_on: tuple[date, ...]
    admitted_on: tuple[date, ...]

    @property
    def last_gap(self) -> int:
        """The gap asked for at the week's end."""
        return self.rules[max(self.rules)].frequency.min_gap_days if self.rules else 0

    def until(self, day: date) -> "Evenings":
        """The same for a hall that is there no more from a day on."""
        return Evenings(
            tuple(d for d in self.live if d < day),
            {d: rule for d, rule in self.rules.items() if d < day},
            tuple(d for d in self.due_on if d < day),
            tuple(d for d in self.admitted_on if d < day),
        )


def held_on(dated: Dated[Held], day: date) -> Held | None:
    """What holds on a day, None if nothing does."""
    return next((value for period, value in dated if day in period), None)


def facts_of_week(session: Session, scheme_id: int, monday: date) -> WeekFacts:
    """Read a week in a dozen queries at most."""
    days = tuple(monday + n * DAY for n in range(7))
    coverage = _coverage(session, scheme_id, days)
    places = {
        place.id: place
        for place in patrimoine.residences(session, archived=True)
        if place.id in coverage
    }
    rules = _rules(session, days)
    # A gap between two visits may reach back into the weeks before.
    gaps = (rule.frequency.min_gap_days for held in rules.values() for _, rule in held)
    done, not_done = _visits(session, scheme_id, monday - max(gaps, default=0) * DAY, days[-1])
    return WeekFacts(
        days=days,
        places=places,
        halls=patrimoine.entrances(session, places, archived=True),
        coverage=coverage,
        rules=rules,
        done=done,
        not_done=not_done,
        published={
            (plan.bailleur_id, plan.evening_on): {visit.entrance_id for visit in plan.visits}
            for plan in published_plans(session, days[0], days[-1], scheme_id)
        },
        contracts=[row for row in contracts(session) if row.scheme_id == scheme_id],
        served_on=served_by(session, scheme_id),
    )


def grouped(
    rows: Iterable[Line], key: Callable[[Line], Key], value: Callable[[Line], Held]
) -> dict[Key, list[Held]]:
    """The values of rows under each key, in their order."""
    found: dict[Key, list[Held]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(value(row))
    return dict(found)


def _week(days: Sequence[date]) -> Range[date]:
    return Range(days[0], days[-1] + DAY)


def _coverage(session: Session, scheme_id: int, days: Sequence[date]) -> Mapping[UUID, Dated[int]]:
    rows = session.execute(
        select(Coverage.residence_id, Coverage.valid_during, Coverage.dwellings).where(
            Coverage.scheme_id == scheme_id,
            Coverage.valid_during.overlaps(_week(days)),
            *stated(session, Coverage),
        )
    ).all()
    return grouped(rows, lambda row: row.residence_id, lambda row: (row[1], row[2]))


def _rules(session: Session, days: Sequence[date]) -> Mapping[UUID, Dated[Rule]]:
    rows = session.scalars(
        select(VisitFrequency).where(
            VisitFrequency.valid_during.overlaps(_week(days)), *stated(session, VisitFrequency)
        )
    ).all()
    held = [(row.entrance_id or row.residence_id, row) for row in rows]
    return grouped(
        held, lambda one: one[0],
        lambda one: (one[1].valid_during, Rule(one[0], frequency_of_row(one[1]))),
    )  # fmt: skip


def _visits(
    session: Session, scheme_id: int, first_on: date, last_on: date
) -> tuple[Mapping[UUID, Sequence[date]], Mapping[tuple[UUID, date], str]]:
    """The evenings each hall was visited, and the reasons of those it was not."""
    rows = session.execute(
        select(Visit.entrance_id, Visit.evening_on, Visit.result, Visit.not_done_reason)
        .distinct()
        .where(
            Visit.evening_on.between(first_on, last_on),
            Visit.scheme_id == scheme_id,
            *stated(session, Visit),
        )
        .order_by(Visit.evening_on, Visit.entrance_id, Visit.not_done_reason)
    )
    done: dict[UUID, list[date]] = defaultdict(list)
    not_done: dict[tuple[UUID, date], str] = {}
    for entrance_id, evening_on, result, reason in rows:
        if result == VisitResult.NOT_DONE.value:
            not_done.setdefault((entrance_id, evening_on), str(reason))
        elif evening_on not in done[entrance_id][-1:]:
            done[entrance_id].append(evening_on)
    return done, not_done
