"""Wait for what the worker does, as any user would see it: jobs done, a release published."""

import threading
import time
import urllib.error
import urllib.request

from sqlalchemy import func, select

from devstack.display import Steps
from devstack.errors import StackError
from devstack.processes import Child, require_running
from presence.kernel.clock import today
from presence.releases.queries import releases
from presence.reporting.queries import last_runs
from tenants.context import RELAY, Context, Kind
from tenants.database import transaction
from tenants.models import Job, OutboxLine
from tenants.scheme import schemes
from tenants.verification.report import last_reports


def queue_is_empty(
    steps: Steps, children: list[Child], stop: threading.Event, patience: float
) -> None:
    """Wait until everything announced has become jobs and every job is done."""
    for _ in Ticks(children, stop, patience, "Le worker n'a pas fini ses travaux à temps."):
        with transaction(RELAY) as session:
            waiting = session.scalar(
                select(func.count()).select_from(OutboxLine).where(OutboxLine.relayed_at.is_(None))
            )
            rows = session.execute(select(Job.state, func.count()).group_by(Job.state)).all()
        states: dict[str, int] = dict(rows)
        total, done = sum(states.values()), states.get("done", 0)
        if states.get("failed"):
            message = "Un travail du worker a échoué : voyez le journal worker.log."
            raise StackError(message)
        if total:
            steps.progress("Travaux du worker", done / total)
        if not waiting and total and done == total:
            return


def released(children: list[Child], stop: threading.Event, patience: float) -> None:
    """Wait until the night has run today and the demonstration's bilan is published."""
    with transaction(Context(Kind.OPERATOR)) as session:
        readers = [(scheme.id, scheme.territory_id) for scheme in schemes(session)]
    for _ in Ticks(children, stop, patience, "La nuit n'a pas abouti à temps."):
        with transaction(Context(Kind.OPERATOR)) as session:
            day = today(session)
            ran = any(run.due_on == day and run.finished_at for run in last_runs(session, 1))
        published = []
        for scheme_id, reader in readers:
            with transaction(Context(Kind.FIGURES, reader)) as session:
                published.append(bool(releases(session, scheme_id)))
        if ran and all(published):
            return


def verified(children: list[Child], stop: threading.Event, patience: float) -> None:
    """Wait until isolation was verified once, and the months that are over are certified."""
    for _ in Ticks(children, stop, patience, "La vérification d'isolation n'a pas abouti à temps."):
        with transaction(Context(Kind.OPERATOR)) as session:
            reported = bool(last_reports(session, 1))
        with transaction(RELAY) as session:
            left = session.scalar(
                select(func.count()).select_from(Job).where(Job.state.in_(("queued", "running")))
            )
        if reported and not left:
            return


def mailed(children: list[Child], stop: threading.Event, patience: float) -> None:
    """Wait until the morning was planned, and no letter that may leave is still there."""
    for _ in Ticks(children, stop, patience, "Les courriels du matin ne sont pas partis à temps."):
        with transaction(RELAY) as session:
            planned = session.scalar(
                select(func.count()).where(Job.key.startswith("letters:2"), Job.state == "done")
            )
            announced = session.scalar(
                select(func.count()).select_from(OutboxLine).where(OutboxLine.relayed_at.is_(None))
            )
            left = session.scalar(
                select(func.count()).where(
                    Job.state.in_(("queued", "running")),
                    # A letter that waits for its hour is nothing to wait for.
                    Job.not_before.is_(None) | (Job.not_before <= func.clock_timestamp()),
                )
            )
        if planned and not announced and not left:
            return


def served(url: str, children: list[Child], stop: threading.Event, patience: float = 60) -> None:
    """Wait for the first good answer of the web service."""
    for _ in Ticks(children, stop, patience, "Le service web ne répond pas."):
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own address
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            continue


class Ticks:
    """One tick every fifth of a second, while every child lives and nobody asks to stop."""

    def __init__(
        self, children: list[Child], stop: threading.Event, patience: float, sentence: str
    ) -> None:
        """Start counting."""
        self.children, self.stop, self.sentence = children, stop, sentence
        self.deadline = time.monotonic() + patience

    def __iter__(self) -> "Ticks":
        """Itself."""
        return self

    def __next__(self) -> None:
        """Wait a little; raises `StackError` when it cannot end well."""
        require_running(self.children)
        if time.monotonic() > self.deadline:
            raise StackError(self.sentence)
        if self.stop.wait(0.2):
            raise KeyboardInterrupt
