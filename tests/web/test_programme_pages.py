"""« Programme » and « Passages dus »: what is due, made, planned, missing; requests and answers."""

import re
from datetime import date
from html import unescape
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from presence.field.services import take_in
from presence.patrimoine.queries import Hall, entrances, residences
from presence.rounds.drafting import ask_for_rounds, draw_rounds
from presence.rounds.publishing import publish_rounds
from tests.api.client import caller
from tests.factories.visits import a_visit
from tests.web.accounts import EMAILS, csrf_of, signed_in, without_marks
from tests.worlds import World

TONIGHT, EVENING, WEEK = date(2013, 12, 5), "2013-12-12", "2013-W49"
_KEY = re.compile(r'name="cle" value="[^"]+"')
# What a bailleur has in an evening, in an order that no foreign key minds.
THEIRS = (
    "planned_visit", "evening_plan", "visit_request", "intervention_action", "intervention",
    "visit", "call", "visit_frequency", "coverage",
)  # fmt: skip


@pytest.fixture
def opac(demo: World) -> FlaskClient:
    return signed_in(demo, "opac38")


@pytest.fixture
def leader(demo: World) -> FlaskClient:
    return signed_in(demo, "leader")


def halls_of(world: World, name: str, code: str = "OPAC38") -> list[Hall]:
    with world.bailleur(code) as session:
        (place,) = [place for place in residences(session) if place.name == name]
        return entrances(session, [place.id])


def post(client: FlaskClient, where: str, **fields: object) -> tuple[int, str]:
    page = "/passages-dus" if where.startswith("/passages-dus") else "/programme"
    token = csrf_of(client.get(page).text)
    answer = client.post(where, data={"csrf_token": token, **fields}, follow_redirects=True)
    return answer.status_code, unescape(answer.text)


def ask(client: FlaskClient, residence_id: object, **fields: object) -> tuple[int, str]:
    wish = {"cle": uuid4(), "residence": residence_id, "soiree": EVENING, "note": ""}
    return post(client, "/programme/demandes", **wish | fields)


def pending(world: World, code: str = "OPAC38") -> UUID:
    found = world.scalar(
        "select id from presence.visit_request where bailleur_id = %s and state = 'pending'",
        world.ids[code],
    )
    return UUID(str(found))


def count(world: World) -> object:
    return world.scalar("select count(*) from presence.visit_request")


def publish_tonight(world: World) -> None:
    with world.prestataire() as session:
        plan_id = ask_for_rounds(session, world.ids["scheme"], TONIGHT).id
        draw_rounds(session, plan_id, engine="greedy")
        publish_rounds(session, plan_id)


