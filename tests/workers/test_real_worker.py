"""A real Celery worker with its beat, on the real broker, killed when it hurts."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from presence.daily_reports.closing import close_evening
from presence.migrating import ROOT
from tests.factories.places import a_residence
from tests.factories.schemes import a_scheme
from tests.factories.visits import a_visit
from tests.presence.scene import EVENING, Scene
from tests.stack import worker_number
from tests.worlds import World

# A broker of one's own for each process of the run, beyond the numbers used in-process: a worker
# that took another database's messages would throw them away.
REDIS_NUMBER = 8 + worker_number() % 8
PATIENCE = 60.0


@contextmanager
def worker(world: World, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`celery worker --beat` on the world's database; killed at the end if it still lives."""
    environment = {
        **os.environ,
        **world.servers.environment(world.database, REDIS_NUMBER),
        "PYTHONPATH": f"{ROOT / 'platform'}:{ROOT}",
    }
    with (folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603
            [
                sys.executable, "-m", "celery", "-A", "workers.celery_app", "worker", "--beat",
                "--schedule", str(folder / "beat"), "--concurrency", "1", "--loglevel", "warning",
            ],
            cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL, to the worker and to its children: no good-bye."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def until(world: World, statement: str, expected: object, folder: Path) -> None:
    """Wait until the database says so."""
    deadline = time.monotonic() + PATIENCE
    while (found := world.scalar(statement)) != expected:
        if time.monotonic() > deadline:
            log = (folder / "worker.log").read_text(errors="replace")[-3000:]
            pytest.fail(f"{statement}: {found} instead of {expected}\n{log}")
        time.sleep(0.1)


def close(world: World, evening_on: date) -> None:
    with world.prestataire() as session:
        close_evening(session, world.ids["scheme"], evening_on, signer="Nadia")


@pytest.fixture
def served(world: World) -> World:
    scheme_id = a_scheme(world)
    halls = tuple(hall for code in ("ALPHA", "BETA") for hall in a_residence(world, code))
    Scene(world, scheme_id, halls, ()).record(*(a_visit(hall) for hall in halls))
    return world


def test_closing_an_evening_gets_sealed_reports(served: World, tmp_path: Path) -> None:
    with worker(served, tmp_path):
        close(served, EVENING)

        until(served, "select count(*) from presence.daily_report", 2, tmp_path)


def test_a_worker_killed_in_the_middle_loses_nothing_and_doubles_nothing(
    served: World, tmp_path: Path
) -> None:
    evenings = [date(2013, 11, day) for day in range(1, 21)]
    for evening_on in evenings:
        close(served, evening_on)
    with worker(served, tmp_path) as process:
        until(
            served,
            "select count(*) > 3 from presence.job where state in ('running', 'done') "
            "and task like '%%seal%%'".replace("%%", "%"),
            True,
            tmp_path,
        )
        kill(process)
    # What it had taken waits for the sweep, thirty seconds after it was sent: make it old.
    with served.superuser() as connection:
        connection.execute("update presence.job set sent_at = sent_at - interval '1 minute'")

    with worker(served, tmp_path):
        until(served, "select count(*) from presence.daily_report", 40, tmp_path)
        until(served, "select count(*) from presence.job where state <> 'done'", 0, tmp_path)

    assert (
        served.scalar("select count(distinct (bailleur_id, evening_on)) from presence.daily_report")
        == 40
    )
