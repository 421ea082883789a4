"""What became of accepted requests (suite des demandes): whether the place was visited."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.field.models import Visit
from presence.kernel.nomenclature import RequestState, VisitResult
from presence.kernel.ownership import stated
from presence.planning.requested import RequestLine


def fulfilment(
    session: Session, lines: Sequence[RequestLine], as_of: date
) -> dict[UUID, bool | None]:
    """Whether each request was met by a visit of its place that evening, any hall for a residence.

    None for one that was not accepted, or whose evening is not over yet (`as_of` is the last that
    is) and has no visit so far.
    """
    accepted = [line for line in lines if line.state is RequestState.ACCEPTED]
    seen = _visited(session, accepted)
    found: dict[UUID, bool | None] = dict.fromkeys(line.id for line in lines)
    for line in accepted:
        if (line.entrance_id or line.residence_id, line.wanted_on) in seen:
            found[line.id] = True
        elif line.wanted_on <= as_of:
            found[line.id] = False
    return found


def _visited(session: Session, lines: Sequence[RequestLine]) -> set[tuple[UUID, date]]:
    if not lines:
        return set()
    evenings = [line.wanted_on for line in lines]
    rows = session.execute(
        select(Visit.residence_id, Visit.entrance_id, Visit.evening_on).where(
            *stated(session, Visit),
            Visit.evening_on.between(min(evenings), max(evenings)),
            Visit.evening_on.in_(set(evenings)),
            Visit.residence_id.in_({line.residence_id for line in lines}),
            Visit.result != VisitResult.NOT_DONE.value,
        )
    )
    return {
        (place_id, row.evening_on)
        for row in rows
        for place_id in (row.residence_id, row.entrance_id)
    }
