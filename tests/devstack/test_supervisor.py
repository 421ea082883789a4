"""`make demo` as a process: what it refuses, and what is left when it is killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
# Starts both servers on a home, commits a row, says where, then waits to be killed.
SUPERVISE = """
import sys, time
from pathlib import Path
import psycopg
from devstack.stack import Stack
stack = Stack(Path(sys.argv[1]), durable=True)
stack.start()
url = stack.postgres.superuser_url("postgres")
with psycopg.connect(url) as connection:
    connection.execute("create table if not exists kept (n int)")
    connection.execute("insert into kept values (1)")
print(stack.postgres.child.process.pid, stack.valkey.child.process.pid, url, flush=True)
time.sleep(300)
"""


def _environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PRESENCE_ENV"}
    return kept | {"PYTHONPATH": f"{ROOT / 'platform'}{os.pathsep}{ROOT}"} | more


def _demo(**more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "devstack"],
        env=_environment(**more),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_the_demonstration_refuses_production() -> None:
    done = _demo(PRESENCE_ENV="production")

    assert done.returncode == 1
    assert "refuse PRESENCE_ENV=production" in done.stderr


def test_a_port_already_taken_is_said_with_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = _demo(PORT=str(port), PRESENCE_HOME=str(tmp_path))

    assert done.returncode == 1
    assert f"Le port {port} est déjà pris" in done.stderr
    assert "make demo PORT=" in done.stderr


@pytest.mark.parametrize("port", ["abc", "0", "70000"])
def test_a_port_that_is_none_is_refused(port: str, tmp_path: Path) -> None:
    done = _demo(PORT=port, PRESENCE_HOME=str(tmp_path))

    assert done.returncode == 1
    assert "n'est pas un port" in done.stderr


def test_killing_the_supervisor_leaves_no_orphan_and_loses_no_committed_row(
    tmp_path: Path,
) -> None:
    for round_number in (1, 2):
        supervisor = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-c", SUPERVISE, str(tmp_path / "home")],
            env=_environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert supervisor.stdout is not None
        postgres, valkey, url = supervisor.stdout.readline().split()
        with psycopg.connect(url) as connection:
            row = connection.execute("select count(*) from kept").fetchone()

        supervisor.send_signal(signal.SIGKILL)
        supervisor.communicate()

        assert row == (round_number,)
        assert _gone(int(postgres))
        assert _gone(int(valkey))


def _gone(pid: int) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False
