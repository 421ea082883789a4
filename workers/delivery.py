"""Letters about the evenings: who is told at seven, what is told at once, and their sending.

Each letter is a small transaction of its own inside the job: what left is written down before the
next one is spoken of, whatever happens to the worker.
"""

from datetime import date, datetime
from uuid import UUID

from celery import shared_task
from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.delivery import alerts, telling
from presence.delivery.announcing import announce_evening_over
from presence.delivery.recipients import night_readers
from presence.delivery.sending import Desk
from presence.delivery.sending import send as send_letter
from presence.delivery.transmissions import count_letters
from presence.kernel.clock import now
from presence.kernel.mail import connection, deliver
from presence.notifications import letters
from tenants.context import RELAY, Kind
from tenants.database import context_of, transaction
from workers.celery_context import product
from workers.relay import JobSpec, add_job, send_waiting
from workers.scoping import Parameters, job

PLAN = "workers.delivery.plan"


@shared_task(name="workers.delivery.start_morning")
def start_morning() -> None:
    """Make this hour's planning, once, and send it."""
    with product():
        with transaction(RELAY) as session:
            slot = f"{now(session):%Y-%m-%dT%H}"
            add_job(session, JobSpec(f"letters:{slot}", PLAN, Kind.OPERATOR, None, {"slot": slot}))
        send_waiting(older_than_seconds=0)


@job(PLAN)
def plan(session: Session, parameters: Parameters) -> dict[str, object]:
    """Announce yesterday's evening to each bailleur (operator's context)."""
    return {"announced": announce_evening_over(session, parameters["slot"])}


@job("workers.delivery.tell_evening")
def tell_evening(session: Session, parameters: Parameters) -> dict[str, object]:
    """Write who is told an evening, in its bailleur's context."""
    return {
        "letters": telling.tell_evening(
            session,
            int(parameters["scheme_id"]),
            date.fromisoformat(parameters["evening_on"]),
            night_readers(context_of(session).own_id),
        )
    }


@job("workers.delivery.tell_amended")
def tell_amended(session: Session, parameters: Parameters) -> dict[str, object]:
    """Write who is told that a report was amended."""
    return {
        "letters": telling.tell_amended(
            session,
            int(parameters["scheme_id"]),
            date.fromisoformat(parameters["evening_on"]),
            night_readers(context_of(session).own_id),
        )
    }


@job("workers.delivery.tell_grave")
def tell_grave(session: Session, parameters: Parameters) -> dict[str, object]:
    """Raise an alert about a grave fact, and write who is told at once."""
    return {
        "letters": alerts.raise_alert(
            session,
            UUID(parameters["intervention_id"]),
            date.fromisoformat(parameters["evening_on"]),
            int(parameters["prestataire_id"]),
            night_readers(context_of(session).own_id),
        )
    }


@job("workers.delivery.send")
def send(session: Session, parameters: Parameters) -> dict[str, object]:
    """Send letters over one dialogue with the relay; announce those that must be tried again."""
    context = context_of(session)
    people = {person.account_id: person for person in night_readers(context.own_id)}
    ids = [UUID(text) for text in parameters["deliveries"]]
    later: dict[UUID, datetime] = {}
    with connection() as relay:
        desk = Desk(people, relay, current_app.config["PUBLIC_URL"].rstrip("/"))
        for delivery_id in ids:
            with transaction(context) as own:
                again_at = send_letter(own, delivery_id, desk)
            if again_at is not None:
                later[delivery_id] = again_at
            # The job's own transaction holds its lock: idle for a minute, it would be ended.
            session.execute(select(1))
    count_letters(session, ids)
    telling.announce_letters(session, later)
    return {"put_off": len(later)}


@job("workers.delivery.send_trial")
def send_trial(session: Session, _: Parameters) -> dict[str, object]:
    """Mail a trial message to the one who asked for it."""
    context = context_of(session)
    for person in night_readers(context.own_id):
        if person.account_id == context.account:
            deliver(letters.trial(person.email, person.display_name))
            return {"sent": True}
    return {"sent": False}
