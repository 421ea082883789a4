"""Each hall's week as the ledger's rules take it (semaine d'un hall).

An evening is planned by what is published to its bailleur; until then by what the frequency
gives, as in `planning.queries.places_due`. A visit due by month counts in its evening's week.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from presence.kernel.nomenclature import Coded, FrequencyPeriod
from presence.patrimoine.queries import Hall
from presence.planning.frequency import possible_days
from presence.planning.ledger_rules import PlaceWeek
from presence.planning.rules import DAYS
from presence.rounds.ledger_facts import Rule, WeekFacts


class Missed(Coded):
    """Why an evening that is over has no visit, when nobody said why."""

    NOT_RECEIVED = "not_received", "Non reçu"
    NOT_PLANNED = "not_planned", "Pas au programme"


@dataclass(frozen=True)
class _Evenings:
    """A hall's evenings: to be served, under which frequency, given by it, awaited there."""

    live: Sequence[date]
    rules: Mapping[date, Rule]
    due_on: tuple[date, ...]
    awaited: Sequence[date]


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
    evenings = _evenings(hall, facts)
    rules = evenings.rules
    done = facts.done.get(hall.id, ())
    return PlaceWeek(
        place_id=hall.id,
        owner=hall.bailleur_id,
        due=_due(evenings),
        due_on=evenings.due_on,
        # Made outside the contract, a visit is no service (security.md §6).
        done_on=tuple(day for day in done if day in evenings.live),
        missed=_missed(hall, facts, evenings, as_of),
        # What was tried tonight and could not be made is not planned any more.
        planned_on=tuple(
            day for day in evenings.awaited if day > as_of and (hall.id, day) not in facts.not_done
        ),
        possible_on=tuple(
            day
            for day, rule in rules.items()
            if day > as_of and possible_days(rule.frequency, [day], done, facts.served_on)
        ),
        min_gap_days=rules[max(rules)].frequency.min_gap_days if rules else 0,
    )


def _evenings(hall: Hall, facts: WeekFacts) -> _Evenings:
    live = facts.live_on(hall)
    rules = {day: rule for day in live if (rule := facts.rule_on(hall, day)) is not None}
    due_on = tuple(day for day, rule in rules.items() if facts.is_due(rule, day))
    awaited = []
    for day in live:
        published = facts.published.get((hall.bailleur_id, day))
        if day in due_on if published is None else hall.id in published:
            awaited.append(day)
    return _Evenings(live, rules, due_on, awaited)


def _due(evenings: _Evenings) -> int:
    """A whole week under one weekly frequency owes all its visits, even those it cannot hold."""
    held = set(evenings.rules.values())
    if len(evenings.rules) == DAYS and len(held) == 1:
        (rule,) = held
        if rule.frequency.per is FrequencyPeriod.WEEK:
            return rule.frequency.times
    return len(evenings.due_on)


def _missed(hall: Hall, facts: WeekFacts, evenings: _Evenings, as_of: date) -> Mapping[str, int]:
    """The evenings without a visit, by the reason given; or by what is known when none was."""
    found = Counter[str]()
    for day in evenings.live:
        if day in facts.done.get(hall.id, ()):
            continue
        if (hall.id, day) in facts.not_done:
            found[facts.not_done[hall.id, day]] += 1
        elif day <= as_of and day in evenings.awaited:
            found[Missed.NOT_RECEIVED.value] += 1
        elif day <= as_of and day in evenings.due_on:
            found[Missed.NOT_PLANNED.value] += 1
    return found
