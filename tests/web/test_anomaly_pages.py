"""Anomalies on the pages: noted in a hall, looked at again, led by the bailleur, exported."""

import html
import re
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from presence.anomalies.queries import anomalies
from presence.field.services import take_in
from presence.kernel.nomenclature import VisitResult
from presence.patrimoine.queries import Hall, entrances, entrances_by_id
from tests.factories.visits import a_visit
from tests.web.accounts import csrf_of, signed_in
from tests.worlds import World

EVENING = "2013-12-05"


@pytest.fixture
def hall(demo: World) -> str:
    """A hall of OPAC 38 where nothing is open."""
    with demo.bailleur("OPAC38") as session:
        known = {row.entrance_id for row in anomalies(session)}
        return str(next(hall.id for hall in entrances(session) if hall.id not in known))


@pytest.fixture
def leader(demo: World) -> FlaskClient:
    return signed_in(demo, "leader")


@pytest.fixture
def opac(demo: World) -> FlaskClient:
    return signed_in(demo, "opac38")


def note(client: FlaskClient, hall: str, **fields: str) -> TestResponse:
    token = csrf_of(client.get(f"/soiree/anomalie/{hall}").text)
    sent = {
        "csrf_token": token, "cle": str(uuid4()), "soiree": EVENING, "heure": "18:10",
        "equipement": "lighting", "note": "ampoule du palier",
    } | fields  # fmt: skip
    return client.post(f"/soiree/anomalie/{hall}", data=sent, follow_redirects=True)


def act(client: FlaskClient, anomaly_id: str, state: str, door: str = "etapes", **more: str) -> str:
    token = csrf_of(client.get("/anomalies").text)
    answer = client.post(
        f"/anomalies/{anomaly_id}/{door}",
        data={"csrf_token": token, "cle": str(uuid4()), "etat": state} | more,
        follow_redirects=True,
    )
    return html.unescape(answer.text)


def id_at(demo: World, hall: str) -> str:
    return str(demo.scalar("select id from presence.anomaly where entrance_id = %s", hall))


def test_the_evening_leads_to_the_form_of_a_hall(leader: FlaskClient) -> None:
    page = leader.get("/soiree").text

    path = re.search(r'href="(/soiree/anomalie/[^"]+)"', page)

    assert path is not None
    form = html.unescape(leader.get(html.unescape(path[1])).text)
    assert "Pas de nom, pas de visage." in form
    assert form.count('name="equipement"') == 17


def test_a_noted_anomaly_is_on_the_bailleur_s_page(
    leader: FlaskClient, opac: FlaskClient, hall: str
) -> None:
    answer = note(leader, hall)

    assert "Anomalie notée." in answer.text
    page = html.unescape(opac.get("/anomalies").text)
    assert "ampoule du palier" in page
    assert "vue 1\u00a0soir, le 05/12/2013" in page
    assert '<span aria-hidden="true">▲</span> Signalée' in page


