"""Places already in use (lieux utilisés): visited once, or foreseen in a published evening."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.field.models import Visit
from presence.kernel.ownership import stated
from presence.planning.models import PlannedVisit


def entrances_in_use(session: Session, residence_ids: Collection[UUID]) -> set[UUID]:
    """The entrances of some residences that were visited, or that a round was to visit."""
    found: set[UUID] = set()
    for table in (Visit, PlannedVisit):
        found |= set(
            session.scalars(
                select(table.entrance_id)
                .where(table.residence_id.in_(list(residence_ids)), *stated(session, table))
                .distinct()
            )
        )
    return found
