"""G17: the product's one-trip read against the same query, bare, with isolation left out."""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, LiteralString

from devstack.bench.city import BYPASS, City, Connection, take_role
from devstack.bench.measure import Result, interleave, median_ms, ratios
from devstack.bench.product import product, tonight
from tenants.context import Context, Kind
from tenants.database import read_once

REPEATS, CHUNKS = 25, 8
_READS: dict[str, LiteralString] = {
    "tableau de bord de 12 mois": """
      select measure, month_on, sum(value) from presence.monthly_figure
       where bailleur_id = %(b)s and month_on >= %(from)s and month_on < %(to)s group by 1, 2""",
    "passages d'une soirée": """
      select id, residence_id, entrance_id, started_at, received_at, result from presence.visit
       where bailleur_id = %(b)s and evening_on = %(evening)s order by started_at, id""",
}


def measure(city: City) -> list[Result]:
    """A read endpoint's two usual queries: the figures of a year, the list of an evening."""
    with product(city) as app, city.connect() as bare, app.app_context():
        take_role(bare, BYPASS)
        return [_against_bare(city, bare, what, query) for what, query in _READS.items()]


def _against_bare(city: City, bare: Connection, what: str, query: LiteralString) -> Result:
    context, values = Context(Kind.BAILLEUR, city.bailleur), _values(city)

    def once() -> list[Any]:
        return read_once(context, query, values)

    def without_anything() -> list[Any]:
        return bare.execute(query, values, prepare=True).fetchall()

    if len(once()) != len(without_anything()):
        raise LookupError(what)
    samples = interleave(
        {"once": lambda: _timed(once), "bare": lambda: _timed(without_anything)}, chunks=CHUNKS
    )
    return Result(
        "G17", f"{what} : lecture d'un seul tenant / requête nue",
        ratios(samples, "once", "bare"), 1.2, note=median_ms(samples),
    )  # fmt: skip


def _timed(read: Callable[[], object]) -> float:
    read()
    started = time.perf_counter()
    for _ in range(REPEATS):
        read()
    return (time.perf_counter() - started) / REPEATS


def _values(city: City) -> Mapping[str, Any]:
    return {
        "b": city.bailleur, "evening": tonight(city),
        "from": city.after_on - timedelta(days=365), "to": city.after_on,
    }  # fmt: skip
