"""Audit entries (écritures du journal), one table per owner: what an act touched is whose trail.

Append-only: no role may change or remove a line.
"""

from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenants.classes import DataClass, classified
from tenants.columns import Access, BailleurOwned, Base, PrestataireOwned, SchemeShared, System


class _Entry:
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    account_id: Mapped[UUID | None]
    actor_kind: Mapped[str]
    act: Mapped[str]
    object_id: Mapped[str]
    details: Mapped[dict[str, object]] = mapped_column(JSONB)


class AuditEntry(_Entry, BailleurOwned, Base):
    """What was done on a bailleur's rows, by anybody."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "bailleur_id", "at"),)
    __access__: ClassVar = {
        "bailleur": Access("SI", ("bailleur_id",)),
        "prestataire": Access("I", ("deposit",)),
    }
    __classes__: ClassVar = classified(
        DataClass.LANDLORD_ONLY, landlord_only=("actor_kind", "act", "object_id", "details")
    )


class PrestataireAuditEntry(_Entry, PrestataireOwned, Base):
    """What was done on a prestataire's own rows."""

    __tablename__ = "prestataire_audit_entry"
    __table_args__ = (Index(None, "prestataire_id", "at"),)
    __access__: ClassVar = {"prestataire": Access("SI", ("prestataire_id",))}
    __classes__: ClassVar = classified(
        DataClass.OPERATIONAL, operational=("actor_kind", "act", "object_id", "details")
    )


class SchemeAuditEntry(_Entry, SchemeShared, Base):
    """What was done on a scheme's shared rows."""

    __tablename__ = "scheme_audit_entry"
    __access__: ClassVar = {"scheme": Access("SI", ("scheme_id",))}
    __classes__: ClassVar = classified(
        DataClass.LANDLORD_ONLY, landlord_only=("actor_kind", "act", "object_id", "details")
    )


class PlatformAuditEntry(_Entry, System, Base):
    """What an operator did on the register."""

    __tablename__ = "platform_audit_entry"
    __access__: ClassVar = {"operator": Access("SI", ("operator",))}
    # Acts on the public register; who did them is personal.
    __classes__: ClassVar = classified(
        DataClass.PUBLIC, public=("actor_kind", "act", "object_id", "details")
    )
