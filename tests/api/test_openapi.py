import pytest

from tests.api.client import Caller, body, caller
from tests.worlds import World

EXPECTED = {
    "residences", "visits", "interventions", "calls", "daily-reports", "evenings", "figures",
    "bilans", "allocations", "summonses", "costs", "subsidies", "sharing-keys", "organisations",
    "memberships", "sharing-agreements", "field",
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
