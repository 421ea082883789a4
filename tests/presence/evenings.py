"""Evenings to share out: stops, teams and whole towns of them, written without a database."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import count
from random import Random
from uuid import UUID

from presence.routing.priority import shares, value, weigh
from presence.routing.problem import Plan, Position, Problem, Reason, Stop, Team

# Bourgoin-Jallieu, and the minutes of a usual evening, from 17:00 to 23:00.
CENTRE = (45.586, 5.274)
EVENING = 360


def a_stop(number: int, **facts: object) -> Stop:
    """A due stop in a residence of its own, open all evening."""
    bare = Stop(
        id=UUID(int=number),
        residence_id=UUID(int=10_000 + number),
        owner=1,
        at=None,
        sector="38053",
        minutes=10,
        opens=0,
        closes=EVENING,
        weight=weigh((Reason.DUE,)),
        reasons=(Reason.DUE,),
        ordered=False,
    )
    return replace(bare, **facts)  # type: ignore[arg-type]  # the facts are fields


def a_team(number: int = 1, **facts: object) -> Team:
    """A team on all evening, whose start is unknown."""
    bare = Team(id=UUID(int=20_000 + number), starts=0, ends=EVENING, start_at=None)
    return replace(bare, **facts)  # type: ignore[arg-type]  # the facts are fields


def a_town(
    stops: int, *, teams: int, owners: int, minutes: int = 8, bands: bool = False, seed: int = 0
) -> Problem:
    """Residences of one to four halls, within three kilometres; one stop in four is regular."""
    chance = Random(seed)  # noqa: S311 - an invented town, not a secret
    held: list[Stop] = []
    for residence in count(1):
        at, owner = _around(CENTRE, chance), 1 + residence % owners
        for _ in range(min(chance.randint(1, 4), stops - len(held))):
            opens = chance.randrange(0, 240, 30) if bands and chance.random() < 0.4 else 0
            held.append(
                a_stop(
                    len(held) + 1, residence_id=UUID(int=30_000 + residence), owner=owner, at=at,
                    minutes=minutes, opens=opens, closes=opens + 120 if opens else EVENING,
                    ordered=chance.random() < 0.25,
                )
            )  # fmt: skip
        if len(held) == stops:
            break
    squad = tuple(a_team(number, start_at=CENTRE) for number in range(1, teams + 1))
    return Problem(tuple(held), squad, seed)


def with_one_owner_away(problem: Problem) -> Problem:
    """The same evening, the first owner's residences eight kilometres to the north."""
    away = [
        replace(stop, at=(stop.at[0] + 0.07, stop.at[1])) if stop.at and stop.owner == 1 else stop
        for stop in problem.stops
    ]
    return replace(problem, stops=tuple(away))


def served(plan: Plan) -> set[UUID]:
    """The stops that a plan holds."""
    return {planned.stop_id for planned in plan.planned}


def plan_value(problem: Problem, plan: Plan) -> int:
    """What the rule says that a plan is worth."""
    return value(problem.stops, served(plan))


def spread(problem: Problem, plan: Plan) -> Fraction:
    """From the owner served least to the one served most, in share of what is due to each."""
    found = shares(problem.stops, served(plan)).values()
    return max(found) - min(found)


def rounds(plan: Plan) -> list[tuple[UUID, UUID]]:
    """Who goes where, in order: the plan without its hours."""
    ordered = sorted(plan.planned, key=lambda planned: (planned.team_id, planned.rank))
    return [(planned.team_id, planned.stop_id) for planned in ordered]


def tolerance(problem: Problem) -> Fraction:
    """Ten points of share for what lies further away, and one stop of the smallest owner."""
    due = Counter(stop.owner for stop in problem.stops if stop.is_due)
    return Fraction(10, 100) + Fraction(1, min(due.values()))


def _around(place: Position, chance: Random) -> Position:
    return place[0] + chance.uniform(-0.025, 0.025), place[1] + chance.uniform(-0.035, 0.035)
