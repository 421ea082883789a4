"""What happened, evening after evening: invented, deterministic, with the published totals.

Everything comes from one seeded generator: the same places give the same visits, under the same
keys, so that a demonstration seeded twice is the same and a batch sent again is recognised.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from presence.demonstration.facts import Facts
from presence.field.rules import InterventionReport, VisitReport
from presence.kernel.clock import PARIS, at_paris
from presence.kernel.keys import uuid7
from presence.kernel.nomenclature import (
    Action,
    Area,
    NotDoneReason,
    Origin,
    Outcome,
    PeopleBand,
    PoliceForce,
    Situation,
    VisitResult,
)

SEED = 20131205
# One evening without a report: its phones were never received.
MISSING_ON = date(2013, 11, 21)
NOT_DONE_SHARE = 0.025
OPENS, CLOSES = time(17, 5), time(22, 50)
# Relative weight of each hour: situations gather between 20:00 and 22:00.
HOURS = {17: 1.0, 18: 1.6, 19: 2.5, 20: 4.2, 21: 4.6, 22: 2.2}
WEEKDAYS = (1.0, 1.0, 1.05, 1.0, 1.45, 1.6, 0.65)
SITUATIONS: dict[Situation, int] = {
    Situation.GATHERING: 30,
    Situation.AREA_OCCUPIED: 26,
    Situation.NOISE: 18,
    Situation.NEIGHBOUR_DISPUTE: 8,
    Situation.DAMAGE: 5,
    Situation.WASTE: 4,
    Situation.VEHICLE: 4,
    Situation.PERSON_IN_DISTRESS: 3,
    Situation.VERBAL_ABUSE: 2,
}
QUIET_ACTIONS = (
    Action.OBSERVATION,
    Action.SOCIAL_REFERRAL,
    Action.MADE_SAFE,
    Action.LANDLORD_ONCALL,
)


@dataclass(frozen=True)
class Stop:
    """A place that is due on an evening."""

    entrance_id: UUID
    residence_id: UUID
    hall: str
    insee_code: str
    in_qpv: bool


@dataclass(frozen=True)
class Evening:
    """An evening's places due and, of them, those where something happens."""

    evening_on: date
    stops: tuple[Stop, ...]


def write_evenings(
    evenings: Sequence[Evening], facts: Facts
) -> Iterator[tuple[date, list[VisitReport]]]:
    """The visits of each evening, interventions included, with exactly the published totals."""
    chance = Random(SEED)  # noqa: S311 - a story, not a secret
    counted = [e for e in evenings if facts.first_on <= e.evening_on <= facts.last_on]
    slots = _choose(chance, counted, facts.interventions)
    actions = _actions(chance, facts)
    scripts = dict(zip(sorted(slots), actions, strict=True))
    for evening in evenings:
        if evening.evening_on > facts.last_on:
            scripts |= _last_nights(evening)
        yield evening.evening_on, list(_visits(chance, evening, scripts))


def _choose(chance: Random, evenings: Iterable[Evening], wanted: int) -> set[tuple[date, int]]:
    """Pick the visits during which something happens, likelier at the hours and places that fit."""
    candidates, weights = [], []
    for evening in evenings:
        season = 1.25 if evening.evening_on.month in {5, 6, 7, 9, 10} else 0.9
        for index, stop in enumerate(evening.stops):
            hour = _moment(evening, index).astimezone(PARIS).hour
            candidates.append((evening.evening_on, index))
            weights.append(
                season
                * WEEKDAYS[evening.evening_on.weekday()]
                * HOURS[hour]
                * (2.2 if stop.in_qpv else 1)
            )
    # Weighted draw without replacement (Efraimidis and Spirakis): keep the largest u^(1/w).
    keyed = sorted(
        range(len(candidates)), key=lambda i: chance.random() ** (1 / weights[i]), reverse=True
    )
    return {candidates[i] for i in keyed[:wanted]}


def _actions(chance: Random, facts: Facts) -> list[tuple[Action, ...]]:
    """One tuple of actions per intervention; each published count is exact, and they overlap."""
    without = facts.interventions - facts.mediation
    sets: list[set[Action]] = [{Action.MEDIATION} for _ in range(facts.mediation)]
    sets += [set() for _ in range(without)]
    apart = without // 4
    mediated, bare = range(facts.mediation), list(range(facts.mediation, facts.interventions))
    reminded = chance.sample(mediated, facts.reminder - apart) + bare[:apart]
    called = chance.sample(mediated, facts.police - apart) + bare[apart : 2 * apart]
    for index in reminded:
        sets[index].add(Action.HOUSE_RULES_REMINDER)
    for index in called:
        sets[index].add(Action.POLICE_REQUEST)
    for index in bare[2 * apart :]:
        sets[index].add(chance.choice(QUIET_ACTIONS))
    chance.shuffle(sets)
    return [tuple(action for action in Action if action in found) for found in sets]


