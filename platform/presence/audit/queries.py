"""Read the trail (journal) that the context owns: a bailleur's rows, a prestataire's own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.audit.models import AuditEntry, PrestataireAuditEntry
from presence.kernel.ownership import stated
from tenants.context import Kind
from tenants.database import context_of


class Line(NamedTuple):
    """One act: when, whose hand (a person of any organisation, or a machine), what."""

    at: datetime
    account_id: UUID | None
    actor_kind: str
    act: str


def last_entries(session: Session, most: int) -> Sequence[Line]:
    """The last acts, the newest first."""
    own: Any = AuditEntry if context_of(session).kind is Kind.BAILLEUR else PrestataireAuditEntry
    rows = session.execute(
        select(own.at, own.account_id, own.actor_kind, own.act)
        .where(*stated(session, own))
        .order_by(own.at.desc(), own.id)
        .limit(most)
    )
    return [Line(*row) for row in rows]
