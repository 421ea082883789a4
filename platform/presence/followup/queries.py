"""Summonses of the bailleur that acts."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from presence.followup.models import Summons
from presence.kernel.ownership import stated


def summonses(
    session: Session, *, limit: int, before: tuple[date, UUID] | None = None
) -> list[Summons]:
    """Summonses, newest first."""
    query = (
        select(Summons)
        .where(*stated(session, Summons))
        .order_by(Summons.summoned_on.desc(), Summons.id.desc())
    )
    if before is not None:
        query = query.where(
            (Summons.summoned_on < before[0])
            | ((Summons.summoned_on == before[0]) & (Summons.id < before[1]))
        )
    return list(session.scalars(query.limit(limit)))


def followed(session: Session, intervention_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these interventions already led to a summons."""
    rows = session.scalars(
        select(Summons.intervention_id).where(
            Summons.intervention_id.in_(list(intervention_ids)), *stated(session, Summons)
        )
    )
    return {row for row in rows if row is not None}


def summonses_at(session: Session, residence_id: UUID) -> int:
    """How many summonses were noted at a residence."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Summons)
            .where(Summons.residence_id == residence_id, *stated(session, Summons))
        )
        or 0
    )
