"""What the planted defects (tests/mutants) showed that nobody was watching on the pages."""

from dataclasses import replace

import pytest

from presence.app import create_app
from tests.api.client import LEADER, OPAC38, caller
from tests.web.accounts import csrf_of, signed_in
from tests.worlds import World

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
STRICT = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
NEVER = ("Server", "X-Powered-By", "Access-Control-Allow-Origin")


@pytest.mark.parametrize(
    ("account", "path", "status"),
    [
        ("anonymous", "/connexion", 200),
        ("anonymous", "/healthz", 200),
        ("anonymous", "/cette-nuit", 303),
        ("anonymous", "/api/v1/residences", 401),
        ("anonymous", "/api/v1/inconnu", 404),
        ("opac38", "/cette-nuit", 200),
        ("opac38", "/inconnue", 404),
        ("opac38", "/soiree", 403),
    ],
)
def test_every_answer_carries_exactly_these_headers(
    shared_demo: World, account: str, path: str, status: int
) -> None:
    answer = signed_in(shared_demo, account).get(path)

    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in STRICT} == STRICT
    assert "Cookie" in answer.headers.get("Vary", "")
    assert [name for name in NEVER if name in answer.headers] == []


def test_production_demands_https_for_a_year(shared_demo: World) -> None:
    settings = shared_demo.servers.settings(shared_demo.database)
    address = "https://presence.example"
    app = create_app(replace(settings, environment="production", public_url=address))

    answer = app.test_client().get("/connexion", base_url=address)

    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_what_people_wrote_is_shown_not_run(demo: World) -> None:
    with demo.superuser() as connection:
        connection.execute(
            "update presence.residence set name = '<script>alert(7)</script>', "
            "address = '\" onmouseover=\"alert(7)' where bailleur_id = %s",
            (demo.ids["OPAC38"],),
        )

    page = signed_in(demo, "opac38").get("/residences").text

    assert "&lt;script&gt;alert(7)&lt;/script&gt;" in page
    assert "<script>alert(7)" not in page
    assert '" onmouseover=' not in page


def test_an_unforeseen_error_of_a_page_tells_nothing(
    shared_demo: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("select secret from presence.account")

    client = signed_in(shared_demo, "opac38")
    monkeypatch.setattr("presence.web.residences.listed", broken)
    answer = client.get("/residences")

    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "RuntimeError" not in answer.text


NAMED = ("bailleur_id", "bailleur", "organisation_id", "tenant", "subject")
HEADERS = ("X-Bailleur-Id", "X-Tenant-Id", "X-Organisation-Id", "X-Forwarded-User")


def test_whom_a_request_names_is_not_who_acts(shared_demo: World) -> None:
    client, other = signed_in(shared_demo, "opac38"), str(shared_demo.ids["PLURALIS"])
    plain = client.get("/residences").text

    named = [client.get("/residences", query_string={name: other}).text for name in NAMED]
    named += [client.get("/residences", headers={name: other}).text for name in HEADERS]
    for name in NAMED:
        client.set_cookie(name, other)
    named.append(client.get("/residences").text)

    assert len(plain) > 1000
    assert {_without_token(page) for page in named} == {_without_token(plain)}


def test_whom_a_call_names_is_not_who_acts(shared_demo: World) -> None:
    who, other = caller(shared_demo, OPAC38), str(shared_demo.ids["PLURALIS"])
    plain = who.get("residences").json

    for name in HEADERS:
        who.headers[name] = other
    for name in NAMED:
        who.client.set_cookie(name, other)

    assert plain
    assert who.get("residences").json == plain
    assert {who.get("residences", **{name: other}).status_code for name in NAMED} == {422}


def test_a_number_that_is_too_long_is_refused_unread(shared_demo: World) -> None:
    who = caller(shared_demo, LEADER)

    for digits in (19, 4000):
        answer = who.raw("POST", "field/sync", b'{"items": ' + b"9" * digits + b"}")
        assert (answer.status_code, "trop grand" in answer.text) == (400, True)


def _without_token(page: str) -> str:
    return page.replace(csrf_of(page), "")
