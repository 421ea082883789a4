"""Who signs is reminded at 23:30 and at 06:45 of an evening that is not signed, once each time."""

import pytest
from sqlalchemy import select

from presence.accounts.identity import Grant, Identity
from presence.accounts.services import NewAccount, open_account
from tenants.context import Kind
from tenants.models import Organisation
from tenants.roles import Role
from tests.factories.places import a_residence
from tests.factories.readers import PASSWORD
from tests.factories.schemes import CLOCK, a_scheme
from tests.factories.visits import a_visit
from tests.mailbox import received
from tests.presence.scene import Scene
from tests.worlds import World
from workers.relay import JobSpec, add_job
from workers.reminders import PLAN


@pytest.fixture
def scene(world: World) -> Scene:
    scheme_id = a_scheme(world)
    return Scene(
        world, scheme_id, tuple(a_residence(world, "ALPHA")), tuple(a_residence(world, "BETA"))
    )


def a_signer(world: World, number: int, role: Role = Role.TEAM_LEADER) -> Identity:
    with world.operator() as session:
        presta = session.scalars(select(Organisation).where(Organisation.code == "PRESTA")).one()
        session.expunge(presta)
    address = f"{world.database}.{number}@presta.example"
    # A role holds from the day it was given on.
    world.set_clock("2013-01-02T08:00:00+01:00")
    with world.app.app_context():
        made = open_account(presta, NewAccount(address, "Nadia", PASSWORD, (Grant(role),)))
    world.set_clock(CLOCK)
    return made


def at(world: World, instant: str) -> None:
    """The beat's tick of that hour, twice: a restarted beat."""
    world.set_clock(instant)
    for again in range(2):
        with world.relay() as session:
            add_job(session, JobSpec(f"reminders:{instant}:{again}", PLAN, Kind.OPERATOR, None))
        world.run_jobs()


def subjects(world: World, person: Identity) -> list[str]:
    return [str(letter["Subject"]) for letter in received(world, person.email, patience=0)]


def test_both_hours_remind_those_who_sign_once_each(scene: Scene) -> None:
    leader, agent = a_signer(scene.world, 1), a_signer(scene.world, 2, Role.AGENT)
    scene.record(a_visit(scene.alpha[0]))

    at(scene.world, "2013-12-04T23:30:00+01:00")
    at(scene.world, "2013-12-05T06:45:00+01:00")

    assert (
        subjects(scene.world, leader)
        == ["Soirée du 4 décembre à signer : 3\u00a0lieux sans fiche"] * 2
    )
    assert subjects(scene.world, agent) == []


def test_the_reminder_names_what_is_missing_and_leads_to_the_evening(scene: Scene) -> None:
    leader = a_signer(scene.world, 1)
    scene.record(*(a_visit(hall) for hall in (*scene.alpha, scene.beta[0])))

    at(scene.world, "2013-12-04T23:30:00+01:00")

    (letter,) = received(scene.world, leader.email)
    text = str(letter.get_content())
    assert "1\u00a0lieu sans fiche" in text
    assert "Résidence R001, hall 2" in text
    assert "hall 1" not in text
    assert "http://127.0.0.1:8000/soiree" in text


def test_a_signed_evening_reminds_nobody(scene: Scene) -> None:
    leader = a_signer(scene.world, 1)
    scene.record(*(a_visit(hall) for hall in (*scene.alpha, *scene.beta)))
    scene.close()

    at(scene.world, "2013-12-05T06:45:00+01:00")

    assert subjects(scene.world, leader) == []


def test_on_the_night_when_clocks_go_back_the_same_evening_is_meant(scene: Scene) -> None:
    leader = a_signer(scene.world, 1)

    at(scene.world, "2013-10-26T23:30:00+02:00")
    at(scene.world, "2013-10-27T06:45:00+01:00")

    assert [subject[:33] for subject in subjects(scene.world, leader)] == [
        "Soirée du 26 octobre à signer : 4"
    ] * 2
