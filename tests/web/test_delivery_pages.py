"""« Mes courriels », « Transmissions », « Fait grave »: who reads what, and what a button does."""

from uuid import uuid4

import pytest

from presence.kernel import outbox
from tenants.context import Kind
from tests.mailbox import received
from tests.web.accounts import EMAILS, csrf_of, signed_in
from tests.worlds import World
from workers.delivery import PLAN
from workers.relay import JobSpec, add_job


def posted(world: World, account: str, page: str, path: str, **form: str) -> tuple[int, str]:
    client = signed_in(world, account)
    token = csrf_of(client.get(page).text)
    answer = client.post(path, data={"csrf_token": token} | form)
    text = client.get(page).text if answer.status_code == 303 else answer.text
    return answer.status_code, text


def morning(world: World) -> None:
    with world.relay() as session:
        add_job(session, JobSpec(f"letters:{uuid4()}", PLAN, Kind.OPERATOR, None, {"slot": "7"}))
    world.run_jobs()


def a_grave_fact(world: World) -> str:
    """An alert about OPAC 38's last intervention; its id."""
    with world.superuser() as connection:
        row = connection.execute(
            "select i.bailleur_id, i.id, i.evening_on from presence.intervention i "
            "join presence.organisation o on o.id = i.bailleur_id and o.code = 'OPAC38' "
            "where not exists (select from presence.urgent_alert a where a.intervention_id = i.id) "
            "order by i.evening_on desc, i.id limit 1"
        ).fetchone()
    assert row is not None
    with world.prestataire() as session:
        outbox.announce(
            session,
            "field.grave_recorded",
            bailleur_id=row[0],
            intervention_id=row[1],
            evening_on=row[2],
        )
    world.run_jobs()
    found = world.scalar("select id from presence.urgent_alert where intervention_id = %s", row[1])
    return str(found)


def test_a_choice_is_kept_and_told_in_words(demo: World) -> None:
    status, page = posted(
        demo, "opac38", "/preferences", "/preferences",
        rythme="eventful", calme_de="22:00", calme_a="07:00",
    )  # fmt: skip

    assert status == 303
    assert "Seulement s&#39;il s&#39;est passé quelque chose, jamais entre 22:00 et 07:00" in page
    assert "Un fait grave ne vous est pas dit aussitôt." in page


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"rythme": "hourly"}, "Choisissez une réponse dans la liste."),
        ({"rythme": "each", "calme_de": "22:00"}, "Donnez les deux heures calmes, ou aucune."),
        ({"rythme": "each", "calme_de": "22:61", "calme_a": "07:00"}, "Donnez une heure"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_in_french(
    demo: World, form: dict[str, str], told: str
) -> None:
    status, page = posted(demo, "opac38", "/preferences", "/preferences", **form)

    assert (status, told in page) == (422, True)


def test_a_trial_message_comes_to_ones_own_address_once(demo: World) -> None:
    before = len(received(demo, EMAILS["sector"], patience=0))

    for _ in range(2):
        posted(demo, "sector", "/preferences", "/preferences/essai")
    demo.run_jobs()

    letters = received(demo, EMAILS["sector"])[before:]
    assert 1 <= len(letters) <= 2
    assert letters[0]["Subject"] == "Courriel d'essai de Présence"


def test_the_bailleur_reads_names_and_the_prestataire_numbers(demo: World) -> None:
    morning(demo)

    bailleur = signed_in(demo, "opac38").get("/transmissions").text
    prestataire = signed_in(demo, "leader").get("/transmissions").text

    assert "Claire Martin" in bailleur
    assert "Nuit du 4 décembre" in bailleur
    assert "Claire" not in prestataire
    assert "@" not in prestataire.split("<main", 1)[1].split("</main>")[0]


def test_a_letter_is_sent_again_only_when_it_is_confirmed(demo: World) -> None:
    morning(demo)
    sent = demo.scalar(
        "select d.id from presence.report_delivery d "
        "join presence.account a on a.id = d.account_id where a.email = %s",
        EMAILS["opac38"],
    )
    path, key = f"/transmissions/{sent}/renvoyer", str(uuid4())

    refused = posted(demo, "opac38", "/transmissions", path, cle=key)
    done = [
        posted(demo, "opac38", "/transmissions", path, cle=key, confirmation="oui")[0]
        for _ in range(2)
    ]

    assert (refused[0], "Cochez la case" in refused[1]) == (422, True)
    assert done == [303, 303]
    assert demo.scalar("select count(*) from presence.report_delivery where again > 0") == 1


def test_a_grave_fact_is_seen_once_and_says_by_whom(demo: World) -> None:
    alert_id = a_grave_fact(demo)
    page = f"/alertes/{alert_id}"

    before = signed_in(demo, "opac38").get(page).text
    for _ in range(2):
        status, after = posted(demo, "opac38", page, f"{page}/vu")

    assert "Personne n'a encore dit" in before
    assert (status, "par Claire Martin" in after) == (303, True)


def test_another_bailleur_does_not_find_the_alert(demo: World) -> None:
    page = f"/alertes/{a_grave_fact(demo)}"

    assert signed_in(demo, "pluralis").get(page).status_code == 404
    assert signed_in(demo, "pluralis").get(f"/alertes/{uuid4()}").status_code == 404


def test_the_team_reads_on_its_evening_that_a_grave_fact_was_acknowledged(demo: World) -> None:
    alert = a_grave_fact(demo)
    evening_on = demo.scalar(
        "select i.evening_on from presence.intervention i join presence.urgent_alert a"
        " on a.intervention_id = i.id and a.bailleur_id = i.bailleur_id where a.id = %s",
        alert,
    )
    leader = signed_in(demo, "leader")
    before = leader.get(f"/soiree?soiree={evening_on}").text

    posted(demo, "opac38", f"/alertes/{alert}", f"/alertes/{alert}/vu")

    after = leader.get(f"/soiree?soiree={evening_on}").text
    assert "annoncé, pas encore lu" in before
    assert "accusé de réception à" in after
