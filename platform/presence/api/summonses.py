"""Endpoints of summonses (convocations pour rappel au bail). The bailleur's alone."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.api.door import KEYED, Door, Sent
from presence.api.paging import cursor_of, page
from presence.followup.queries import summonses
from presence.followup.services import SummonsReport, record_summons
from presence.schemas.base import PageIn, page_of
from presence.schemas.followup import SummonsIn, SummonsOut
from tenants.roles import Permission

door = Door("summonses", "Les convocations : un fait, un lieu, une aide ; jamais un nom.")
DOORS = (door,)


@door.get("", Permission.FOLLOW_UP, page_of(SummonsOut), Sent(query=PageIn))
def list_summonses(session: Session, _: Identity, asked: dict[str, Any]) -> dict[str, object]:
    """Convocations, la plus récente d'abord."""
    after = cursor_of(asked, date, UUID)
    rows = summonses(
        session, limit=asked["limit"] + 1, before=(after[0], after[1]) if after else None
    )
    return page(
        rows,
        asked["limit"],
        lambda row: (row.summoned_on, row.id),
        lambda row: {
            "id": row.id,
            "residence_id": row.residence_id,
            "summoned_on": row.summoned_on,
            "help_offered": row.help_offered,
            "intervention_id": row.intervention_id,
        },
    )


@door.post("", Permission.FOLLOW_UP, (201, SummonsOut), Sent(body=SummonsIn, key=KEYED))
def record(session: Session, _: Identity, key: UUID, body: dict[str, Any]) -> dict[str, object]:
    """Noter une convocation et l'aide proposée."""
    record_summons(session, SummonsReport(client_id=key, **body))
    return {"id": key, **body}
