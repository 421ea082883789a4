"""Site sheets at the API: who writes, who reads, and the one answer that holds a code."""

import json
import logging
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from presence.patrimoine.queries import entrances
from tenants.scheme import contracts, end_contract
from tests.api.client import AGENT, Caller, body, caller, fields, said
from tests.factories.walkers import account_of, put_on_duty
from tests.web.accounts import EMAILS
from tests.web.matrix import API
from tests.worlds import World

CODE = "Z4QX71"
NOTE = {"kind": "instruction", "body": "Fermer le local en partant."}
CONTACT = {"job": "Gardien", "name": "Loge", "phone": "+33 4 00 00 00 38"}
NOT_ON_DUTY = "Vous n'êtes pas de service à cette adresse ce soir."


@pytest.fixture
def place(opac: Caller) -> str:
    """A residence of OPAC 38 that its caretaker does not keep."""
    found: str = opac.items("residences")[4]["id"]
    return found


@pytest.fixture
def code_id(opac: Caller, place: str) -> str:
    sent = {"label": "Porte de la cour", "code": CODE}
    return str(body(opac.post(f"residences/{place}/access-codes", sent), 201)["id"])


@pytest.fixture
def idle(demo: World) -> World:
    """The demonstration, with nobody on duty tonight."""
    with demo.superuser() as connection:
        connection.execute("delete from presence.round_stop")
    return demo


def walk(world: World, place: str) -> UUID:
    """Make the agent walk a residence tonight: its account."""
    with world.bailleur("OPAC38") as session:
        halls = entrances(session, [UUID(place)])
    account = account_of(world, AGENT)
    put_on_duty(world, account, halls)
    return account


def count(world: World, table: str) -> int:
    return int(str(world.scalar(f"select count(*) from presence.{table}")))  # noqa: S608


def test_a_note_is_written_once_and_read_by_the_prestataire(
    opac: Caller, leader: Caller, place: str
) -> None:
    key = uuid4()
    made = body(opac.post(f"residences/{place}/notes", NOTE, key), 201)

    assert body(opac.post(f"residences/{place}/notes", NOTE, key), 201) == made
    assert (made["id"], made["version"], made["starts_on"]) == (str(key), 1, "2013-12-05")
    assert made["author"] == "Claire Martin"
    other = opac.post(f"residences/{place}/notes", NOTE | {"body": "Autre."}, key)
    assert "déjà servi" in said(other, 409)["detail"]
    (read,) = leader.items(f"residences/{place}/notes")
    assert read == made


def test_a_new_version_leaves_the_former_one_to_its_evenings(opac: Caller, place: str) -> None:
    first = body(opac.post(f"residences/{place}/notes", NOTE), 201)
    sent = NOTE | {"body": "Nouveau.", "starts_on": "2013-12-06", "replaces": first["id"]}

    second = body(opac.post(f"residences/{place}/notes", sent), 201)

    assert (second["thread_id"], second["version"]) == (first["thread_id"], 2)
    for evening, text in (("2013-12-05", NOTE["body"]), ("2013-12-06", "Nouveau.")):
        (shown,) = opac.items(f"residences/{place}/notes", evening=evening)
        assert shown["body"] == text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "avis"}, "kind"),
        ({"body": ""}, "body"),
        ({"body": "=1+1"}, "body"),
        ({"body": "x" * 501}, "body"),
        ({"starts_on": "2013-12-04"}, "starts_on"),
        ({"entrance_id": str(uuid4())}, "entrance_id"),
        ({"replaces": str(uuid4())}, "replaces"),
        ({"author": "Un autre"}, "author"),
    ],
)
def test_a_bad_note_is_refused_by_its_field(
    opac: Caller, demo: World, place: str, changes: dict[str, object], field: str
) -> None:
    before = count(demo, "site_note")

    assert fields(opac.post(f"residences/{place}/notes", NOTE | changes)) == {field}

    assert count(demo, "site_note") == before


def test_a_reading_is_noted_once_for_the_bailleur(opac: Caller, leader: Caller, place: str) -> None:
    note = body(opac.post(f"residences/{place}/notes", NOTE), 201)["id"]

    first = body(leader.put(f"notes/{note}/reading", None), 200)

    assert body(leader.put(f"notes/{note}/reading", None), 200) == first
    (shown,) = opac.items(f"residences/{place}/notes")
    assert shown["readings"] == [first]
    body(leader.put(f"notes/{uuid4()}/reading", None), 404)


