"""Every page and endpoint of the product opened once, to hear what it asks PostgreSQL."""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import LiteralString
from uuid import uuid4
from zoneinfo import ZoneInfo

from flask import Flask
from werkzeug.routing import Rule

from devstack.bench.city import City, Connection
from devstack.bench.product import PEOPLE, Statement, Visitor, captured, tonight
from tenants.context import Kind

KINDS = (Kind.BAILLEUR, Kind.PRESTATAIRE)
# What a path names is one of the measured bailleur's.
_REPORT: LiteralString = """
  select id from presence.daily_report where bailleur_id = %(b)s order by evening_on desc limit 1"""
_INTERVENTION: LiteralString = """
  select id, residence_id, entrance_id, evening_on from presence.intervention
   where bailleur_id = %(b)s and evening_on <= %(tonight)s order by evening_on desc, id limit 1"""


def statements(city: City, connection: Connection, app: Flask) -> tuple[list[Statement], int]:
    """The statements of all pages, reads then writes, and how many pages answered."""
    values = _values(city, connection)
    served = 0
    with captured(app, KINDS) as found:
        for email in PEOPLE:
            visitor = Visitor(app, email, city.stack.secrets.demo_password)
            for path in _readable(app, values):
                served += any(
                    visitor.get(path, query).status_code == 200 for query in _queries(city)
                )
            served += sum(answer < 300 for answer in _writes(visitor, city, values))
    return list(found.values()), served


def _values(city: City, connection: Connection) -> dict[str, str]:
    night = tonight(city)
    given = {"b": city.bailleur, "tonight": night}
    report = connection.execute(_REPORT, given).fetchone()
    intervention = connection.execute(_INTERVENTION, given).fetchone()
    if report is None or intervention is None:
        raise LookupError(night)
    names = ("intervention_id", "residence_id", "entrance_id", "evening")
    return {
        "day": str(night), "year": str(night.year), "report_id": str(report[0]),
        **dict(zip(names, map(str, intervention), strict=True)),
    }  # fmt: skip


def _readable(app: Flask, values: dict[str, str]) -> Iterator[str]:
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint != "static":
            yield _path(app, rule, values)


def _path(app: Flask, rule: Rule, values: dict[str, str]) -> str:
    arguments = {name: values.get(name, str(uuid4())) for name in rule.arguments}
    if "year" in arguments:
        return app.url_map.bind("localhost").build(
            rule.endpoint, arguments | {"year": int(values["year"])}
        )
    return app.url_map.bind("localhost").build(rule.endpoint, arguments)


def _queries(city: City) -> Iterator[dict[str, str]]:
    """What an endpoint may insist on: nothing, an evening, a range of months."""
    night = tonight(city)
    yield {}
    yield {"evening": str(night)}
    yield {"from": f"{city.first_on:%Y-%m}", "to": f"{night:%Y-%m}"}


def _writes(visitor: Visitor, city: City, values: dict[str, str]) -> Iterator[int]:
    """One write of each sort; a door that is closed to this visitor answers 403 and counts not."""
    night = tonight(city)
    evening = date.fromisoformat(values["evening"])
    at = datetime.combine(evening, time(21, 15), ZoneInfo("Europe/Paris")).isoformat()
    place = values["residence_id"]
    visit = {
        "entrance_id": values["entrance_id"], "started_at": at, "result": "intervention",
        "interventions": [{
            "area": "hall", "situation": "noise", "outcome": "calmed", "actions": ["mediation"],
        }],
    }  # fmt: skip
    yield visitor.send("POST", "/api/v1/visits", visit).status_code
    call = {"residence_id": place, "called_at": at, "need": "noise", "urgency": "tonight"}
    logged = visitor.send("POST", "/api/v1/calls", call)
    yield logged.status_code
    key = str((logged.json or {}).get("id", uuid4()))
    link = {"intervention_id": values["intervention_id"]}
    yield visitor.send("PUT", f"/api/v1/calls/{key}/intervention", link).status_code
    help_offered = {"residence_id": place, "summoned_on": str(night), "help_offered": "none"}
    yield visitor.send("POST", "/api/v1/summonses", help_offered | link).status_code
    frequency = {"times_per_week": 3, "from_on": str(night)}
    yield visitor.send("PUT", f"/api/v1/residences/{place}/frequency", frequency).status_code
    signature = {"signer": "Chef"}
    yield visitor.send("POST", f"/api/v1/evenings/{night}/signature", signature).status_code
