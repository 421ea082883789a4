"""Fix how often a residence is to be visited (fréquence recommandée), from a date."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.kernel.errors import Invalid, NotFound
from presence.patrimoine import queries as patrimoine
from presence.planning.models import VisitFrequency


def set_frequency(
    session: Session, residence_id: UUID, *, times_per_week: int, from_on: date
) -> VisitFrequency:
    """Set the evenings a week from a date; the former frequency ends the day before."""
    if not 1 <= times_per_week <= 7:
        raise Invalid("times_per_week", "La fréquence va de 1 à 7 soirées par semaine.")
    place = patrimoine.residence(session, residence_id)
    if place is None:
        raise NotFound
    current = session.scalars(
        select(VisitFrequency).where(
            VisitFrequency.bailleur_id == place.bailleur_id,
            VisitFrequency.residence_id == residence_id,
        )
    )
    for row in current:
        start, end = row.valid_during.lower, row.valid_during.upper
        if start is not None and start >= from_on:
            message = f"Une fréquence est déjà fixée à partir du {start:%d/%m/%Y}."
            raise Invalid("from_on", message)
        if end is None or end > from_on:
            row.valid_during = Range(start, from_on)
    # The former period must be cut before the new one is checked against it.
    session.flush()
    made = VisitFrequency(
        bailleur_id=place.bailleur_id,
        residence_id=residence_id,
        scheme_id=place.scheme_id,
        times=times_per_week,
        valid_during=Range(from_on, None),
    )
    session.add(made)
    session.flush()
    audit.record(
        session,
        "frequency.set",
        residence_id,
        bailleur_id=place.bailleur_id,
        times_per_week=times_per_week,
        from_on=str(from_on),
    )
    return made
