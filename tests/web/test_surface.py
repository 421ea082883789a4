"""The surface of every address: methods, parameters, headers, logs, links, enumeration, cookies."""

import logging
import re
import statistics
import time
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from presence.accounts import passwords
from presence.app import create_app, trusted_hosts
from presence.web.errors import printable
from tests.mailbox import link_in, received
from tests.stack import Servers
from tests.web.accounts import EMAILS, csrf_of, signed_in
from tests.worlds import World

PAGES = ("/connexion", "/cette-nuit", "/api/v1/residences", "/healthz", "/nulle-part")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PATCH", "CONNECT", "PROPFIND"])
def test_a_method_that_no_route_uses_is_refused(shared_demo: World, path: str, method: str) -> None:
    answer = shared_demo.app.test_client().open(path, method=method)

    assert answer.status_code in {404, 405}


@pytest.mark.parametrize(
    "path", ["/connexion?suite=/a&suite=/b", "/api/v1/residences?limit=1&limit=2"]
)
def test_a_parameter_said_twice_is_refused(shared_demo: World, path: str) -> None:
    assert shared_demo.app.test_client().get(path).status_code == 400


def test_a_method_override_changes_nothing(shared_demo: World) -> None:
    client = signed_in(shared_demo, "opac38")

    answer = client.get("/residences?_method=DELETE", headers={"X-HTTP-Method-Override": "DELETE"})

    assert answer.status_code == 200


def test_security_txt_says_whom_to_tell_and_until_when(shared_demo: World) -> None:
    text = shared_demo.app.test_client().get("/.well-known/security.txt").text

    assert re.search(r"^Contact: mailto:\S+@\S+$", text, re.M)
    assert re.search(r"^Expires: 20\d\d-\d\d-\d\dT", text, re.M)


@pytest.mark.parametrize("account", ["opac38", "anonymous"])
def test_a_missing_static_file_is_not_kept_by_a_cache(shared_demo: World, account: str) -> None:
    answer = signed_in(shared_demo, account).get("/static/nothing.css")

    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_path_cannot_write_a_line_of_the_log(
    shared_demo: World, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="presence.web"):
        shared_demo.app.test_client().get("/x%0AERROR%20forged%20line")

    assert caplog.records
    assert not [record for record in caplog.records if "\n" in record.getMessage()]


def test_refused_accesses_are_logged(shared_demo: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="presence.web"):
        signed_in(shared_demo, "agent").get("/cette-nuit")

    assert any("403 GET /cette-nuit" in record.getMessage() for record in caplog.records)


def test_a_refused_sign_in_leaves_a_line_that_names_nobody(
    shared_demo: World, caplog: pytest.LogCaptureFixture
) -> None:
    client = shared_demo.app.test_client()
    token = csrf_of(client.get("/connexion").text)
    form = {"csrf_token": token, "email": "nobody@nowhere.example", "password": "x" * 20}

    with caplog.at_level(logging.WARNING, logger="presence.web"):
        client.post("/connexion", data=form)

    said = " ".join(record.getMessage() for record in caplog.records)
    assert "sign-in refused" in said
    assert "nobody" not in said


def test_the_secret_of_a_letters_link_stays_out_of_the_log() -> None:
    assert printable("/invitation/s3cret-of-a-link") == printable("/invitation/another")
    assert printable("/mot-de-passe/s3cret") == printable("/mot-de-passe/another")
    assert printable("/residences/7") == "/residences/7"


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "X-Host", "Forwarded"])
def test_a_letters_link_names_the_configured_host(demo: World, header: str) -> None:
    client = demo.app.test_client()
    token = csrf_of(client.get("/mot-de-passe/oublie").text)
    value = "host=pirate.example" if header == "Forwarded" else "pirate.example"
    sent = {header: value} if header != "Host" else {"X-Original-Host": value}

    client.post(
        "/mot-de-passe/oublie", data={"email": EMAILS["capi"], "csrf_token": token}, headers=sent
    )
    demo.run_jobs()

    text = received(demo, EMAILS["capi"])[-1].get_content()
    assert "pirate" not in text
    assert "http://127.0.0.1:8000/mot-de-passe/" in text


