"""Follow-ups on the pages: given from the night, listed, carried to a result, exported."""

import re
from uuid import UUID, uuid4

from flask.testing import FlaskClient

from tests.web.accounts import csrf_of, signed_in
from tests.worlds import World

TONIGHT = "2013-12-05"
FACT = "Regroupement au hall 9, 20:42"


def _night(client: FlaskClient) -> dict[str, str]:
    """The intervention of the first row of the night, and who may answer for it."""
    page = client.get("/cette-nuit").text
    found = {
        name: re.search(rf'name="{name}" value="([^"]+)"', page)[1]  # type: ignore[index]
        for name in ("soiree", "residence", "intervention")
    }
    people = re.search(r'name="responsable".*?<option value="([^"]+)"', page, re.DOTALL)
    assert people is not None
    return {
        "soiree": found["soiree"],
        "residence": found["residence"],
        "source": "intervention",
        "source_id": found["intervention"],
        "responsable": people[1],
    }


def _given(client: FlaskClient, htmx: bool = False, **changes: str) -> str:
    fields = {
        "cle": str(uuid4()), "fait": FACT, "nature": "works",
        "echeance": "2013-12-12", **_night(client), **changes,
    }  # fmt: skip
    headers = {"HX-Request": "true"} if htmx else {}
    token = csrf_of(client.get("/cette-nuit").text)
    answer = client.post(
        "/cette-nuit/suites",
        data={"csrf_token": token, **fields},
        headers=headers,
        follow_redirects=not htmx,
    )
    return answer.text


def _step(client: FlaskClient, **fields: object) -> str:
    token = csrf_of(client.get("/cette-nuit").text)
    return client.post(
        "/suites/etapes",
        data={"csrf_token": token, "cle": str(uuid4()), **fields},
        follow_redirects=True,
    ).text


def _only(demo: World) -> UUID:
    return UUID(str(demo.scalar("select id from presence.follow_up where fact = %s", FACT)))


def test_a_follow_up_given_from_the_night_is_on_the_list(demo: World) -> None:
    client = signed_in(demo, "opac38")

    page = _given(client)

    assert "Suite créée : travaux, avant le 12 décembre 2013." in page
    listed = client.get("/suites").text
    assert "4\u00a0suites à traiter, dont 1 en retard." in listed
    assert FACT in listed
    assert "12/12/2013" in listed


def test_the_row_gets_the_answer_and_the_focus(demo: World) -> None:
    client = signed_in(demo, "opac38")

    cell = _given(client, htmx=True, nature="none")

    assert '<span class="done" tabindex="-1" data-focus>Sans suite</span>' in cell


def test_nobody_outside_the_list_is_made_responsible(demo: World) -> None:
    client = signed_in(demo, "opac38")

    page = _given(client, responsable=str(uuid4()))

    assert "Choisissez une personne de votre organisme qui traite des suites." in page
    assert demo.scalar("select count(*) from presence.follow_up where fact = %s", FACT) == 0


def test_the_list_says_that_nothing_is_to_be_done(demo: World) -> None:
    with demo.superuser() as connection:
        connection.execute("delete from presence.follow_up_step")
        connection.execute("delete from presence.follow_up")

    page = signed_in(demo, "opac38").get("/suites").text

    assert "Rien à traiter. Les nouvelles suites arrivent chaque matin à 07:00." in page


def test_what_is_ticked_is_taken_put_off_and_closed_with_a_result(demo: World) -> None:
    client = signed_in(demo, "opac38")
    _given(client)
    chosen = str(_only(demo))

    assert "Prise en charge : 1\u00a0suite." in _step(client, acte="taken", suite=chosen)
    assert "20/12/2013" in _step(client, acte="postponed", suite=chosen, echeance="2013-12-20")
    assert "Close : 1\u00a0suite." in _step(client, acte="closed", suite=chosen, resultat="Réparé.")

    assert "Réparé." in client.get("/suites?etat=closed").text
    assert FACT not in client.get("/suites").text


