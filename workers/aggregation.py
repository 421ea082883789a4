"""Nightly aggregation: the evenings touched are counted again, then due releases published.

Run twice, or two at a time, it gives the same figures: a lock makes the second wait, and what
was counted has no marker left.
"""

from datetime import date, timedelta

from celery import shared_task
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from presence.kernel.clock import now, today
from presence.reporting.aggregation import BATCH, NIGHTLY, count_evenings, register_run
from tenants.context import RELAY, Kind
from tenants.database import transaction
from workers.celery_context import product
from workers.relay import JobSpec, add_job, send_waiting, today_key
from workers.scoping import Parameters, job

TASK = "workers.aggregation.aggregate_evening"
MONTHS_AHEAD = timedelta(days=95)


@shared_task(name="workers.aggregation.start_night")
def start_night() -> None:
    """Make the night's job, once a business day, and send it."""
    with product():
        with transaction(RELAY) as session:
            day = today(session)
            add_job(
                session,
                JobSpec(today_key(NIGHTLY, day), TASK, Kind.RELAY, None, {"due_on": str(day)}),
            )
        send_waiting(older_than_seconds=0)


@job(TASK)
def aggregate_evening(session: Session, parameters: Parameters) -> dict[str, object]:
    """Count one batch of touched evenings; a full batch calls for another job."""
    due_on = date.fromisoformat(parameters["due_on"])
    batch = int(parameters.get("batch", 1))
    started_at = now(session)
    counted = count_evenings(session)
    if batch == 1 and not any(item.evening_on == due_on - timedelta(days=1) for item in counted):
        # The last evening is always counted, touched or not: the register must show it.
        counted += count_evenings(session, due_on - timedelta(days=1))
    register_run(session, due_on, started_at, counted)
    if len(counted) >= BATCH:
        add_job(
            session,
            JobSpec(
                f"{today_key(NIGHTLY, due_on)}:{batch + 1}",
                TASK,
                Kind.RELAY,
                None,
                {"due_on": str(due_on), "batch": batch + 1},
            ),
        )
    else:
        for scheme_id in session.scalars(select(func.app.schemes_with_due_releases())):
            add_job(
                session,
                JobSpec(
                    f"{today_key('publish', due_on)}:{scheme_id}",
                    "workers.publication.publish",
                    Kind.SCHEME,
                    scheme_id,
                ),
            )
    return {"evenings": len(counted), "rows": sum(item.rows for item in counted)}


@shared_task(name="workers.aggregation.prepare_months")
def prepare_months() -> None:
    """Make the partitions of the coming months."""
    with product(), transaction(RELAY) as session:
        day = today(session)
        session.execute(select(func.app.prepare_months(day, day + MONTHS_AHEAD)))
