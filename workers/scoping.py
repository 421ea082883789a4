"""Run a job as the one context its row names, in one transaction, once at a time.

The message holds the job's id and nothing else: kind, subject and parameters are read from the
row, so a forged message can only ask for a job that exists. An advisory lock, held by the job's
own transaction, tells a job that is running from one whose worker died.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from celery import shared_task
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from presence.kernel.errors import DomainError, Invalid
from tenants.context import JOB_SECONDS, RELAY, Context, Kind
from tenants.database import context_of, transaction
from tenants.models import Job
from tenants.scheme import memberships
from workers.celery_context import product

MOST_ATTEMPTS = 5
log = logging.getLogger("presence.workers")

Parameters = dict[str, Any]
Work = Callable[[Session, Parameters], dict[str, object] | None]


@dataclass(frozen=True)
class Claimed:
    """A job taken up by this process."""

    context: Context
    parameters: Parameters


def job(name: str) -> Callable[[Work], Work]:
    """Register `work(session, parameters)` as the Celery task of that name."""

    def register(work: Work) -> Work:
        @shared_task(name=name)
        def run(job_id: str) -> None:
            with product():
                run_job(UUID(job_id), name, work)

        return work

    return register


def require_member(session: Session, announcer: int | None) -> None:
    """In a scheme's job: refuse what a bailleur that never was its member announced."""
    members = {m.bailleur_id for m in memberships(session, context_of(session).own_id)}
    if announcer is not None and announcer not in members:
        raise Invalid("scheme", "L'annonce vient d'un bailleur qui n'est pas membre du dispositif.")


def run_job(job_id: UUID, name: str, work: Work) -> None:
    """Claim a job, do its work in its own context, write down what became of it."""
    claimed = _claim(job_id, name)
    if claimed is None:
        return
    try:
        with transaction(claimed.context) as session:
            lock = func.hashtextextended(str(job_id), 0)
            if not session.scalar(select(func.pg_try_advisory_xact_lock(lock))):
                return
            result = work(session, claimed.parameters)
    except DomainError as error:
        _finish(job_id, "failed", error=error.message)
    except Exception as error:
        log.exception("job %s failed", job_id)
        _put_back(job_id, error)
    else:
        _finish(job_id, "done", result=result)


def _claim(job_id: UUID, name: str) -> Claimed | None:
    with transaction(RELAY) as session:
        row = session.scalar(select(Job).where(Job.id == job_id, Job.task == name))
        if row is None or row.state in {"done", "failed"}:
            return None
        row.state = "running"
        row.attempts += 1
        row.started_at = func.clock_timestamp()
        context = Context(Kind(row.kind), row.subject, row.account_id, seconds=JOB_SECONDS)
        return Claimed(context, dict(row.parameters))


def _finish(
    job_id: UUID,
    state: str,
    *,
    result: dict[str, object] | None = None,
    error: str | None = None,
) -> None:
    with transaction(RELAY) as session:
        session.execute(
            update(Job)
            .where(Job.id == job_id)
            .values(state=state, result=result, error=error, finished_at=func.clock_timestamp())
        )


def _put_back(job_id: UUID, error: Exception) -> None:
    with transaction(RELAY) as session:
        row = session.scalar(select(Job).where(Job.id == job_id))
        if row is not None:
            row.state = "failed" if row.attempts >= MOST_ATTEMPTS else "queued"
            # The class alone: a message may quote a row's content.
            row.error = type(error).__name__
