"""Sign-in and out, cookies, headers, refusals."""

import pytest

from presence.app import session_cookie
from tests.web.accounts import EMAILS, csrf_of, signed_in
from tests.worlds import World


def _try(world: World, email: str, password: str) -> tuple[int, str]:
    client = world.app.test_client()
    token = csrf_of(client.get("/connexion").text)
    answer = client.post(
        "/connexion", data={"email": email, "mot_de_passe": password, "csrf_token": token}
    )
    return answer.status_code, answer.text


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(shared_demo: World) -> None:
    wrong = _try(shared_demo, EMAILS["opac38"], "pas le bon mot de passe")
    unknown = _try(shared_demo, "personne@nulle.example", "pas le bon mot de passe")

    assert wrong[0] == unknown[0] == 422
    assert "E-mail ou mot de passe incorrect" in wrong[1]
    assert "E-mail ou mot de passe incorrect" in unknown[1]


def test_signing_out_kills_the_session_in_the_database(shared_demo: World) -> None:
    client = signed_in(shared_demo, "opac38")
    cookie = client.get_cookie("presence_session")
    assert cookie is not None

    client.post("/deconnexion", data={"csrf_token": csrf_of(client.get("/cette-nuit").text)})
    client.set_cookie("presence_session", cookie.value)

    assert client.get("/cette-nuit").status_code == 303


def test_the_cookie_changes_at_sign_in(shared_demo: World) -> None:
    client = shared_demo.app.test_client()
    page = client.get("/connexion")
    before = client.get_cookie("presence_session")

    client.post(
        "/connexion",
        data={
            "email": EMAILS["capi"],
            "mot_de_passe": shared_demo.password,
            "csrf_token": csrf_of(page.text),
        },
    )

    after = client.get_cookie("presence_session")
    assert before is not None
    assert after is not None
    assert before.value != after.value


def test_a_form_without_its_token_is_refused(shared_demo: World) -> None:
    client = signed_in(shared_demo, "leader")

    answer = client.post("/soiree/cloture", data={"soiree": "2013-12-05", "confirmation": "oui"})

    assert answer.status_code == 400


@pytest.mark.parametrize(
    "wanted", ["//pirate.example", "https://pirate.example", "/\\pirate.example", "javascript:x"]
)
def test_sign_in_never_leads_outside(shared_demo: World, wanted: str) -> None:
    client = shared_demo.app.test_client()
    token = csrf_of(client.get("/connexion").text)

    answer = client.post(
        "/connexion",
        data={
            "email": EMAILS["capi"],
            "mot_de_passe": shared_demo.password,
            "csrf_token": token,
            "suite": wanted,
        },
    )

    assert answer.headers["Location"] == "/bilan"


def test_trying_passwords_is_slowed_down(demo: World) -> None:
    answers = [_try(demo, "essai@opac38.example", f"mot de passe {n}")[0] for n in range(12)]

    assert answers[-1] == 429


def test_every_page_carries_the_strict_headers(shared_demo: World) -> None:
    answer = signed_in(shared_demo, "opac38").get("/cette-nuit")

    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Cookie" in answer.headers["Vary"]


def test_production_cookies_are_bound_to_the_host_and_to_https() -> None:
    cookie = session_cookie(production=True)

    assert cookie["SESSION_COOKIE_NAME"] == "__Host-presence"
    assert cookie["SESSION_COOKIE_SECURE"] is True
    assert cookie["SESSION_COOKIE_HTTPONLY"] is True
    assert cookie["SESSION_COOKIE_PATH"] == "/"


def test_health_says_ok_without_sign_in(shared_demo: World) -> None:
    answer = shared_demo.app.test_client().get("/healthz")

    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_health_says_what_fails(shared_demo: World) -> None:
    app = shared_demo.app
    good = app.config["REDIS_URL"]
    app.config["REDIS_URL"] = "redis://127.0.0.1:1/0"

    answer = app.test_client().get("/healthz")

    app.config["REDIS_URL"] = good
    assert (answer.status_code, answer.json) == (503, {"status": "down", "failing": ["redis"]})
