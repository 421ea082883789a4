"""Travel times (temps de trajet), in whole minutes, worked out without a network. Pure.

As the crow flies, lengthened to follow roads, at town speed: 1.35 and 40 km/h, the figures on
which the rounds were measured (design, libraries §8). Rounded up: nobody is planned to arrive
early. Halls of one residence are 0 apart: the walk between them is part of the visits.
"""

from dataclasses import dataclass
from math import asin, ceil, cos, radians, sin, sqrt
from random import Random

from presence.routing.problem import Position, Problem, Stop, Team

ROAD_FACTOR = 1.35
KM_PER_HOUR = 40
# Mean radius of the Earth (IUGG).
EARTH_KM = 6371.0
# Assumed when coordinates are missing, as the crow flies: across a small town, and from one to
# the next. No source: import the coordinates and they are no longer used.
SAME_COMMUNE_KM = 2.5
OTHER_COMMUNE_KM = 8.0
# What chance may add to a leg when rounds are compared, so that no two nights look alike: two
# minutes. Measured: one in five pairs of stops follow each other again the next night; with four
# minutes no fewer do, and fewer stops are served. It never enters a time.
CHANCE_TENTHS = 20


@dataclass(frozen=True)
class Legs:
    """Every leg of a problem, stops and teams by their place in it.

    `between` and `from_start` are minutes; the costs are tenths of minutes with chance added
    before stops that are not to be met in the same order every night.
    """

    between: list[list[int]]
    from_start: list[list[int]]
    cost_between: list[list[int]]
    cost_from_start: list[list[int]]

    @classmethod
    def of(cls, problem: Problem) -> "Legs":
        """All legs, the same for the same problem and seed."""
        chance = Random(problem.seed)  # noqa: S311 - rounds that vary, not a secret
        stops = problem.stops
        between = [[minutes_between(one, other) for other in stops] for one in stops]
        from_start = [[minutes_from_start(team, stop) for stop in stops] for team in problem.teams]

        def costs(row: list[int]) -> list[int]:
            return [
                10 * minutes + (0 if stop.ordered else chance.randrange(CHANCE_TENTHS))
                for minutes, stop in zip(row, stops, strict=True)
            ]

        return cls(
            between, from_start, [costs(row) for row in between], [costs(row) for row in from_start]
        )


def minutes_between(one: Stop, other: Stop) -> int:
    """From one stop to another."""
    if one.residence_id == other.residence_id:
        return 0
    if one.at is not None and other.at is not None:
        return _minutes(_km(one.at, other.at))
    same = one.sector == other.sector != ""
    return _minutes(SAME_COMMUNE_KM if same else OTHER_COMMUNE_KM)


def minutes_from_start(team: Team, stop: Stop) -> int:
    """From where a team begins its shift to a stop; nothing when that is unknown."""
    if team.start_at is None:
        return 0
    return _minutes(OTHER_COMMUNE_KM if stop.at is None else _km(team.start_at, stop.at))


def _minutes(km: float) -> int:
    return ceil(km * ROAD_FACTOR / KM_PER_HOUR * 60)


def _km(one: Position, other: Position) -> float:
    """Great-circle distance, by the haversine formula."""
    lat, lon, other_lat, other_lon = map(radians, (*one, *other))
    turn = sin((other_lat - lat) / 2) ** 2
    turn += cos(lat) * cos(other_lat) * sin((other_lon - lon) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(turn)))