def test_another_bailleur_s_page_says_nothing_of_it(
    demo: World, leader: FlaskClient, hall: str
) -> None:
    note(leader, hall, note="QZXV-ANOMALIE")

    pluralis = signed_in(demo, "pluralis")

    for path in ("/anomalies", "/anomalies.csv"):
        assert "QZXV-ANOMALIE" not in pluralis.get(path).text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"equipement": ""}, "Choisissez l'équipement dont parle la note."),
        (
            {"equipement": "", "note": ""},
            "Choisissez l'équipement, ou dites ce que vous avez revu.",
        ),
        ({"note": "a" * 281}, "280 caractères"),
        ({"heure": "25:00"}, "Donnez une heure"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_is_kept(
    leader: FlaskClient, hall: str, fields: dict[str, str], said: str
) -> None:
    answer = note(leader, hall, **fields)

    page = html.unescape(answer.text)
    assert answer.status_code == 422
    assert said in page
    assert f'value="{fields.get("note", "ampoule du palier")}"' in page


def test_sent_twice_it_is_noted_once(demo: World, leader: FlaskClient, hall: str) -> None:
    key = str(uuid4())

    for _ in range(2):
        note(leader, hall, cle=key)

    count = "select count(*) from presence.anomaly_sighting where visit_id = %s"
    assert demo.scalar(count, key) == 1


def test_an_open_anomaly_is_looked_at_again_and_found_repaired(
    demo: World, leader: FlaskClient, hall: str
) -> None:
    note(leader, hall)
    form = html.unescape(leader.get(f"/soiree/anomalie/{hall}").text)

    note(leader, hall, equipement="", note="", heure="18:40", **{"revu-lighting": "repare"})

    assert "signalée le 05/12/2013" in form
    assert "Toujours là" in form
    assert demo.scalar("select state from presence.anomaly where id = %s", id_at(demo, hall)) == (
        "verified"
    )


def test_the_bailleur_takes_charge_repairs_and_the_leader_sends_back(
    demo: World, leader: FlaskClient, opac: FlaskClient, hall: str
) -> None:
    note(leader, hall)
    anomaly_id = id_at(demo, hall)

    taken = act(opac, anomaly_id, "acknowledged")
    fixed = act(opac, anomaly_id, "fixed", note="ampoule changée")
    back = act(leader, anomaly_id, "reported", "verification")

    assert "Anomalie prise en charge." in taken
    assert "(ampoule changée)" in fixed
    assert "Anomalie signalée." in back


def test_a_step_that_came_second_is_told_so(
    demo: World, leader: FlaskClient, opac: FlaskClient, hall: str
) -> None:
    note(leader, hall)
    anomaly_id = id_at(demo, hall)
    act(opac, anomaly_id, "acknowledged")

    page = act(opac, anomaly_id, "acknowledged")

    assert "l'étape suivante est « Réparée »" in page


def test_the_page_is_narrowed_by_its_address(
    demo: World, leader: FlaskClient, opac: FlaskClient, hall: str
) -> None:
    note(leader, hall)
    place = demo.scalar("select residence_id from presence.entrance where id = %s", hall)

    found = opac.get(f"/anomalies?etat=reported&residence={place}").text
    none = opac.get(f"/anomalies?etat=verified&residence={place}").text

    assert "ampoule du palier" in found
    assert "Aucune anomalie ne répond à ces filtres." in none
    assert opac.get("/anomalies?etat=perdue").status_code == 422


def test_the_file_opens_in_a_french_spreadsheet_and_computes_nothing(
    leader: FlaskClient, opac: FlaskClient, hall: str
) -> None:
    note(leader, hall, note="=HYPERLINK(1)")

    answer = opac.get("/anomalies.csv")

    assert answer.data.startswith("\ufeffLieu;Équipement;État;".encode())
    assert ";'=HYPERLINK(1);" in answer.data.decode()
    assert 'filename="anomalies_2013-12-05.csv"' in answer.headers["Content-Disposition"]


def test_the_prestataire_s_manager_reads_and_is_offered_no_step(
    demo: World, leader: FlaskClient, hall: str
) -> None:
    note(leader, hall)

    page = signed_in(demo, "provider").get("/anomalies").text

    assert "ampoule du palier" in page
    assert '<details class="pop">' not in page


def test_the_police_s_answer_is_noted_with_the_intervention(
    demo: World, leader: FlaskClient, hall: str
) -> None:
    path = f"/soiree/intervention/{hall}"
    fields = {
        "cle": str(uuid4()), "soiree": EVENING, "heure": "18:10", "situation": "gathering",
        "actions": "police_request", "force": "national_police", "heure_appel": "18:12",
        "issue": "dispersed", "partie": "hall", "origine": "round", "personnes": "3-5",
        "reponse": "refused", "heure_arrivee": "18:30",
    }  # fmt: skip
    fields["csrf_token"] = csrf_of(leader.get(path).text)

    refused = leader.post(path, data=fields)
    taken = leader.post(path, data=fields | {"heure_arrivee": ""})

    assert "Une heure d'arrivée et « non venues » se contredisent." in html.unescape(refused.text)
    assert taken.status_code == 303
    assert (
        demo.scalar(
            "select police_outcome from presence.intervention where visit_id = %s", fields["cle"]
        )
        == "refused"
    )


def test_a_sheet_recorded_without_saying_what_is_broken_is_completed_from_the_checklist(
    demo: World, leader: FlaskClient, hall: str
) -> None:
    visit = replace(
        a_visit(hall_of(demo, hall), at="2013-12-05T18:10:00+01:00"), result=VisitResult.ANOMALY
    )
    with demo.prestataire() as session:
        take_in(session, [visit])
    listed = leader.get(f"/soiree/cloture?soiree={EVENING}").text

    note(leader, hall, fiche=str(visit.client_id))

    assert f"fiche={visit.client_id}" in listed
    assert str(visit.client_id) not in leader.get(f"/soiree/cloture?soiree={EVENING}").text
    assert (
        demo.scalar(
            "select count(*) from presence.visit where entrance_id = %s and evening_on = %s",
            hall,
            EVENING,
        )
        == 1
    )


def hall_of(demo: World, hall: str) -> Hall:
    with demo.bailleur("OPAC38") as session:
        return entrances_by_id(session, [UUID(hall)])[UUID(hall)]
