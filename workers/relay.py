"""Drain the outbox: one topic, its jobs. Send each job's id to the queue once its row is there.

Several relays may run at once (SKIP LOCKED); a crash between the row and the message loses
nothing, because the sweep sends again what waits, and a job knows whether it is already running.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import date, datetime
from uuid import uuid4

from celery import current_app, shared_task
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tenants.context import RELAY, Kind
from tenants.database import transaction
from tenants.models import Job, OutboxLine
from workers import delivery_jobs
from workers.celery_context import product
from workers.jobs import JobSpec as JobSpec  # noqa: PLC0414 - a spec and `add_job` go together

BATCH = 200
log = logging.getLogger("presence.workers")


def _seal_reports(line: OutboxLine) -> Iterable[JobSpec]:
    said = line.payload
    for bailleur_id in said["bailleurs"]:  # type: ignore[attr-defined]
        yield JobSpec(
            key=f"seal:{line.id}:{bailleur_id}",
            task="workers.daily_reports.seal_report",
            kind=Kind.BAILLEUR,
            subject=bailleur_id,
            # The prestataire is the announcer that PostgreSQL checked, not a word of the payload.
            parameters={
                "scheme_id": said["scheme_id"],
                "evening_on": said["evening_on"],
                "signed_at": said["signed_at"],
                "signer": said["signer"],
                "prestataire_id": line.subject,
            },
        )


def _amend_reports(line: OutboxLine) -> Iterable[JobSpec]:
    said = line.payload
    for bailleur_id in said["bailleurs"]:  # type: ignore[attr-defined]
        yield JobSpec(
            key=f"amend:{line.id}:{bailleur_id}",
            task="workers.daily_reports.amend_report",
            kind=Kind.BAILLEUR,
            subject=bailleur_id,
            parameters={
                "scheme_id": said["scheme_id"],
                "evening_on": said["evening_on"],
                "cause": said["cause"],
                "reason": said["reason"],
                "author": said["author"],
                "prestataire_id": line.subject,
            },
        )


def _record_silence(line: OutboxLine) -> Iterable[JobSpec]:
    said = line.payload
    yield JobSpec(
        key=f"silence:{said['contract']}:{said['on']}",
        task="workers.review.record_silence",
        kind=Kind.BAILLEUR,
        subject=int(str(said["bailleur_id"])),
        parameters={
            "prestataire_id": said["prestataire_id"],
            "scheme_id": said["scheme_id"],
            "days": said["days"],
        },
    )


def _certify_again(line: OutboxLine) -> Iterable[JobSpec]:
    said = line.payload
    yield JobSpec(
        key=f"certificate:{line.id}",
        task="workers.certificates.seal_again",
        kind=Kind.BAILLEUR,
        # The announcer that PostgreSQL checked: its own certificate only.
        subject=line.subject,
        parameters={
            "prestataire_id": said["prestataire_id"],
            "scheme_id": said["scheme_id"],
            "month": said["month"],
        },
    )


def _reallocate(line: OutboxLine) -> Iterable[JobSpec]:
    said = line.payload
    yield JobSpec(
        key=f"reallocate:{line.id}",
        task="workers.cost_sharing.reallocate",
        kind=Kind.SCHEME,
        subject=_scheme_of(line),
        parameters={
            "announcer": line.subject if line.kind == Kind.BAILLEUR.value else None,
            "from_on": said["from_on"],
            "to_on": said.get("to_on"),
            "reason": REASONS[line.topic],
        },
        account_id=line.account_id,
    )


def _republish(line: OutboxLine) -> Iterable[JobSpec]:
    yield JobSpec(
        key=f"republish:{line.id}",
        task="workers.publication.republish",
        kind=Kind.SCHEME,
        subject=_scheme_of(line),
        parameters={"announcer": line.subject},
        account_id=line.account_id,
    )


def _certify(line: OutboxLine) -> Iterable[JobSpec]:
    said = line.payload
    yield JobSpec(
        key=f"certificate:{said['contract']}:{said['month']}:{said['stage']}",
        task="workers.certificates.seal",
        kind=Kind.BAILLEUR,
        subject=int(str(said["bailleur_id"])),
        parameters={
            "prestataire_id": said["prestataire_id"],
            "scheme_id": said["scheme_id"],
            "month": said["month"],
        },
    )


def _settle_transfer(line: OutboxLine) -> Iterable[JobSpec]:
    # The job looks at the seller's own row: an announcement that is not true does nothing.
    yield JobSpec(
        key=f"transfer:{line.payload['transfer']}",
        task="workers.transfers.settle",
        kind=Kind.BAILLEUR,
        subject=int(str(line.payload["seller"])),
        parameters={"transfer": line.payload["transfer"]},
    )


def _draw_rounds(line: OutboxLine) -> Iterable[JobSpec]:
    yield JobSpec(
        key=f"rounds:{line.payload['plan']}",
        task="workers.rounds.draw",
        kind=Kind.PRESTATAIRE,
        # The announcer that PostgreSQL checked: it draws its own rounds only.
        subject=line.subject,
        parameters={"plan": line.payload["plan"]},
        account_id=line.account_id,
    )


def _read_import(line: OutboxLine) -> Iterable[JobSpec]:
    yield _of_import(line, "workers.imports.read")


def _apply_import(line: OutboxLine) -> Iterable[JobSpec]:
    yield _of_import(line, "workers.imports.apply")


def _of_import(line: OutboxLine, task: str) -> JobSpec:
    return JobSpec(
        # Columns chosen again are read again: each announcement is a job of its own.
        key=f"import:{line.id}",
        task=task,
        kind=Kind.BAILLEUR,
        # The announcer that PostgreSQL checked: its own import only.
        subject=line.subject,
        parameters={"place_import": line.payload["place_import"]},
        account_id=line.account_id,
    )


def _verify_isolation(line: OutboxLine) -> Iterable[JobSpec]:
    yield JobSpec(
        key=f"isolation:{line.id}",
        task="workers.isolation.verify",
        kind=Kind.RELAY,
        subject=None,
        parameters={"occasion": "request"},
    )


def _scheme_of(line: OutboxLine) -> int:
    """The scheme to work for: a scheme announces for itself, never for the one it names."""
    return int(str(line.subject if line.kind == Kind.SCHEME.value else line.payload["scheme_id"]))


REASONS = {
    "scheme.membership_changed": "adhésion modifiée",
    "finance.basis_changed": "coût, subvention ou clé modifiés",
    "patrimoine.bases_changed": "logements couverts modifiés",
}
# topic -> the kinds of context that may announce it, and the jobs it makes.
SUBSCRIBERS: dict[str, tuple[frozenset[Kind], Callable[[OutboxLine], Iterable[JobSpec]]]] = {
    "daily_reports.evening_closed": (frozenset({Kind.PRESTATAIRE}), _seal_reports),
    "daily_reports.amendment_due": (frozenset({Kind.PRESTATAIRE}), _amend_reports),
    "review.delay_over": (frozenset({Kind.OPERATOR}), _record_silence),
    "review.dispute_settled": (frozenset({Kind.BAILLEUR}), _certify_again),
    "scheme.membership_changed": (frozenset({Kind.OPERATOR}), _reallocate),
    "finance.basis_changed": (frozenset({Kind.SCHEME}), _reallocate),
    "patrimoine.bases_changed": (frozenset({Kind.BAILLEUR}), _reallocate),
    "contracts.month_ended": (frozenset({Kind.OPERATOR}), _certify),
    "isolation.check_requested": (frozenset({Kind.BAILLEUR, Kind.OPERATOR}), _verify_isolation),
    "rounds.asked": (frozenset({Kind.PRESTATAIRE}), _draw_rounds),
    "transfers.taken": (frozenset({Kind.BAILLEUR}), _settle_transfer),
    "imports.uploaded": (frozenset({Kind.BAILLEUR}), _read_import),
    "imports.confirmed": (frozenset({Kind.BAILLEUR}), _apply_import),
    "delivery.evening_over": (frozenset({Kind.OPERATOR}), delivery_jobs.tell_evening),
    "delivery.letters_queued": (frozenset({Kind.BAILLEUR}), delivery_jobs.send_letters),
    "delivery.trial_asked": (frozenset({Kind.BAILLEUR}), delivery_jobs.send_trial),
    "delivery.evening_to_close": (frozenset({Kind.OPERATOR}), delivery_jobs.look_at_evening),
    "delivery.reminder_due": (frozenset({Kind.PRESTATAIRE}), delivery_jobs.remind),
    "daily_reports.report_amended": (frozenset({Kind.BAILLEUR}), delivery_jobs.tell_amended),
    "field.grave_recorded": (frozenset({Kind.PRESTATAIRE}), delivery_jobs.tell_grave),
    "reporting.agreement_changed": (frozenset({Kind.BAILLEUR}), _republish),
}


@shared_task(name="workers.relay.drain")
def drain() -> None:
    """Turn what was announced into jobs, and send the jobs that wait."""
    with product():
        while relay_once():
            pass
        send_waiting(older_than_seconds=0)


@shared_task(name="workers.relay.take_up_again")
def take_up_again() -> None:
    """Send again the jobs whose message, or whose worker, was lost."""
    with product():
        send_waiting(older_than_seconds=30)


def relay_once() -> int:
    """Turn one batch of outbox lines into job rows; how many lines were read."""
    with transaction(RELAY) as session:
        lines = session.scalars(
            select(OutboxLine)
            .where(OutboxLine.relayed_at.is_(None))
            .order_by(OutboxLine.announced_at, OutboxLine.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        for line in lines:
            for spec in _jobs_of(line):
                add_job(session, spec)
            line.relayed_at = func.clock_timestamp()
        return len(lines)


def _jobs_of(line: OutboxLine) -> list[JobSpec]:
    """The jobs that a line asks for; none when it is not understood, so that it blocks nobody."""
    try:
        announcers, jobs_of = SUBSCRIBERS[line.topic]
        return list(jobs_of(line)) if Kind(line.kind) in announcers else []
    except (KeyError, TypeError, ValueError):
        log.error("outbox line %s refused: topic %s not understood", line.id, line.topic)
        return []


def add_job(session: Session, spec: JobSpec) -> None:
    """Write a job's row; a key that is there already is the same job (relay's context)."""
    session.execute(
        insert(Job)
        .values(
            id=uuid4(),
            key=spec.key,
            task=spec.task,
            kind=spec.kind.value,
            subject=spec.subject,
            account_id=spec.account_id,
            parameters=spec.parameters,
            not_before=_later(spec.delay_seconds),
        )
        .on_conflict_do_nothing(index_elements=["key"])
    )


def _later(seconds: float) -> ColumnElement[datetime] | None:
    if seconds <= 0:
        return None
    return func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, seconds)


def is_due() -> ColumnElement[bool]:
    """Whether a job's hour has come."""
    return Job.not_before.is_(None) | (Job.not_before <= func.clock_timestamp())


def send_waiting(older_than_seconds: int) -> int:
    """Send the ids of waiting jobs; with an age, also those sent or started but never finished."""
    age = func.make_interval(0, 0, 0, 0, 0, 0, older_than_seconds)
    old = func.clock_timestamp() - age
    waiting = (Job.state == "queued") & Job.sent_at.is_(None)
    if older_than_seconds:
        lost = Job.state.in_(("queued", "running")) & (func.coalesce(Job.sent_at, old) <= old)
        waiting = waiting | lost
    with transaction(RELAY) as session:
        rows = session.execute(
            select(Job.id, Job.task)
            .where(waiting, is_due())
            .order_by(Job.created_at)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        if rows:
            session.execute(
                update(Job)
                .where(Job.id.in_([row.id for row in rows]))
                .values(sent_at=func.clock_timestamp())
            )
    for row in rows:
        current_app.send_task(row.task, args=[str(row.id)])
    return len(rows)


def today_key(name: str, day: date) -> str:
    """The key of a job that runs once a day."""
    return f"{name}:{day.isoformat()}"