def plain(page: str) -> str:
    """A page's words, tags and line breaks aside."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("\u00a0", " ").split())


def test_the_week_is_answered_in_one_sentence(opac: FlaskClient) -> None:
    page = plain(opac.get("/programme").text)

    found = re.search(
        r"Cette semaine, (\d+) passages dus : (\d+) faits, (\d+) prévus, (aucun|\d+) ne? ?manque",
        page,
    )
    assert found, page[:600]
    due, made, planned = (int(number) for number in found.groups()[:3])
    assert due == made + planned


def test_a_past_week_says_what_was_missed_and_why(opac: FlaskClient) -> None:
    page = plain(opac.get("/programme?semaine=2013-W47").text)

    assert "Semaine du 18 au 24 novembre 2013" in page
    assert re.search(r"Cette semaine-là, \d+ passages dus : \d+ faits, \d+ ont manqué\.", page)
    assert "non reçu" in page
    assert "Demander un passage" not in page


@pytest.mark.parametrize("name", ["2013-W54", "2013-W53", "demain", "2013-W00"])
def test_a_week_that_is_none_gives_the_one_that_runs(opac: FlaskClient, name: str) -> None:
    page = opac.get("/programme", query_string={"semaine": name}).text

    assert "Semaine du 2 au 8 décembre 2013" in page


def test_the_places_that_will_miss_a_visit_come_first(demo: World, opac: FlaskClient) -> None:
    halls = [hall.id for hall in halls_of(demo, "Servenoble")]
    with demo.superuser() as connection:
        connection.execute(
            "delete from presence.visit where evening_on >= '2013-12-02' "
            "and entrance_id = any(%s) and result <> 'intervention'",
            (halls,),
        )

    page = opac.get("/programme").text

    rows = re.findall(r'<th scope="row">([^<]+)<span class="under">\d.soir', page)
    assert rows[0] == "Servenoble"
    assert re.search(r"Au rythme prévu, il manquera \d+.passages \w+ à Servenoble", page)
    assert "non reçu × " in page


def test_tonight_is_told_by_residence_without_order_or_team(demo: World, opac: FlaskClient) -> None:
    page = opac.get("/programme").text

    assert "Ce soir, jeudi 5 décembre" in page
    assert "entre 17:00 et 23:00" in page
    names = re.findall(r'<th scope="row">([^<]+)', page[page.index("tonight-rows") :])
    tonight = names[: names.index("Saint-Hubert") + 1]
    assert tonight == sorted(tonight)
    with demo.superuser() as connection:
        teams = connection.execute("select name from presence.team").fetchall()
    assert teams
    assert not [name for (name,) in teams if str(name) in page]


def test_an_evening_that_is_not_published_is_said_so(demo: World, opac: FlaskClient) -> None:
    with demo.superuser() as connection:
        connection.execute("delete from presence.planned_visit")
        connection.execute("delete from presence.evening_plan")

    assert "le programme n'est pas encore publié" in opac.get("/programme").text


def test_a_request_is_sent_with_the_quota_that_is_left(demo: World, opac: FlaskClient) -> None:
    hall = halls_of(demo, "Champaret")[1]

    status, page = ask(opac, hall.residence_id, hall=hall.id, note="Porte réparée.")

    assert status == 200
    assert "Demande envoyée : 3 demandes sur 4 en décembre 2013." in plain(page)
    assert "Champaret, hall B" in page
    assert "Porte réparée." in page


def test_the_same_form_sent_twice_asks_once(demo: World, opac: FlaskClient) -> None:
    residence_id, key = halls_of(demo, "Champaret")[0].residence_id, uuid4()
    before = int(str(count(demo)))

    for _ in range(2):
        assert ask(opac, residence_id, cle=key)[0] == 200

    assert count(demo) == before + 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"soiree": "2013-12-04"}, "La soirée du 04/12/2013 a commencé"),
        ({"soiree": "jeudi"}, "n'est pas une date"),
        ({"residence": ""}, "rechargez-la"),
        ({"residence": str(UUID(int=1))}, "Cette résidence n'existe pas."),
        ({"hall": str(UUID(int=1))}, "Hall inconnu dans cette résidence."),
        ({"note": "x" * 281}, "280 caractères au plus"),
        ({"cle": "rien"}, "rechargez-la"),
    ],
)
def test_what_cannot_be_asked_is_said_and_nothing_typed_is_lost(
    demo: World, opac: FlaskClient, fields: dict[str, object], said: str
) -> None:
    before = count(demo)

    status, page = ask(
        opac, halls_of(demo, "Champaret")[0].residence_id, **{"note": "Tapé.", **fields}
    )

    assert status == 422
    assert said in page
    assert 'class="error-summary" role="alert"' in page
    assert str(fields.get("note", "Tapé.")) in page
    assert count(demo) == before


def test_another_s_residence_is_refused_like_an_unknown_one(demo: World, opac: FlaskClient) -> None:
    theirs = halls_of(demo, "Champfleuri", "PLURALIS")[0].residence_id

    pages = [ask(opac, key, cle=UUID(int=7))[1].replace(str(key), "") for key in (theirs, uuid4())]

    assert without_marks(pages[0]) == without_marks(pages[1])
    assert "Cette résidence n'existe pas." in pages[0]


def test_the_quota_that_is_reached_is_said_before_and_after(demo: World, opac: FlaskClient) -> None:
    for name in ("Champaret", "Le Mas"):
        ask(opac, halls_of(demo, name)[0].residence_id)

    status, page = ask(opac, halls_of(demo, "Servenoble")[0].residence_id)

    assert status == 422
    assert "Quota atteint : 4 demandes sur 4 en décembre 2013." in plain(page)
    assert "Une demande retirée ou refusée rend sa place." in page


def test_a_residence_of_the_table_opens_the_form_with_its_halls(
    demo: World, opac: FlaskClient
) -> None:
    halls = halls_of(demo, "Champaret")

    page = opac.get(f"/programme?demander={halls[0].residence_id}").text

    assert "Toute la résidence" in page
    assert all(f'value="{hall.id}"' in page for hall in halls)


def test_a_request_is_withdrawn_while_it_waits(demo: World, opac: FlaskClient) -> None:
    request_id = pending(demo)

    status, page = post(opac, f"/programme/demandes/{request_id}/retirer")

    assert status == 200
    assert "Demande retirée" in page
    assert "1 demande sur 4 en décembre 2013" in plain(page)


def test_an_answered_request_is_not_withdrawn(
    demo: World, opac: FlaskClient, leader: FlaskClient
) -> None:
    request_id = pending(demo)
    post(leader, f"/passages-dus/demandes/{request_id}/reponse", reponse="accepted")

    status, page = post(opac, f"/programme/demandes/{request_id}/retirer")

    assert status == 422
    assert "Cette demande a reçu sa réponse" in page


def test_the_answer_then_the_visit_are_read_by_the_bailleur(
    demo: World, opac: FlaskClient, leader: FlaskClient
) -> None:
    request_id, hall = pending(demo), halls_of(demo, "Les Acacias")[0]
    status, page = post(leader, f"/passages-dus/demandes/{request_id}/reponse", reponse="accepted")
    assert status == 200
    assert "Demande acceptée" in page

    demo.set_clock("2013-12-06T20:00:00+01:00")
    with demo.prestataire() as session:
        take_in(session, [a_visit(hall, at="2013-12-06T19:30:00+01:00")])

    assert "Acceptée, passage fait" in opac.get("/programme").text


def test_a_visit_that_was_not_made_is_said_once_the_evening_is_over(
    demo: World, opac: FlaskClient
) -> None:
    demo.set_clock("2013-12-06T08:00:00+01:00")

    # The request of the 5th was accepted, and nobody recorded anything.
    assert "Acceptée, passage non effectué" in opac.get("/programme").text


def test_a_refusal_needs_its_reason_and_keeps_its_form_open(
    demo: World, leader: FlaskClient
) -> None:
    where = f"/passages-dus/demandes/{pending(demo)}/reponse"

    status, page = post(leader, where, reponse="refused", motif=" ")

    assert status == 422
    assert "Donnez le motif du refus" in page
    assert '<details class="refuse" open>' in page
    assert demo.scalar("select count(*) from presence.visit_request where state = 'pending'") == 2


def test_a_refusal_is_read_with_its_reason(
    demo: World, opac: FlaskClient, leader: FlaskClient
) -> None:
    where = f"/passages-dus/demandes/{pending(demo)}/reponse"

    post(leader, where, reponse="refused", motif="Hall fermé pour travaux.")

    page = opac.get("/programme").text
    assert "Hall fermé pour travaux." in page
    assert post(leader, where, reponse="accepted")[0] == 422


def test_the_requests_that_wait_come_before_the_ledger(leader: FlaskClient) -> None:
    page = leader.get("/passages-dus").text

    assert page.index("Demandes à traiter") < page.index("OPAC 38</h2>")
    assert "Les Acacias, hall A" in page
    assert "Les Platanes, hall 1" in page


def test_the_prestataire_reads_each_bailleur_its_fairness_and_the_rule(
    demo: World, leader: FlaskClient
) -> None:
    with demo.superuser() as connection:
        connection.execute(
            "delete from presence.visit where evening_on >= '2013-12-02' and bailleur_id = %s "
            "and result <> 'intervention'",
            (demo.ids["PLURALIS"],),
        )

    page = leader.get("/passages-dus").text

    assert page.index("OPAC 38</h2>") < page.index("Pluralis</h2>")
    assert "Moins bien servi." in page[page.index("Pluralis</h2>") :]
    assert "Moins bien servi." not in page[: page.index("Pluralis</h2>")]
    assert "<summary>Règle d'arbitrage</summary>" in page


def test_a_capacity_that_nobody_planned_is_not_assumed(demo: World, leader: FlaskClient) -> None:
    with demo.superuser() as connection:
        connection.execute("update presence.shift set cancelled_at = app.now()")

    page = plain(leader.get("/passages-dus").text)

    assert "Capacité inconnue jeu. 5 déc., ven. 6 déc., sam. 7 déc., dim. 8 déc." in page


def test_a_caretaker_reads_and_asks_for_nothing(demo: World) -> None:
    page = signed_in(demo, "caretaker").get("/programme").text

    assert "2 résidences suivies" in page.replace("\u00a0", " ")
    assert "Demander" not in page
    assert "Retirer" not in page


def test_a_sector_asks_within_its_own_reach(demo: World) -> None:
    client = signed_in(demo, "sector")
    elsewhere = halls_of(demo, "Champfleuri", "PLURALIS")[0].residence_id

    assert ask(client, halls_of(demo, "Champaret")[0].residence_id)[0] == 200
    assert ask(client, elsewhere)[0] == 422


def test_once_its_contract_is_over_the_prestataire_reads_no_line_of_it(
    demo: World, leader: FlaskClient
) -> None:
    with demo.superuser() as connection:
        connection.execute(
            "update presence.contract set valid_during = daterange('2012-01-01', '2013-12-05') "
            "where bailleur_id = %s",
            (demo.ids["PLURALIS"],),
        )

    page = leader.get("/passages-dus").text

    assert "OPAC 38</h2>" in page
    assert "Pluralis" not in page
    assert "Champfleuri" not in page


def read_by_opac(world: World) -> list[str]:
    """Everything that OPAC 38 reads of the evening, but random keys and form tokens."""
    machine, client = caller(world, EMAILS["opac38"]), signed_in(world, "opac38")
    pages = [client.get(f"/programme?semaine={week}").text for week in ("2013-W48", WEEK)]
    answers = [
        machine.get("evening-plans", evening=TONIGHT.isoformat()).text,
        machine.get("ledgers", week=WEEK, limit=200).text,
        machine.get("visit-requests", limit=200).text,
    ]
    return [_KEY.sub("", without_marks(page)) for page in pages] + answers


def test_what_a_bailleur_reads_is_the_same_without_the_other(demo: World) -> None:
    publish_tonight(demo)
    with_both = read_by_opac(demo)
    with demo.superuser() as connection:
        connection.execute("set session_replication_role = replica")
        for table in THEIRS:
            connection.execute(
                f"delete from presence.{table} where bailleur_id = %s".encode(),  # noqa: S608
                (demo.ids["PLURALIS"],),
            )

    publish_tonight(demo)

    assert read_by_opac(demo) == with_both


def test_a_bailleur_s_numbers_do_not_move_when_the_other_s_plan_does(demo: World) -> None:
    publish_tonight(demo)
    before = read_by_opac(demo)
    own = demo.ids["PLURALIS"]
    version = "select max(version) from presence.evening_plan where bailleur_id = %s"
    former = int(str(demo.scalar(version, own)))

    pluralis, leader = signed_in(demo, "pluralis"), signed_in(demo, "leader")
    place = halls_of(demo, "Le Moulin", "PLURALIS")[0].residence_id
    assert ask(pluralis, place, soiree=TONIGHT.isoformat())[0] == 200
    request_id = demo.scalar(
        "select id from presence.visit_request where bailleur_id = %s "
        "and state = 'pending' and wanted_on = '2013-12-05'",
        own,
    )
    post(leader, f"/passages-dus/demandes/{request_id}/reponse", reponse="accepted")
    publish_tonight(demo)

    assert int(str(demo.scalar(version, own))) == former + 1
    assert read_by_opac(demo) == before
