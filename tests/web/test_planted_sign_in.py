"""What the planted defects (tests/mutants) showed that nobody was watching at the door."""

import argon2
import pytest
from flask.testing import FlaskClient

from presence.accounts.credentials import issue_token
from presence.accounts.identity import call, identity_of
from presence.members.services import accept
from tenants.roles import Permission
from tests.api.client import OPAC38, caller
from tests.presence.people import NEW, address, invited
from tests.web.accounts import EMAILS, csrf_of, signed_in
from tests.worlds import World

WRONG = "pas le bon mot de passe"


class Visitor:
    """Somebody outside, at an address of their own, so that tries are counted apart."""

    def __init__(self, world: World, address: str) -> None:
        self.client = world.app.test_client()
        self.client.environ_base["REMOTE_ADDR"] = address
        self.token = csrf_of(self.client.get("/connexion").text)

    def tries(self, email: str, password: str = WRONG, **headers: str) -> int:
        answer = self.client.post(
            "/connexion",
            data={"email": email, "mot_de_passe": password, "csrf_token": self.token},
            headers=headers,
        )
        return answer.status_code


def enters(world: World, account: str, wanted: str) -> tuple[FlaskClient, str]:
    """A client, and where sign-in led it."""
    client = world.app.test_client()
    answer = client.post(
        "/connexion",
        data={
            "email": EMAILS[account],
            "mot_de_passe": world.password,
            "csrf_token": csrf_of(client.get("/connexion").text),
            "suite": wanted,
        },
    )
    return client, answer.headers["Location"]


@pytest.mark.parametrize("wanted", ["/\t/pirate.example", "/\x0b/pirate.example", "/\x7f/x"])
def test_a_hidden_character_never_leads_outside(shared_demo: World, wanted: str) -> None:
    assert enters(shared_demo, "capi", wanted)[1] == "/bilan"


@pytest.mark.parametrize(
    "header",
    ["Host", "X-Forwarded-Host", "X-Host", "X-Forwarded-Server", "X-Original-Host", "Forwarded"],
)
def test_the_announced_host_goes_nowhere(shared_demo: World, header: str) -> None:
    value = "host=pirate.example" if header == "Forwarded" else "pirate.example"
    client = shared_demo.app.test_client()

    sent_away = client.get("/cette-nuit", headers={header: value})
    page = client.get("/connexion", headers={header: value})

    assert sent_away.headers["Location"].startswith("/connexion?")
    assert "pirate" not in page.text + str(page.headers) + str(sent_away.headers)


