"""The hand-over book (carnet de liaison): the prestataire's own notes, and who has read them.

A bailleur's role has no policy here: what one team tells the next is never in a report.
"""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from presence.kernel.columns import codes
from presence.kernel.nomenclature import NoteAudience
from tenants.classes import DataClass, classified
from tenants.columns import Access, Base, PrestataireOwned

_OWN = ("prestataire_id",)


class TeamNote(PrestataireOwned, Base):
    """Note of the hand-over book (note de liaison), never rewritten; a new one takes its place."""

    __tablename__ = "team_note"
    __table_args__ = (
        UniqueConstraint("prestataire_id", "id"),
        ForeignKeyConstraint(
            ("prestataire_id", "supersedes_id"),
            ("presence.team_note.prestataire_id", "presence.team_note.id"),
        ),
        # One correction at most: the next one corrects the correction.
        UniqueConstraint("prestataire_id", "supersedes_id"),
        codes("audience", NoteAudience),
        CheckConstraint("(residence_id is null) = (bailleur_id is null)", name="place"),
        Index(None, "prestataire_id", "scheme_id", "evening_on"),
        Index(None, "prestataire_id", "residence_id"),
    )
    __access__: ClassVar = {"prestataire": Access("SI", _OWN, checks=("scheme_id",))}
    # Personal: kept inside the organisation of those who write and read it.
    __classes__: ClassVar = classified(
        DataClass.OPERATIONAL,
        operational=("audience",),
        personal=("body", "author_name", "content_hash"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("presence.scheme.id"))
    evening_on: Mapped[date] = mapped_column(Date)
    audience: Mapped[str]
    # The place that it is about: a reference, not the owner of the row.
    bailleur_id: Mapped[int | None] = mapped_column(ForeignKey("presence.organisation.id"))
    residence_id: Mapped[UUID | None]
    body: Mapped[str]
    author_name: Mapped[str]
    account_id: Mapped[UUID | None]
    written_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    supersedes_id: Mapped[UUID | None]
    content_hash: Mapped[str]


class TeamNoteReading(PrestataireOwned, Base):
    """Reading of a note (« J'ai lu »), once per person."""

    __tablename__ = "team_note_reading"
    __table_args__ = (
        ForeignKeyConstraint(
            ("prestataire_id", "team_note_id"),
            ("presence.team_note.prestataire_id", "presence.team_note.id"),
        ),
        UniqueConstraint("prestataire_id", "team_note_id", "account_id"),
    )
    __access__: ClassVar = {"prestataire": Access("SI", _OWN)}
    __classes__: ClassVar = classified(
        DataClass.OPERATIONAL, personal=("reader_name", "card_number")
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    team_note_id: Mapped[UUID]
    account_id: Mapped[UUID]
    reader_name: Mapped[str]
    card_number: Mapped[str | None]
    read_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
