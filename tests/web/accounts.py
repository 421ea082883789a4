"""The demonstration's accounts, by the short names that the matrix uses, and how they sign in."""

import re

import pyotp
from flask.testing import FlaskClient

from tests.worlds import World

EMAILS = {
    "opac38": "responsable@opac38.example",
    "pluralis": "responsable@pluralis.example",
    "leader": "chef@prestataire.example",
    "agent": "agent@prestataire.example",
    "capi": "coordination@capi.example",
    "commune": "mairie@bourgoin-jallieu.example",
    "state": "etat@isere.example",
    "operator": "operateur@presence.example",
    "dpo": "dpo@opac38.example",
    "sector": "secteur@opac38.example",
    "caretaker": "gardien@opac38.example",
    "provider": "direction@prestataire.example",
    "oncall": "astreinte@prestataire.example",
}
# Whose rows each account may see: its own bailleur's, or those of every bailleur under contract.
OWN = {
    "opac38": {"opac38"}, "dpo": {"opac38"}, "sector": {"opac38"}, "caretaker": {"opac38"},
    "pluralis": {"pluralis"},
    "leader": {"opac38", "pluralis"}, "agent": {"opac38", "pluralis"},
    "provider": {"opac38", "pluralis"}, "oncall": {"opac38", "pluralis"},
}  # fmt: skip
ANYBODY = (*EMAILS, "anonymous")
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_NUMBER = re.compile(r"<code>[0-9a-f]{8}</code>")


def csrf_of(page: str) -> str:
    """The form token of a page."""
    found = _TOKEN.search(page)
    return found.group(1) if found else ""


def without_marks(page: str) -> str:
    """A page without what differs at each answer: the dated form tokens, the number to quote."""
    return _NUMBER.sub("", _TOKEN.sub("", page))


def signed_in(world: World, account: str) -> FlaskClient:
    """A client signed in as an account through the sign-in page; « anonymous » is left outside."""
    client = world.app.test_client()
    if account != "anonymous":
        page = client.get("/connexion").text
        answer = client.post(
            "/connexion",
            data={
                "email": EMAILS[account],
                "mot_de_passe": world.password,
                "csrf_token": csrf_of(page),
            },
        )
        assert answer.status_code == 303, answer.text
        if answer.headers["Location"] == "/connexion/code":
            answer = client.post("/connexion/code", data=_code(world, client))
            assert answer.status_code == 303, answer.text
    return client


def _code(world: World, client: FlaskClient) -> dict[str, str]:
    """The code of the one account that keeps its second factor.

    A step serves once and tests sign in often: the last step used is forgotten first.
    """
    with world.superuser() as connection:
        connection.execute(
            "update presence.account set second_factor_step = null "
            "where second_factor_step is not null"
        )
    page = client.get("/connexion/code").text
    code = pyotp.TOTP(world.servers.secrets.demo_totp).now()
    return {"code": code, "csrf_token": csrf_of(page)}
