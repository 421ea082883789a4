"""What a list of residences says of their visits: which have a frequency, and in which words."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from presence.kernel.ownership import stated
from presence.patrimoine.models import Residence
from presence.planning.models import VisitFrequency
from presence.planning.queries import FrequencyLine
from presence.planning.stored import frequency_of_row


def has_frequency(session: Session, day: date) -> ColumnElement[bool]:
    """The condition that a residence, or one of its halls, has a frequency in force on a day."""
    held = select(VisitFrequency.residence_id).where(*_in_force(session, day))
    # Compared as a value, hence looked up in memory: as a join, it was probed row by row.
    return Residence.id.in_(held).is_(True)


def frequencies_at(
    session: Session, residence_ids: Collection[UUID], day: date
) -> dict[UUID, list[FrequencyLine]]:
    """The frequencies in force on a day at some residences, the residence's own first."""
    query = (
        select(VisitFrequency)
        .where(VisitFrequency.residence_id.in_(residence_ids), *_in_force(session, day))
        .order_by(VisitFrequency.entrance_id.nulls_first())
    )
    found: defaultdict[UUID, list[FrequencyLine]] = defaultdict(list)
    for row in session.scalars(query):
        line = FrequencyLine(
            row.residence_id, row.entrance_id, frequency_of_row(row), row.valid_during.lower or day
        )
        found[row.residence_id].append(line)
    return dict(found)


def _in_force(session: Session, day: date) -> list[ColumnElement[bool]]:
    return [VisitFrequency.valid_during.contains(day), *stated(session, VisitFrequency)]
