"""What people do on the pages: a passage, an intervention, a call, the closing, a summons."""

import io
import re
from datetime import date

import pytest
from flask.testing import FlaskClient
from psycopg.errors import InsufficientPrivilege

from presence.kernel.keys import uuid7
from presence.planning.queries import places_due
from tenants.context import Kind
from tests.web.accounts import csrf_of, signed_in
from tests.worlds import World

TONIGHT = "2013-12-05"


def _post(client: FlaskClient, where: str, page: str, **fields: object) -> tuple[int, str]:
    token = csrf_of(client.get(page).text)
    answer = client.post(where, data={"csrf_token": token, **fields}, follow_redirects=True)
    return answer.status_code, answer.text


def _hall(world: World, code: str = "OPAC38") -> str:
    """A hall of tonight's round: an agent opens the form of no other."""
    with world.prestataire() as session:
        due = places_due(session, date(2013, 12, 5), world.ids["scheme"])
        own = [place for place in due if place.hall.bailleur_id == world.ids[code]]
        return str(own[0].hall.id)


def test_an_agent_notes_a_quiet_passage(demo: World) -> None:
    client = signed_in(demo, "agent")

    status, page = _post(
        client, "/soiree/passages", "/soiree", cle=uuid7(), soiree=TONIGHT, lieu=_hall(demo),
        resultat="nothing_to_report", heure="18:42",
    )  # fmt: skip

    assert status == 200
    assert "Passage enregistré" in page
    assert "fait 18:42" in page


def test_the_same_form_sent_twice_is_noted_once(demo: World) -> None:
    client = signed_in(demo, "agent")
    fields = {
        "cle": uuid7(), "soiree": TONIGHT, "lieu": _hall(demo),
        "resultat": "nothing_to_report", "heure": "18:42",
    }  # fmt: skip

    for _ in range(2):
        _post(client, "/soiree/passages", "/soiree", **fields)

    assert demo.scalar("select count(*) from presence.visit where id = %s", fields["cle"]) == 1


def test_an_intervention_without_an_action_is_refused_and_nothing_typed_is_lost(
    demo: World,
) -> None:
    client = signed_in(demo, "agent")
    where = f"/soiree/intervention/{_hall(demo)}"

    status, page = _post(
        client, where, where, cle=uuid7(), soiree=TONIGHT, heure="20:10", situation="noise",
        issue="calmed", partie="hall", origine="round", personnes="3-5",
    )  # fmt: skip

    assert status == 422
    assert "Choisissez au moins une action." in page
    assert re.search(r'value="noise"\s+checked', page)
    assert (
        demo.scalar("select count(*) from presence.intervention where evening_on = '2013-12-05'")
        == 0
    )


def test_an_intervention_with_several_actions_is_recorded(demo: World) -> None:
    client = signed_in(demo, "agent")
    where = f"/soiree/intervention/{_hall(demo)}"

    _post(
        client, where, where, cle=uuid7(), soiree=TONIGHT, heure="20:10", situation="noise",
        actions=["mediation", "police_request"], force="national_police", heure_appel="20:15",
        issue="calmed", partie="hall", origine="round", personnes="3-5",
    )  # fmt: skip

    assert (
        demo.scalar(
            "select count(*) from presence.intervention_action where evening_on = '2013-12-05'"
        )
        == 2
    )


def test_a_call_is_logged_without_anybodys_identity(demo: World) -> None:
    client = signed_in(demo, "leader")
    residence = demo.scalar(
        "select id from presence.residence where bailleur_id = %s limit 1", demo.ids["OPAC38"]
    )

    _, page = _post(
        client, "/soiree/appels", "/soiree", cle=uuid7(), soiree=TONIGHT, heure="19:05",
        residence=residence, besoin="noise", urgence="tonight",
    )  # fmt: skip

    assert "Appel noté" in page


