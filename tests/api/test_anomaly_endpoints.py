"""Anomalies at the API: told with a visit, listed, led by each side, each bailleur's own."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest

from presence.patrimoine.queries import entrances
from tests.api.client import Caller, body, fields, said
from tests.worlds import World

AT = "2013-12-04T20:42:00+01:00"
LAMP = {"equipment": "lighting", "note": "ampoule du palier"}


@pytest.fixture
def hall(demo: World) -> str:
    """A hall of OPAC 38."""
    with demo.bailleur("OPAC38") as session:
        return str(entrances(session)[0].id)


def visit(hall: str, *anomalies: Mapping[str, object], **changes: object) -> dict[str, Any]:
    told = {"entrance_id": hall, "started_at": AT, "result": "anomaly"}
    return told | {"anomalies": list(anomalies)} | changes


def seen(leader: Caller, opac: Caller, hall: str) -> dict[str, Any]:
    """An anomaly that the agents have just told of."""
    body(leader.post("visits", visit(hall, LAMP)), 201)
    (row,) = [row for row in opac.items("anomalies") if row["entrance_id"] == hall]
    return row


def test_an_anomaly_told_with_a_visit_is_the_bailleur_s(
    leader: Caller, opac: Caller, pluralis: Caller, hall: str
) -> None:
    row = seen(leader, opac, hall)

    assert (row["equipment"], row["state"], row["note"]) == (
        "lighting", "reported", "ampoule du palier",
    )  # fmt: skip
    assert (row["first_seen_on"], row["sightings"]) == ("2013-12-04", 1)
    assert row["id"] not in {other["id"] for other in pluralis.items("anomalies")}
    assert said(pluralis.get(f"anomalies/{row['id']}"), 404)


def test_the_order_of_a_visit_s_anomalies_says_nothing(leader: Caller, hall: str) -> None:
    key, lift = uuid4(), {"equipment": "lift"}
    body(leader.post("visits", visit(hall, LAMP, lift), key), 201)

    again = leader.post("visits", visit(hall, lift, LAMP), key)

    assert body(again, 201)["id"] == str(key)


def test_a_phone_s_batch_tells_of_anomalies_too(leader: Caller, opac: Caller, hall: str) -> None:
    item = visit(hall, {"equipment": "lift"}) | {"client_id": str(uuid4())}

    (outcome,) = body(leader.post("field/sync", {"items": [item]}, None), 207)["items"]

    assert outcome["state"] == "created"
    assert "lift" in {row["equipment"] for row in opac.items("anomalies")}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"anomalies": [{"equipment": "roof"}]}, "anomalies.0.equipment"),
        ({"anomalies": [LAMP | {"note": "a" * 281}]}, "anomalies.0.note"),
        ({"anomalies": [LAMP, LAMP]}, "anomalies"),
        ({"anomalies": [LAMP], "result": "nothing_to_report"}, "anomalies"),
    ],
)
def test_what_contradicts_itself_is_refused(
    leader: Caller, hall: str, changes: dict[str, object], field: str
) -> None:
    assert fields(leader.post("visits", visit(hall) | changes)) == {field}


def test_the_bailleur_leads_it_and_the_agents_check_it(
    leader: Caller, opac: Caller, hall: str
) -> None:
    path = f"anomalies/{seen(leader, opac, hall)['id']}"

    body(opac.post(f"{path}/steps", {"state": "acknowledged"}), 201)
    body(opac.post(f"{path}/steps", {"state": "fixed", "note": "ampoule changée"}), 201)
    checked = body(leader.post(f"{path}/checks", {"state": "verified"}), 201)

    assert checked["state"] == "verified"
    assert [(step["side"], step["state"]) for step in checked["steps"]] == [
        ("prestataire", "reported"), ("bailleur", "acknowledged"), ("bailleur", "fixed"),
        ("prestataire", "verified"),
    ]  # fmt: skip


def test_a_step_out_of_order_is_refused_with_the_next_one(
    leader: Caller, opac: Caller, hall: str
) -> None:
    path = f"anomalies/{seen(leader, opac, hall)['id']}/steps"

    answer = said(opac.post(path, {"state": "verified"}), 409)

    assert "l'étape suivante est « Prise en charge »" in answer["detail"]


def test_a_step_sent_twice_is_taken_once(leader: Caller, opac: Caller, hall: str) -> None:
    key, row = uuid4(), seen(leader, opac, hall)
    path = f"anomalies/{row['id']}/steps"

    first = body(opac.post(path, {"state": "acknowledged"}, key), 201)
    again = body(opac.post(path, {"state": "acknowledged"}, key), 201)

    assert first == again
    assert "clé" in said(opac.post(path, {"state": "fixed"}, key), 409)["detail"]


def test_the_list_is_narrowed_to_a_state(leader: Caller, opac: Caller, hall: str) -> None:
    row = seen(leader, opac, hall)

    assert row["id"] in {one["id"] for one in opac.items("anomalies", state="reported")}
    assert row["id"] not in {one["id"] for one in opac.items("anomalies", state="fixed")}


def test_a_police_answer_is_given_back(leader: Caller, opac: Caller, hall: str) -> None:
    sent = {
        "area": "hall", "situation": "gathering", "actions": ["police_request"],
        "outcome": "persists", "police_force": "national_police", "police_called_at": AT,
        "police_outcome": "not_come",
    }  # fmt: skip
    told = visit(hall, result="intervention", interventions=[sent])
    body(leader.post("visits", told), 201)

    found = opac.items("interventions", evening="2013-12-04")

    assert "not_come" in {row["police_outcome"] for row in found}
    arrived = sent | {"police_arrived_at": "2013-12-04T20:55:00+01:00"}
    refused = visit(hall, result="intervention", interventions=[arrived])
    assert fields(leader.post("visits", refused)) == {"interventions.0.police_outcome"}
