"""Facts that a follow-up answers to (faits à l'origine d'une suite), looked for where they were."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.anomalies.models import Anomaly
from presence.field.models import Intervention, Visit
from presence.followup.codes import FollowUpSource
from presence.kernel.errors import Invalid
from presence.kernel.keys import derived_uuid
from presence.kernel.ownership import stated
from presence.oncall.models import Call
from presence.patrimoine.models import Entrance

Fact = type[Intervention] | type[Visit] | type[Entrance] | type[Anomaly] | type[Call]
# A visit that was not received left no row: its hall stands for it, on its evening.
_TABLES: dict[FollowUpSource, Fact] = {
    FollowUpSource.INTERVENTION: Intervention,
    FollowUpSource.VISIT: Visit,
    FollowUpSource.NOT_RECEIVED: Entrance,
    FollowUpSource.ANOMALY: Anomaly,
    FollowUpSource.CALL: Call,
}


def require_source(
    session: Session,
    residence_id: UUID,
    source: FollowUpSource | None,
    source_id: UUID | None,
    evening_on: date | None,
) -> None:
    """Raise `Invalid` unless the fact (fait) took place at this residence, or none is named."""
    if source is None and source_id is None:
        return
    if source is None or source_id is None:
        message = "Donnez la nature du fait et son identifiant, ou aucun des deux."
        raise Invalid("source_id", message)
    if source is FollowUpSource.NOT_RECEIVED and evening_on is None:
        raise Invalid("evening", "Donnez la soirée du passage qui n'a pas été reçu.")
    table = _TABLES[source]
    where = session.scalar(
        select(table.residence_id).where(table.id == source_id, *stated(session, table))
    )
    if where != residence_id:
        raise Invalid("source_id", "Ce fait n'existe pas dans cette résidence.")


def key_of(
    source: FollowUpSource | None, source_id: UUID | None, evening_on: date | None
) -> UUID | None:
    """The fact's own key: a hall that is not received one evening may fail again another one."""
    if source is FollowUpSource.NOT_RECEIVED and source_id is not None and evening_on is not None:
        return missed_at(source_id, evening_on)
    return source_id


def missed_at(entrance_id: UUID, evening_on: date) -> UUID:
    """The key of a visit of a hall that was not received on an evening."""
    return derived_uuid(entrance_id, f"not received {evening_on.isoformat()}")