def test_another_bailleur_s_sheet_is_not_there(
    opac: Caller, pluralis: Caller, place: str, code_id: str
) -> None:
    subjects = ("notes", "contacts", "police-access", "access-codes")

    for subject in subjects:
        theirs = said(pluralis.get(f"residences/{place}/{subject}"), 404)
        assert theirs == said(pluralis.get(f"residences/{uuid4()}/{subject}"), 404)
    for path in (f"access-codes/{code_id}", f"access-codes/{uuid4()}"):
        assert pluralis.get(f"{path}/reveals").status_code == 404
        assert pluralis.post(f"{path}/reveal").status_code == 404


def test_a_contact_is_kept_once_with_its_number_by_pairs(
    opac: Caller, leader: Caller, place: str
) -> None:
    key = uuid4()
    made = body(opac.post(f"residences/{place}/contacts", CONTACT, key), 201)

    assert body(opac.post(f"residences/{place}/contacts", CONTACT, key), 201) == made
    assert leader.items(f"residences/{place}/contacts") == [made]
    assert (made["job"], made["phone"]) == ("Gardien", "04 00 00 00 38")
    other = CONTACT | {"name": "Autre"}
    assert (
        "déjà servi" in said(opac.post(f"residences/{place}/contacts", other, key), 409)["detail"]
    )
    bad = opac.post(f"residences/{place}/contacts", CONTACT | {"phone": "17"})
    assert fields(bad) == {"phone"}


def test_police_access_is_stated_and_superseded(
    demo: World, opac: Caller, leader: Caller, place: str
) -> None:
    path = f"residences/{place}/police-access"
    assert body(leader.get(path), 200)["access_means"] is None
    sent = {"access_means": "Clé T25.", "municipal_police_on": "2013-09-02", "document": "C-14"}
    before = count(demo, "police_access")

    body(opac.put(path, {"access_means": "Badge."}), 200)
    first = body(opac.put(path, sent), 200)

    assert body(opac.put(path, sent), 200) == first == body(leader.get(path), 200)
    assert count(demo, "police_access") == before + 2
    assert fields(opac.put(path, {"access_means": "x", "document": "C-14"})) == {
        "municipal_police_on"
    }


def test_a_code_is_answered_masked_to_everybody(
    opac: Caller, leader: Caller, place: str, code_id: str
) -> None:
    for who in (opac, leader):
        (shown,) = who.items(f"residences/{place}/access-codes")
        assert shown["id"] == code_id
        assert set(shown) == {
            "id",
            "residence_id",
            "entrance_id",
            "label",
            "set_at",
            "change_by_on",
        }


def test_the_same_key_is_the_same_code(opac: Caller, place: str) -> None:
    key, sent = uuid4(), {"label": "Cave", "code": CODE}
    first = body(opac.post(f"residences/{place}/access-codes", sent, key), 201)

    assert body(opac.post(f"residences/{place}/access-codes", sent, key), 201) == first
    other = opac.post(f"residences/{place}/access-codes", sent | {"code": "99"}, key)
    assert "déjà servi" in said(other, 409)["detail"]
    assert CODE not in other.text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"label": f"Porte {CODE}"}, "label"),
        ({"code": ""}, "code"),
        ({"code": "1" * 41}, "code"),
        ({"change_by_on": "2013-12-05"}, "change_by_on"),
        ({"replaces": str(uuid4())}, "replaces"),
    ],
)
def test_a_bad_code_is_refused_by_its_field(
    opac: Caller, demo: World, place: str, changes: dict[str, object], field: str
) -> None:
    before = count(demo, "access_code")
    sent = {"label": "Porte", "code": CODE} | changes

    answer = opac.post(f"residences/{place}/access-codes", sent)

    assert fields(answer) == {field}
    assert CODE not in answer.text
    assert count(demo, "access_code") == before


