"""Record an act (acte) in the trail of whoever owns what it touched, in the same transaction."""

from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session

from presence.audit.models import (
    AuditEntry,
    PlatformAuditEntry,
    PrestataireAuditEntry,
    SchemeAuditEntry,
)
from tenants.context import Kind
from tenants.database import context_of


def record(
    session: Session,
    act: str,
    object_id: UUID | str,
    *,
    bailleur_id: int | None = None,
    scheme_id: int | None = None,
    **details: object,
) -> None:
    """Record an act; on a bailleur's or a scheme's rows its trail, else the acting party's own."""
    context = context_of(session)
    line: dict[str, object] = {
        "id": uuid4(),
        "account_id": context.account,
        "actor_kind": context.kind.value,
        "act": act,
        "object_id": str(object_id),
        "details": details,
    }
    if scheme_id is not None:
        session.execute(insert(SchemeAuditEntry).values(scheme_id=scheme_id, **line))
    elif bailleur_id is not None:
        session.execute(insert(AuditEntry).values(bailleur_id=bailleur_id, **line))
    elif context.kind is Kind.OPERATOR:
        session.execute(insert(PlatformAuditEntry).values(**line))
    else:
        session.execute(
            insert(PrestataireAuditEntry).values(prestataire_id=context.subject, **line)
        )
