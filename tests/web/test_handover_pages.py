"""« Carnet de liaison »: written, read and corrected by the prestataire; no bailleur meets it."""

import html
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.api.client import AGENT, LEADER, Caller, body, caller
from tests.api.client import OPAC38 as OPAC38_EMAIL
from tests.web.accounts import ANYBODY, EMAILS, csrf_of, signed_in
from tests.web.matrix import API, PAGES
from tests.worlds import World

MARKER = "QZXV-CARNET-7731"
PLACE = "select id from presence.residence where name = 'Les Fougères'"


@pytest.fixture
def leader(demo: World) -> FlaskClient:
    return signed_in(demo, "leader")


@pytest.fixture
def agent(demo: World) -> FlaskClient:
    return signed_in(demo, "agent")


def text_of(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


def send(client: FlaskClient, **fields: object) -> TestResponse:
    """Write in the book; the key is new unless it is given."""
    sent = {
        "csrf_token": csrf_of(client.get("/carnet").text), "cle": str(uuid4()),
        "destinataires": "next_team", "texte": MARKER,
    } | fields  # fmt: skip
    return client.post("/carnet", data=sent)


def key_of(demo: World, text: str) -> str:
    return str(demo.scalar("select id from presence.team_note where body = %s", text))


def read(client: FlaskClient, note_id: str, back: str = "/carnet") -> TestResponse:
    token = csrf_of(client.get("/carnet").text)
    return client.post(f"/carnet/{note_id}/lue", data={"csrf_token": token, "retour": back})


def test_a_note_is_to_be_read_on_top_of_the_evening_and_of_the_round(
    leader: FlaskClient, agent: FlaskClient
) -> None:
    assert send(leader).status_code == 303

    for path in ("/soiree", "/ma-tournee"):
        page = text_of(agent, path)
        assert "Carnet de liaison : 2 notes à lire" in page
        assert page.index(MARKER) < page.index("<h1>")
    assert "RAS" in text_of(agent, "/soiree")


def test_the_chief_sees_who_has_read(demo: World, leader: FlaskClient, agent: FlaskClient) -> None:
    send(leader)

    answer = read(agent, key_of(demo, MARKER), "/soiree")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/soiree")
    assert "Lue par Karim Agent (carte 038-2018-07-12-20130012415)" in text_of(leader, "/carnet")
    assert "Carnet de liaison : 1 note à lire" in text_of(agent, "/soiree")


def test_reading_leads_to_no_other_site(
    demo: World, leader: FlaskClient, agent: FlaskClient
) -> None:
    send(leader)

    answer = read(agent, key_of(demo, MARKER), "https://ailleurs.example/")

    assert answer.headers["Location"] == "/carnet"


def test_a_refused_note_is_said_and_kept_in_its_form(leader: FlaskClient) -> None:
    answer = send(leader, texte=MARKER + "\u202e", lieu="")

    assert answer.status_code == 422
    assert "caractère invisible" in answer.text
    assert MARKER in answer.text
    assert "Des faits, pas d&#39;opinion. Ni nom" in answer.text or (
        "Des faits, pas d'opinion. Ni nom" in answer.text
    )


def test_a_corrected_note_is_shown_beside_its_correction(demo: World, leader: FlaskClient) -> None:
    send(leader, lieu=str(demo.scalar(PLACE)))

    answer = send(leader, texte="Badge réparé.", remplace=key_of(demo, MARKER))

    page = text_of(leader, "/carnet")
    assert answer.status_code == 303
    assert f"<strong>Remplacée.</strong> {MARKER}" in page
    assert "Badge réparé." in page
    assert MARKER in text_of(leader, f"/carnet?residence={demo.scalar(PLACE)}")
    assert MARKER not in text_of(leader, "/soiree")


def test_the_api_writes_once_per_key_lists_and_notes_the_reading(demo: World) -> None:
    chief, walker = caller(demo, LEADER), caller(demo, AGENT)
    sent, key = {"audience": "next_team", "body": MARKER}, uuid4()

    made = [body(chief.post("team-notes", sent, key), 201) for _ in range(2)]
    reading = body(walker.post(f"team-notes/{key}/reading", {}), 200)

    (listed,) = [row for row in walker.items("team-notes") if row["id"] == str(key)]
    assert made[0] == made[1]
    assert listed == made[0] | {"readings": [reading]}
    assert reading["card_number"] == "038-2018-07-12-20130012415"
    assert chief.post("team-notes", sent | {"body": "Autre"}, key).status_code == 409


def test_the_api_refuses_a_bailleur_and_an_unknown_note(demo: World) -> None:
    bailleur = caller(demo, OPAC38_EMAIL)

    assert bailleur.get("team-notes").status_code == 403
    assert caller(demo, AGENT).post(f"team-notes/{uuid4()}/reading", {}).status_code == 404


@pytest.fixture
def marked(demo: World, leader: FlaskClient) -> World:
    """A note about a place of each bailleur, on the evening that is then signed and sent."""
    for audience in ("next_team", "provider"):
        for name in ("Les Fougères", "Champfleuri"):
            place = demo.scalar("select id from presence.residence where name = %s", name)
            assert send(leader, lieu=str(place), destinataires=audience).status_code == 303
    token = csrf_of(leader.get("/soiree").text)
    leader.post(
        "/soiree/cloture",
        data={"csrf_token": token, "soiree": "2013-12-05", "confirmation": "oui"},
    )
    demo.run_jobs()
    return demo


def test_a_note_is_on_no_page_no_report_and_no_answer_of_a_bailleur(marked: World) -> None:
    outside = [name for name in ANYBODY if name not in {"leader", "agent", "oncall", "provider"}]
    place = marked.scalar(PLACE)
    for account in outside:
        client = signed_in(marked, account)
        answers = [
            client.get(rule.replace("<uuid:residence_id>", str(place)))
            for (method, rule), who in PAGES.items()
            if method == "GET" and account in who
            and "<" not in rule.replace("<uuid:residence_id>", "")
        ]  # fmt: skip
        if account != "anonymous":
            asking = Caller(marked.app, EMAILS[account])
            answers += [
                asking.get(rule.replace("<uuid:residence_id>", str(place)))
                for (method, rule), who in API.items()
                if method == "GET" and account in who
                and "<" not in rule.replace("<uuid:residence_id>", "")
            ]  # fmt: skip
        assert not [answer.request.path for answer in answers if MARKER.encode() in answer.data]


def test_a_note_is_in_no_row_but_its_own(marked: World) -> None:
    with marked.superuser() as connection:
        tables = connection.execute(
            "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
            "where n.nspname = 'presence' and c.relkind = 'r'"
        ).fetchall()
        holding = [
            name
            for (name,) in tables
            if connection.execute(
                f"select 1 from presence.{name} t where t::text like %s "  # noqa: S608
                "or t::text like %s limit 1",
                (f"%{MARKER}%", f"%{MARKER.encode().hex()}%"),
            ).fetchone()
        ]

    assert holding == ["team_note"]
