"""From a signed evening to a letter in a box: to whom, how often, and through which accidents."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import time
from email.message import EmailMessage
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from devstack.processes import free_port
from presence.accounts.identity import Identity
from presence.daily_reports.queries import reports
from presence.delivery import alerts, queries, services
from presence.delivery.models import ReportDelivery
from presence.delivery.queries import acknowledged
from presence.delivery.recipients import night_readers
from presence.delivery.sending import Desk, send
from presence.delivery.transmissions import mark_opened
from presence.kernel import mail, outbox
from presence.kernel.nomenclature import NotDoneReason, ReportChoice
from presence.settings import MailRelay
from tenants.context import Kind
from tenants.roles import Role
from tests.factories.places import a_residence
from tests.factories.readers import a_reader, chooses
from tests.factories.schemes import a_scheme
from tests.factories.visits import a_visit, a_visit_with_intervention
from tests.mailbox import received
from tests.presence.scene import EVENING, Scene
from tests.worlds import World
from workers.delivery import PLAN
from workers.relay import JobSpec, add_job


@pytest.fixture
def scene(world: World) -> Scene:
    scheme_id = a_scheme(world)
    return Scene(
        world, scheme_id, tuple(a_residence(world, "ALPHA")), tuple(a_residence(world, "BETA"))
    )


def quiet_evening(scene: Scene) -> None:
    """All places seen, nothing to report."""
    scene.record(*(a_visit(hall) for hall in (*scene.alpha, *scene.beta)))
    scene.close()


def eventful_evening(scene: Scene) -> None:
    """Something happened in ALPHA's first hall, one of its places was not visited."""
    scene.record(
        a_visit_with_intervention(scene.alpha[0]),
        a_visit(scene.alpha[1], not_done=NotDoneReason.NO_ACCESS),
        *(a_visit(hall) for hall in scene.beta),
    )
    scene.close()


def plan_morning(world: World, slot: str) -> None:
    with world.relay() as session:
        add_job(session, JobSpec(f"letters:{slot}", PLAN, Kind.OPERATOR, None, {"slot": slot}))


def morning(world: World, slot: str = "7") -> None:
    plan_morning(world, slot)
    world.run_jobs()


def body(letter: EmailMessage) -> str:
    return str(letter.get_content()).replace("\r\n", "\n")


def subjects(world: World, person: Identity) -> list[str]:
    return [str(letter["Subject"]) for letter in received(world, person.email, patience=0)]


def states(world: World) -> list[str]:
    with world.superuser() as connection:
        rows = connection.execute("select state from presence.report_delivery order by state")
        return [str(row[0]) for row in rows]


@contextmanager
def relay_at(world: World, url: str) -> Iterator[None]:
    """The mail relay is somewhere else, for a while."""
    with world.app.app_context():
        mail.configure(MailRelay(url, "presence@presence.example"))
        try:
            yield
        finally:
            mail.configure(world.servers.settings(world.database).mail)


def make_due(world: World) -> None:
    """The hour of the next attempt has come."""
    with world.superuser() as connection:
        connection.execute("update presence.report_delivery set not_before = app.now()")
        connection.execute("update presence.job set not_before = null where state = 'queued'")


@pytest.mark.parametrize(
    ("rhythm", "eventful", "letters"),
    [
        (ReportChoice.EACH, False, 1),
        (ReportChoice.EACH, True, 1),
        (ReportChoice.EVENTFUL, False, 0),
        (ReportChoice.EVENTFUL, True, 1),
        (ReportChoice.WEEKLY, True, 0),
        (ReportChoice.NONE, True, 0),
    ],
)
def test_each_choice_meets_each_evening(
    scene: Scene, rhythm: ReportChoice, eventful: bool, letters: int
) -> None:
    person = a_reader(scene.world)
    chooses(scene.world, person, rhythm)
    eventful_evening(scene) if eventful else quiet_evening(scene)

    morning(scene.world)

    assert len(subjects(scene.world, person)) == letters


def test_the_subject_carries_the_counts_and_the_body_has_one_link(scene: Scene) -> None:
    person = a_reader(scene.world)
    eventful_evening(scene)

    morning(scene.world)

    (letter,) = received(scene.world, person.email)
    report = scene.world.scalar(
        "select id from presence.daily_report where bailleur_id = %s", scene.world.ids["ALPHA"]
    )
    text = body(letter)
    assert letter["Subject"] == "Nuit du 4 décembre : 1\u00a0intervention"
    assert text.count("http") == 1
    assert f"http://127.0.0.1:8000/rapports-journaliers/{report}\n" in text
    assert "Résidence R001, hall 1, 20:30 : " in text
    assert letter.get_content_type() == "text/plain"


