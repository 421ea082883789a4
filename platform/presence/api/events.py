"""Endpoint of events (évènements): interventions of several bailleurs' halls that were one."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.api.door import KEYED, Door, Sent
from presence.field.events import link_interventions
from presence.schemas.field import EventIn, EventOut
from tenants.roles import Permission

door = Door("events", "Les évènements qui touchent plusieurs halls : le lien reste au prestataire.")
DOORS = (door,)


@door.post("", Permission.RECORD_ACTIVITY, (201, EventOut), Sent(body=EventIn, key=KEYED))
def link(session: Session, _: Identity, key: UUID, body: dict[str, Any]) -> dict[str, object]:
    """Relier des interventions d'une soirée en un seul évènement."""
    event = link_interventions(session, key, body["evening"], body["interventions"])
    return {"id": event.id, "evening": event.evening_on, "interventions": event.interventions}
