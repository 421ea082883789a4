"""Certificates of service: each month of each contract, at its end, and once deposits are over.

The planner reads contracts in the operator's context (metadata); each certificate is sealed in
its bailleur's. Run twice it makes nothing new: the job's key says which contract, month and stage.
"""

from datetime import date

from celery import shared_task
from sqlalchemy.orm import Session

from presence.kernel.clock import today
from presence.review.certificates import reseal_certificate, seal_certificate
from presence.review.certification import announce_months_over
from tenants.context import RELAY, Kind
from tenants.database import transaction
from workers.celery_context import product
from workers.relay import JobSpec, add_job, send_waiting, today_key
from workers.scoping import Parameters, job

PLAN = "workers.certificates.plan"


@shared_task(name="workers.certificates.start_night")
def start_night() -> None:
    """Make the night's planning, once a business day, and send it."""
    with product():
        with transaction(RELAY) as session:
            key = today_key("certificates", today(session))
            add_job(session, JobSpec(key, PLAN, Kind.OPERATOR, None))
        send_waiting(older_than_seconds=0)


@job(PLAN)
def plan(session: Session, _: Parameters) -> dict[str, object]:
    """Announce the months that are over (operator's context)."""
    return {"announced": announce_months_over(session)}


@job("workers.certificates.seal")
def seal(session: Session, parameters: Parameters) -> dict[str, object]:
    """Seal one certificate, in its bailleur's context."""
    made = seal_certificate(
        session,
        int(parameters["prestataire_id"]),
        int(parameters["scheme_id"]),
        date.fromisoformat(parameters["month"]),
    )
    return {} if made is None else {"version": made.version, "content_hash": made.content_hash}


@job("workers.certificates.seal_again")
def seal_again(session: Session, parameters: Parameters) -> dict[str, object]:
    """Seal a month's certificate again, if it was sealed already: a dispute is settled."""
    made = reseal_certificate(
        session,
        int(parameters["prestataire_id"]),
        int(parameters["scheme_id"]),
        date.fromisoformat(parameters["month"]),
    )
    return {} if made is None else {"version": made.version, "content_hash": made.content_hash}