@pytest.mark.parametrize("rhythm", [ReportChoice.EACH, ReportChoice.EVENTFUL])
def test_an_evening_that_nobody_signed_is_told_as_missing(
    scene: Scene, rhythm: ReportChoice
) -> None:
    person = a_reader(scene.world)
    chooses(scene.world, person, rhythm)

    morning(scene.world)

    assert subjects(scene.world, person) == ["Nuit du 4 décembre : rapport non reçu"]


def test_an_evening_without_any_place_due_is_not_told(world: World) -> None:
    a_scheme(world)
    person = a_reader(world)

    morning(world)

    assert subjects(world, person) == []


def test_a_report_signed_after_the_missing_letter_is_told_at_the_next_hour(scene: Scene) -> None:
    person = a_reader(scene.world)
    morning(scene.world, "7")
    quiet_evening(scene)

    for slot in ("8", "9"):
        morning(scene.world, slot)

    assert subjects(scene.world, person) == [
        "Nuit du 4 décembre : rapport non reçu",
        "Nuit du 4 décembre : rien à signaler (2\u00a0passages sur 2)",
    ]


def test_the_morning_run_twice_writes_once(scene: Scene) -> None:
    person = a_reader(scene.world)
    quiet_evening(scene)

    morning(scene.world, "7")
    morning(scene.world, "7")
    morning(scene.world, "8")

    assert len(subjects(scene.world, person)) == 1


def test_two_workers_at_once_send_each_letter_once(scene: Scene) -> None:
    world, people = scene.world, [a_reader(scene.world) for _ in range(4)]
    quiet_evening(scene)
    with relay_at(world, f"smtp://127.0.0.1:{free_port()}"):
        morning(world)
    make_due(world)
    with world.bailleur("ALPHA") as session:
        ids = list(session.scalars(select(ReportDelivery.id)))

    def work(_: int) -> None:
        with world.app.app_context(), mail.connection() as relay:
            readers = {p.account_id: p for p in night_readers(world.ids["ALPHA"])}
            for delivery_id in ids:
                with world.bailleur("ALPHA") as session:
                    send(session, delivery_id, Desk(readers, relay, "http://127.0.0.1:8000"))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))

    assert [len(subjects(world, person)) for person in people] == [1, 1, 1, 1]


def test_a_relay_that_is_down_then_back_gets_one_letter(scene: Scene) -> None:
    world, person = scene.world, a_reader(scene.world)
    quiet_evening(scene)
    with relay_at(world, f"smtp://127.0.0.1:{free_port()}"):
        morning(world)
        put_off = world.scalar(
            "select attempts || ' ' || error || ' ' || (not_before - since_at >= '59 s')::text "
            "from presence.report_delivery"
        )

    make_due(world)
    world.run_jobs()
    world.run_jobs()

    assert put_off == "1 ConnectionRefusedError true"
    assert len(subjects(world, person)) == 1


def test_a_letter_that_waits_is_no_job_for_a_worker_yet(scene: Scene) -> None:
    world, _ = scene.world, a_reader(scene.world)
    quiet_evening(scene)
    with relay_at(world, f"smtp://127.0.0.1:{free_port()}"):
        morning(world)

    waiting = world.scalar(
        "select count(*) from presence.job "
        "where state = 'queued' and not_before > clock_timestamp()"
    )
    assert (waiting, world.run_jobs()) == (1, 0)


def test_after_a_day_of_attempts_the_letter_has_failed(scene: Scene) -> None:
    world, _ = scene.world, a_reader(scene.world, domain="occupe.example")
    quiet_evening(scene)
    morning(world)
    with world.superuser() as connection:
        connection.execute(
            "update presence.report_delivery set since_at = since_at - interval '25 hours'"
        )

    make_due(world)
    world.run_jobs()

    assert states(world) == ["failed"]


def test_a_refused_address_is_a_task_and_is_not_written_to_again(scene: Scene) -> None:
    world = scene.world
    person, other = a_reader(world, domain="refus.example"), a_reader(world)
    quiet_evening(scene)

    morning(world)
    world.set_clock("2013-12-06T08:00:00+01:00")
    morning(world, "next day")

    with world.bailleur("ALPHA") as session:
        (task,) = queries.refused_addresses(session)
    assert task.account_id == person.account_id
    assert len(subjects(world, other)) == 2
    assert world.scalar("select count(*) from presence.report_delivery") == 3


