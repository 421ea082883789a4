import pytest

from tests.api.client import PROBLEM, Caller, body, caller, said
from tests.worlds import World


@pytest.mark.parametrize(
    "header", [None, "Bearer", "Bearer presence_inconnu_inconnu_inconnu", "Basic YTpi", "Bearer é"]
)
def test_without_a_valid_token_nothing_opens(shared_demo: World, header: str | None) -> None:
    nobody = caller(shared_demo, None)
    if header:
        nobody.headers["Authorization"] = header
    response = nobody.get("residences")
    assert said(response, 401)["title"] == "Authentification requise"
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("agent", "daily-reports"), ("agent", "allocations"), ("agent", "summonses"),
        ("agent", "figures?from=2013-11&to=2013-12"), ("agent", "bilans"),
        ("agent", "sharing-agreements"), ("capi", "residences"), ("capi", "allocations"),
        ("capi", "visits?evening=2013-12-01"), ("opac", "organisations"),
        ("opac", "memberships"), ("operator", "residences"), ("operator", "bilans"),
    ],
)  # fmt: skip
def test_a_role_opens_its_own_doors_only(
    request: pytest.FixtureRequest, who: str, path: str
) -> None:
    assert said(request.getfixturevalue(who).get(path), 403)["detail"]


def test_a_role_of_another_kind_of_organisation_opens_nothing(demo: World, capi: Caller) -> None:
    with demo.superuser() as connection:
        connection.execute(
            "insert into presence.account_role (account_id, role, from_on) "
            "select id, 'management', '2012-01-01' from presence.account "
            "where email = 'coordination@capi.example'"
        )
    body(capi.get("residences"), 403)


def test_the_field_does_not_close_and_the_bailleur_does_not_record(
    agent: Caller, opac: Caller
) -> None:
    body(agent.post("evenings/2013-12-04/signature", {}), 403)
    body(opac.post("field/sync", {"items": []}), 403)


@pytest.mark.parametrize("path", ["inconnu", "residences/abc", "residences/1", "allocations/20133"])
def test_an_unknown_path_is_a_french_problem(shared_demo: World, path: str) -> None:
    problem = said(caller(shared_demo, None).get(path), 404)
    assert problem["title"] == "Introuvable"
    assert problem["errors"] == []


def test_a_wrong_method_says_which_ones_are_right(shared_demo: World) -> None:
    response = caller(shared_demo, None).send("DELETE", "residences", None)
    assert body(response, 405)["title"] == "Méthode refusée"
    assert "GET" in response.headers["Allow"]


def test_an_unforeseen_error_tells_nothing(
    demo: World, opac: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("select secret from presence.account")

    monkeypatch.setattr("presence.patrimoine.queries.residences", broken)
    response = opac.get("residences")
    assert "secret" not in response.text
    assert body(response, 500)["correlation_id"]
    assert response.mimetype == PROBLEM