def test_an_unknown_address_costs_as_much_as_a_wrong_password(
    shared_demo: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []
    real = argon2.PasswordHasher.verify

    def counted(self: argon2.PasswordHasher, known: str, given: str) -> bool:
        verified.append(known.rsplit("$", 2)[0])
        return real(self, known, given)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", counted)
    visitor = Visitor(shared_demo, "192.0.2.11")

    for email in (EMAILS["opac38"], "personne@nulle.example"):
        visitor.tries(email)

    wrong, unknown = verified
    assert wrong == unknown
    assert wrong.startswith("$argon2id$")


def test_a_form_token_of_before_sign_in_is_worth_nothing_after(shared_demo: World) -> None:
    client = shared_demo.app.test_client()
    before = csrf_of(client.get("/connexion").text)
    client.post(
        "/connexion",
        data={
            "email": EMAILS["leader"],
            "mot_de_passe": shared_demo.password,
            "csrf_token": before,
        },
    )
    after = csrf_of(client.get("/soiree").text)

    with_the_old_one = client.post("/deconnexion", data={"csrf_token": before})
    with_the_new_one = client.post("/deconnexion", data={"csrf_token": after})

    assert (with_the_old_one.status_code, with_the_new_one.status_code) == (400, 303)


def test_one_source_that_tries_many_accounts_is_slowed_down(shared_demo: World) -> None:
    visitor = Visitor(shared_demo, "192.0.2.12")

    answers = [visitor.tries(f"essai{n}@opac38.example") for n in range(62)]

    assert answers[0] == 422
    assert answers[-1] == 429


@pytest.mark.parametrize(
    "change",
    [
        "seen_at = seen_at - interval '31 minutes'",
        "expires_at = clock_timestamp() - interval '1 second'",
        "revoked_at = clock_timestamp()",
    ],
    ids=["idle", "too old", "revoked"],
)
def test_a_session_that_is_over_opens_nothing(demo: World, change: str) -> None:
    client = signed_in(demo, "opac38")
    before = client.get("/cette-nuit").status_code
    with demo.superuser() as connection:
        connection.execute(f"update presence.session_auth set {change}".encode())  # noqa: S608

    assert (before, client.get("/cette-nuit").status_code) == (200, 303)


@pytest.mark.parametrize(
    "change",
    [
        "expires_at = clock_timestamp() - interval '1 second'",
        "revoked_at = clock_timestamp()",
    ],
    ids=["too old", "revoked"],
)
def test_a_token_that_is_over_opens_nothing(demo: World, change: str) -> None:
    machine = caller(demo, OPAC38)
    before = machine.get("residences").status_code
    with demo.superuser() as connection:
        connection.execute(f"update presence.api_token set {change}".encode())  # noqa: S608

    assert (before, machine.get("residences").status_code) == (200, 401)


def test_a_closed_account_is_out_at_once(demo: World) -> None:
    client, machine = signed_in(demo, "opac38"), caller(demo, OPAC38)
    with demo.superuser() as connection:
        connection.execute(
            "update presence.account set closed_at = clock_timestamp() where email = %s", (OPAC38,)
        )

    visitor = Visitor(demo, "192.0.2.14")

    assert client.get("/cette-nuit").status_code == 303
    assert machine.get("residences").status_code == 401
    assert visitor.tries(OPAC38, demo.password) == 422


ENDED = "from_on = '2012-01-01', to_on = '2013-12-05'"
WHOSE = "presence.account a where a.id = r.account_id and a.email = %s"


@pytest.mark.parametrize(
    "change",
    [
        f"delete from presence.account_role r using {WHOSE}",  # noqa: S608
        f"update presence.account_role r set from_on = current_date + 1 from {WHOSE}",  # noqa: S608
        f"update presence.account_role r set {ENDED} from {WHOSE}",  # noqa: S608
    ],
    ids=["withdrawn", "of tomorrow", "of yesterday"],
)
def test_a_role_that_is_not_held_today_opens_nothing(demo: World, change: str) -> None:
    client, machine = signed_in(demo, "opac38"), caller(demo, OPAC38)
    with demo.superuser() as connection:
        connection.execute(change.encode(), (OPAC38,))

    assert client.get("/residences").status_code == 403
    assert machine.get("residences").status_code == 403


def test_whoever_owes_a_second_factor_opens_no_page(demo: World) -> None:
    client = signed_in(demo, "opac38")
    with demo.superuser() as connection:
        connection.execute("update presence.account set second_factor_waived_at = null")

    for path in ("/cette-nuit", "/residences", "/quotes-parts", "/membres", "/compte"):
        assert client.get(path).headers.get("Location") == "/compte/second-facteur", path


def test_a_scoped_token_loses_what_its_holder_loses(demo: World) -> None:
    with demo.app.app_context():
        who = identity_of(call("account_for_sign_in", OPAC38)[0].account_id)
        assert who is not None
        secret = issue_token(who, 1, "essai", [Permission.READ_PLACES])
    machine = caller(demo, None)
    machine.headers["Authorization"] = f"Bearer {secret}"
    before = machine.get("residences").status_code
    with demo.superuser() as connection:
        connection.execute("delete from presence.account_role")

    assert (before, machine.get("residences").status_code) == (200, 403)


def test_an_invitation_too_old_is_void(demo: World) -> None:
    with demo.app.app_context():
        secret = invited(demo, address())
    client = demo.app.test_client()
    before = client.get(f"/invitation/{secret}").status_code
    with demo.superuser() as connection:
        connection.execute("update presence.invitation set expires_at = clock_timestamp()")

    after = client.get(f"/invitation/{secret}").status_code
    with demo.app.app_context():
        accepted = accept(secret, "Léa Nouvelle", NEW)

    assert (before, after, accepted) == (200, 404, False)
