"""Calls of an evening, as the context may see them."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.kernel.ownership import stated
from presence.oncall.models import Call


def calls_of_evening(
    session: Session,
    evening_on: date,
    *,
    scheme_id: int | None = None,
    bailleur_id: int | None = None,
) -> list[Call]:
    """The calls of an evening, in order of time."""
    query = (
        select(Call)
        .where(Call.evening_on == evening_on, *stated(session, Call))
        .order_by(Call.called_at, Call.id)
    )
    if scheme_id is not None:
        query = query.where(Call.scheme_id == scheme_id)
    if bailleur_id is not None:
        query = query.where(Call.bailleur_id == bailleur_id)
    return list(session.scalars(query))