def _last_nights(evening: Evening) -> dict[tuple[date, int], tuple[Action, ...]]:
    """The nights after the published period: written by hand, for the morning page."""
    busy = [index for index, stop in enumerate(evening.stops) if stop.in_qpv]
    scripts: list[tuple[Action, ...]] = [
        (Action.MEDIATION, Action.POLICE_REQUEST),
        (Action.MEDIATION, Action.HOUSE_RULES_REMINDER),
        (Action.MEDIATION,),
        (Action.MEDIATION,),
    ]
    night = evening.evening_on.day
    chosen = [busy[(night * 3 + step * 4) % len(busy)] for step in range(4)] if busy else []
    picked = list(dict.fromkeys(chosen))[: 4 if night == 4 else 2]
    return {
        (evening.evening_on, index): script for index, script in zip(picked, scripts, strict=False)
    }


def _visits(
    chance: Random, evening: Evening, scripts: dict[tuple[date, int], tuple[Action, ...]]
) -> Iterator[VisitReport]:
    for index, stop in enumerate(evening.stops):
        started_at = _moment(evening, index)
        key = uuid7(int(started_at.timestamp() * 1000), chance.randbytes(10))
        actions = scripts.get((evening.evening_on, index))
        draw = chance.random()
        if actions is not None:
            yield VisitReport(
                key,
                stop.entrance_id,
                started_at,
                VisitResult.INTERVENTION,
                interventions=(_intervention(chance, stop, started_at, actions),),
            )
        elif draw < NOT_DONE_SHARE:
            reason = chance.choice(list(NotDoneReason)[:3])
            yield VisitReport(key, stop.entrance_id, started_at, VisitResult.NOT_DONE, reason)
        else:
            yield VisitReport(key, stop.entrance_id, started_at, VisitResult.NOTHING_TO_REPORT)


def _intervention(
    chance: Random, stop: Stop, started_at: datetime, actions: tuple[Action, ...]
) -> InterventionReport:
    situation = chance.choices(list(SITUATIONS), list(SITUATIONS.values()))[0]
    origin = chance.choices(
        [Origin.ROUND, Origin.RESIDENT_CALL, Origin.LANDLORD_REQUEST], [74, 21, 5]
    )[0]
    police = Action.POLICE_REQUEST in actions
    called_at = started_at + timedelta(minutes=chance.randint(4, 12)) if police else None
    came = police and chance.random() < 0.8
    return InterventionReport(
        area=Area.UNDERGROUND_PARKING
        if "Sous-sol" in stop.hall
        else chance.choice([Area.HALL, Area.HALL, Area.HALL, Area.STAIRWELL, Area.FORECOURT]),
        situation=situation,
        actions=actions,
        outcome=_outcome(chance, police),
        origin=origin,
        people_band=chance.choice(list(PeopleBand)[1:]),
        police_force=_force(stop) if police else None,
        police_called_at=called_at,
        police_arrived_at=called_at + timedelta(minutes=chance.randint(9, 35))
        if came and called_at
        else None,
    )


def _outcome(chance: Random, police: bool) -> Outcome:
    if police:
        return chance.choices(
            [Outcome.DISPERSED, Outcome.HANDED_OVER, Outcome.WITHDREW], [5, 4, 1]
        )[0]
    return chance.choices(
        [Outcome.CALMED, Outcome.DISPERSED, Outcome.PERSISTS, Outcome.NOBODY_FOUND], [62, 24, 9, 5]
    )[0]


def _force(stop: Stop) -> PoliceForce:
    # Bourgoin-Jallieu is a national police district, its neighbours the gendarmerie's.
    return PoliceForce.NATIONAL_POLICE if stop.insee_code == "38053" else PoliceForce.GENDARMERIE


def _moment(evening: Evening, index: int) -> datetime:
    """When a stop of the round is reached: evenly over the service window."""
    opens = at_paris(evening.evening_on, OPENS)
    length = at_paris(evening.evening_on, CLOSES) - opens
    moment = opens + length * (index + 0.5) / max(1, len(evening.stops))
    # A fixed shift per evening, so that places are not visited at the same minute every time.
    return (moment + timedelta(minutes=evening.evening_on.toordinal() % 7)).replace(microsecond=0)
