"""Endpoints of the on-call number (astreinte): log a call, tie it to what followed."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.api.door import KEYED, Door, Sent
from presence.api.paging import page, window
from presence.kernel.clock import evening_of
from presence.oncall.queries import LoggedCall, calls_of_evening
from presence.oncall.services import CallReport, link_call, log_call
from presence.schemas.base import page_of
from presence.schemas.field import EveningIn
from presence.schemas.oncall import CallIn, CallOut, LinkIn, LoggedCallOut
from tenants.roles import Permission

door = Door("calls", "Les appels d'astreinte : quand, où, quoi ; jamais qui.")
DOORS = (door,)


@door.get("", Permission.READ_ACTIVITY, page_of(CallOut), Sent(query=EveningIn))
def list_calls(session: Session, _: Identity, asked: dict[str, Any]) -> dict[str, object]:
    """Appels d'une soirée, par heure."""
    rows = window(calls_of_evening(session, asked["evening"]), asked, _by_time, datetime, UUID)
    return page(rows, asked["limit"], _by_time, _call)


@door.post("", Permission.RECORD_CALLS, (201, LoggedCallOut), Sent(body=CallIn, key=KEYED))
def record_call(
    session: Session, _: Identity, key: UUID, body: dict[str, Any]
) -> dict[str, object]:
    """Noter un appel."""
    report = CallReport(client_id=key, **body)
    log_call(session, report)
    return {"id": key, "evening": evening_of(report.called_at), **body}


@door.put("/<uuid:call_id>/intervention", Permission.RECORD_CALLS, CallOut, Sent(body=LinkIn))
def put_intervention(
    session: Session, _: Identity, body: dict[str, Any], call_id: UUID
) -> dict[str, object]:
    """Relier un appel à l'intervention qui l'a suivi."""
    row = link_call(session, call_id, body["intervention_id"])
    return {
        "id": row.id,
        "residence_id": row.residence_id,
        "evening": row.evening_on,
        "called_at": row.called_at.astimezone(UTC),
        "need": row.need,
        "urgency": row.urgency,
        "intervention_id": row.intervention_id,
    }


def _by_time(row: LoggedCall) -> tuple[datetime, UUID]:
    return row.called_at.astimezone(UTC), row.id


def _call(row: LoggedCall) -> dict[str, object]:
    return {
        "id": row.id,
        "residence_id": row.residence_id,
        "evening": row.evening_on,
        "called_at": row.called_at.astimezone(UTC),
        "need": row.need,
        "urgency": row.urgency,
        "intervention_id": row.intervention_id,
    }
