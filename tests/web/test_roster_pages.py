"""« Équipes », « Agents », « Mes vacations » and the calendars behind a secret address."""

import html
import re
from datetime import date

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar  # type: ignore[import-untyped]
from werkzeug.test import TestResponse

from tests.web.accounts import csrf_of, signed_in
from tests.worlds import World

NEXT_WEEK = "2013-12-09"


@pytest.fixture
def leader(demo: World) -> FlaskClient:
    """The team leader, who plans."""
    return signed_in(demo, "leader")


def page_of(client: FlaskClient, path: str = "/equipes") -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


def send(client: FlaskClient, path: str, page: str = "/equipes", **form: str) -> TestResponse:
    return client.post(path, data={"csrf_token": csrf_of(client.get(page).text)} | form)


def key(world: World, table: str, where: str, *values: object) -> str:
    return str(world.scalar(f"select id from presence.{table} where {where}", *values))  # noqa: S608


def agent(world: World, name: str) -> str:
    return key(world, "agent", "display_name like %s", f"{name}%")


def a_plan(world: World, name: str, evening: str = "2013-12-12", **more: str) -> dict[str, str]:
    """The form of a cell of « Villefontaine Nord »."""
    return {
        "cle": "0191d1b2-0000-7000-8000-000000000001",
        "equipe": key(world, "team", "name = 'Villefontaine Nord'"),
        "agent": agent(world, name),
        "soiree": evening,
        "semaine": NEXT_WEEK,
    } | more


def cell(page: str, day: str) -> list[str]:
    """The cells of a day, in the order of the teams."""
    return re.findall(rf'<td data-label="{re.escape(day)}".*?</td>', page, re.DOTALL)


def test_the_week_says_first_what_is_missing(leader: FlaskClient) -> None:
    page = page_of(leader)

    assert "Semaine du 2 au 8 décembre 2013" in page
    assert "4\u00a0soirées d'équipe à compléter d'ici dimanche." in page
    bourgoin, isle, villefontaine = cell(page, "sam. 7 déc.")
    assert "complète" in bourgoin
    assert "personne" in isle
    assert "incomplète" in villefontaine
    assert "1 agent sur 2" in villefontaine


def test_a_week_leads_to_the_one_before_and_the_one_after(leader: FlaskClient) -> None:
    page = page_of(leader, "/equipes?semaine=2013-12-30")

    assert "Semaine du 30 décembre au 5 janvier 2014" in page
    assert "semaine=2013-12-23" in page
    assert "semaine=2014-01-06" in page


def test_a_week_that_is_over_is_read_only(leader: FlaskClient) -> None:
    page = page_of(leader, "/equipes?semaine=2013-11-25")

    assert "elle ne se change plus" in page
    assert "Affecter" not in page


def test_an_agent_is_assigned_from_a_cell(demo: World, leader: FlaskClient) -> None:
    answer = send(leader, "/equipes/vacations", **a_plan(demo, "Karim"))

    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/equipes?semaine={NEXT_WEEK}"
    page = page_of(leader, f"/equipes?semaine={NEXT_WEEK}")
    assert "Karim Agent est de service avec « Villefontaine Nord »." in page
    assert "1 agent sur 2" in cell(page, "jeu. 12 déc.")[2]


@pytest.mark.parametrize(
    ("name", "more", "status", "told"),
    [
        ("Bruno", {}, 422, "La carte de Bruno Vial a expiré le 15/11/2013"),
        ("Karim", {"a": "23:30"}, 422, "Le service va de 17:00 à 23:00 ce soir-là"),
        ("Karim", {"de": "tard"}, 422, "Donnez une heure sous la forme 20:42."),
        ("Karim", {"agent": ""}, 422, "Choisissez un agent dans la liste."),
        ("Karim", {"soiree": "2013-12-06"}, 409, "est déjà de service avec « Bourgoin Ouest »"),
    ],
)
def test_what_cannot_be_is_said_and_not_written(
    demo: World, leader: FlaskClient, name: str, more: dict[str, str], status: int, told: str
) -> None:
    before = demo.scalar("select count(*) from presence.shift")

    answer = send(leader, "/equipes/vacations", **(a_plan(demo, name) | more))

    assert answer.status_code == status
    assert told in html.unescape(answer.text)
    assert '<div class="error-summary"' in answer.text
    assert demo.scalar("select count(*) from presence.shift") == before


def test_a_shift_is_taken_away(demo: World, leader: FlaskClient) -> None:
    shift = key(demo, "shift", "agent_id = %s and evening_on = '2013-12-06'", agent(demo, "Karim"))

    answer = send(leader, f"/equipes/vacations/{shift}/annuler", semaine="2013-12-02")

    assert answer.status_code == 303
    assert "1 agent sur 2" in cell(page_of(leader), "ven. 6 déc.")[0]


