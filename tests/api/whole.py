"""For each operation that reads JSON, what is accepted whole: a base that tests spoil a part of."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from presence.demonstration.transfers import code_of
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
_AGENT = {
    "name": "Inès Perret", "job_kind": "security", "card_number": "038-2018-09-30-20130099001",
    "card_valid_until": "2018-09-30",
}  # fmt: skip


# The operations that read JSON.
READING = (
    ("PUT", "residences/<uuid:residence_id>/frequency"),
    ("PUT", "residences/<uuid:residence_id>"),
    ("PUT", "residences/<uuid:residence_id>/archive"),
    ("PUT", "residences/<uuid:residence_id>/coverage"),
    ("POST", "residences/<uuid:residence_id>/entrances"),
    ("POST", "residences/<uuid:residence_id>/buildings"),
    ("POST", "residences/<uuid:residence_id>/areas"),
    ("PUT", "entrances/<uuid:entrance_id>"),
    ("PUT", "entrances/<uuid:entrance_id>/residence"),
    ("PUT", "entrances/<uuid:entrance_id>/archive"),
    ("POST", "visit-requests"),
    ("PUT", "visit-requests/<uuid:request_id>/answer"),
    ("POST", "transfers"),
    ("POST", "transfers/acceptance"),
    ("PUT", "place-imports/<uuid:import_id>/columns"),
    ("PUT", "place-imports/<uuid:import_id>/repairs"),
    ("PUT", "place-imports/<uuid:import_id>/confirmation"),
    ("PUT", "place-imports/<uuid:import_id>/undo"),
    ("POST", "service-hours"),
    ("POST", "rounds"),
    ("PUT", "rounds/<uuid:plan_id>/stops"),
    ("PUT", "rounds/<uuid:plan_id>/stops/<uuid:stop_id>"),
    ("PUT", "rounds/<uuid:plan_id>/publication"),
    ("POST", "visits"),
    ("POST", "field/sync"),
    ("POST", "calls"),
    ("PUT", "calls/<uuid:call_id>/intervention"),
    ("POST", "events"),
    ("POST", "evenings/<day>/signature"),
    ("POST", "summonses"),
    ("POST", "daily-reports/<uuid:report_id>/visa"),
    ("POST", "anomalies/<uuid:anomaly_id>/steps"),
    ("POST", "anomalies/<uuid:anomaly_id>/checks"),
    ("PUT", "report-choice"),
    ("POST", "disputes"),
    ("PUT", "disputes/<uuid:dispute_id>/answer"),
    ("PUT", "disputes/<uuid:dispute_id>/settlement"),
    ("POST", "follow-ups"),
    ("POST", "follow-ups/<uuid:follow_up_id>/steps"),
    ("POST", "costs"),
    ("POST", "subsidies"),
    ("POST", "sharing-keys"),
    ("POST", "organisations/bailleurs"),
    ("POST", "memberships"),
    ("POST", "agents"),
    ("PUT", "agents/<uuid:agent_id>"),
    ("POST", "teams"),
    ("POST", "shifts"),
    ("POST", "swaps"),
    ("PUT", "swaps/<uuid:swap_id>/decision"),
    ("PUT", "swaps/<uuid:swap_id>/answer"),
    ("POST", "team-notes"),
    ("POST", "calendar-links"),
    ("POST", "residences/<uuid:residence_id>/notes"),
    ("POST", "residences/<uuid:residence_id>/contacts"),
    ("PUT", "residences/<uuid:residence_id>/police-access"),
    ("POST", "residences/<uuid:residence_id>/access-codes"),
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

    def agent(name: str) -> str:
        return key("select id from presence.agent where display_name like %s", f"{name}%")

    team = key("select id from presence.team where name = 'Villefontaine Nord'")
    swap = key("select id from presence.shift_swap where state = 'asked'")
    place = key("select id from presence.residence where bailleur_id = %s limit 1", opac)
    call = key("select id from presence.call where bailleur_id = %s limit 1", opac)
    followed = key("select intervention_id from presence.call where id = %s", call)
    report = key(
        "select id from presence.daily_report where bailleur_id = %s"
        " and evening_on = %s order by version desc limit 1",
        opac,
        EVENING,
    )
    seen = key(
        "select id from presence.anomaly where bailleur_id = %s and state = 'reported' limit 1",
        opac,
    )
    repaired = key("select id from presence.anomaly where state = 'fixed' limit 1")
    disputed = key("select id from presence.dispute where bailleur_id = %s", opac)
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
        **_places(place, str(visit["entrance_id"]), key),
        **_rounds(key),
        **_imports(key, opac),
        ("POST", "visit-requests"): Whole(
            "opac38",
            {"residence_id": place, "entrance_id": visit["entrance_id"], "evening": "2013-12-12"},
        ),
        ("PUT", "visit-requests/<uuid:request_id>/answer"): Whole(
            "leader",
            {"decision": "accepted"},
            {
                "request_id": key(
                    "select id from presence.visit_request "
                    "where bailleur_id = %s and state = 'pending'",
                    opac,
                )
            },
        ),
        ("POST", "service-hours"): Whole(
            "operator",
            {
                "from_on": "2014-04-01",
                "opens_at": "18:00",
                "closes_at": "00:00",
                "seasons": [{"months": [7, 8], "opens_at": "19:00", "closes_at": "01:00"}],
            },
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
        ("POST", "daily-reports/<uuid:report_id>/visa"): Whole("opac38", {}, {"report_id": report}),
        ("POST", "anomalies/<uuid:anomaly_id>/steps"): Whole(
            "opac38",
            {"state": "acknowledged", "note": "Électricien prévenu."},
            {"anomaly_id": seen},
        ),
        ("POST", "anomalies/<uuid:anomaly_id>/checks"): Whole(
            "leader", {"state": "verified", "note": "Allumée hier."}, {"anomaly_id": repaired}
        ),
        ("PUT", "report-choice"): Whole("opac38", {"rhythm": "weekly", "urgent": True}),
        ("POST", "disputes"): Whole(
            "opac38",
            {
                "report_id": report,
                "line_id": key(
                    "select id from presence.visit where bailleur_id = %s and evening_on = %s"
                    " and result = 'nothing_to_report' limit 1",
                    opac,
                    EVENING,
                ),
                "reason": "wrong_time",
                "details": "Personne dans le hall à cette heure.",
                "due_on": "2013-12-12",
            },
        ),
        ("PUT", "disputes/<uuid:dispute_id>/answer"): Whole(
            "leader", {"answer": "Vérifié avec l'équipe."}, {"dispute_id": disputed}
        ),
        ("PUT", "disputes/<uuid:dispute_id>/settlement"): Whole(
            "opac38", {"settlement": "withdrawn"}, {"dispute_id": disputed}
        ),
        ("POST", "follow-ups"): Whole(
            "opac38",
            {
                "residence_id": key(
                    "select residence_id from presence.intervention where id = %s", followed
                ),
                "fact": "Porte forcée",
                "kind": "works",
                "due_on": "2013-12-12",
                "responsible_id": key(
                    "select id from presence.account where email = 'responsable@opac38.example'"
                ),
                "evening": EVENING,
                "source": "intervention",
                "source_id": followed,
            },
        ),
        ("POST", "follow-ups/<uuid:follow_up_id>/steps"): Whole(
            "opac38",
            {"act": "closed", "result": "Porte changée."},
            {
                "follow_up_id": key(
                    "select id from presence.follow_up where bailleur_id = %s limit 1", opac
                )
            },
        ),
        ("POST", "costs"): Whole("opac38", _MONEY),
        ("POST", "subsidies"): Whole("opac38", _MONEY | {"funder": "fipd"}),
        ("POST", "sharing-keys"): Whole("opac38", {"basis": "equal", "from": "2014-01-01"}),
        ("POST", "organisations/bailleurs"): Whole(
            "operator",
            {"scheme": scheme, "name": "Habitat Neuf", "code": "NEUF", "from": "2014-07-01"},
        ),
        ("POST", "agents"): Whole("leader", _AGENT),
        ("PUT", "agents/<uuid:agent_id>"): Whole("leader", _AGENT, {"agent_id": agent("Bruno")}),
        ("POST", "teams"): Whole("leader", {"name": "Renfort", "starts_from": "38193"}),
        ("POST", "shifts"): Whole(
            "leader",
            {
                "team_id": team,
                "agent_id": agent("Karim"),
                "evening": "2013-12-12",
                "from_time": "18:00",
                "to_time": "22:30",
            },
        ),
        ("POST", "team-notes"): Whole(
            "leader", {"audience": "next_team", "body": "Badge en panne.", "residence_id": place}
        ),
        ("POST", "swaps"): Whole(
            "leader",
            {
                "shift_id": key(
                    "select id from presence.shift where agent_id = %s and evening_on = %s",
                    agent("Chloé"),
                    "2013-12-07",
                ),
                "to_agent_id": agent("Samir"),
                "reason": "Rendez-vous pris de longue date.",
            },
        ),
        ("PUT", "swaps/<uuid:swap_id>/decision"): Whole(
            "leader", {"answer": "refused"}, {"swap_id": swap}
        ),
        ("PUT", "swaps/<uuid:swap_id>/answer"): Whole(
            "agent", {"answer": "accepted"}, {"swap_id": swap}
        ),
        ("POST", "calendar-links"): Whole("leader", {"team_id": team}),
        ("POST", "residences/<uuid:residence_id>/notes"): Whole(
            "opac38",
            {"kind": "hazard", "body": "Garde-corps descellé au palier 2."},
            {"residence_id": place},
        ),
        ("POST", "residences/<uuid:residence_id>/contacts"): Whole(
            "opac38",
            {"job": "Gardien", "name": "Loge", "phone": "04 00 00 00 38"},
            {"residence_id": place},
        ),
        ("PUT", "residences/<uuid:residence_id>/police-access"): Whole(
            "opac38",
            {
                "access_means": "Clé T25 au local du gardien.",
                "municipal_police_on": "2013-09-02",
                "document": "Convention 2013-14",
            },
            {"residence_id": place},
        ),
        ("POST", "residences/<uuid:residence_id>/access-codes"): Whole(
            "opac38",
            {"label": "Local vélos", "code": "71Z4", "change_by_on": "2014-06-01"},
            {"residence_id": place},
        ),
        ("POST", "memberships"): Whole(
            "operator",
            {"scheme": scheme, "bailleur": pluralis, "from": "2009-01-01", "to": "2010-06-01"},
        ),
    }


def _places(place: str, hall: str, key: Callable[..., str]) -> dict[tuple[str, str], Whole]:
    own = {"residence_id": place}
    # One that is not offered to another bailleur.
    other = key(
        "select id from presence.residence where name = 'Les Lilas' and archived_on is null"
    )
    on = "2014-02-01"
    return {
        ("PUT", "residences/<uuid:residence_id>"): Whole("opac38", {"name": "Les Ormes"}, own),
        ("PUT", "residences/<uuid:residence_id>/archive"): Whole(
            "opac38", {"on": on, "reason": "demolished"}, own
        ),
        ("PUT", "residences/<uuid:residence_id>/coverage"): Whole(
            "opac38", {"from_on": on, "dwellings": 12}, own
        ),
        ("POST", "residences/<uuid:residence_id>/entrances"): Whole(
            "opac38", {"name": "Hall Z", "dwellings": 8}, own
        ),
        ("POST", "residences/<uuid:residence_id>/buildings"): Whole(
            "opac38", {"name": "Bâtiment Z"}, own
        ),
        ("POST", "residences/<uuid:residence_id>/areas"): Whole(
            "opac38", {"kind": "bike_room", "name": "Vélos"}, own
        ),
        ("PUT", "entrances/<uuid:entrance_id>"): Whole(
            "opac38", {"address": "2 rue Haute"}, {"entrance_id": hall}
        ),
        ("PUT", "entrances/<uuid:entrance_id>/residence"): Whole(
            "opac38", {"residence_id": other, "on": on}, {"entrance_id": hall}
        ),
        ("PUT", "entrances/<uuid:entrance_id>/archive"): Whole(
            "opac38", {"on": on}, {"entrance_id": hall}
        ),
        ("POST", "transfers"): Whole("opac38", {"residences": [place], "effective_on": on}),
        ("POST", "transfers/acceptance"): Whole(
            "opac38", {"code": code_of("PLURALIS"), "agency": "Bourgoin-Jallieu"}
        ),
    }


def _imports(key: Callable[..., str], opac: int) -> dict[tuple[str, str], Whole]:
    of_it = "from presence.place_import where bailleur_id = %s and state = %s"
    waiting = {"import_id": key(f"select id {of_it}", opac, "planned")}
    absent = key("select id from presence.residence where bailleur_id = %s and code = 'R020'", opac)
    rule = "place-imports/<uuid:import_id>"
    return {
        ("PUT", f"{rule}/columns"): Whole(
            "opac38",
            {"columns": [{"index": 2, "field": "name"}], "agency": "Villefontaine"},
            waiting,
        ),
        ("PUT", f"{rule}/repairs"): Whole("opac38", {"repairs": ["decimal"]}, waiting),
        ("PUT", f"{rule}/confirmation"): Whole(
            "opac38",
            {
                "fingerprint": key(f"select fingerprint {of_it}", opac, "planned"),
                "archive": [absent],
            },
            waiting,
        ),
        ("PUT", f"{rule}/undo"): Whole(
            "opac38", {}, {"import_id": key(f"select id {of_it}", opac, "applied")}
        ),
    }


def _rounds(key: Callable[..., str]) -> dict[tuple[str, str], Whole]:
    plan = key("select id from presence.round_plan where state = 'draft'")
    stop = key(
        "select id from presence.round_stop where round_plan_id = %s and team_id is not null "
        "limit 1",
        plan,
    )
    team = key("select team_id from presence.round_stop where id = %s", stop)
    absent = key(
        "select e.id from presence.entrance e join presence.coverage c "
        "on c.residence_id = e.residence_id and c.valid_during @> date '2013-12-05' "
        "where e.id not in (select entrance_id from presence.round_stop where round_plan_id = %s) "
        "limit 1",
        plan,
    )
    own = {"plan_id": plan}
    return {
        ("POST", "rounds"): Whole("leader", {"evening": "2013-12-07"}),
        ("PUT", "rounds/<uuid:plan_id>/stops"): Whole(
            "leader", {"entrance_id": absent, "team_id": team}, own
        ),
        ("PUT", "rounds/<uuid:plan_id>/stops/<uuid:stop_id>"): Whole(
            "leader", {"why": "Accès fermé"}, own | {"stop_id": stop}
        ),
        ("PUT", "rounds/<uuid:plan_id>/publication"): Whole("leader", {}, own),
    }
