"""Tokens at the API's door: scope, cursors, limits, the second factor that its person owes."""

import logging

import pytest

from presence.accounts import credentials
from presence.accounts.identity import Identity, call, identity_of
from tenants.roles import Permission
from tests.api.client import CAPI, OPAC38, PLURALIS, Caller, body, caller, said
from tests.worlds import World


def identity(world: World, email: str) -> Identity:
    found = identity_of(call("account_for_sign_in", email)[0].account_id)
    assert found is not None
    return found


def narrowed(world: World, email: str, *scopes: Permission) -> Caller:
    made = caller(world, None)
    with world.app.app_context():
        secret = credentials.issue_token(identity(world, email), 1, "essai", list(scopes))
    made.headers["Authorization"] = f"Bearer {secret}"
    return made


def test_a_narrowed_token_opens_its_scope_only(demo: World) -> None:
    reader = narrowed(demo, OPAC38, Permission.READ_PLACES)

    assert reader.get("residences").status_code == 200
    said(reader.get("summonses"), 403)
    said(reader.get("bilans"), 403)


def test_a_token_is_dead_at_once_when_its_persons_roles_go(demo: World) -> None:
    reader = caller(demo, CAPI)
    before = reader.get("bilans").status_code
    with demo.superuser() as connection:
        connection.execute("delete from presence.account_role where role = 'reader'")

    assert (before, reader.get("bilans").status_code) == (200, 403)


def test_an_expired_token_opens_nothing(demo: World) -> None:
    reader = caller(demo, CAPI)
    with demo.superuser() as connection:
        connection.execute("update presence.api_token set expires_at = now()")

    said(reader.get("bilans"), 401)


def test_a_token_of_somebody_who_owes_a_second_factor_opens_nothing(demo: World) -> None:
    lead = caller(demo, OPAC38)
    with demo.superuser() as connection:
        connection.execute("update presence.account set second_factor_waived_at = null")

    said(lead.get("residences"), 403)


@pytest.mark.parametrize("path", ["residences", "daily-reports"])
def test_a_cursor_serves_its_reader_on_its_list_only(demo: World, path: str) -> None:
    opac, pluralis = caller(demo, OPAC38), caller(demo, PLURALIS)
    cursor = body(opac.get(path, limit=1), 200)["next_cursor"]

    assert body(opac.get(path, limit=1, cursor=cursor), 200)["items"]
    said(pluralis.get(path, limit=1, cursor=cursor), 422)
    said(opac.get("summonses", limit=1, cursor=cursor), 422)


def test_a_token_that_loops_is_slowed_down_without_slowing_another(demo: World) -> None:
    demo.app.config["API_RATE"] = "5 per minute"
    looping, other = caller(demo, CAPI), caller(demo, CAPI)

    answers = [looping.get("bilans") for _ in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[-1].headers["Retry-After"]
    assert said(answers[-1], 429)["detail"]
    assert other.get("bilans").status_code == 200


def test_refused_calls_leave_a_line_without_the_token(
    demo: World, caplog: pytest.LogCaptureFixture
) -> None:
    stranger = caller(demo, None)
    stranger.headers["Authorization"] = "Bearer not-a-token"
    reader = narrowed(demo, OPAC38, Permission.READ_PLACES)

    with caplog.at_level(logging.WARNING, logger="presence.api"):
        said(stranger.get("residences"), 401)
        refused = body(reader.get("summonses"), 403)

    lines = [record.getMessage() for record in caplog.records]
    assert [line.split(" ")[:3] for line in lines] == [
        ["401", "GET", "/api/v1/residences"],
        ["403", "GET", "/api/v1/summonses"],
    ]
    assert refused["correlation_id"] in lines[1]
    assert not [line for line in lines if "not-a-token" in line]
