"""G3, G4: the policy where it filters rows, and a prestataire's set of bailleurs."""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, LiteralString

from devstack.bench.city import BENCH_SECONDS, BYPASS, City, Connection, take_role
from devstack.bench.measure import Result, Samples, interleave, median_ms, ratios
from tenants.context import Context, Kind

_SCANS_OFF = ("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan")
_ALL: LiteralString = "select count(result) from presence.visit v where v.bailleur_id = %(b)s"
# A prestataire states itself; without the policy, its bailleurs must be named.
_NAMED: LiteralString = " and v.bailleur_id = any(%(five)s)"
_EVENING: LiteralString = """
  select count(*), count(*) filter (where v.result = 'not_done') from presence.visit v
   where v.prestataire_id = %(p)s and v.evening_on = %(from)s"""
_MONTH: LiteralString = """
  select v.residence_id, count(*) from presence.visit v
   where v.prestataire_id = %(p)s and v.evening_on >= %(from)s and v.evening_on < %(to)s"""
_JOIN: LiteralString = """
  select a.action, count(*) from presence.intervention v
    join presence.intervention_action a on a.bailleur_id = v.bailleur_id
     and a.intervention_id = v.id and a.evening_on = v.evening_on
   where v.prestataire_id = %(p)s and a.prestataire_id = %(p)s
     and v.evening_on >= %(from)s and v.evening_on < %(to)s
     and a.evening_on >= %(from)s and a.evening_on < %(to)s"""
_GROUP: LiteralString = " group by 1"
_SET: dict[str, tuple[LiteralString, LiteralString, int]] = {
    "une soirée": (_EVENING, _EVENING + _NAMED, 20),
    "agrégat d'un mois": (_MONTH + _GROUP, _MONTH + _NAMED + _GROUP, 2),
    "jointure d'un mois": (_JOIN + _GROUP, _JOIN + _NAMED + _GROUP, 2),
}


def measure(city: City) -> list[Result]:
    """A scan of every visit, then what a prestataire asks of five of its bailleurs."""
    with city.connect() as connection:
        # One process each: the other core is the client's.
        connection.execute("set max_parallel_workers_per_gather = 0")
        return [_scan(city, connection), *_sets(city, connection)]


def _scan(city: City, connection: Connection) -> Result:
    for setting in _SCANS_OFF:
        connection.execute(f"set {setting} = off".encode())
    values = {"b": city.bailleur}
    samples = _compared(city, connection, city.as_bailleur(), (_ALL, _ALL, 1), values)
    for setting in _SCANS_OFF:
        connection.execute(f"reset {setting}".encode())
    return Result(
        "G3", "parcours de tous les passages : signé / littéral sans règle",
        ratios(samples, "signed", "bypass"), 1.05, note=median_ms(samples),
    )  # fmt: skip


def _sets(city: City, connection: Connection) -> list[Result]:
    five = _five(connection)
    month = (city.after_on - timedelta(days=62)).replace(day=1)
    values = {
        "p": city.prestataire, "five": five, "from": month, "to": month + timedelta(days=30),
    }  # fmt: skip
    context = Context(
        Kind.PRESTATAIRE, city.prestataire, bailleurs=tuple(five), seconds=BENCH_SECONDS
    )
    results = []
    for what, queries in _SET.items():
        samples = _compared(city, connection, context, queries, values)
        results.append(
            Result(
                "G4", f"{what}, cinq bailleurs : signé / « = any » sans règle",
                ratios(samples, "signed", "bypass"), 1.15, note=median_ms(samples),
            )
        )  # fmt: skip
    return results


def _five(connection: Connection) -> list[int]:
    """Five bailleurs of very different sizes: one in three of the twelve, and the largest."""
    rows = connection.execute(
        """select id from presence.organisation
            where code in ('B1', 'B2', 'B4', 'B7', 'B10') order by id"""
    )
    return [int(row[0]) for row in rows]


def _compared(
    city: City,
    connection: Connection,
    context: Context,
    queries: tuple[LiteralString, LiteralString, int],
    values: Mapping[str, Any],
) -> Samples:
    signed, bypass, repeats = queries

    def timed(query: LiteralString) -> float:
        connection.execute(query, values, prepare=True)
        started = time.perf_counter()
        for _ in range(repeats):
            connection.execute(query, values, prepare=True)
        return (time.perf_counter() - started) / repeats

    def as_signed() -> float:
        city.act_as(connection, context)
        return timed(signed)

    def without_policy() -> float:
        take_role(connection, BYPASS)
        return timed(bypass)

    variants: dict[str, Callable[[], float]] = {"signed": as_signed, "bypass": without_policy}
    samples = interleave(variants, chunks=3)
    connection.execute("reset role")
    return samples
