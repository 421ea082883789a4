"""Rounds by local search (recherche locale): starts from rounds that hold, and betters them.

What is left out costs what it is worth, far above any minute of travel. The owners' shares are
linear here: the stops served so far fill them first, which never promises more than the new
rounds are worth by the rule. Chance in the costs settles ties otherwise each night.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from presence.routing.priority import worths
from presence.routing.problem import Problem
from presence.routing.timetable import Routes, arrivals
from presence.routing.travel import Legs

_TIME = "time"


class NoRoundsFound(RuntimeError):
    """The search ended without rounds."""


def improve(problem: Problem, legs: Legs, routes: Routes, seconds: float) -> Routes:
    """Rounds searched for so many seconds from those given; raises when there is no answer."""
    # Heavy to load, and an installation may do without: the greedy rounds are then kept.
    from ortools.constraint_solver import (  # type: ignore[import-untyped]  # noqa: PLC0415
        pywrapcp,
        routing_enums_pb2,
    )

    model = _Model.of(pywrapcp, problem, legs)
    model.keep_times()
    model.set_costs({problem.stops[number].id for route in routes for number in route})
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    heuristics = routing_enums_pb2.LocalSearchMetaheuristic
    parameters.local_search_metaheuristic = heuristics.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(round(1000 * seconds))
    model.routing.CloseModelWithParameters(parameters)
    found = model.routing.SolveFromAssignmentWithParameters(model.read(routes), parameters)
    if found is None:
        raise NoRoundsFound
    return model.routes(found)


@dataclass(frozen=True)
class _Model:
    """Nodes: where each team starts, one end for all (nobody has to come back), then the stops."""

    problem: Problem
    legs: Legs
    numbers: Sequence[int]
    manager: Any
    routing: Any

    @classmethod
    def of(cls, pywrapcp: Any, problem: Problem, legs: Legs) -> "_Model":
        """The teams, and the stops that one of them can reach."""
        end = len(problem.teams)
        starts = list(range(end))
        numbers = [
            number
            for number in range(len(problem.stops))
            if any(arrivals(problem, legs, team, [number]) is not None for team in starts)
        ]
        manager = pywrapcp.RoutingIndexManager(end + 1 + len(numbers), end, starts, [end] * end)
        return cls(problem, legs, numbers, manager, pywrapcp.RoutingModel(manager))

    def keep_times(self) -> None:
        """Every visit inside its band and its team's shift; a team may wait."""
        shifts, stops = self.problem.teams, self.problem.stops
        lasting = [stop.minutes for stop in stops]
        transit = self._matrix(self.legs.from_start, self.legs.between, lasting)
        first, last = min(team.starts for team in shifts), max(team.ends for team in shifts)
        self.routing.AddDimension(transit, last - first, last - first, False, _TIME)
        times = self.routing.GetDimensionOrDie(_TIME)
        for number, index in self._indices().items():
            stop = stops[number]
            latest = min(stop.closes, last) - stop.minutes
            times.CumulVar(index).SetRange(max(stop.opens, first) - first, latest - first)
        for vehicle, team in enumerate(shifts):
            for bound in (self.routing.Start(vehicle), self.routing.End(vehicle)):
                times.CumulVar(bound).SetRange(team.starts - first, team.ends - first)

    def set_costs(self, first: Collection[UUID]) -> None:
        """Travel with chance in it, and the worth of what is left out."""
        free = [0] * len(self.problem.stops)
        costs = self._matrix(self.legs.cost_from_start, self.legs.cost_between, free)
        self.routing.SetArcCostEvaluatorOfAllVehicles(costs)
        each = worths(self.problem.stops, first)
        for number, index in self._indices().items():
            self.routing.AddDisjunction([index], each[self.problem.stops[number].id])

    def read(self, routes: Routes) -> Any:
        """The rounds to start from."""
        indices = self._indices()
        given = [[indices[number] for number in route] for route in routes]
        return self.routing.ReadAssignmentFromRoutes(given, True)

    def routes(self, found: Any) -> Routes:
        """The rounds of an answer."""
        numbers = {index: number for number, index in self._indices().items()}
        routes: Routes = [[] for _ in self.problem.teams]
        for vehicle, route in enumerate(routes):
            index = self.routing.Start(vehicle)
            while (index := found.Value(self.routing.NextVar(index))) in numbers:
                route.append(numbers[index])
        return routes

    def _indices(self) -> dict[int, int]:
        before = len(self.problem.teams) + 1
        return {
            number: self.manager.NodeToIndex(before + rank)
            for rank, number in enumerate(self.numbers)
        }

    def _matrix(
        self, from_start: list[list[int]], between: list[list[int]], lasting: Sequence[int]
    ) -> int:
        """A leg and what comes before it, from every node to every node, given to the library."""
        others = len(self.problem.teams) + 1
        rows = [[0] * others + [row[number] for number in self.numbers] for row in from_start]
        rows.append([0] * (others + len(self.numbers)))
        for number in self.numbers:
            spent = lasting[number]
            onward = [spent + between[number][other] for other in self.numbers]
            rows.append([spent] * others + onward)
        return int(self.routing.RegisterTransitMatrix(rows))