def test_last_week_is_copied_in_one_click_and_what_is_left_is_explained(
    demo: World, leader: FlaskClient
) -> None:
    with demo.superuser() as connection:
        connection.execute(
            "update presence.agent set card_valid_until = '2013-12-10' "
            "where display_name like 'Samir%'"
        )

    answer = send(leader, "/equipes/reprendre", semaine=NEXT_WEEK)

    page = page_of(leader, answer.headers["Location"])
    assert "32\u00a0vacations reprises, 4\u00a0laissées." in page
    assert "La carte de Samir Toussaint expire le 10/12/2013, avant cette soirée" in page


def test_a_swap_is_decided_where_the_week_is_planned(demo: World, leader: FlaskClient) -> None:
    swap = key(demo, "shift_swap", "state = 'asked'")
    assert "1\u00a0échange à décider" in page_of(leader)

    answer = send(leader, f"/equipes/echanges/{swap}", reponse="accepted")

    assert answer.status_code == 303
    page = page_of(leader)
    assert "échange à décider" not in page
    assert "Karim Agent" in cell(page, "dim. 8 déc.")[0]


def test_a_team_is_created_then_disbanded(demo: World, leader: FlaskClient) -> None:
    form = {"cle": "0191d1b2-0000-7000-8000-000000000002", "nom": "Renfort", "commune": "38193"}
    created = send(leader, "/equipes", **form)
    team = key(demo, "team", "name = 'Renfort'")

    disbanded = send(leader, f"/equipes/{team}/dissoudre")

    assert (created.status_code, disbanded.status_code) == (303, 303)
    assert "Renfort" not in page_of(leader)


def test_a_team_with_a_known_name_is_refused_and_nothing_typed_is_lost(
    leader: FlaskClient,
) -> None:
    form = {"cle": "0191d1b2-0000-7000-8000-000000000003", "nom": "Bourgoin Ouest"}

    answer = send(leader, "/equipes", **form)

    assert answer.status_code == 409
    assert "Une équipe porte déjà ce nom" in html.unescape(answer.text)
    assert 'value="Bourgoin Ouest"' in answer.text


def test_without_a_contract_there_is_no_week_but_a_sentence(
    demo: World, leader: FlaskClient
) -> None:
    with demo.superuser() as connection:
        connection.execute(
            "update presence.contract set valid_during = daterange('2012-01-01', '2013-12-01')"
        )

    week, agents = page_of(leader), page_of(leader, "/equipes/agents")

    assert "Aucun contrat en cours" in week
    assert "Karim Agent" in agents


def test_whose_card_expires_comes_first(leader: FlaskClient) -> None:
    page = page_of(leader, "/equipes/agents")

    names = re.findall(r'<th scope="row">([^<]+)<', page)
    assert names[:3] == ["Bruno Vial", "Samir Toussaint", "Élodie Brun"]
    assert "Carte\u00a0: expirée le 15/11/2013" in page
    assert "Carte\u00a0: expire le 28/12/2013" in page
    assert "7\u00a0agents, dont 3 avec une carte ou une formation à renouveler" in page


def test_an_agent_is_added_with_an_account_of_the_house(demo: World, leader: FlaskClient) -> None:
    account = key(demo, "account", "email = 'astreinte@prestataire.example'")

    answer = send(
        leader, "/equipes/agents", page="/equipes/agents",
        cle="0191d1b2-0000-7000-8000-000000000004", nom="Lina Astreinte", metier="mediator",
        compte=account,
    )  # fmt: skip

    assert answer.status_code == 303
    assert demo.scalar("select account_id::text from presence.agent where account_id = %s", account)


def test_another_organisation_s_account_is_an_unknown_one(demo: World, leader: FlaskClient) -> None:
    account = key(demo, "account", "email = 'responsable@opac38.example'")

    told = [
        html.unescape(
            send(
                leader, "/equipes/agents", page="/equipes/agents", nom="Espion", metier="mediator",
                cle="0191d1b2-0000-7000-8000-000000000005", compte=given,
            ).text
        )
        for given in (account, "0191d1b2-0000-7000-8000-00000000ffff")
    ]  # fmt: skip

    assert all("n'est pas de votre organisme" in page for page in told)


def test_an_expired_card_is_renewed_on_the_agent_s_page(demo: World, leader: FlaskClient) -> None:
    path = f"/equipes/agents/{agent(demo, 'Bruno')}"
    assert "Sa carte a expiré le 15/11/2013" in page_of(leader, path)

    answer = send(
        leader, path, page=path, nom="Bruno Vial", metier="security",
        carte="CAR-038-2018-12-04-20130012406", valable="2018-12-04",
    )  # fmt: skip

    assert answer.status_code == 303
    assert "Sa carte a expiré" not in page_of(leader, path)


