"""« Tournées » and « Ma tournée »: prepare, edit, publish; each sees what is its own."""

import html
from datetime import date, time
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from tests.factories.duty import a_team_on_duty
from tests.web.accounts import EMAILS, csrf_of, signed_in
from tests.worlds import World

TONIGHT = date(2013, 12, 5)


@pytest.fixture
def leader(demo: World) -> FlaskClient:
    with demo.superuser() as connection:
        connection.execute("delete from presence.shift_swap")
        connection.execute("delete from presence.shift")
    agent = demo.scalar("select id from presence.account where email = %s", EMAILS["agent"])
    with demo.superuser() as connection:
        connection.execute("update presence.agent set account_id = null")
    for number in range(3):
        accounts = (UUID(str(agent)), None) if number == 0 else (None, None)
        a_team_on_duty(demo, TONIGHT, name=f"Équipe {number + 1}", accounts=accounts)
    return signed_in(demo, "leader")


def prepared(demo: World, leader: FlaskClient) -> str:
    token = csrf_of(leader.get("/tournees").text)
    answer = leader.post("/tournees", data={"csrf_token": token, "soiree": TONIGHT.isoformat()})
    assert answer.status_code == 303, answer.text
    demo.run_jobs()
    return html.unescape(leader.get(f"/tournees?soiree={TONIGHT}").text)


def plan_id(demo: World) -> str:
    return str(
        demo.scalar(
            "select id from presence.round_plan where evening_on = %s "
            "order by version desc limit 1",
            TONIGHT,
        )
    )


def a_stop(demo: World, but: UUID | None = None) -> str:
    return str(
        demo.scalar(
            "select id from presence.round_stop where round_plan_id = %s "
            "and team_id is distinct from %s and team_id is not null limit 1",
            plan_id(demo),
            but,
        )
    )


def test_rounds_are_prepared_then_published(demo: World, leader: FlaskClient) -> None:
    page = prepared(demo, leader)
    assert "Publier aux équipes" in page

    answer = leader.post(
        f"/tournees/{plan_id(demo)}/publication", data={"csrf_token": csrf_of(page)}
    )

    assert answer.status_code == 303
    published = html.unescape(leader.get(f"/tournees?soiree={TONIGHT}").text)
    assert "0 téléphone sur 1 à jour" in published


def test_the_chief_sees_that_an_agent_has_opened_the_round(
    demo: World, leader: FlaskClient
) -> None:
    page = prepared(demo, leader)
    leader.post(f"/tournees/{plan_id(demo)}/publication", data={"csrf_token": csrf_of(page)})
    agent = signed_in(demo, "agent")
    own = agent.get("/ma-tournee").text

    agent.post(f"/ma-tournee/{plan_id(demo)}/ouverture", data={"csrf_token": csrf_of(own)})

    assert "Équipe 1" in own
    assert "1 téléphone sur 1 à jour" in html.unescape(
        leader.get(f"/tournees?soiree={TONIGHT}").text
    )


def test_an_agent_sees_the_own_teams_stops_only(demo: World, leader: FlaskClient) -> None:
    page = prepared(demo, leader)
    leader.post(f"/tournees/{plan_id(demo)}/publication", data={"csrf_token": csrf_of(page)})

    own = html.unescape(signed_in(demo, "agent").get("/ma-tournee").text)

    with demo.superuser() as connection:
        elsewhere = connection.execute(
            "select r.name || ', ' from presence.round_stop s join presence.residence r "
            "on r.id = s.residence_id join presence.team t on t.id = s.team_id "
            "where t.name <> 'Équipe 1' and r.id not in (select s2.residence_id "
            "from presence.round_stop s2 join presence.team t2 on t2.id = s2.team_id "
            "where t2.name = 'Équipe 1')"
        ).fetchall()
    assert elsewhere
    assert not [row for row in elsewhere if str(row[0]) in own]


def test_a_stop_is_taken_out_with_a_reason(demo: World, leader: FlaskClient) -> None:
    page = prepared(demo, leader)
    stop = a_stop(demo)

    answer = leader.post(
        f"/tournees/{plan_id(demo)}/arrets",
        data={
            "csrf_token": csrf_of(page), "arret": stop, "equipe": "retirer",
            "motif": "Accès fermé pour travaux",
        },
    )  # fmt: skip

    assert answer.status_code == 303
    assert "Accès fermé pour travaux" in leader.get(f"/tournees?soiree={TONIGHT}").text


@pytest.mark.parametrize(
    ("change", "told"),
    [({"equipe": "retirer", "motif": " "}, "Dites pourquoi"),
     ({"equipe": "retirer", "motif": "x" * 121}, "120 caractères"),
     ({"arret": "zz"}, "rechargez-la"),
     ({"rang": "0"}, "de 1 à 200")],
    ids=["no reason", "long", "stop", "rank"],
)  # fmt: skip
def test_a_change_that_cannot_be_says_why_and_writes_nothing(
    demo: World, leader: FlaskClient, change: dict[str, str], told: str
) -> None:
    page = prepared(demo, leader)
    stop = a_stop(demo)
    team = demo.scalar("select id from presence.team where name = 'Équipe 1'")
    form = {"csrf_token": csrf_of(page), "arret": stop, "equipe": str(team)}

    answer = leader.post(f"/tournees/{plan_id(demo)}/arrets", data=form | change)

    assert answer.status_code == 422
    assert told in html.unescape(answer.text)
    assert demo.scalar("select count(*) from presence.round_stop where pinned") == 0


def test_a_team_that_has_no_time_refuses_the_stop(demo: World, leader: FlaskClient) -> None:
    short = a_team_on_duty(demo, TONIGHT, name="Renfort", hours=(time(17), time(17, 3)))
    page = prepared(demo, leader)
    stop = a_stop(demo, short)

    answer = leader.post(
        f"/tournees/{plan_id(demo)}/arrets",
        data={"csrf_token": csrf_of(page), "arret": stop, "equipe": str(short)},
    )

    assert answer.status_code == 422
    assert "Renfort ne tiendrait plus" in html.unescape(answer.text)


def test_a_past_evening_offers_nothing_to_prepare(demo: World, leader: FlaskClient) -> None:
    page = leader.get("/tournees?soiree=2013-12-01").text

    assert "Préparer les tournées" not in page