def test_trying_again_sends_what_was_refused(scene: Scene) -> None:
    world, person = scene.world, a_reader(scene.world, domain="refus.example")
    quiet_evening(scene)
    morning(world)
    with world.superuser() as connection:
        connection.execute(
            "update presence.account set email = replace(email, 'refus.', 'bailleur.')"
        )

    for _ in range(2):
        with world.bailleur("ALPHA") as session:
            services.confirm_address(session, person.account_id)
        world.run_jobs()

    address = person.email.replace("refus.", "bailleur.")
    assert len(received(world, address)) == 1


def test_a_worker_killed_before_its_commit_sends_again_under_the_same_id(scene: Scene) -> None:
    world, person = scene.world, a_reader(scene.world)
    quiet_evening(scene)
    with relay_at(world, f"smtp://127.0.0.1:{free_port()}"):
        morning(world)
    make_due(world)
    delivery_id = UUID(str(world.scalar("select id from presence.report_delivery")))
    with world.app.app_context(), mail.connection() as relay:
        readers = {p.account_id: p for p in night_readers(world.ids["ALPHA"])}
        desk = Desk(readers, relay, "http://127.0.0.1:8000")
        with world.bailleur("ALPHA") as session:
            send(session, delivery_id, desk)
            # As if the process had been killed here: nothing is written down.
            session.rollback()

    world.run_jobs()

    letters = received(world, person.email)
    assert len({letter["Message-ID"] for letter in letters}) == 1
    assert letters[0].as_bytes().split(b"\n\n", 1)[1] == letters[1].as_bytes().split(b"\n\n", 1)[1]
    assert states(world) == ["sent"]


def test_quiet_hours_hold_a_letter_back(scene: Scene) -> None:
    world, person = scene.world, a_reader(scene.world)
    chooses(world, person, ReportChoice.EACH, quiet_from=time(7), quiet_to=time(9, 30))
    quiet_evening(scene)

    morning(world)
    before = subjects(world, person)
    world.set_clock("2013-12-05T09:31:00+01:00")
    with world.superuser() as connection:
        connection.execute("update presence.job set not_before = null where state = 'queued'")
    world.run_jobs()

    assert before == []
    assert len(subjects(world, person)) == 1


def test_a_caretaker_is_told_of_their_own_residences_and_nothing_else(scene: Scene) -> None:
    world = scene.world
    other = a_residence(world, "ALPHA", code="SECRET")
    caretaker = a_reader(world, role=Role.CARETAKER, residences=[scene.alpha[0].residence_id])
    elsewhere = a_reader(world, role=Role.CARETAKER, residences=[other[1].residence_id])
    scene.record(
        a_visit_with_intervention(scene.alpha[0]),
        a_visit_with_intervention(other[0]),
        a_visit_with_intervention(other[1]),
    )
    scene.close()

    morning(world)

    (letter,) = received(world, caretaker.email)
    assert b"SECRET" not in letter.as_bytes()
    assert "1\u00a0intervention" in letter["Subject"]
    assert "/cette-nuit?soiree=2013-12-04" in body(letter)
    assert "R001" not in body(received(world, elsewhere.email)[0])


def test_nobody_of_another_bailleur_is_told(scene: Scene) -> None:
    world = scene.world
    alpha, beta = a_reader(world), a_reader(world, "BETA")
    eventful_evening(scene)

    morning(world)

    assert subjects(world, alpha) == ["Nuit du 4 décembre : 1\u00a0intervention"]
    assert subjects(world, beta) == ["Nuit du 4 décembre : rien à signaler (2\u00a0passages sur 2)"]


def test_the_week_is_told_on_monday_to_those_who_chose_it(scene: Scene) -> None:
    world, person = scene.world, a_reader(scene.world)
    chooses(world, person, ReportChoice.WEEKLY)
    eventful_evening(scene)
    world.set_clock("2013-12-09T07:00:00+01:00")

    morning(world)
    morning(world, "8")

    (letter,) = received(world, person.email)
    assert letter["Subject"].startswith("Semaine du 2 décembre au 8 décembre : 7\u00a0soirées")
    assert body(letter).count("rapport non reçu") == 6
    assert "- Nuit du 4 décembre : 1\u00a0intervention\n" in body(letter)


