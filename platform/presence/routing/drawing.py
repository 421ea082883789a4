"""Drawing the rounds of an evening up (calcul des tournées): the best plan found in the time.

The greedy rounds are always made. The solver starts from them, and its plan is taken only if it
can be walked and is worth at least as much; without it, or when it fails, the evening has its
rounds all the same. Within a residence a round makes regular halls before random ones.
"""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from time import monotonic
from typing import Literal

from presence.routing import greedy, solver
from presence.routing.priority import value
from presence.routing.problem import GivenUp, Method, Plan, PlannedStop, Problem
from presence.routing.timetable import Routes, arrivals, verify, why_left_out
from presence.routing.travel import Legs

Engine = Literal["auto", "solver", "greedy"]
log = logging.getLogger("presence.rounds")


class PlanDoesNotHold(RuntimeError):
    """A plan was drawn up that nobody could walk: a fault of ours."""


def draw_up(problem: Problem, *, seconds: float = 2.0, engine: Engine = "auto") -> Plan:
    """The plan of an evening; `auto` keeps the greedy one when the solver has no better.

    `solver` lets its failures through.
    """
    started = monotonic()
    problem = replace(problem, stops=tuple(sorted(problem.stops, key=lambda stop: stop.id)))
    legs = Legs.of(problem)
    routes = greedy.fill(problem, legs)
    plan = _checked(problem, legs, routes, "greedy")
    if engine != "greedy" and plan.planned:
        try:
            searched = solver.improve(problem, legs, routes, seconds)
            found = _checked(problem, legs, searched, "solver")
            plan = max(found, plan, key=lambda one: _value(problem, one))
        # Whatever happens to the search, an evening without rounds is worse.
        except Exception:
            if engine == "solver":
                raise
            log.warning("The greedy rounds are kept.", exc_info=True)
    return replace(plan, seconds=monotonic() - started)


def _value(problem: Problem, plan: Plan) -> int:
    return value(problem.stops, {planned.stop_id for planned in plan.planned})


def _checked(problem: Problem, legs: Legs, routes: Routes, method: Method) -> Plan:
    tidied = [_regular_first(problem, legs, team, route) for team, route in enumerate(routes)]
    plan = _plan(problem, legs, tidied, method)
    if faults := verify(problem, plan):
        raise PlanDoesNotHold("; ".join(faults))
    return plan


def _regular_first(problem: Problem, legs: Legs, team: int, route: Sequence[int]) -> list[int]:
    """The same round, halls of a residence exchanged so that the regular ones come first."""
    ranks = defaultdict(list)
    for rank, number in enumerate(route):
        ranks[problem.stops[number].residence_id].append(rank)
    kept = list(route)
    for held in ranks.values():
        swapped = list(kept)
        numbers = sorted((kept[rank] for rank in held), key=lambda n: not problem.stops[n].ordered)
        for rank, number in zip(held, numbers, strict=True):
            swapped[rank] = number
        if arrivals(problem, legs, team, swapped) is not None:
            kept = swapped
    return kept


def _plan(problem: Problem, legs: Legs, routes: Routes, method: Method) -> Plan:
    planned: list[PlannedStop] = []
    for team, route in enumerate(routes):
        times = arrivals(problem, legs, team, route)
        if times is None:
            raise PlanDoesNotHold(str(problem.teams[team].id))
        planned += [
            PlannedStop(problem.stops[number].id, problem.teams[team].id, rank, arrives)
            for rank, (number, arrives) in enumerate(zip(route, times, strict=True), start=1)
        ]
    held = {number for route in routes for number in route}
    left_out = [number for number in range(len(problem.stops)) if number not in held]
    given_up = [
        GivenUp(problem.stops[number].id, why_left_out(problem, legs, number))
        for number in left_out
    ]
    return Plan(tuple(planned), tuple(given_up), method, 0.0)