def test_a_security_agent_without_a_card_is_refused(demo: World, leader: FlaskClient) -> None:
    path = f"/equipes/agents/{agent(demo, 'Bruno')}"

    answer = send(leader, path, page=path, nom="Bruno Vial", metier="security", carte="")

    assert answer.status_code == 422
    assert "art. L612-20" in html.unescape(answer.text)


def test_a_training_is_noted(demo: World, leader: FlaskClient) -> None:
    path = f"/equipes/agents/{agent(demo, 'Bruno')}"

    answer = send(
        leader, f"{path}/formations", page=path, formation="Maintien des compétences",
        suivie="2013-12-02", fin="2018-12-02",
    )  # fmt: skip

    assert answer.status_code == 303
    page = page_of(leader, path)
    assert "valable jusqu'au 02/12/2018" in page
    assert "Maintien des compétences\u00a0: expirée" not in page


def test_an_unknown_agent_s_page_does_not_exist(leader: FlaskClient) -> None:
    answer = leader.get("/equipes/agents/0191d1b2-0000-7000-8000-00000000ffff")

    assert answer.status_code == 404


def test_an_agent_reads_the_next_shift_and_with_whom(demo: World) -> None:
    page = page_of(signed_in(demo, "agent"), "/mes-vacations")

    assert "Ce soir, de 17:00 à 23:00, équipe Bourgoin Ouest, avec Nadia Chef-d'équipe." in page
    assert "Villefontaine Nord" not in page


def test_an_agent_takes_the_shift_that_a_colleague_asks_for(demo: World) -> None:
    client, swap = signed_in(demo, "agent"), key(demo, "shift_swap", "state = 'asked'")
    assert "Élodie Brun vous demande" in re.sub(
        r"</?strong>", "", page_of(client, "/mes-vacations")
    )

    answer = send(client, f"/mes-vacations/echanges/{swap}", "/mes-vacations", reponse="accepted")

    assert answer.status_code == 303
    assert "dimanche 8 décembre" in page_of(client, "/mes-vacations")


def test_an_agent_asks_for_a_swap_then_takes_it_back(demo: World) -> None:
    client = signed_in(demo, "agent")
    shift = key(demo, "shift", "agent_id = %s and evening_on = '2013-12-07'", agent(demo, "Karim"))
    form = {
        "cle": "0191d1b2-0000-7000-8000-000000000006",
        "vacation": shift,
        "agent": agent(demo, "Samir"),
    }

    refused = send(client, "/mes-vacations/echanges", "/mes-vacations", **form, motif=" ")
    asked = send(client, "/mes-vacations/echanges", "/mes-vacations", **form, motif="Formation")

    assert (refused.status_code, asked.status_code) == (422, 303)
    assert "Dites pourquoi" in html.unescape(refused.text)
    assert "demandée à Samir Toussaint" in page_of(client, "/mes-vacations")
    swap = key(demo, "shift_swap", "shift_id = %s", shift)
    withdrawn = send(client, f"/mes-vacations/echanges/{swap}/retirer", "/mes-vacations")
    assert withdrawn.status_code == 303
    assert "demandée à" not in page_of(client, "/mes-vacations")


def test_an_account_that_is_no_agent_s_is_told_what_to_do(demo: World) -> None:
    with demo.superuser() as connection:
        connection.execute("update presence.agent set account_id = null")

    page = page_of(signed_in(demo, "agent"), "/mes-vacations")

    assert "n'est relié à aucune fiche d'agent" in page


def test_a_calendar_is_read_without_signing_in_until_it_is_revoked(
    demo: World, leader: FlaskClient
) -> None:
    team = key(demo, "team", "name = 'Villefontaine Nord'")
    cle = "0191d1b2-0000-7000-8000-000000000007"
    shown = send(leader, f"/equipes/{team}/agenda", cle=cle)
    found = re.search(r"/agenda/[^<]+\.ics", shown.text)
    assert found is not None
    anybody = demo.app.test_client()

    read = anybody.get(found.group())
    send(leader, f"/equipes/agendas/{cle}/revoquer")
    after = anybody.get(found.group())

    assert read.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert read.headers["Cache-Control"] == "private, max-age=900"
    (monday, *_) = Calendar.from_ical(read.data).walk("VEVENT")
    assert monday.decoded("dtstart").date() == date(2013, 12, 2)
    assert b"Samir" not in read.data
    assert found.group() not in page_of(leader)
    assert (after.status_code, after.headers["Cache-Control"]) == (404, "no-store")


def test_an_unknown_calendar_is_an_ordinary_missing_page(shared_demo: World) -> None:
    answer = shared_demo.app.test_client().get(f"/agenda/{'x' * 43}.ics")

    assert answer.status_code == 404
    assert "Page introuvable" in answer.text