def test_production_answers_to_its_own_name_only(servers: Servers, shared_demo: World) -> None:
    settings = servers.settings(shared_demo.database)
    client = create_app(
        type(settings)(**(vars(settings) | {
            "environment": "production", "public_url": "https://presence.example",
        }))
    ).test_client()  # fmt: skip

    answers = [
        client.get("/connexion", base_url=f"https://{host}").status_code
        for host in ("presence.example", "pirate.example")
    ]

    assert answers == [200, 400]
    assert trusted_hosts(settings) is None


def test_production_sets_its_cookie_for_one_host_over_https(
    servers: Servers, shared_demo: World
) -> None:
    settings = servers.settings(shared_demo.database)
    client = create_app(
        type(settings)(**(vars(settings) | {
            "environment": "production", "public_url": "https://presence.example",
        }))
    ).test_client()  # fmt: skip

    cookie = client.get("/connexion", base_url="https://presence.example").headers["Set-Cookie"]

    assert cookie.startswith("__Host-presence=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_a_forwarded_address_is_believed_from_a_declared_proxy_only(
    servers: Servers, shared_demo: World
) -> None:
    settings = servers.settings(shared_demo.database)
    behind = create_app(type(settings)(**(vars(settings) | {"trusted_proxies": 1})))
    seen = []
    for app in (shared_demo.app, behind):
        environ = {"REMOTE_ADDR": "127.0.0.9", "HTTP_X_FORWARDED_FOR": "203.0.113.7"}
        client = app.test_client()
        with client:
            client.get("/connexion", environ_overrides=environ)
            from flask import request  # noqa: PLC0415 - of this client's context

            seen.append(request.remote_addr)

    assert seen == ["127.0.0.9", "203.0.113.7"]


def test_rotating_a_forwarded_address_does_not_reset_the_limit(demo: World) -> None:
    client = demo.app.test_client()
    email = f"essai-{uuid4().hex[:6]}@opac38.example"
    statuses = []
    for number in range(12):
        token = csrf_of(client.get("/connexion").text)
        answer = client.post(
            "/connexion",
            data={"email": email, "mot_de_passe": "faux mot de passe", "csrf_token": token},
            headers={"X-Forwarded-For": f"198.51.100.{number}"},
        )
        statuses.append(answer.status_code)

    assert statuses[-1] == 429


def test_an_account_is_slowed_whatever_the_source(demo: World) -> None:
    client = demo.app.test_client()
    email = f"essai-{uuid4().hex[:6]}@opac38.example"
    statuses = []
    for number in range(32):
        token = csrf_of(client.get("/connexion").text)
        answer = client.post(
            "/connexion",
            data={"email": email, "mot_de_passe": "faux mot de passe", "csrf_token": token},
            environ_overrides={"REMOTE_ADDR": f"127.1.0.{number}"},
        )
        statuses.append(answer.status_code)

    assert statuses[0] == 422
    assert statuses[-1] == 429


@pytest.mark.parametrize("page", ["/connexion", "/mot-de-passe/oublie"])
def test_a_known_and_an_unknown_address_get_the_same_answer(demo: World, page: str) -> None:
    told = []
    source = f"127.3.{uuid4().int % 250}.{uuid4().int % 250}"
    for email in (EMAILS["capi"], "personne@capi.example"):
        client = demo.app.test_client()
        token = csrf_of(client.get(page).text)
        answer = client.post(
            page,
            data={"email": email, "mot_de_passe": "faux mot de passe", "csrf_token": token},
            # An address of its own: others' tries in the same minute must not slow this one down.
            environ_overrides={"REMOTE_ADDR": source},
        )
        body = re.sub(r'value="[^"]*"', "", answer.text)
        told.append((answer.status_code, body, sorted(answer.headers.keys())))

    assert told[0] == told[1]


