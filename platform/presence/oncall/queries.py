"""Calls of an evening, as the context may see them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.kernel.nomenclature import Situation, Urgency
from presence.kernel.ownership import stated
from presence.oncall.models import Call


@dataclass(frozen=True)
class LoggedCall:
    """A call as stored; nobody's identity."""

    id: UUID
    residence_id: UUID
    evening_on: date
    called_at: datetime
    need: Situation
    urgency: Urgency
    intervention_id: UUID | None


def calls_of_evening(
    session: Session,
    evening_on: date,
    *,
    scheme_id: int | None = None,
    bailleur_id: int | None = None,
) -> list[LoggedCall]:
    """The calls of an evening, in order of time."""
    query = (
        select(
            Call.id, Call.residence_id, Call.evening_on, Call.called_at, Call.need, Call.urgency,
            Call.intervention_id,
        )
        .where(Call.evening_on == evening_on, *stated(session, Call))
        .order_by(Call.called_at, Call.id)
    )  # fmt: skip
    if scheme_id is not None:
        query = query.where(Call.scheme_id == scheme_id)
    if bailleur_id is not None:
        query = query.where(Call.bailleur_id == bailleur_id)
    return [
        LoggedCall(*row[:4], Situation(row.need), Urgency(row.urgency), row.intervention_id)
        for row in session.execute(query)
    ]
