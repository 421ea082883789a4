"""From the outbox to a job done: nothing lost, nothing twice, nothing forged."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from uuid import UUID, uuid4

import pytest
import redis
from celery import Celery, current_app
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from presence.daily_reports.closing import close_evening
from presence.kernel import outbox
from presence.kernel.errors import Conflict
from tenants.context import Kind
from tenants.models import Job
from tests.factories.schemes import a_scheme
from tests.presence.scene import EVENING
from tests.stack import worker_number
from tests.worlds import World
from workers.relay import JobSpec, add_job, relay_once, send_waiting
from workers.scoping import MOST_ATTEMPTS, Parameters, run_job

NAME = "tests.work"


@pytest.fixture
def served(world: World) -> World:
    """A world with a scheme of two bailleurs."""
    a_scheme(world)
    return world


@contextmanager
def broker(world: World) -> Iterator[redis.Redis]:
    """The run's Valkey, as the application's broker, emptied before and after."""
    url = world.servers.redis_url(worker_number())
    before = current_app._get_current_object()
    with redis.Redis.from_url(url) as client:
        client.flushdb()
        celery = Celery(broker=url, config_source={"task_default_queue": "default"})
        celery.set_current()
        try:
            yield client
        finally:
            celery.close()
            before.set_current()
            client.flushdb()


def close(world: World) -> None:
    with world.prestataire() as session:
        close_evening(session, world.ids["scheme"], EVENING, signer="Nadia")


def a_job(world: World, kind: Kind = Kind.RELAY, subject: int | None = None) -> UUID:
    key = str(uuid4())
    with world.relay() as session:
        add_job(session, JobSpec(key, NAME, kind, subject))
        return session.scalars(select(Job.id).where(Job.key == key)).one()


def state(world: World, job_id: UUID) -> object:
    return world.scalar("select state from presence.job where id = %s", job_id)


def run(world: World, job_id: UUID, work: object) -> None:
    with world.app.app_context():
        run_job(job_id, NAME, work)  # type: ignore[arg-type]


def nothing(_: Session, __: Parameters) -> None:
    """A job's work."""


def test_closing_an_evening_makes_one_job_per_bailleur(served: World) -> None:
    close(served)

    with served.app.app_context():
        relay_once()

    assert served.scalar("select count(distinct subject) from presence.job") == 2


def test_a_line_is_relayed_once(served: World) -> None:
    close(served)

    with served.app.app_context():
        read = [relay_once(), relay_once()]

    assert read == [1, 0]


def test_two_relays_at_once_share_the_work(served: World) -> None:
    for _ in range(3):
        with served.scheme() as session:
            outbox.announce(
                session, "finance.basis_changed", scheme_id=served.ids["scheme"], from_on=EVENING
            )
    start = Barrier(2)

    def relay(_: int) -> int:
        with served.app.app_context():
            start.wait(timeout=10)
            return relay_once()

    with ThreadPoolExecutor(2) as pool:
        read = list(pool.map(relay, range(2)))

    assert sum(read) == 3
    assert served.scalar("select count(*) from presence.job") == 3


def test_a_topic_announced_by_the_wrong_kind_makes_no_job(served: World) -> None:
    with served.bailleur("ALPHA") as session:
        outbox.announce(
            session, "daily_reports.evening_closed", scheme_id=served.ids["scheme"],
            evening_on=EVENING, signed_at="", signer="", bailleurs=[served.ids["BETA"]],
        )  # fmt: skip

    served.run_jobs()

    assert served.scalar("select count(*) from presence.job") == 0


def test_a_job_is_sent_once_it_is_written(served: World) -> None:
    close(served)

    with broker(served) as client, served.app.app_context():
        relay_once()
        sent = send_waiting(older_than_seconds=0)

        assert (sent, client.llen("default")) == (2, 2)


def test_a_message_is_the_id_and_nothing_else(served: World) -> None:
    close(served)

    with broker(served) as client, served.app.app_context():
        relay_once()
        send_waiting(older_than_seconds=0)
        messages = b"".join(client.lrange("default", 0, -1))  # type: ignore[arg-type]

    assert b"Nadia" not in messages
    assert b"2013-12-04" not in messages


