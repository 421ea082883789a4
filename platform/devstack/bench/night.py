"""G7, G8, G9, G14: the night against its bare reads and writes, the bilan against raw rows."""

import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import LiteralString

from devstack.bench.city import RELAY, City, Connection, sign
from devstack.bench.measure import ROUNDS, Result, Samples, ratios

# What one night comes down to: the rows of the day tier, read from what was recorded.
_GROUPED: LiteralString = """
  select c.bailleur_id, c.scheme_id, c.evening_on, c.residence_id, c.measure, r.insee_code,
         count(*)::int as value
    from (
      select bailleur_id, scheme_id, evening_on, residence_id,
             case when result = 'not_done' then 'visits_not_done' else 'visits' end as measure
        from presence.visit where evening_on = %(night)s
      union all
      select bailleur_id, scheme_id, evening_on, residence_id, 'interventions'
        from presence.intervention where evening_on = %(night)s
      union all
      select a.bailleur_id, a.scheme_id, a.evening_on, i.residence_id, 'action:' || a.action
        from presence.intervention_action a
        join presence.intervention i on i.id = a.intervention_id and i.bailleur_id = a.bailleur_id
         and i.evening_on = a.evening_on
       where a.evening_on = %(night)s and i.evening_on = %(night)s
    ) c join presence.residence r on r.bailleur_id = c.bailleur_id and r.id = c.residence_id
   group by 1, 2, 3, 4, 5, 6"""
_KEEP: LiteralString = "create temp table kept on commit drop as " + _GROUPED
_READ: LiteralString = "select count(*) from (" + _GROUPED + ") g"  # noqa: S608 - constants only
_WRITE: LiteralString = """
  insert into presence.daily_figure
    (bailleur_id, scheme_id, evening_on, residence_id, measure, insee_code, value)
  select bailleur_id, scheme_id, evening_on, residence_id, measure, insee_code, value from kept"""
_NIGHT: LiteralString = "select count(*) from app.aggregate(2000, %(night)s)"
_TOUCH: LiteralString = """
  insert into presence.evening_marker (id, evening_on, bailleur_id)
  select gen_random_uuid(), evening_on, bailleur_id from presence.daily_report
   where evening_on = %(night)s"""
_FORGET: LiteralString = "delete from presence.daily_figure where evening_on = %(night)s"
_SCAN: LiteralString = "select count(*) from presence.visit"
_FROM_MONTHS: LiteralString = """
  select bailleur_id, measure, month_on, sum(value) from presence.monthly_figure
   where scheme_id = %(scheme)s and month_on >= %(from)s and month_on < %(to)s group by 1, 2, 3"""
_FROM_RAW: LiteralString = """
  select bailleur_id, measure, date_trunc('month', evening_on)::date, count(*) from (
    select bailleur_id, evening_on,
           case when result = 'not_done' then 'visits_not_done' else 'visits' end as measure
      from presence.visit
     where scheme_id = %(scheme)s and evening_on >= %(from)s and evening_on < %(to)s
    union all
    select bailleur_id, evening_on, 'interventions' from presence.intervention
     where scheme_id = %(scheme)s and evening_on >= %(from)s and evening_on < %(to)s
    union all
    select bailleur_id, evening_on, 'action:' || action from presence.intervention_action
     where scheme_id = %(scheme)s and evening_on >= %(from)s and evening_on < %(to)s
  ) t group by 1, 2, 3"""
_OWN: LiteralString = " where bailleur_id = %(b)s and scheme_id"


def measure(city: City) -> list[Result]:
    """A night counted for the first time, counted again for nothing, then the bilan."""
    with city.connect() as connection:
        sign(connection, RELAY, city.stack)
        samples = _nights(city, connection)
        floor = [
            read + write for read, write in zip(samples["read"], samples["write"], strict=True)
        ]
        samples["floor"] = floor
        rerun = ratios(samples, "again", "read")
        return [
            Result(
                "G7", "nuit, première fois (app.aggregate) / lire + écrire à nu",
                ratios(samples, "first", "floor"), 1.3,
                note=f"{_ms(samples['first'])} contre {_ms(floor)}",
            ),
            Result(
                "G8", "nuit, refaite sans changement / GROUP BY à nu", rerun, 2.0,
                note=f"{_ms(samples['again'])} contre {_ms(samples['read'])}",
            ),
            Result(
                "G9", "nuit complète (marques, jour, mois) / lire + écrire à nu",
                ratios(samples, "first", "floor"), 5.0,
            ),
            Result(
                "G9", "nuit complète / count(*) de tous les passages",
                ratios(samples, "first", "scan"), 0.5, note=f"count(*) {_ms(samples['scan'])}",
            ),
            *_bilan(city, connection),
        ]  # fmt: skip


def _nights(city: City, connection: Connection) -> Samples:
    """A night per round, each in a transaction that is undone: no round pays for another."""
    samples: Samples = {name: [] for name in ("first", "again", "read", "write", "scan")}
    for number, night in enumerate(_chosen(city)):
        values = {"night": night}

        def timed(query: LiteralString, values: dict[str, date] = values) -> float:
            started = time.perf_counter()
            connection.execute(query, values)
            return time.perf_counter() - started

        seconds: dict[str, float] = {"scan": timed(_SCAN)}
        steps = [_count_night, _bare]
        for step in steps if number % 2 else reversed(steps):
            connection.execute("begin")
            seconds |= step(connection, values, timed)
            connection.execute("rollback")
        if number:
            for name, found in seconds.items():
                samples[name].append(found)
    return samples


Timed = Callable[[LiteralString], float]


def _count_night(connection: Connection, values: dict[str, date], timed: Timed) -> dict[str, float]:
    connection.execute(_FORGET, values)
    connection.execute(_TOUCH, values)
    first = timed(_NIGHT)
    connection.execute(_TOUCH, values)
    return {"first": first, "again": timed(_NIGHT)}


def _bare(connection: Connection, values: dict[str, date], timed: Timed) -> dict[str, float]:
    connection.execute(_KEEP, values)
    connection.execute(_FORGET, values)
    return {"read": timed(_READ), "write": timed(_WRITE)}


def _chosen(city: City) -> Iterator[date]:
    """Nights of different months and weekdays; one more than the rounds, to warm up on."""
    for number in range(ROUNDS + 1):
        yield city.first_on + timedelta(days=40 + number * 29)


def _bilan(city: City, connection: Connection) -> list[Result]:
    values = {
        "scheme": city.scheme, "b": city.bailleur, "from": city.first_on, "to": city.after_on,
    }  # fmt: skip
    results = []
    for what, own in (("consolidé", False), ("d'un bailleur, en contexte signé", True)):
        if own:
            city.act_as(connection, city.as_bailleur())
        months, raw = (
            query.replace(" where scheme_id", _OWN) if own else query
            for query in (_FROM_MONTHS, _FROM_RAW)
        )
        samples: Samples = {"months": [], "raw": []}
        for _ in range(ROUNDS):
            for name, query, repeats in (("months", months, 20), ("raw", raw, 1)):
                started = time.perf_counter()
                for _again in range(repeats):
                    connection.execute(query, values)
                samples[name].append((time.perf_counter() - started) / repeats)
        results.append(
            Result(
                "G14", f"bilan de 12 mois {what} : brut / mois", ratios(samples, "raw", "months"),
                50.0, at_least=True, note=f"{_ms(samples['raw'])} contre {_ms(samples['months'])}",
            )
        )  # fmt: skip
    connection.execute("reset role")
    return results


def _ms(seconds: list[float]) -> str:
    return f"{sorted(seconds)[len(seconds) // 2] * 1000:.1f} ms"