def test_a_known_and_an_unknown_address_take_the_same_time(demo: World) -> None:
    with demo.app.app_context():
        fastest = {
            known: min(_seconds(known) for _ in range(7))
            for known in (EMAILS["state"], "x@y.example")
        }

    assert abs(statistics.fmean(fastest.values()) - min(fastest.values())) < 0.010


def _seconds(email: str) -> float:
    from presence.accounts.services import sign_in  # noqa: PLC0415

    started = time.perf_counter()
    sign_in(email, "faux mot de passe")
    return time.perf_counter() - started


@pytest.mark.parametrize(
    "sent",
    [{}, {"csrf_token": "faux"}, {"csrf_token": ""}],
    ids=["none", "forged", "empty"],
)
def test_a_form_without_its_own_token_is_refused(shared_demo: World, sent: dict[str, str]) -> None:
    client = signed_in(shared_demo, "opac38")

    answer = client.post("/compte/sessions/fermer-les-autres", data=sent)

    assert answer.status_code == 400


def test_another_sessions_form_token_is_refused(shared_demo: World) -> None:
    stolen = csrf_of(signed_in(shared_demo, "pluralis").get("/compte").text)

    answer = signed_in(shared_demo, "opac38").post(
        "/compte/sessions/fermer-les-autres", data={"csrf_token": stolen}
    )

    assert answer.status_code == 400


def test_a_text_plain_body_does_not_pass_for_a_form(shared_demo: World) -> None:
    client = signed_in(shared_demo, "opac38")
    token = csrf_of(client.get("/compte").text)

    answer = client.post(
        "/compte/sessions/fermer-les-autres", data=f"csrf_token={token}", content_type="text/plain"
    )

    assert answer.status_code == 400


def test_the_cookie_changes_at_sign_in(shared_demo: World) -> None:
    client = shared_demo.app.test_client()
    token = csrf_of(client.get("/connexion").text)
    before = _cookie(client)

    client.post(
        "/connexion",
        data={"email": EMAILS["capi"], "mot_de_passe": shared_demo.password, "csrf_token": token},
    )

    assert before != _cookie(client)


def test_signing_in_again_closes_the_session_of_before(demo: World) -> None:
    client = signed_in(demo, "capi")
    former = _cookie(client)
    token = csrf_of(client.get("/compte").text)

    client.post(
        "/connexion",
        data={"email": EMAILS["capi"], "mot_de_passe": demo.password, "csrf_token": token},
    )

    thief = demo.app.test_client()
    thief.set_cookie("presence_session", former)
    assert thief.get("/bilan").status_code == 303


def test_signing_out_clears_what_the_browser_kept(demo: World) -> None:
    client = signed_in(demo, "capi")
    token = csrf_of(client.get("/compte").text)

    answer = client.post("/deconnexion", data={"csrf_token": token})

    assert "storage" in answer.headers["Clear-Site-Data"]


def test_a_reset_link_is_read_without_being_used_up(demo: World) -> None:
    with demo.app.app_context():
        passwords.ask_reset(EMAILS["state"])
    demo.run_jobs()
    link = link_in(received(demo, EMAILS["state"])[-1])

    statuses = [demo.app.test_client().get(link).status_code for _ in range(2)]

    assert statuses == [200, 200]


@pytest.mark.parametrize("page", ["mot-de-passe", "invitation"])
def test_an_unknown_link_is_a_void_one(shared_demo: World, page: str) -> None:
    answer = shared_demo.app.test_client().get(f"/{page}/{'x' * 43}")

    assert answer.status_code == 404
    assert "Lien périmé" in answer.text


def _cookie(client: FlaskClient) -> str:
    cookie = client.get_cookie("presence_session")
    assert cookie is not None
    return cookie.value