def test_a_reveal_shows_the_code_and_is_written_with_its_trail(
    demo: World, opac: Caller, code_id: str
) -> None:
    key = uuid4()
    shown = body(opac.post(f"access-codes/{code_id}/reveal", None, key), 201)

    assert body(opac.post(f"access-codes/{code_id}/reveal", None, key), 201) == shown
    assert (shown["code"], shown["evening_on"]) == (CODE, "2013-12-05")
    (line,) = opac.items(f"access-codes/{code_id}/reveals")
    assert (line["id"], line["own"], line["card_number"]) == (shown["id"], True, None)
    trail = "select count(*) from presence.audit_entry where act = %s and object_id = %s"
    assert demo.scalar(trail, "access_code.revealed", code_id) == 1


def test_an_agent_who_is_not_on_duty_is_refused_in_words_and_nothing_is_written(
    idle: World, agent: Caller, leader: Caller, code_id: str
) -> None:
    before = count(idle, "access_reveal"), count(idle, "audit_entry")

    for who in (agent, leader):
        assert said(who.post(f"access-codes/{code_id}/reveal"), 403)["detail"] == NOT_ON_DUTY

    assert (count(idle, "access_reveal"), count(idle, "audit_entry")) == before


def test_an_agent_on_duty_is_shown_the_code_and_the_bailleur_reads_the_card(
    idle: World, agent: Caller, opac: Caller, place: str, code_id: str
) -> None:
    account = walk(idle, place)

    shown = body(agent.post(f"access-codes/{code_id}/reveal"), 201)

    assert shown["code"] == CODE
    (line,) = opac.items(f"access-codes/{code_id}/reveals")
    card = idle.scalar("select card_number from presence.agent where account_id = %s", account)
    assert (line["own"], line["card_number"]) == (False, card)


def test_a_contract_that_ended_closes_sheet_and_code(
    idle: World, agent: Caller, leader: Caller, place: str, code_id: str
) -> None:
    walk(idle, place)
    with idle.operator() as session:
        (row,) = [c for c in contracts(session) if c.bailleur_id == idle.ids["OPAC38"]]
        end_contract(session, row.id, date(2013, 12, 5))
    before = count(idle, "access_reveal")

    assert agent.post(f"access-codes/{code_id}/reveal").status_code == 404
    for subject in ("notes", "contacts", "police-access", "access-codes"):
        assert leader.get(f"residences/{place}/{subject}").status_code == 404
    assert count(idle, "access_reveal") == before


def test_a_caretaker_sees_the_codes_of_the_places_kept_and_no_other(
    demo: World, opac: Caller, code_id: str
) -> None:
    rose = caller(demo, EMAILS["caretaker"])
    kept = opac.items("residences")[0]["id"]
    own = opac.items(f"residences/{kept}/access-codes")[0]["id"]

    assert "code" in body(rose.post(f"access-codes/{own}/reveal"), 201)
    assert rose.post(f"access-codes/{code_id}/reveal").status_code == 404
    assert rose.get(f"access-codes/{own}/reveals").status_code == 403


def test_a_replaced_code_is_gone_and_the_new_one_is_shown(
    opac: Caller, place: str, code_id: str
) -> None:
    sent = {"label": "Porte de la cour", "code": "77C", "replaces": code_id}
    current = body(opac.post(f"residences/{place}/access-codes", sent), 201)["id"]

    assert opac.post(f"access-codes/{code_id}/reveal").status_code == 404
    assert body(opac.post(f"access-codes/{current}/reveal"), 201)["code"] == "77C"
    assert opac.items(f"access-codes/{code_id}/reveals") == []


def test_no_other_answer_and_no_line_of_the_log_holds_a_code(
    demo: World, opac: Caller, leader: Caller, place: str, code_id: str,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    body(opac.post(f"access-codes/{code_id}/reveal"), 201)
    queries: dict[str, dict[str, Any]] = {
        "visits": {"evening": "2013-12-04"}, "interventions": {"evening": "2013-12-04"},
        "calls": {"evening": "2013-12-04"}, "figures": {"from": "2013-11", "to": "2013-12"},
    }  # fmt: skip

    for who in (opac, leader):
        for method, rule in API:
            path = rule.replace("<uuid:residence_id>", place).replace("<uuid:code_id>", code_id)
            if method == "GET" and "<" not in path:
                assert CODE not in who.get(path, **queries.get(path, {})).text, path

    assert caplog.records
    assert CODE not in "".join(json.dumps(r.__dict__, default=str) for r in caplog.records)
    assert CODE not in str(demo.scalar("select string_agg(t::text, ' ') from presence.outbox t"))
