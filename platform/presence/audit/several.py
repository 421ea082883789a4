"""Record the same act on many objects (actes en nombre), in one statement."""

from collections.abc import Iterable, Mapping
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session

from presence.audit.models import AuditEntry
from tenants.database import context_of


def record_all(
    session: Session, act: str, objects: Iterable[tuple[UUID, Mapping[str, object]]]
) -> None:
    """Record an act on each of a bailleur's own objects, with its details."""
    context = context_of(session)
    lines = [
        {
            "bailleur_id": context.own_id,
            "id": uuid4(),
            "account_id": context.account,
            "actor_kind": context.kind.value,
            "act": act,
            "object_id": str(object_id),
            "details": dict(details),
        }
        for object_id, details in objects
    ]
    if lines:
        session.execute(insert(AuditEntry), lines)
