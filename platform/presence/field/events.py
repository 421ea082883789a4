"""One event across several halls (évènement): each bailleur keeps its row, the link is ours.

The link belongs to the prestataire: neither bailleur can read it, nor learn that there is one
(security.md §4, INT-7).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.field.models import EventLink, Intervention
from presence.field.queries import intervention_on
from presence.kernel.errors import Conflict, Invalid
from tenants.database import context_of


@dataclass(frozen=True)
class Event:
    """The interventions that are one event."""

    id: UUID
    evening_on: date
    interventions: tuple[UUID, ...]


def link_interventions(
    session: Session, event_id: UUID, evening_on: date, intervention_ids: Sequence[UUID]
) -> Event:
    """Tie interventions of one evening as one event, once per key; raises `Invalid`, `Conflict`.

    The same key and interventions answer alike; an intervention belongs to one event at most.
    """
    wanted = tuple(sorted(set(intervention_ids)))
    if len(wanted) < 2:
        raise Invalid("interventions", "Un évènement relie au moins deux interventions.")
    known = {event.id: event for event in events_of(session, evening_on)}
    if event_id in known:
        if known[event_id].interventions != wanted:
            raise Conflict("Cette clé a déjà servi pour un autre évènement.")
        return known[event_id]
    rows = [_found(session, key, evening_on) for key in wanted]
    tied = {key for event in known.values() for key in event.interventions}
    if tied.intersection(wanted):
        raise Conflict("Une de ces interventions appartient déjà à un autre évènement.")
    context = context_of(session)
    session.execute(
        insert(EventLink),
        [
            {
                "event_id": event_id,
                "intervention_id": row.id,
                "bailleur_id": row.bailleur_id,
                "evening_on": evening_on,
                "prestataire_id": context.own_id,
                "account_id": context.account,
            }
            for row in rows
        ],
    )
    # In the prestataire's own trail: a line in a bailleur's would tell that there is another one.
    audit.record(session, "event.linked", event_id, interventions=[str(key) for key in wanted])
    return Event(event_id, evening_on, wanted)


def events_of(session: Session, evening_on: date) -> list[Event]:
    """The linked events of an evening, by key."""
    rows = session.execute(
        select(EventLink.event_id, EventLink.intervention_id)
        .where(
            EventLink.evening_on == evening_on,
            EventLink.prestataire_id == context_of(session).own_id,
        )
        .order_by(EventLink.event_id, EventLink.intervention_id)
    )
    found: dict[UUID, list[UUID]] = {}
    for event_id, intervention_id in rows:
        found.setdefault(event_id, []).append(intervention_id)
    return [Event(key, evening_on, tuple(ids)) for key, ids in found.items()]


def _found(session: Session, intervention_id: UUID, evening_on: date) -> Intervention:
    row = intervention_on(session, intervention_id, evening_on)
    if row is None:
        told = "Cette intervention n'existe pas ce soir-là, ou n'est pas sous votre contrat."
        raise Invalid("interventions", told)
    return row
