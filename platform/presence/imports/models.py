"""Import of places (import de patrimoine): a file as kept, the plan shown, what was done with it.

Only the needed columns of the file are kept, long enough to apply the plan and to undo it.
"""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Date, Index, LargeBinary, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from presence.kernel.columns import codes
from presence.kernel.nomenclature import ImportState
from tenants.classes import DataClass, classified
from tenants.columns import Access, BailleurOwned, Base


class PlaceImport(BailleurOwned, Base):
    """An import: read, planned, applied exactly as shown, undone within a week."""

    __tablename__ = "place_import"
    __table_args__ = (
        codes("state", ImportState),
        CheckConstraint("progress_done <= progress_total", name="progress"),
        Index(None, "bailleur_id", "created_at"),
    )
    __access__: ClassVar = {
        "bailleur": Access(
            "SIU",
            ("bailleur_id",),
            (
                "state", "mapping", "repairs", "archive_absent", "plan", "fingerprint",
                "table_data", "undo", "progress_done", "progress_total", "error",
                "planned_at", "applied_at", "undone_at",
            ),
        ),
    }  # fmt: skip
    __classes__: ClassVar = classified(
        DataClass.LANDLORD_ONLY,
        landlord_only=(
            "archive_absent", "file_name", "file_hash", "format", "state", "mapping", "repairs",
            "table_data", "plan", "fingerprint", "undo", "error", "header",
        ),
    )  # fmt: skip
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    file_name: Mapped[str]
    file_hash: Mapped[str]
    # « CSV · Windows-1252 · point-virgule » : what was recognised, shown with the sample.
    format: Mapped[str]
    header: Mapped[list[str]] = mapped_column(ARRAY(Text))
    # The kept columns' lines, compressed; emptied once the week to undo is over.
    table_data: Mapped[bytes | None] = mapped_column(LargeBinary)
    mapping: Mapped[dict[str, object]] = mapped_column(JSONB)
    repairs: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    archive_absent: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    state: Mapped[str]
    plan: Mapped[dict[str, object] | None] = mapped_column(JSONB)
    fingerprint: Mapped[str | None]
    undo: Mapped[dict[str, object] | None] = mapped_column(JSONB)
    progress_done: Mapped[int] = mapped_column(server_default="0")
    progress_total: Mapped[int] = mapped_column(server_default="0")
    error: Mapped[str | None]
    covered_from_on: Mapped[date | None] = mapped_column(Date)
    scheme_id: Mapped[int | None]
    days_to_undo: Mapped[int] = mapped_column(SmallInteger, server_default="7")
    created_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    planned_at: Mapped[datetime | None]
    applied_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    account_id: Mapped[UUID | None]
