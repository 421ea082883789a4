"""Remind the prestataire's team leaders of an evening that is not signed: at 23:30, at 06:45."""

from datetime import date
from uuid import NAMESPACE_URL, UUID, uuid5

from celery import shared_task
from flask import current_app
from sqlalchemy.orm import Session

from presence.delivery.announcing import announce_evening_to_close
from presence.delivery.recipients import recipients
from presence.delivery.reminders import announce_reminders, lacking
from presence.kernel.clock import now
from presence.kernel.formats import long_date
from presence.kernel.mail import deliver
from presence.notifications.letters import evening_reminder
from tenants.context import RELAY, Kind
from tenants.database import context_of, transaction
from tenants.roles import OrganisationKind
from workers.celery_context import product
from workers.relay import JobSpec, add_job, send_waiting
from workers.scoping import Parameters, job

PLAN = "workers.reminders.plan"


@shared_task(name="workers.reminders.start")
def start() -> None:
    """Make this slot's planning, once, and send it."""
    with product():
        with transaction(RELAY) as session:
            key = f"reminders:{now(session):%Y-%m-%dT%H}"
            add_job(session, JobSpec(key, PLAN, Kind.OPERATOR, None))
        send_waiting(older_than_seconds=0)


@job(PLAN)
def plan(session: Session, _: Parameters) -> dict[str, object]:
    """Announce the evening that should be signed (operator's context)."""
    return {"announced": announce_evening_to_close(session)}


@job("workers.reminders.look")
def look(session: Session, parameters: Parameters) -> dict[str, object]:
    """Announce a reminder to those who sign, if the evening is not signed."""
    evening_on = date.fromisoformat(parameters["evening_on"])
    scheme_id = int(parameters["scheme_id"])
    return {"people": announce_reminders(session, scheme_id, evening_on, parameters["slot"])}


@job("workers.reminders.remind")
def remind(session: Session, parameters: Parameters) -> dict[str, object]:
    """Mail one person what is missing, unless the evening was signed meanwhile."""
    evening_on = date.fromisoformat(parameters["evening_on"])
    missing = lacking(session, int(parameters["scheme_id"]), evening_on)
    account_id = UUID(parameters["account_id"])
    own_id = context_of(session).own_id
    people = {p.account_id: p for p in recipients(own_id, OrganisationKind.PRESTATAIRE)}
    if missing is None or account_id not in people:
        return {"sent": False}
    # Stable, so that a repeated sending is seen to be the same message.
    key = uuid5(NAMESPACE_URL, "|".join(str(parameters[name]) for name in sorted(parameters)))
    link = f"{current_app.config['PUBLIC_URL'].rstrip('/')}/soiree"
    evening = long_date(evening_on, weekday=False, year=False)
    deliver(evening_reminder(people[account_id].email, evening, missing, link, key))
    return {"sent": True}
