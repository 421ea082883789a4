"""For each operation that reads JSON, what is accepted whole: a base that tests spoil a part of."""

import re
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests.worlds import World

EVENING, TONIGHT = "2013-12-04", "2013-12-05"
AT = f"{EVENING}T20:42:00+01:00"
PARAMETER = re.compile(r"<(?:[^:>]+:)?(\w+)>")
_MONEY = {
    "label": "Véhicule", "from": "2013-01-01", "to": "2013-12-31", "amount_cents": 120_000,
    "status": "actual",
}  # fmt: skip
_INTERVENTION = {
    "area": "hall", "situation": "gathering", "actions": ["mediation"], "outcome": "calmed",
}  # fmt: skip


# The operations that read JSON.
READING = (
    ("PUT", "residences/<uuid:residence_id>/frequency"),
    ("POST", "visits"),
    ("POST", "field/sync"),
    ("POST", "calls"),
    ("PUT", "calls/<uuid:call_id>/intervention"),
    ("POST", "events"),
    ("POST", "evenings/<day>/signature"),
    ("POST", "summonses"),
    ("POST", "costs"),
    ("POST", "subsidies"),
    ("POST", "sharing-keys"),
    ("POST", "organisations/bailleurs"),
    ("POST", "memberships"),
)


@dataclass(frozen=True)
class Whole:
    """Who sends what, where."""

    who: str
    body: dict[str, Any]
    parameters: dict[str, str] = field(default_factory=dict)


def path_of(rule: str, parameters: dict[str, str]) -> str:
    """The path of a rule of the application."""
    return PARAMETER.sub(lambda found: parameters[found[1]], rule)


def wholes(world: World) -> dict[tuple[str, str], Whole]:
    """The bases, on the places and records of OPAC 38 in a fresh demonstration."""
    opac = world.ids["OPAC38"]

    def key(statement: str, *values: object) -> str:
        return str(world.scalar(statement, *values))

    place = key("select id from presence.residence where bailleur_id = %s limit 1", opac)
    call = key("select id from presence.call where bailleur_id = %s limit 1", opac)
    followed = key("select intervention_id from presence.call where id = %s", call)
    scheme = key("select public_id from presence.scheme")
    pluralis = key("select public_id from presence.organisation where code = 'PLURALIS'")
    with world.superuser() as connection:
        linked = connection.execute(
            "select id from presence.intervention where bailleur_id = %s and evening_on = %s",
            (opac, EVENING),
        ).fetchall()
    visit = {
        "entrance_id": key(
            "select id from presence.entrance where residence_id = %s limit 1", place
        ),
        "started_at": AT, "result": "intervention", "interventions": [_INTERVENTION],
    }  # fmt: skip
    return {
        ("PUT", "residences/<uuid:residence_id>/frequency"): Whole(
            "opac38", {"times_per_week": 2, "from_on": "2014-01-01"}, {"residence_id": place}
        ),
        ("POST", "visits"): Whole("agent", visit),
        ("POST", "field/sync"): Whole("leader", {"items": [visit | {"client_id": str(uuid4())}]}),
        ("POST", "calls"): Whole(
            "oncall",
            {"residence_id": place, "called_at": AT, "need": "noise", "urgency": "tonight"},
        ),
        ("PUT", "calls/<uuid:call_id>/intervention"): Whole(
            "oncall", {"intervention_id": followed}, {"call_id": call}
        ),
        ("POST", "events"): Whole(
            "leader", {"evening": EVENING, "interventions": [str(row[0]) for row in linked]}
        ),
        ("POST", "evenings/<day>/signature"): Whole("leader", {}, {"day": TONIGHT}),
        ("POST", "summonses"): Whole(
            "opac38",
            {"residence_id": place, "summoned_on": "2013-12-03", "help_offered": "proposed"},
        ),
        ("POST", "costs"): Whole("opac38", _MONEY),
        ("POST", "subsidies"): Whole("opac38", _MONEY | {"funder": "fipd"}),
        ("POST", "sharing-keys"): Whole("opac38", {"basis": "equal", "from": "2014-01-01"}),
        ("POST", "organisations/bailleurs"): Whole(
            "operator",
            {"scheme": scheme, "name": "Habitat Neuf", "code": "NEUF", "from": "2014-07-01"},
        ),
        ("POST", "memberships"): Whole(
            "operator",
            {"scheme": scheme, "bailleur": pluralis, "from": "2009-01-01", "to": "2010-06-01"},
        ),
    }
