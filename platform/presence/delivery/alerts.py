"""Grave facts (alertes) told at once, and who says « j'ai vu ». Bailleur's context."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from presence.audit.services import record
from presence.delivery import letters
from presence.delivery.letters import Grave
from presence.delivery.models import UrgentAlert
from presence.delivery.recipients import Recipient, reach
from presence.delivery.telling import Told, choices, write
from presence.field.queries import intervention_on
from presence.kernel.clock import now
from presence.kernel.errors import NotFound
from presence.kernel.nomenclature import DeliveryKind, Situation
from presence.kernel.ownership import stated
from presence.patrimoine import queries as patrimoine
from presence.planning.queries import place_label
from tenants.database import context_of


def raise_alert(
    session: Session,
    intervention_id: UUID,
    evening_on: date,
    prestataire_id: int,
    people: Sequence[Recipient],
) -> int:
    """Raise an alert about a grave fact, once, and tell it at once: how many are told.

    Quiet hours do not hold it back. What the announcer does not own raises nothing.
    """
    found = intervention_on(session, intervention_id, evening_on)
    if found is None or found.prestataire_id != prestataire_id:
        return 0
    session.execute(
        insert(UrgentAlert)
        .values(
            id=uuid4(),
            bailleur_id=context_of(session).own_id,
            prestataire_id=prestataire_id,
            scheme_id=found.scheme_id,
            evening_on=evening_on,
            intervention_id=intervention_id,
            residence_id=found.residence_id,
        )
        .on_conflict_do_nothing()
    )
    raised = session.scalars(
        select(UrgentAlert).where(
            UrgentAlert.intervention_id == intervention_id, *stated(session, UrgentAlert)
        )
    ).one()
    fact = grave_fact(session, raised)
    wanted, instant = choices(session, people), now(session)
    return write(
        session,
        [
            Told(
                person.account_id,
                raised.scheme_id,
                evening_on,
                DeliveryKind.URGENT,
                letters.urgent_title(fact),
                instant,
                alert_id=raised.id,
            )
            for person in people
            if wanted[person.account_id].urgent
            and wanted[person.account_id].address_refused_at is None
            and ((own := reach(session, person)) is None or raised.residence_id in own)
        ],
    )


def grave_fact(session: Session, alert: UrgentAlert) -> Grave:
    """Where, what and when, from the agents' own sheet; raises `NotFound`."""
    found = intervention_on(session, alert.intervention_id, alert.evening_on)
    place = patrimoine.residence(session, alert.residence_id)
    if found is None or place is None:
        raise NotFound
    hall = patrimoine.entrances_by_id(session, [found.entrance_id]).get(found.entrance_id)
    where = place_label(place.name, hall.name) if hall else place.name
    return Grave(where, Situation(found.situation).label, found.started_at)


def alert(session: Session, alert_id: UUID) -> UrgentAlert:
    """One alert that the context reaches; raises `NotFound`."""
    found = session.scalar(
        select(UrgentAlert).where(UrgentAlert.id == alert_id, *stated(session, UrgentAlert))
    )
    if found is None:
        raise NotFound
    return found


def open_alerts(session: Session) -> list[tuple[UrgentAlert, Grave]]:
    """The alerts that nobody has acknowledged, the oldest first, as the context reaches them."""
    rows = session.scalars(
        select(UrgentAlert)
        .where(UrgentAlert.acknowledged_at.is_(None), *stated(session, UrgentAlert))
        .order_by(UrgentAlert.raised_at, UrgentAlert.id)
    )
    return [(row, grave_fact(session, row)) for row in rows]


def acknowledge(session: Session, alert_id: UUID, account_id: UUID) -> UrgentAlert:
    """Say « j'ai vu » (accusé de réception): the first one counts; raises `NotFound`."""
    found = alert(session, alert_id)
    done = session.execute(
        update(UrgentAlert)
        .where(
            UrgentAlert.id == alert_id,
            UrgentAlert.acknowledged_at.is_(None),
            *stated(session, UrgentAlert),
        )
        .values(acknowledged_at=func.app.now(), acknowledged_by=account_id)
        .returning(UrgentAlert.id)
    ).one_or_none()
    if done is not None:
        record(session, "alert.acknowledged", alert_id, bailleur_id=found.bailleur_id)
    session.refresh(found)
    return found
