"""The demonstration, from an empty folder to a served page; everything it starts, it stops."""

import csv
import fcntl
import importlib
import os
import signal
import threading
import time
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import TextIO

from devstack.display import Steps, show_welcome
from devstack.errors import StackError
from devstack.mail import messages
from devstack.places import prepare
from devstack.processes import Child, port_is_free, require_running
from devstack.programs import mail_environment, program_environment, start_programs
from devstack.secrets_file import write_private
from devstack.stack import Stack
from devstack.waiting import mailed, queue_is_empty, released, served, verified
from presence.app import create_app
from presence.demonstration.facts import facts
from presence.demonstration.seeding import Keys, Seeded, finish, is_seeded, seed
from presence.kernel.formats import count, long_date
from presence.migrating import migrate
from presence.settings import load
from tenants.installation import shift_business_clock

DEFAULT_PORT = 8000
DAY = date.fromisoformat(facts().clock[:10])
# Reports of twenty-two months are sealed by two worker processes at the first start.
NIGHT_SECONDS = 600.0


def run() -> None:
    """Start, seed, run the night, serve until told to stop."""
    _refuse_production()
    port = _port()
    home = Path(os.environ.get("PRESENCE_HOME") or ".presence")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    lock = _only_one(prepare(home).home)
    stack = Stack(home, durable=True)
    steps = Steps()
    children: list[Child] = []
    try:
        environment = _start_servers(stack, port, steps)
        with create_app(load()).app_context():
            seeded = None if is_seeded() else _seed(stack, steps, stop)
            children += start_programs(stack.places.home, environment, port)
            _night(seeded, steps, stop, children)
            _morning(stack, steps, stop, children)
            served(f"http://127.0.0.1:{port}/healthz", children, stop)
            show_welcome(port, stack, steps)
        print(f"Prêt : http://127.0.0.1:{port}", flush=True)
        _serve(children, stop)
    finally:
        _stop(children, stack, lock, steps)


def _refuse_production() -> None:
    if os.environ.get("PRESENCE_ENV") == "production":
        message = (
            "La démonstration refuse PRESENCE_ENV=production : ses données sont fictives. "
            "Pour servir, voyez « En production » dans README.md."
        )
        raise StackError(message)


def _start_servers(stack: Stack, port: int, steps: Steps) -> dict[str, str]:
    """Start and migrate; write what outside programs need; the environment of our programs."""
    steps.say("PostgreSQL 18 et Valkey")
    stack.start()
    stack.create_database()
    steps.say("Migrations")
    migrate(stack.admin_url(), stack.secrets.signing_key())
    shift_business_clock(stack.admin_url(), facts().clock)
    os.environ.update(stack.environment())
    banner = f"{facts().banner} · nous sommes le {long_date(DAY, weekday=False)}"
    os.environ.update(mail_environment(stack.places.home))
    environment = program_environment(stack, port, banner)
    write_private(stack.places.home / "run.env", environment)
    write_private(stack.places.home / "admin.env", {"ADMIN_DATABASE_URL": stack.admin_url()})
    return environment


def _seed(stack: Stack, steps: Steps, stop: threading.Event) -> Seeded:
    steps.say("Données de démonstration")
    source = files("presence.demonstration").joinpath("data/capi_communes.csv")
    with source.open(encoding="utf-8") as lines:
        codes = [row["insee_code"] for row in csv.DictReader(lines, delimiter=";")]

    def progress(label: str, share: float) -> None:
        _stopped(stop)
        steps.progress(label, share)

    keys = Keys(stack.secrets.demo_password, stack.secrets.demo_totp)
    return seed(keys, codes, progress)


def _night(
    seeded: Seeded | None, steps: Steps, stop: threading.Event, children: list[Child]
) -> None:
    """Let the worker seal the reports and split the costs, then run the night through it."""
    if seeded is not None:
        steps.say("Rapports et quotes-parts, par le worker")
        queue_is_empty(steps, children, stop, NIGHT_SECONDS)
        finish(seeded)
    steps.say("Agrégation de la nuit, par le worker")
    # Not at the top: the Celery application reads the addresses of the servers just started.
    celery = importlib.import_module("workers.celery_app").app
    celery.send_task("workers.aggregation.start_night")
    released(children, stop, NIGHT_SECONDS)
    steps.say("Attestations et vérification d'isolation, par le worker")
    celery.send_task("workers.certificates.start_night")
    celery.send_task("workers.isolation.start_night")
    verified(children, stop, NIGHT_SECONDS)
    steps.done()


def _morning(stack: Stack, steps: Steps, stop: threading.Event, children: list[Child]) -> None:
    """Let the worker write to everybody about the evening before; say where the letters are."""
    steps.say("Courriels du matin, par le worker")
    importlib.import_module("workers.celery_app").app.send_task("workers.delivery.start_morning")
    mailed(children, stop, NIGHT_SECONDS)
    steps.done()
    folder = stack.places.home / "mail"
    print(f"    {count(len(messages(folder)), 'courriel')} dans {folder}", flush=True)


def _serve(children: list[Child], stop: threading.Event) -> None:
    while not stop.wait(0.5):
        require_running(children)


def _stop(children: list[Child], stack: Stack, lock: TextIO, steps: Steps) -> None:
    steps.done()
    if children:
        print("\nArrêt…", flush=True)
    for child in reversed(children):
        child.process.send_signal(child.stop_signal) if child.running() else None
    for child in reversed(children):
        child.stop()
    stack.stop()
    lock.close()


def _stopped(stop: threading.Event) -> None:
    if stop.is_set():
        raise KeyboardInterrupt


def _port() -> int:
    text = os.environ.get("PORT") or str(DEFAULT_PORT)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65_535):
        message = f"PORT={text} n'est pas un port : donnez un nombre de 1 à 65535."
        raise StackError(message)
    port = int(text)
    if not port_is_free(port):
        other = port + 1 if port < 65_535 else DEFAULT_PORT
        message = (
            f"Le port {port} est déjà pris : arrêtez ce qui l'occupe, "
            f"ou choisissez-en un autre avec « make demo PORT={other} »."
        )
        raise StackError(message)
    return port


def _only_one(home: Path) -> TextIO:
    """Refuse a second start on the same folder; a supervisor that has just died is waited for."""
    handle = (home / "lock").open("w")
    deadline = time.monotonic() + 10
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if time.monotonic() > deadline:
                message = (
                    f"Une démonstration tourne déjà dans « {home} » : arrêtez-la (Ctrl-C), "
                    "ou donnez un autre dossier avec PRESENCE_HOME=/chemin."
                )
                raise StackError(message) from error
            time.sleep(0.3)
        else:
            return handle
