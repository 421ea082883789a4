"""A link to a published bilan, and each time it was opened."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tenants.classes import DataClass, classified
from tenants.columns import Access, Base, SchemeShared


class ShareLink(SchemeShared, Base):
    """Read-only link (partage) to one bilan: a secret address, for one recipient, until a day.

    Only the secret's SHA-256 is kept: the address is shown once.
    """

    __tablename__ = "share_link"
    __table_args__ = (
        ForeignKeyConstraint(
            ("scheme_id", "release_id"), ("presence.release.scheme_id", "presence.release.id")
        ),
        UniqueConstraint("scheme_id", "secret_hash"),
        CheckConstraint("char_length(recipient) between 1 and 120", name="recipient"),
        CheckConstraint("expires_at > created_at", name="expiry"),
    )
    __access__: ClassVar = {
        "scheme": Access("SIU", ("scheme_id",), ("revoked_at",)),
        "owner": Access("S", ("secret_key",)),
    }
    __classes__: ClassVar = classified(
        DataClass.PUBLIC, personal=("recipient",), secret=("secret_hash",)
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    release_id: Mapped[UUID]
    # The organisation that shares it: the link is read as it would read.
    territory_id: Mapped[int] = mapped_column(ForeignKey("presence.organisation.id"))
    recipient: Mapped[str]
    secret_hash: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    expires_at: Mapped[datetime]
    account_id: Mapped[UUID | None]
    revoked_at: Mapped[datetime | None]


class ShareAccess(SchemeShared, Base):
    """An opening of a link (journal d'accès): when, and from which part of the network."""

    __tablename__ = "share_access"
    __table_args__ = (
        ForeignKeyConstraint(
            ("scheme_id", "link_id"), ("presence.share_link.scheme_id", "presence.share_link.id")
        ),
    )
    __access__: ClassVar = {
        "scheme": Access("S", ("scheme_id",)),
        "owner": Access("SI", ("secret_key",)),
    }
    __classes__: ClassVar = classified(
        DataClass.PUBLIC, personal=("network",), secret=("secret_hash",)
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    link_id: Mapped[UUID]
    secret_hash: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    # Never a whole address: /24 or /48.
    network: Mapped[str]
