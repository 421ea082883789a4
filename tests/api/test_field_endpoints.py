from typing import Any
from uuid import uuid4

import pytest

from tests.api.client import Caller, body, fields, said
from tests.worlds import World

EVENING, TONIGHT = "2013-12-04", "2013-12-05"
AT = f"{EVENING}T20:42:00+01:00"
INTERVENTION = {
    "area": "hall", "situation": "gathering", "actions": ["mediation"], "outcome": "calmed",
}  # fmt: skip


def place(who: Caller, index: int = 0) -> str:
    found: str = who.items("residences")[index]["entrances"][0]["id"]
    return found


def visit(entrance: str, **changes: object) -> dict[str, Any]:
    return {"entrance_id": entrance, "started_at": AT, "result": "nothing_to_report"} | changes


def test_a_visit_is_recorded_once(agent: Caller, opac: Caller) -> None:
    key, sent = uuid4(), visit(place(agent), result="intervention", interventions=[INTERVENTION])
    first = agent.post("visits", sent, key)
    again = agent.post("visits", sent, key)
    assert body(first, 201) == body(again, 201) == {"id": str(key), "evening": EVENING}
    other = agent.post("visits", visit(place(agent)), key)
    assert "déjà servi" in said(other, 409)["detail"]
    assert [row["id"] for row in agent.items("visits", evening=EVENING)].count(str(key)) == 1


def test_the_same_content_written_otherwise_is_the_same(agent: Caller) -> None:
    key, entrance = uuid4(), place(agent)
    body(agent.post("visits", visit(entrance), key), 201)
    same = visit(entrance, started_at=f"{EVENING}T19:42:00Z", interventions=[])
    body(agent.post("visits", same, key), 201)


@pytest.mark.parametrize("key", [None, "abc", "{00000000-0000-4000-8000-000000000000}"])
def test_a_key_is_required(agent: Caller, key: str | None) -> None:
    response = agent.post("visits", visit(str(uuid4())), key)
    assert fields(response, 400) == {"Idempotency-Key"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"started_at": "2013-12-04T20:42:00"}, "started_at"),
        ({"started_at": "2013-13-04T20:42:00+01:00"}, "started_at"),
        ({"started_at": "0001-01-01T00:00:00+14:00"}, "started_at"),
        ({"started_at": 12}, "started_at"),
        ({"started_at": "2013-12-20T20:42:00+01:00"}, "started_at"),
        ({"started_at": "2011-12-20T20:42:00+01:00"}, "started_at"),
        ({"result": "rien"}, "result"),
        ({"result": ["nothing_to_report"]}, "result"),
        ({"result": "not_done"}, "not_done_reason"),
        ({"result": "intervention"}, "interventions"),
        (
            {"result": "intervention", "interventions": [INTERVENTION | {"actions": []}]},
            "interventions.0.actions",
        ),
        (
            {"result": "intervention", "interventions": [INTERVENTION | {"area": "\0"}]},
            "interventions.0.area",
        ),
        ({"surname": "Durand"}, "surname"),
        ({"\ud800": 1}, "?"),
        ({"entrance_id": 10**17}, "entrance_id"),
    ],
)
def test_what_contradicts_itself_is_refused_by_its_field(
    agent: Caller, changes: dict[str, object], field: str
) -> None:
    response = agent.post("visits", visit(place(agent), **changes))
    assert fields(response) == {field}


def test_another_s_place_and_an_unknown_one_are_the_same(
    agent: Caller, demo: World, operator: Caller
) -> None:
    with demo.superuser() as connection:
        connection.execute("update presence.entrance set scheme_id = null where rank = 2")
    hidden = str(demo.scalar("select id from presence.entrance where rank = 2 limit 1"))
    refusals = [said(agent.post("visits", visit(given)), 422) for given in (hidden, str(uuid4()))]
    assert refusals[0] == refusals[1]


