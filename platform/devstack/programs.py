"""The three processes of the product: web, worker, beat."""

import os
import signal
import sys
from pathlib import Path

from devstack.processes import Child, Launch, free_port, spawn
from devstack.stack import Stack

ROOT = Path(__file__).resolve().parents[2]


def mail_environment(home: Path) -> dict[str, str]:
    """Where the demonstration's mail goes: an SMTP server that keeps each message in a file."""
    return {"SMTP_URL": f"smtp://127.0.0.1:{free_port()}", "MAIL_FOLDER": str(home / "mail")}


def program_environment(stack: Stack, port: int, banner: str) -> dict[str, str]:
    """What `run.env` holds: enough to reach the demonstration from outside."""
    return stack.environment() | {
        "PRESENCE_URL": f"http://127.0.0.1:{port}",
        "PRESENCE_BANNER": banner,
        "PORT": str(port),
        **{name: os.environ[name] for name in ("SMTP_URL", "MAIL_FOLDER")},
    }


def start_programs(home: Path, environment: dict[str, str], port: int) -> list[Child]:
    """Start web, worker and beat."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME", "TZ") if name in os.environ}
    env = kept | environment | {
        "PRESENCE_HOME": str(home),
        "PYTHONPATH": f"{ROOT / 'platform'}{os.pathsep}{ROOT}",
        "PYTHONUNBUFFERED": "1",
        # The worker may run as root in a container: Celery warns about pickle, which is off.
        "C_FORCE_ROOT": "1",
    }  # fmt: skip
    gunicorn = [
        sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "2",
        "--worker-class", "gthread", "--threads", "4", "--no-control-socket",
        "--graceful-timeout", "5", "--access-logfile", "-", "presence.wsgi:app",
    ]  # fmt: skip
    celery = [sys.executable, "-m", "celery", "-A", "workers.celery_app"]
    worker = [*celery, "worker", "--concurrency", "2", "--loglevel", "WARNING",
              "--without-gossip", "--without-mingle", "--without-heartbeat"]  # fmt: skip
    beat = [*celery, "beat", "--loglevel", "WARNING", "--pidfile=",
            "--schedule", str(home / "beat-schedule")]  # fmt: skip
    mail = [
        sys.executable,
        "-m",
        "devstack.mail",
        environment["SMTP_URL"],
        environment["MAIL_FOLDER"],
    ]
    return [
        _start(home, "mail", mail, env, signal.SIGTERM),
        _start(home, "web", gunicorn, env, signal.SIGTERM),
        # SIGQUIT: stop at once; what a task had not committed is taken up again.
        _start(home, "worker", worker, env, signal.SIGQUIT),
        _start(home, "beat", beat, env, signal.SIGTERM),
    ]


def _start(
    home: Path, name: str, command: list[str], env: dict[str, str], stop_signal: signal.Signals
) -> Child:
    return spawn(
        Launch(name, command, home / "logs" / f"{name}.log", stop_signal, env=env, cwd=ROOT)
    )
