"""What workers accept: messages in JSON, never code; announcements, never in another's name."""

import json
import os
import subprocess
import sys

from presence.kernel import outbox
from presence.migrating import ROOT
from tests.stack import Servers
from tests.worlds import World
from workers.relay import relay_once

ASK = (
    "import json; from workers.celery_app import app; c = app.conf; "
    "print(json.dumps([c.accept_content, c.task_serializer, c.result_accept_content]))"
)


def test_a_worker_reads_json_and_nothing_else(servers: Servers) -> None:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", ASK],
        cwd=ROOT, capture_output=True, text=True, check=True,
        env={
            **os.environ,
            **servers.environment("postgres"),
            "PYTHONPATH": f"{ROOT / 'platform'}:{ROOT}",
        },
    )  # fmt: skip

    accepted, written, results = json.loads(done.stdout)
    assert (accepted, written) == (["json"], "json")
    assert results in (None, ["json"])


def test_a_scheme_sets_itself_to_work_whatever_it_names(demo: World) -> None:
    with demo.superuser() as connection:
        connection.execute("delete from presence.job")
    with demo.scheme() as session:
        outbox.announce(
            session, "finance.basis_changed", scheme_id=0, from_on="2013-01-01", to_on=None
        )

    with demo.app.app_context():
        relay_once()

    assert demo.scalar("select array_agg(subject) from presence.job") == [demo.ids["scheme"]]