def test_a_crash_between_the_row_and_the_message_loses_nothing(served: World) -> None:
    close(served)
    with served.app.app_context():
        relay_once()

    with broker(served) as client, served.app.app_context():
        send_waiting(older_than_seconds=0)

        assert client.llen("default") == 2


def test_a_lost_message_is_sent_again_by_the_sweep(served: World) -> None:
    a_job(served)
    with broker(served), served.app.app_context():
        send_waiting(older_than_seconds=0)
    with served.superuser() as connection:
        connection.execute("update presence.job set sent_at = now() - interval '1 minute'")

    with broker(served) as client, served.app.app_context():
        send_waiting(older_than_seconds=30)

        assert client.llen("default") == 1


def test_a_forged_message_for_an_unknown_id_is_ignored(served: World) -> None:
    asked: list[Parameters] = []

    run(served, uuid4(), lambda _, parameters: asked.append(parameters))

    assert asked == []


def test_a_message_that_names_another_task_is_ignored(served: World) -> None:
    job_id = a_job(served)

    with served.app.app_context():
        run_job(job_id, "workers.publication.publish", nothing)

    assert state(served, job_id) == "queued"


def test_a_job_runs_in_the_context_of_its_row(served: World) -> None:
    job_id = a_job(served, Kind.BAILLEUR, served.ids["BETA"])
    seen = []

    run(served, job_id, lambda s, _: seen.append(s.scalar(text("select app.signed_bailleur()"))))

    assert seen == [served.ids["BETA"]]


def test_a_job_done_is_not_done_again(served: World) -> None:
    job_id, times = a_job(served), []

    for _ in range(2):
        run(served, job_id, lambda _s, _p: times.append(1))

    assert (times, state(served, job_id)) == ([1], "done")


def test_a_job_claimed_twice_at_once_runs_once(served: World) -> None:
    job_id, times = a_job(served), []
    inside, other_is_back = Barrier(2), Barrier(2)

    def slow(_: Session, __: Parameters) -> None:
        times.append(1)
        inside.wait(timeout=10)
        other_is_back.wait(timeout=10)

    def first() -> None:
        run(served, job_id, slow)

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(first)
        inside.wait(timeout=10)
        run(served, job_id, nothing)
        meanwhile = state(served, job_id)
        other_is_back.wait(timeout=10)
        running.result(timeout=10)

    assert (times, meanwhile, state(served, job_id)) == ([1], "running", "done")


def test_a_job_left_running_by_a_dead_worker_is_taken_up_again(served: World) -> None:
    job_id, times = a_job(served), []
    with served.superuser() as connection:
        connection.execute("update presence.job set state = 'running', attempts = 1")

    run(served, job_id, lambda _s, _p: times.append(1))

    assert (times, state(served, job_id)) == ([1], "done")


def test_a_refusal_of_the_domain_fails_at_once_with_its_sentence(served: World) -> None:
    job_id = a_job(served)

    def refuse(_: Session, __: Parameters) -> None:
        raise Conflict("Déjà fait.")

    run(served, job_id, refuse)

    assert served.scalar("select state || ' ' || error from presence.job") == "failed Déjà fait."


def test_an_accident_is_tried_again_then_given_up(served: World) -> None:
    job_id, states = a_job(served), []

    def burst(_: Session, __: Parameters) -> None:
        raise RuntimeError("contenu d'une ligne")

    for _ in range(MOST_ATTEMPTS):
        run(served, job_id, burst)
        states.append(state(served, job_id))

    assert states == ["queued"] * (MOST_ATTEMPTS - 1) + ["failed"]
    assert served.scalar("select error from presence.job") == "RuntimeError"


def test_what_a_failed_job_wrote_is_undone(served: World) -> None:
    job_id = a_job(served, Kind.SCHEME, served.ids["scheme"])

    def half(session: Session, _: Parameters) -> None:
        outbox.announce(session, "finance.basis_changed", scheme_id=1, from_on=EVENING)
        raise RuntimeError

    run(served, job_id, half)

    assert served.scalar("select count(*) from presence.outbox") == 0


def test_the_same_key_is_the_same_job(served: World) -> None:
    for _ in range(2):
        with served.relay() as session:
            add_job(session, JobSpec("once", NAME, Kind.RELAY, None))

    assert served.scalar("select count(*) from presence.job") == 1
