"""A real worker killed while it writes to people: everybody has their letter, under one id."""

from pathlib import Path

from tests.factories.places import a_residence
from tests.factories.readers import a_reader
from tests.factories.schemes import a_scheme
from tests.factories.visits import a_visit
from tests.mailbox import received
from tests.presence.scene import Scene
from tests.workers.test_delivery import plan_morning
from tests.workers.test_real_worker import kill, until, worker
from tests.worlds import World


def test_a_worker_killed_among_its_letters_forgets_nobody(world: World, tmp_path: Path) -> None:
    scheme_id = a_scheme(world)
    halls = tuple(a_residence(world, "ALPHA"))
    scene = Scene(world, scheme_id, halls, ())
    people = [a_reader(world) for _ in range(12)]
    scene.record(*(a_visit(hall) for hall in halls))
    scene.close()
    plan_morning(world, "7")
    some = "select count(*) > 1 from presence.report_delivery where state = 'sent'"
    with worker(world, tmp_path) as process:
        until(world, some, True, tmp_path)
        kill(process)
    # What it had taken waits for the sweep, thirty seconds after it was sent: make it old.
    with world.superuser() as connection:
        connection.execute("update presence.job set sent_at = sent_at - interval '1 minute'")

    with worker(world, tmp_path):
        left = "select count(*) from presence.report_delivery where state <> 'sent'"
        until(world, left, 0, tmp_path)

    ids = [{letter["Message-ID"] for letter in received(world, p.email)} for p in people]
    assert [len(found) for found in ids] == [1] * len(people)
