"""Record the silence of bailleurs past the delay of visa, each in its own context, once a day."""

from celery import shared_task
from sqlalchemy.orm import Session

from presence.kernel.clock import today
from presence.review.visas import announce_delays
from presence.review.visas import record_silence as record
from tenants.context import RELAY, Kind
from tenants.database import transaction
from workers.celery_context import product
from workers.relay import JobSpec, add_job, send_waiting, today_key
from workers.scoping import Parameters, job

PLAN = "workers.review.plan"


@shared_task(name="workers.review.start_night")
def start_night() -> None:
    """Make the night's planning, once a business day, and send it."""
    with product():
        with transaction(RELAY) as session:
            key = today_key("visas", today(session))
            add_job(session, JobSpec(key, PLAN, Kind.OPERATOR, None))
        send_waiting(older_than_seconds=0)


@job(PLAN)
def plan(session: Session, _: Parameters) -> dict[str, object]:
    """Announce the contracts whose bailleurs are looked at (operator's context)."""
    return {"announced": announce_delays(session)}


@job("workers.review.record_silence")
def record_silence(session: Session, parameters: Parameters) -> dict[str, object]:
    """Record a bailleur's silence on the reports that its delay has passed."""
    recorded = record(
        session,
        int(parameters["prestataire_id"]),
        int(parameters["scheme_id"]),
        int(parameters["days"]),
    )
    return {"recorded": recorded}