def grave(scene: Scene) -> UUID:
    """A grave fact in ALPHA's first hall, as the field announces it."""
    scene.record(a_visit_with_intervention(scene.alpha[0]))
    found = UUID(str(scene.world.scalar("select id from presence.intervention")))
    with scene.world.prestataire() as session:
        outbox.announce(
            session,
            "field.grave_recorded",
            bailleur_id=scene.world.ids["ALPHA"],
            intervention_id=found,
            evening_on=EVENING,
        )
    return found


def test_a_grave_fact_is_told_at_once_through_quiet_hours(scene: Scene) -> None:
    world = scene.world
    told, untold = a_reader(world, role=Role.PROXIMITY), a_reader(world)
    chooses(world, told, ReportChoice.NONE, quiet_from=time(0), quiet_to=time(23))
    grave(scene)

    world.run_jobs()

    (letter,) = received(world, told.email)
    alert_id = world.scalar("select id from presence.urgent_alert")
    assert letter["Subject"].startswith("Fait grave à 20:30")
    assert f"/alertes/{alert_id}\n" in body(letter)
    assert subjects(world, untold) == []


def test_the_first_to_acknowledge_a_grave_fact_is_kept_and_the_prestataire_reads_when(
    scene: Scene,
) -> None:
    world, person = scene.world, a_reader(scene.world, role=Role.PROXIMITY)
    intervention_id = grave(scene)
    world.run_jobs()
    alert_id = UUID(str(world.scalar("select id from presence.urgent_alert")))

    for account_id in (person.account_id, uuid4()):
        with world.bailleur("ALPHA") as session:
            seen = alerts.acknowledge(session, alert_id, account_id)
            assert seen.acknowledged_by == person.account_id

    with world.prestataire() as session:
        assert acknowledged(session, [intervention_id])[intervention_id] is not None
    with world.bailleur("ALPHA") as session:
        assert alerts.open_alerts(session) == []


def test_a_grave_fact_that_is_not_the_announcers_raises_nothing(scene: Scene) -> None:
    world = scene.world
    a_reader(world, "BETA", Role.PROXIMITY)
    scene.record(a_visit_with_intervention(scene.alpha[0]))
    found = UUID(str(world.scalar("select id from presence.intervention")))
    with world.prestataire() as session:
        outbox.announce(
            session,
            "field.grave_recorded",
            bailleur_id=world.ids["BETA"],
            intervention_id=found,
            evening_on=EVENING,
        )

    world.run_jobs()

    assert world.scalar("select count(*) from presence.urgent_alert") == 0


def test_sending_again_takes_a_key_and_a_double_click_is_one_letter(scene: Scene) -> None:
    world, person = scene.world, a_reader(scene.world)
    quiet_evening(scene)
    morning(world)
    first, key = UUID(str(world.scalar("select id from presence.report_delivery"))), uuid4()

    for _ in range(2):
        with world.bailleur("ALPHA") as session:
            services.send_again(session, first, key)
        world.run_jobs()

    assert len(subjects(world, person)) == 2


def test_the_prestataire_reads_numbers_and_no_line(scene: Scene) -> None:
    world = scene.world
    a_reader(world)
    a_reader(world, domain="refus.example")
    quiet_evening(scene)
    morning(world)
    with world.bailleur("ALPHA") as session:
        (report,) = reports(session, limit=2)
        mark_opened(session, report.id)

    with world.prestataire() as session:
        found = [line for line in queries.transmissions(session, limit=9) if line.recipients]

    assert [(line.recipients, line.sent, line.bounced) for line in found] == [(2, 1, 1)]
    assert found[0].opened_at is not None


@pytest.mark.parametrize(
    "table", ["report_choice", "report_delivery", "report_transmission", "urgent_alert"]
)
def test_another_bailleur_sees_no_row(scene: Scene, table: str) -> None:
    world = scene.world
    person = a_reader(world, role=Role.PROXIMITY)
    chooses(world, person, ReportChoice.EACH)
    grave(scene)
    scene.record(*(a_visit(hall) for hall in (scene.alpha[1], *scene.beta)))
    scene.close()
    morning(world)
    with world.bailleur("ALPHA") as session:
        own = session.scalar(text(f"select count(*) from presence.{table}"))  # noqa: S608
    with world.bailleur("BETA") as session:
        others = session.scalar(
            text(f"select count(*) from presence.{table} where bailleur_id = :alpha"),  # noqa: S608
            {"alpha": world.ids["ALPHA"]},
        )

    assert (bool(own), others) == (True, 0)
