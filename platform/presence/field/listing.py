"""What a list of residences says of the evenings: the last visit, the interventions since a day."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from presence.field.models import Intervention, Visit
from presence.kernel.nomenclature import VisitResult
from presence.kernel.ownership import stated
from presence.patrimoine.models import Residence


def last_visits(
    session: Session, residence_ids: Collection[UUID], until_on: date
) -> dict[UUID, date]:
    """The last evening on which each residence was visited; one that never was is absent."""
    # Looked for backwards, residence by residence: the index stops at the first evening found.
    last = (
        select(Visit.evening_on)
        .where(
            Visit.residence_id == Residence.id,
            Visit.evening_on <= until_on,
            Visit.result != VisitResult.NOT_DONE.value,
            *stated(session, Visit),
        )
        .order_by(Visit.evening_on.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Residence.id, last).where(
            Residence.id.in_(residence_ids), *stated(session, Residence)
        )
    )
    return {row[0]: row[1] for row in rows if row[1] is not None}


def interventions_counted(
    session: Session, residence_ids: Collection[UUID], since_on: date, until_on: date
) -> dict[UUID, int]:
    """How many interventions each residence had, both evenings included; none is absent."""
    rows = session.execute(
        select(Intervention.residence_id, func.count())
        .where(
            Intervention.residence_id.in_(residence_ids),
            Intervention.evening_on >= since_on,
            Intervention.evening_on <= until_on,
            *stated(session, Intervention),
        )
        .group_by(Intervention.residence_id)
    )
    return {row[0]: row[1] for row in rows}
