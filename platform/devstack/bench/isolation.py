"""G1, G2: what isolation costs, in one backend that changes role between variants."""

import statistics
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, LiteralString

from devstack.bench.city import BYPASS, City, Connection, take_role
from devstack.bench.measure import Result, Samples, interleave, ratios

# 300 executions a round, in short turns.
REPEATS, CHUNKS = 25, 12
ROUNDS = 11
_MONTH: LiteralString = """
  select v.residence_id, count(*) from presence.visit v
   where v.bailleur_id = %(b)s and v.evening_on >= %(from)s and v.evening_on < %(to)s
   group by 1"""
_JOIN: LiteralString = """
  select a.action, count(*)
    from presence.intervention i
    join presence.intervention_action a
      on a.bailleur_id = i.bailleur_id and a.intervention_id = i.id and a.evening_on = i.evening_on
   where i.bailleur_id = %(b)s and a.bailleur_id = %(b)s
     and i.evening_on >= %(from)s and i.evening_on < %(to)s
     and a.evening_on >= %(from)s and a.evening_on < %(to)s
   group by 1"""
_SHORT: dict[str, LiteralString] = {
    "intervention par clé": """
      select outcome from presence.intervention
       where bailleur_id = %(b)s and id = %(intervention)s and evening_on = %(intervention_on)s""",
    "passage par clé": """
      select result from presence.visit
       where bailleur_id = %(b)s and id = %(visit)s and evening_on = %(visit_on)s""",
    "une résidence, 30 soirées": """
      select count(*) from presence.visit
       where bailleur_id = %(b)s and evening_on >= %(from)s and evening_on < %(to)s
         and residence_id = %(residence)s""",
    "une soirée comptée": """
      select count(*) from presence.visit
       where bailleur_id = %(b)s and evening_on = %(visit_on)s""",
}


def measure(city: City) -> list[Result]:
    """Aggregates, then queries of some tens of microseconds."""
    with city.connect() as connection:
        values = _values(city, connection)
        return [
            *_aggregates(city, connection, values),
            *_short_queries(city, connection, values),
        ]


def _aggregates(city: City, connection: Connection, values: dict[str, Any]) -> list[Result]:
    results = []
    for what, query in (("agrégat d'un mois", _MONTH), ("jointure d'un mois", _JOIN)):
        samples = interleave(
            _pair(city, connection, _Query(query, values, repeats=2)), chunks=CHUNKS
        )
        found = ratios(samples, "signed", "bypass")
        results.append(
            Result(
                "G1", f"{what}, préparé : signé / sans règle", found, 1.05, note=_added(samples)
            )
        )  # fmt: skip
    return results


def _short_queries(city: City, connection: Connection, values: dict[str, Any]) -> list[Result]:
    results = []
    for prepared, limit in ((True, 1.10), (False, 1.20)):
        for what, query in _SHORT.items():
            variants = _pair(city, connection, _Query(query, values, prepared=prepared))
            samples = interleave(variants, ROUNDS, CHUNKS)
            how = "préparé" if prepared else "non préparé"
            results.append(
                Result(
                    "G2",
                    f"{what}, {how} : signé / sans règle",
                    ratios(samples, "signed", "bypass"),
                    limit,
                    note=_added(samples),
                )
            )
    return results


def _added(samples: Samples) -> str:
    bare, signed = (statistics.median(samples[name]) * 1e6 for name in ("bypass", "signed"))
    return f"{bare:.0f} µs, +{signed - bare:.0f} µs"


class _Query:
    """A query to repeat, with its values."""

    def __init__(
        self,
        query: LiteralString,
        values: Mapping[str, Any],
        *,
        prepared: bool = True,
        repeats: int = REPEATS,
    ) -> None:
        """Prepared once per session, or parsed and planned each time."""
        self.query: LiteralString = query
        self.values = values
        self.prepared = prepared
        self.repeats = repeats

    def seconds(self, connection: Connection, name: LiteralString) -> float:
        """Seconds of one execution; each variant has a statement of its own."""
        query: LiteralString = f"/* {name} */ {self.query}"
        # In one transaction, as the queries of a request are.
        with connection.transaction():
            connection.execute(query, self.values, prepare=self.prepared)
            started = time.perf_counter()
            for _ in range(self.repeats):
                connection.execute(query, self.values, prepare=self.prepared)
            return (time.perf_counter() - started) / self.repeats


def _pair(city: City, connection: Connection, query: _Query) -> dict[str, Callable[[], float]]:
    def signed() -> float:
        city.act_as(connection, city.as_bailleur())
        return query.seconds(connection, "signed")

    def bypass() -> float:
        take_role(connection, BYPASS)
        return query.seconds(connection, "bypass")

    return {"signed": signed, "bypass": bypass}


def _values(city: City, connection: Connection) -> dict[str, Any]:
    connection.execute("reset role")
    month = (city.after_on - timedelta(days=62)).replace(day=1)
    row = connection.execute(
        """select v.id, v.evening_on, v.residence_id, i.id, i.evening_on
             from presence.visit v join presence.intervention i using (bailleur_id)
            where v.bailleur_id = %s and v.evening_on >= %s and i.evening_on >= %s
            order by v.id, i.id limit 1""",
        (city.bailleur, month, month),
    ).fetchone()
    if row is None:
        raise LookupError(month)
    names = ("visit", "visit_on", "residence", "intervention", "intervention_on")
    return dict(zip(names, row, strict=True)) | {
        "b": city.bailleur, "from": month, "to": month + timedelta(days=30),
    }  # fmt: skip
