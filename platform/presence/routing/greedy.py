"""Rounds by insertion (insertion gloutonne): always possible, quick, the same for a seed. Pure.

One stop at a time goes where it costs least, and the next is the one that is worth most for the
minutes it takes. What it is worth falls as its owner is served.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from presence.routing.priority import is_levelled, worth
from presence.routing.problem import Problem
from presence.routing.timetable import Routes
from presence.routing.travel import Legs


class Offer(NamedTuple):
    """A place in a round for a stop, and the detour it costs, in tenths of minutes."""

    detour: int
    position: int


def fill(problem: Problem, legs: Legs) -> Routes:
    """A round for each team, in the problem's order."""
    rounds = [_Round(problem, legs, team) for team in range(len(problem.teams))]
    offers = {number: [one.offer(number) for one in rounds] for number in range(len(problem.stops))}
    due = Counter(stop.owner for stop in problem.stops if stop.is_due)
    served = Counter[int]()
    while (chosen := _choose(problem, offers, served, due)) is not None:
        number, team, position = chosen
        stop = problem.stops[number]
        served[stop.owner] += stop.is_due
        rounds[team].insert(number, position)
        del offers[number]
        for waiting, places in offers.items():
            places[team] = rounds[team].offer(waiting)
    return [one.route for one in rounds]


def _choose(
    problem: Problem,
    offers: dict[int, list[Offer | None]],
    served: Counter[int],
    due: Counter[int],
) -> tuple[int, int, int] | None:
    """The stop worth most for its minutes, the team and the rank."""
    best, chosen = 0.0, None
    for number, places in offers.items():
        open_to = [(offer, team) for team, offer in enumerate(places) if offer is not None]
        if not open_to:
            continue
        offer, team = min(open_to)
        stop = problem.stops[number]
        level = (served[stop.owner], due[stop.owner]) if is_levelled(stop) else (0, 0)
        # A detour can be negative with chance in it; the visit itself never is.
        rate = worth(stop.weight, *level) / max(1, 10 * stop.minutes + offer.detour)
        if rate > best:
            best, chosen = rate, (number, team, offer.position)
    return chosen


@dataclass
class _Round:
    """A round being filled; `free` and `latest` tell what an insertion may still push back."""

    problem: Problem
    legs: Legs
    team: int
    route: list[int] = field(default_factory=list)
    free: list[int] = field(default_factory=list)
    latest: list[int] = field(default_factory=list)

    def offer(self, number: int) -> Offer | None:
        """The cheapest place for a stop; None when the round cannot take it."""
        stop, shift = self.problem.stops[number], self.problem.teams[self.team]
        last = self._last(number)
        best: Offer | None = None
        for position in range(len(self.route) + 1):
            free = self.free[position - 1] if position else shift.starts
            if free > last:
                break
            arrives = max(stop.opens, free + self._leg(position, number))
            if arrives > last:
                continue
            if position < len(self.route):
                onward = self.legs.between[number][self.route[position]]
                if arrives + stop.minutes + onward > self.latest[position]:
                    continue
            detour = self._detour(position, number)
            if best is None or detour < best.detour:
                best = Offer(detour, position)
        return best

    def insert(self, number: int, position: int) -> None:
        """Put a stop in the round, and work the times out again."""
        self.route.insert(position, number)
        shift, stops = self.problem.teams[self.team], self.problem.stops
        self.free, free = [], shift.starts
        for rank, held in enumerate(self.route):
            free = max(stops[held].opens, free + self._leg(rank, held)) + stops[held].minutes
            self.free.append(free)
        self.latest = [self._last(held) for held in self.route]
        for rank in range(len(self.route) - 2, -1, -1):
            held, after = self.route[rank : rank + 2]
            allowed = self.latest[rank + 1] - self.legs.between[held][after] - stops[held].minutes
            self.latest[rank] = min(self.latest[rank], allowed)

    def _last(self, number: int) -> int:
        stop = self.problem.stops[number]
        return min(stop.closes, self.problem.teams[self.team].ends) - stop.minutes

    def _leg(self, position: int, number: int) -> int:
        if position == 0:
            return self.legs.from_start[self.team][number]
        return self.legs.between[self.route[position - 1]][number]

    def _detour(self, position: int, number: int) -> int:
        between = self.legs.cost_between
        costs = (
            between[self.route[position - 1]] if position else self.legs.cost_from_start[self.team]
        )
        if position == len(self.route):
            return costs[number]
        after = self.route[position]
        return costs[number] + between[number][after] - costs[after]