def test_a_step_that_is_refused_for_one_is_taken_for_none(demo: World) -> None:
    client = signed_in(demo, "opac38")
    _given(client)
    _given(client, nature="none")
    both = [
        str(
            demo.scalar(
                "select id from presence.follow_up where kind = %s and fact = %s", kind, FACT
            )
        )
        for kind in ("works", "none")
    ]

    page = _step(client, acte="taken", suite=both)

    assert "Cette suite est close" in page
    taken = "select count(*) from presence.follow_up where state <> 'in_progress' and fact = %s"
    assert demo.scalar(taken, FACT) == 2


def test_noting_the_summons_closes_the_follow_up_that_asked_for_it(demo: World) -> None:
    client = signed_in(demo, "opac38")
    _given(client, nature="summons")
    before = int(str(demo.scalar("select count(*) from presence.summons")))
    page = client.get("/suites").text

    answer = client.post(
        f"/suites/{_only(demo)}/convocation",
        data={
            "csrf_token": csrf_of(page), "cle": str(uuid4()), "date": TONIGHT, "aide": "proposed",
        },
        follow_redirects=True,
    )  # fmt: skip

    assert "Convocation notée, suite close." in answer.text
    assert demo.scalar("select count(*) from presence.summons") == before + 1


def test_the_file_opens_in_a_french_spreadsheet(demo: World) -> None:
    client = signed_in(demo, "opac38")
    _given(client, fait="=1+1")

    answer = client.get("/suites.csv")

    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert "Résidence;Soirée;Fait;Suite;Responsable" in answer.text
    assert ";=1+1;" not in answer.text
    assert "attachment" in answer.headers["Content-Disposition"]


def test_taking_the_file_away_is_noted_with_its_filters(demo: World) -> None:
    client = signed_in(demo, "opac38")

    client.get("/suites.csv?etat=to_do")

    noted = "select details from presence.audit_entry where act = 'follow_ups.exported'"
    assert demo.scalar(noted) == {"rows": 3, "filters": {"etat": "to_do"}}


def test_a_residence_and_a_person_narrow_the_list(demo: World) -> None:
    client = signed_in(demo, "opac38")
    where = demo.scalar("select id from presence.residence where name = 'Champaret'")
    who = demo.scalar("select id from presence.account where email = 'dpo@opac38.example'")

    there = client.get(f"/suites?residence={where}").text
    theirs = client.get(f"/suites?responsable={who}").text

    assert "Choisir : Champaret" in there
    assert "Choisir : Saint-Hubert" not in there
    assert f'<option value="{where}" selected>Champaret</option>' in there
    assert "Aucune suite ne répond à ces filtres." in theirs


def test_the_steps_of_a_follow_up_are_read_with_who_took_them(demo: World) -> None:
    client = signed_in(demo, "opac38")
    _given(client)
    _step(client, acte="closed", suite=str(_only(demo)), resultat="Réparé.")

    page = client.get(f"/suites/{_only(demo)}").text

    assert [step in page for step in ("Créée", "Close", "Réparé.", "Claire Martin")] == [True] * 4
    assert signed_in(demo, "pluralis").get(f"/suites/{_only(demo)}").status_code == 404


def test_what_is_closed_is_only_reopened(demo: World) -> None:
    client = signed_in(demo, "opac38")
    _given(client)
    _step(client, acte="closed", suite=str(_only(demo)), resultat="Réparé.")

    closed = client.get("/suites?etat=closed").text
    page = _step(client, acte="reopened", suite=str(_only(demo)))

    assert 'value="reopened"' in closed
    assert 'value="closed">Clore' not in closed
    assert FACT in page


def test_a_caretaker_reads_those_of_the_kept_residences_and_acts_on_none(demo: World) -> None:
    page = signed_in(demo, "caretaker").get("/suites").text

    assert "Pour les suites cochées" not in page
    assert "Donner une suite" not in signed_in(demo, "caretaker").get("/cette-nuit").text


def test_another_bailleur_sees_none_of_it(demo: World) -> None:
    _given(signed_in(demo, "opac38"))
    other = signed_in(demo, "pluralis")

    page = other.get("/suites").text

    assert FACT not in page
    other.get("/cette-nuit")
    token = csrf_of(other.get("/cette-nuit").text)
    answer = other.post(
        "/suites/etapes",
        data={
            "csrf_token": token, "cle": str(uuid4()), "acte": "taken", "suite": str(_only(demo)),
        },
    )  # fmt: skip
    assert answer.status_code == 404
