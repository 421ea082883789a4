"""G16: round trips to PostgreSQL, counted in libpq's own trace of what goes over the wire."""

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, LiteralString
from uuid import uuid4

import orjson
from flask import Flask
from sqlalchemy import event

from devstack.bench.city import City
from devstack.bench.ingest import STATEMENTS
from devstack.bench.measure import Result
from devstack.bench.product import PEOPLE, Visitor, product, tonight
from tenants.context import Context, Kind
from tenants.database import db, read_once, transaction

_READ: LiteralString = """
  select count(*) from presence.visit where bailleur_id = %(b)s and evening_on = %(evening)s"""
# The client waits for an answer after each of these.
_WAITED = re.compile(rb"\tF\t\d+\t(?:Sync|Query)\b")
Trips = Callable[[Callable[[], object]], int]


def measure(city: City) -> list[Result]:
    """Trips of the one-trip read, of a transaction that writes, and of whole requests."""
    with product(city) as app, _traced(app) as trips:
        reader, writer = (Visitor(app, email, city.stack.secrets.demo_password) for email in PEOPLE)
        # Two requests of the API, each with its token looked up in a transaction of its own.
        listed = trips(lambda: reader.get("/api/v1/visits", {"evening": str(tonight(city))}))
        visit = _visit(city, writer)
        recorded = trips(lambda: writer.send("POST", "/api/v1/visits", visit))
        with app.app_context():
            read, write = trips(lambda: _read(city)), trips(lambda: _write(city))
    return [
        Result(
            "G16", "aller-retours : lecture d'un seul tenant", [read], 1.0, unit="",
            note=f"requête entière « passages d'une soirée » : {listed}",
        ),
        Result(
            "G16", "aller-retours : transaction d'une écriture", [write], 4.0, unit="",
            note=f"requête entière « enregistrer un passage » : {recorded}",
        ),
    ]  # fmt: skip


@contextmanager
def _traced(app: Flask) -> Iterator[Trips]:
    """Count the round trips of a call, on every engine of the product."""
    with app.app_context():
        engines = list(db.engines.values())
    with tempfile.TemporaryFile() as trace:

        def follow(driver: Any, _record: object, _proxy: object) -> None:
            driver.pgconn.trace(trace.fileno())

        def trips(call: Callable[[], object]) -> int:
            # The first time connects; psycopg prepares what it has seen five times.
            for _ in range(6):
                call()
            start = trace.seek(0, 2)
            call()
            trace.seek(start)
            return len(_WAITED.findall(trace.read()))

        for engine in engines:
            event.listen(engine, "checkout", follow)
        yield trips
        for engine in engines:
            event.remove(engine, "checkout", follow)
            # Connections that were followed are not used again.
            engine.dispose()


def _read(city: City) -> None:
    values = {"b": city.bailleur, "evening": tonight(city)}
    # An empty answer would mean that the context did not reach the query.
    if not read_once(Context(Kind.BAILLEUR, city.bailleur), _READ, values)[0][0]:
        raise LookupError(values)


def _write(city: City) -> None:
    marker = {"id": uuid4(), "bailleur_id": city.bailleur, "evening_on": tonight(city)}
    with transaction(Context(Kind.PRESTATAIRE, city.prestataire)) as session:
        document = orjson.dumps([marker]).decode()
        session.execute(STATEMENTS["evening_marker"], {"doc": document})


def _visit(city: City, writer: Visitor) -> dict[str, str]:
    places = (writer.get("/api/v1/residences").json or {})["items"]
    return {
        "entrance_id": places[0]["entrances"][0]["id"], "result": "nothing_to_report",
        "started_at": f"{tonight(city)}T20:15:00Z",
    }  # fmt: skip
