"""G38: suppression of a table of 500 cells, against one attack on what it leaves shown."""

import time
from collections.abc import Callable
from datetime import date
from random import Random

from devstack.bench.city import City
from devstack.bench.measure import Result
from presence.disclosure.cells import Contributions, Key, Shape, Split
from presence.disclosure.rules import Nature, Policy
from presence.disclosure.suppression import Request, audit, protect

# 21 places and their total by 22 kinds and theirs: 506 cells.
PLACES, KINDS, MEMBERS = 21, 22, 7
YEAR = date(2013, 1, 1), date(2013, 12, 31)
# From a table whose cells are nearly all small to one where few are.
MEANS = (2, 6, 20)


def measure(_city: City) -> list[Result]:
    """How many attacks a protection costs, and that the last of them finds nothing."""
    found = [_compared(mean) for mean in MEANS]
    costs, left = ([item[rank] for item in found] for rank in (0, 1))
    what = f"{(PLACES + 1) * (KINDS + 1)} cases, {MEMBERS} bailleurs"
    return [
        Result("G38", f"{what} : protéger / attaquer une fois", costs, 60.0),
        Result("G38", f"{what} : cases retrouvées", left, 0.0, unit="cases"),
    ]


def _compared(mean: int) -> tuple[float, float]:
    request = _table(mean)
    started = time.perf_counter()
    plan = protect(request)
    protected = time.perf_counter()
    left = audit(request, plan.shown)
    return (protected - started) / (time.perf_counter() - protected), float(len(left))


def _table(mean: int) -> Request:
    chance = Random(mean)  # noqa: S311 - invented figures, not a secret
    kinds = tuple(f"kind:{rank:02d}" for rank in range(KINDS))
    places = tuple(f"{rank:05d}" for rank in range(PLACES))
    values = {
        (kind, place): {who: int(chance.expovariate(1 / mean)) for who in range(1, MEMBERS + 1)}
        for kind in kinds
        for place in places
    }
    wanted = [Key(k, *YEAR, p) for k in (*kinds, "total") for p in (*places, "")]
    return Request(
        wanted=wanted,
        already=(),
        shape=Shape([Split("total", kinds)], {"": places}, {}),
        policy=Policy(),
        brought=_summed(values),
        nature=lambda _: Nature.EVENTS,
        agreed=lambda _: True,
    )


def _summed(values: dict[tuple[str, str], dict[int, int]]) -> Callable[[Key], Contributions]:
    def brought(key: Key) -> Contributions:
        found: dict[int, int] = {}
        for (kind, place), parts in values.items():
            if key.indicator in {kind, "total"} and key.area in {place, ""}:
                for who, value in parts.items():
                    found[who] = found.get(who, 0) + value
        return found

    return brought
