"""G29: rounds of an evening, the solver against the greedy rounds it starts from."""

import time
from itertools import count
from random import Random
from uuid import UUID

from devstack.bench.city import City
from devstack.bench.measure import Result
from presence.routing.drawing import Engine, draw_up
from presence.routing.priority import shares, weigh
from presence.routing.problem import Plan, Position, Problem, Reason, Stop, Team

STOPS, TEAMS, OWNERS = 200, 4, 7
# A usual evening, 17:00 to 23:00, and visits long enough that not all can be made.
EVENING, VISIT = 360, 7
# The product's own limit, and how many evenings are drawn up.
SECONDS, EVENINGS = 2.0, 3
# Five towns of the Bourgoin-Jallieu area, roughly, and how far their residences spread, in degrees.
TOWNS = ((45.586, 5.274), (45.613, 5.149), (45.618, 5.229), (45.634, 5.144), (45.643, 5.121))
SPREAD = 0.015


def measure(_city: City) -> list[Result]:
    """Due stops served and seconds taken, evening by evening; the city is not needed."""
    found = [_compared(_evening(seed)) for seed in range(EVENINGS)]
    served, gaps, quick, late = (list(values) for values in zip(*found, strict=True))
    what = f"{STOPS} arrêts, {TEAMS} équipes"
    return [
        Result(
            "G29", f"{what} : dus servis, solveur / glouton", served, 1.03, at_least=True,
        ),
        Result(
            "G29", f"{what} : écart entre bailleurs", gaps, 20.0, unit="pts", note="solveur",
        ),
        Result("G29", f"{what} : durée, glouton / solveur", quick, 0.25),
        Result(
            "G29", f"{what} : durée, solveur / limite", late, 1.5, note=f"{SECONDS:.0f} s",
        ),
    ]  # fmt: skip


def _compared(problem: Problem) -> tuple[float, float, float, float]:
    greedy, greedy_seconds = _timed(problem, "greedy")
    solved, solver_seconds = _timed(problem, "solver")
    due = {stop.id for stop in problem.stops if stop.is_due}
    parts = shares(problem.stops, _served(solved)).values()
    return (
        len(_served(solved) & due) / len(_served(greedy) & due),
        float(100 * (max(parts) - min(parts))),
        greedy_seconds / solver_seconds,
        solver_seconds / SECONDS,
    )


def _timed(problem: Problem, engine: Engine) -> tuple[Plan, float]:
    started = time.perf_counter()
    plan = draw_up(problem, seconds=SECONDS, engine=engine)
    return plan, time.perf_counter() - started


def _served(plan: Plan) -> set[UUID]:
    return {planned.stop_id for planned in plan.planned}


def _evening(seed: int) -> Problem:
    """Residences of one to four halls in five towns, owned in turn; two stops in five banded."""
    chance = Random(seed)  # noqa: S311 - an invented evening, not a secret
    stops: list[Stop] = []
    for residence in count(1):
        lat, lon = chance.choice(TOWNS)
        at = lat + chance.uniform(-SPREAD, SPREAD), lon + chance.uniform(-SPREAD, SPREAD)
        for _ in range(min(chance.randint(1, 4), STOPS - len(stops))):
            stops.append(_stop(len(stops), residence, at, chance))
        if len(stops) == STOPS:
            break
    teams = tuple(Team(UUID(int=number), 0, EVENING, TOWNS[0]) for number in range(TEAMS))
    return Problem(tuple(stops), teams, seed)


def _stop(number: int, residence: int, at: Position, chance: Random) -> Stop:
    reasons = (Reason.BEHIND,) if chance.random() < 0.2 else (Reason.DUE,)
    banded = chance.random() < 0.4
    opens = chance.randrange(0, EVENING - 120, 30) if banded else 0
    return Stop(
        id=UUID(int=number),
        residence_id=UUID(int=residence),
        owner=residence % OWNERS,
        at=at,
        sector="",
        minutes=VISIT,
        opens=opens,
        closes=opens + 120 if banded else EVENING,
        weight=weigh(reasons, late=chance.randint(1, 3), due=7),
        reasons=reasons,
        ordered=chance.random() < 0.25,
    )