def test_closing_needs_the_box_to_be_ticked(demo: World) -> None:
    client = signed_in(demo, "leader")

    _, page = _post(client, "/soiree/cloture", "/soiree", soiree=TONIGHT)

    assert "Cochez" in page
    assert (
        demo.scalar("select count(*) from presence.evening_closure where evening_on = '2013-12-05'")
        == 0
    )


def test_closing_the_evening_gives_each_bailleur_its_report(demo: World) -> None:
    client = signed_in(demo, "leader")

    _post(client, "/soiree/cloture", "/soiree", soiree=TONIGHT, confirmation="oui")
    demo.run_jobs()

    assert (
        demo.scalar(
            "select count(distinct bailleur_id) from presence.daily_report "
            "where evening_on = '2013-12-05'"
        )
        == 2
    )
    night = signed_in(demo, "pluralis").get(f"/cette-nuit?soiree={TONIGHT}").text
    # Nothing came in from any place: signed, and known for what it is.
    assert "on ne sait rien" in night
    assert "Provisoire" in night


def test_closing_twice_says_so(demo: World) -> None:
    client = signed_in(demo, "leader")
    _post(client, "/soiree/cloture", "/soiree", soiree=TONIGHT, confirmation="oui")

    _, page = _post(client, "/soiree/cloture", "/soiree", soiree=TONIGHT, confirmation="oui")

    assert "est déjà close" in page


def test_a_summons_is_recorded_from_the_night_and_closed_to_the_prestataire(demo: World) -> None:
    client = signed_in(demo, "opac38")
    night = client.get("/cette-nuit").text
    fields = {
        name: re.search(rf'name="{name}" value="([^"]+)"', night)[1]  # type: ignore[index]
        for name in ("cle", "soiree", "intervention", "residence")
    }

    _, page = _post(
        client, "/cette-nuit/suites", "/cette-nuit", **fields, date=TONIGHT, aide="proposed"
    )

    assert "Convocation du 5 décembre 2013 notée" in page
    assert "Convocation notée" in page
    with (
        demo.login(Kind.PRESTATAIRE) as connection,
        pytest.raises(InsufficientPrivilege),
    ):
        connection.execute("select count(*) from presence.summons")


def test_a_faulty_file_is_refused_line_by_line_and_nothing_is_written(demo: World) -> None:
    client = signed_in(demo, "opac38")
    before = demo.scalar("select count(*) from presence.residence")
    content = (
        b"agence;code;nom;adresse;insee;logements\n"
        b"Bourgoin-Jallieu;N1;Neuve;1 rue X;38053;12\n"
        b"Bourgoin-Jallieu;N2;Fausse;2 rue X;99999;douze\n"
    )

    status, columns = _post(
        client, "/residences/import", "/residences/importer",
        fichier=(io.BytesIO(content), "a.csv"),
    )  # fmt: skip
    where = re.search(r'action="(/residences/importer/[0-9a-f-]+)/colonnes"', columns)

    assert status == 200
    assert where is not None
    page = client.get(where[1]).text
    assert "Rien n&#39;est encore enregistré" in page
    assert re.search(r"L. 3</th>.*insee.*99999.*Commune inconnue", page)
    assert re.search(r"L. 3</th>.*logements.*douze.*nombre entier", page)
    assert demo.scalar("select count(*) from presence.residence") == before


def test_withdrawing_an_agreement_closes_the_totals_of_the_next_bilan(demo: World) -> None:
    client = signed_in(demo, "opac38")
    page = client.get("/bilan").text
    where = re.search(r'action="(/bilan/accords/[^"]+)"', page)
    assert where is not None

    _post(client, where[1], "/bilan", decision="retirer")
    demo.run_jobs()

    assert "Chiffres non communicables" in signed_in(demo, "capi").get("/bilan").text


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "20131204", "hier"])
def test_a_date_that_is_none_is_refused_in_words(shared_demo: World, day: str) -> None:
    answer = signed_in(shared_demo, "opac38").get(f"/cette-nuit?soiree={day}")

    assert answer.status_code == 422
    assert "pas une date" in answer.text
