"""Each hall's week as the ledger's rules take it (semaine d'un hall).

An evening is planned by what is published to its bailleur; until then by what the frequency
gives, as in `planning.queries.places_due`. A visit due by month counts in its evening's week.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from presence.kernel.nomenclature import Coded, FrequencyPeriod
from presence.ledger.facts import Evenings, WeekFacts
from presence.ledger.reckoning import PlaceWeek
from presence.patrimoine.queries import Hall
from presence.planning.frequency import possible_days
from presence.planning.rules import DAYS


class Missed(Coded):
    """Why an evening that is over has no visit, when nobody said why."""

    NOT_RECEIVED = "not_received", "Non reçu"
    NOT_PLANNED = "not_planned", "Pas au programme"


def hall_weeks(facts: WeekFacts, as_of: date) -> list[PlaceWeek]:
    """Every hall's week; a residence's dwellings are counted once, with its first hall."""
    dwellings = {
        key: max(held, key=lambda one: one[0].lower or date.min)[1]
        for key, held in facts.coverage.items()
    }
    return [
        replace(_hall_week(hall, facts, as_of), dwellings=dwellings.pop(hall.residence_id, 0))
        for hall in facts.halls
    ]


def _hall_week(hall: Hall, facts: WeekFacts, as_of: date) -> PlaceWeek:
    evenings = facts.evenings_of(hall)
    awaited = _awaited(hall, facts, evenings)
    done = facts.done.get(hall.id, ())
    return PlaceWeek(
        place_id=hall.id,
        owner=hall.bailleur_id,
        due=_due(evenings),
        due_on=evenings.due_on,
        # Made outside the contract, a visit is no service (security.md §6).
        done_on=tuple(day for day in done if day in evenings.live),
        missed=_missed(hall, facts, awaited, as_of),
        # What was tried tonight and could not be made is not planned any more.
        planned_on=tuple(d for d in awaited if d > as_of and (hall.id, d) not in facts.not_done),
        possible_on=_possible(facts, evenings, as_of, done),
        min_gap_days=evenings.last_gap,
    )


def _awaited(hall: Hall, facts: WeekFacts, evenings: Evenings) -> list[date]:
    """The evenings when a visit is awaited, by what is published; by the frequency before that."""
    found = []
    for day in evenings.live:
        published = facts.published.get((hall.bailleur_id, day))
        if day in evenings.due_on if published is None else hall.id in published:
            found.append(day)
    return found


def _possible(
    facts: WeekFacts, evenings: Evenings, as_of: date, done: Sequence[date]
) -> tuple[date, ...]:
    left = [day for day in evenings.admitted_on if day > as_of]
    if not done:
        return tuple(left)
    return tuple(
        day
        for day in left
        if possible_days(evenings.rules[day].frequency, [day], done, facts.served_on)
    )


def _due(evenings: Evenings) -> int:
    """A whole week under one weekly frequency owes all its visits, even those it cannot hold."""
    held = set(evenings.rules.values())
    if len(evenings.rules) == DAYS and len(held) == 1:
        (rule,) = held
        if rule.frequency.per is FrequencyPeriod.WEEK:
            return rule.frequency.times
    return len(evenings.due_on)


def _missed(
    hall: Hall, facts: WeekFacts, awaited: Sequence[date], as_of: date
) -> Mapping[str, int]:
    """The evenings without a visit, by the reason given; or by what is known when none was."""
    evenings = facts.evenings_of(hall)
    found = Counter[str]()
    for day in evenings.live:
        if day in facts.done.get(hall.id, ()):
            continue
        if (hall.id, day) in facts.not_done:
            found[facts.not_done[hall.id, day]] += 1
        elif day <= as_of and day in awaited:
            found[Missed.NOT_RECEIVED.value] += 1
        elif day <= as_of and day in evenings.due_on:
            found[Missed.NOT_PLANNED.value] += 1
    return found