def test_a_batch_answers_item_by_item(agent: Caller) -> None:
    entrance, known = place(agent), str(uuid4())
    body(agent.post("visits", visit(entrance), known), 201)
    fresh = str(uuid4())
    items: list[object] = [
        visit(entrance, client_id=fresh),
        visit(entrance, client_id=known),
        visit(entrance, client_id=known, started_at=f"{EVENING}T21:00:00+01:00") | {},
        visit(str(uuid4()), client_id=str(uuid4())),
        visit(entrance, client_id="abc"),
        visit(entrance, client_id=str(uuid4()), people="Durand"),
        "rien",
        None,
    ]
    answers = body(agent.post("field/sync", {"items": items[:2] + items[3:]}, None), 207)["items"]
    assert [item["status"] for item in answers] == [201, 200, 422, 422, 422, 422, 422]
    assert [item["client_id"] for item in answers[:2]] == [fresh, known]
    assert [item["field"] for item in answers[2:5]] == ["entrance_id", "client_id", "people"]
    conflict = body(agent.post("field/sync", {"items": [items[2]]}, None), 207)["items"]
    assert [(item["status"], item["state"]) for item in conflict] == [(409, "conflict")]
    again = body(agent.post("field/sync", {"items": items[:1]}, None), 207)["items"]
    assert again[0]["state"] == "known"


def test_a_batch_is_bounded(agent: Caller) -> None:
    items = [visit(str(uuid4()), client_id=str(uuid4())) for _ in range(201)]
    assert fields(agent.post("field/sync", {"items": items}, None)) == {"items"}
    assert body(agent.post("field/sync", {"items": []}, None), 207) == {"items": []}


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"items": [], "items": []}', "application/json", 400),
        (b'{"items": NaN}', "application/json", 400),
        (b'{"items": ' + b"9" * 5000 + b"}", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"[]", "application/json", 422),
        (b"null", "application/json", 422),
        (b'{"items": 1e400}', "application/json", 422),
        (b"", "application/json", 422),
        (b'{"items": [' + b" " * 3_000_000 + b"]}", "application/json", 413),
    ],
)
def test_what_cannot_be_read_is_refused(
    agent: Caller, data: bytes, content_type: str, status: int
) -> None:
    body(agent.raw("POST", "field/sync", data, content_type), status)


def test_a_call_is_logged_then_tied(agent: Caller, opac: Caller) -> None:
    residence = agent.items("residences")[0]
    key = uuid4()
    sent = {
        "residence_id": residence["id"], "called_at": AT, "need": "noise", "urgency": "tonight",
    }  # fmt: skip
    first = body(agent.post("calls", sent, key), 201)
    assert body(agent.post("calls", sent, key), 201) == first
    body(agent.post("calls", sent | {"urgency": "immediate"}, key), 409)
    entrance = residence["entrances"][0]["id"]
    report = visit(entrance, result="intervention", interventions=[INTERVENTION])
    body(agent.post("visits", report), 201)
    (done,) = [
        row
        for row in agent.items("interventions", evening=EVENING, limit=200)
        if row["entrance_id"] == entrance and row["started_at"].startswith(f"{EVENING}T19:42:00")
    ]
    linked = agent.put(f"calls/{key}/intervention", {"intervention_id": done["id"]})
    assert body(linked, 200)["intervention_id"] == done["id"]
    assert body(agent.post("calls", sent, key), 201) == first
    unknown = {"intervention_id": str(uuid4())}
    assert fields(agent.put(f"calls/{key}/intervention", unknown)) == {"intervention_id"}
    body(agent.put(f"calls/{uuid4()}/intervention", unknown), 404)
    body(agent.post("calls", sent | {"residence_id": str(uuid4())}), 422)


def test_an_evening_is_closed_once_and_reports_follow(
    demo: World, leader: Caller, opac: Caller
) -> None:
    assert body(leader.get(f"evenings/{TONIGHT}"), 200)["state"] == "open"
    assert body(opac.get(f"evenings/{TONIGHT}"), 200)["state"] == "missing"
    closing = body(leader.post(f"evenings/{TONIGHT}/signature", {}, None), 202)
    assert (closing["evening"], closing["state"]) == (TONIGHT, "closing")
    assert "déjà close" in said(leader.post(f"evenings/{TONIGHT}/signature"), 409)["detail"]
    demo.run_jobs()
    assert body(leader.get(f"evenings/{TONIGHT}"), 200)["state"] == "closed"
    assert body(opac.get(f"evenings/{TONIGHT}"), 200)["state"] == "signed"
    report = opac.items("daily-reports", limit=1)[0]
    assert (report["evening"], report["signer"]) == (TONIGHT, "Nadia Chef-d'équipe")


@pytest.mark.parametrize("day", ["2013-12-20", "2013-13-01", "hier", "20131204", "0001-01-01"])
def test_an_evening_that_cannot_be_closed(leader: Caller, day: str) -> None:
    assert fields(leader.post(f"evenings/{day}/signature", {}, None)) == {"date"}
    assert leader.get(f"evenings/{day}").status_code in {404, 422}
