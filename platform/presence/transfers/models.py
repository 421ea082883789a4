"""Transfer (cession) as the seller offers it."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import Date, ForeignKey, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenants.classes import DataClass, classified
from tenants.columns import Access, BailleurOwned, Base


class Transfer(BailleurOwned, Base):
    """Transfer (cession) of residences to another bailleur, offered by the seller.

    The buyer holds the code, of which only a hash is kept; it reads the offer through a pinned
    function, never the seller's rows (ADR 0015).
    """

    __tablename__ = "transfer"
    __table_args__ = (UniqueConstraint("bailleur_id", "secret_hash"),)
    __access__: ClassVar = {
        "bailleur": Access("SIU", ("bailleur_id",), ("withdrawn_at", "settled_at")),
        "owner": Access("SU", ("secret_key",)),
    }
    # The places as the seller describes them: what the buyer takes over, nothing of their past.
    __classes__: ClassVar = classified(
        DataClass.LANDLORD_ONLY,
        operational=("content",),
        landlord_only=("buyer_name",),
        secret=("secret_hash",),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    effective_on: Mapped[date] = mapped_column(Date)
    content: Mapped[dict[str, object]] = mapped_column(JSONB)
    secret_hash: Mapped[str]
    offered_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    account_id: Mapped[UUID | None]
    withdrawn_at: Mapped[datetime | None]
    taken_at: Mapped[datetime | None]
    buyer_id: Mapped[int | None] = mapped_column(ForeignKey("presence.organisation.id"))
    buyer_name: Mapped[str | None]
    # When the seller's own journal and sharing were told.
    settled_at: Mapped[datetime | None]
