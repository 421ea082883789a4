import pytest

from tests.api.client import LEADER, OPAC38, OPERATOR, Caller, body, caller
from tests.worlds import World

EXPECTED = {
    "residences", "visits", "interventions", "calls", "daily-reports", "evenings", "figures",
    "events",
    "bilans", "allocations", "summonses", "costs", "subsidies", "sharing-keys", "organisations",
    "memberships", "sharing-agreements", "field", "notes", "access-codes",
    "entrances", "transfers", "rounds", "service-hours", "agents", "teams", "shifts", "swaps",
    "calendar-links", "visit-requests", "ledgers", "evening-plans",
    "place-imports", "team-notes",
    "anomalies",
    "deliveries", "report-choice", "follow-ups", "disputes",
}  # fmt: skip


@pytest.fixture
def anyone(shared_demo: World) -> Caller:
    return caller(shared_demo, None)


def test_the_document_is_public_and_describes_every_route(
    anyone: Caller, shared_demo: World
) -> None:
    document = body(anyone.get("openapi.json"), 200)
    assert document["openapi"].startswith("3.1")
    assert {path.split("/")[3] for path in document["paths"]} == EXPECTED
    served = {
        rule.rule
        for rule in shared_demo.app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and not rule.rule.endswith("openapi.json")
    }
    assert len(served) == len(document["paths"])


def test_recording_asks_for_a_key_and_lists_are_paged(anyone: Caller) -> None:
    paths = body(anyone.get("openapi.json"), 200)["paths"]
    headers = {item["name"] for item in paths["/api/v1/visits"]["post"]["parameters"]}
    assert headers == {"Idempotency-Key"}
    asked = {item["name"] for item in paths["/api/v1/visits"]["get"]["parameters"]}
    assert asked == {"evening", "limit", "cursor"}


def test_codes_and_refusals_are_documented(anyone: Caller) -> None:
    document = body(anyone.get("openapi.json"), 200)
    areas = document["components"]["schemas"]["InterventionIn"]["properties"]["area"]
    assert "hall" in areas["enum"]
    refusal = document["components"]["responses"]["DEFAULT_ERROR"]
    assert list(refusal["content"]) == ["application/problem+json"]
    assert "bailleur_id" not in str(document)


@pytest.mark.parametrize(
    ("email", "path", "query"),
    [
        (OPAC38, "residences", {}),
        (LEADER, "residences", {}),
        (OPAC38, "visits", {"evening": "2013-12-03"}),
        (LEADER, "interventions", {"evening": "2013-12-03"}),
        (OPAC38, "daily-reports", {}),
        (OPAC38, "summonses", {}),
        (OPAC38, "follow-ups", {}),
        (OPAC38, "figures", {"from": "2013-11", "to": "2013-12"}),
        (OPAC38, "bilans", {}),
        (OPAC38, "allocations", {}),
        (OPAC38, "sharing-agreements", {}),
        (OPERATOR, "organisations", {}),
        (OPERATOR, "memberships", {}),
    ],
)
def test_lists_hold_what_the_document_says(
    shared_demo: World, email: str, path: str, query: dict[str, str]
) -> None:
    who = caller(shared_demo, email)
    document = body(who.get("openapi.json"), 200)
    answers = document["paths"][f"/api/v1/{path}"]["get"]["responses"]["200"]
    page = answers["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
    shapes = document["components"]["schemas"]
    item = shapes[page]["properties"]["items"]["items"]["$ref"].rsplit("/", 1)[1]
    shown = who.items(path, **query)[0]
    assert set(shown) == set(shapes[item]["properties"])


@pytest.mark.parametrize("subject", ["bilans", "daily-reports", "residences", "follow-ups"])
def test_details_hold_what_the_document_says(shared_demo: World, subject: str) -> None:
    who = caller(shared_demo, OPAC38)
    document = body(who.get("openapi.json"), 200)
    (path,) = [
        p for p in document["paths"] if p.startswith(f"/api/v1/{subject}/{{") and p[-1] == "}"
    ]
    content = document["paths"][path]["get"]["responses"]["200"]["content"]
    name = content["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
    shown = body(who.get(f"{subject}/{who.items(subject)[0]['id']}"), 200)
    assert set(shown) == set(document["components"]["schemas"][name]["properties"])
