"""Verify isolation: every night, and when a bailleur asks."""

from celery import shared_task
from sqlalchemy.orm import Session

from presence.kernel.clock import today
from tenants.context import RELAY, Kind
from tenants.database import transaction
from tenants.verification.report import verify as run_verification
from workers.celery_context import product
from workers.relay import JobSpec, add_job, send_waiting, today_key
from workers.scoping import Parameters, job

TASK = "workers.isolation.verify"


@shared_task(name="workers.isolation.start_night")
def start_night() -> None:
    """Make the night's verification, once a business day, and send it."""
    with product():
        with transaction(RELAY) as session:
            key = today_key("isolation", today(session))
            add_job(session, JobSpec(key, TASK, Kind.RELAY, None, {"occasion": "night"}))
        send_waiting(older_than_seconds=0)


@job(TASK)
def verify(_: Session, parameters: Parameters) -> dict[str, object]:
    """Verify and keep the report; an exception in the report is no failure of the job."""
    report = run_verification(str(parameters["occasion"]))
    return {"report": str(report.id), "passed": report.passed}
