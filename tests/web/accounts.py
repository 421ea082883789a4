"""The demonstration's accounts, by the short names that the matrix uses, and how they sign in."""

import re

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
}
ANYBODY = (*EMAILS, "anonymous")
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def csrf_of(page: str) -> str:
    """The form token of a page."""
    found = _TOKEN.search(page)
    return found.group(1) if found else ""


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
    return client
