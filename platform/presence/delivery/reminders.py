"""Remind those who sign (relance) of an evening that is not signed. Prestataire's context."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from presence.delivery.recipients import Recipient, recipients
from presence.field.closures import closure_of
from presence.field.queries import visits
from presence.kernel import outbox
from presence.planning.queries import places_due
from tenants.database import context_of
from tenants.roles import OrganisationKind, Permission


def lacking(session: Session, scheme_id: int, evening_on: date) -> list[str] | None:
    """The places without a sheet; None when there is nothing to remind of."""
    if closure_of(session, scheme_id, evening_on) is not None:
        return None
    due = places_due(session, evening_on, scheme_id)
    if not due:
        return None
    seen = {visit.entrance_id for visit in visits(session, evening_on, scheme_id=scheme_id)}
    return [place.label for place in due if place.hall.id not in seen]


def announce_reminders(session: Session, scheme_id: int, evening_on: date, slot: str) -> int:
    """Announce a reminder to each person who may sign: how many."""
    if lacking(session, scheme_id, evening_on) is None:
        return 0
    people = [person.account_id for person in _signers(context_of(session).own_id)]
    if people:
        outbox.announce(
            session,
            "delivery.reminder_due",
            scheme_id=scheme_id,
            evening_on=evening_on,
            slot=slot,
            people=people,
        )
    return len(people)


def _signers(prestataire_id: int) -> Iterable[Recipient]:
    people = recipients(prestataire_id, OrganisationKind.PRESTATAIRE)
    return (person for person in people if person.may(Permission.CLOSE_EVENING))
