"""Site notes and their readings, contacts, police authorisation, access codes and their reveals.

The bailleur writes, the prestataire reads what concerns the places it walks. Nothing is
rewritten: a note's new version leaves the former one readable for the evenings it applied to.
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
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from presence.kernel.columns import codes
from presence.kernel.nomenclature import NoteKind
from tenants.classes import DataClass, classified
from tenants.columns import Access, BailleurOwned, Base, Placed

_READ_BY_PRESTATAIRE = Access("S", ("bailleur_id", "scheme_id"))


class _OfAResidence(BailleurOwned, Placed):
    """A row about a residence, or about one of its entrances."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    residence_id: Mapped[UUID]
    entrance_id: Mapped[UUID | None]

    @declared_attr
    def scheme_id(cls) -> Mapped[int | None]:  # noqa: N805 - a declared attribute gets the class
        """The scheme that covers the residence."""
        return mapped_column(ForeignKey("presence.scheme.id"))


def _places() -> tuple[ForeignKeyConstraint, ForeignKeyConstraint]:
    return (
        ForeignKeyConstraint(
            ("bailleur_id", "residence_id"),
            ("presence.residence.bailleur_id", "presence.residence.id"),
        ),
        ForeignKeyConstraint(
            ("bailleur_id", "residence_id", "entrance_id"),
            (
                "presence.entrance.bailleur_id",
                "presence.entrance.residence_id",
                "presence.entrance.id",
            ),
        ),
    )


class SiteNote(_OfAResidence, Base):
    """Instruction or hazard (consigne, danger): a version, by whom, since when."""

    __tablename__ = "site_note"
    __table_args__ = (
        *_places(),
        codes("kind", NoteKind),
        UniqueConstraint("bailleur_id", "thread_id", "version"),
        UniqueConstraint("bailleur_id", "id"),
        Index(None, "bailleur_id", "residence_id"),
    )
    __access__: ClassVar = {
        "bailleur": Access("SIU", ("bailleur_id",), ("ends_on",)),
        "prestataire": _READ_BY_PRESTATAIRE,
    }
    # The author's name is shown to the agents who follow the instruction.
    __classes__: ClassVar = classified(
        DataClass.OPERATIONAL, operational=("kind", "body"), personal=("author_name",)
    )
    thread_id: Mapped[UUID]
    version: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str]
    body: Mapped[str]
    author_name: Mapped[str]
    account_id: Mapped[UUID | None]
    written_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    # Evenings that it applies to: from this one, to that one excluded.
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)


class NoteReading(BailleurOwned, Placed, Base):
    """Reading of a note (accusé de lecture) by one agent, known by the card number."""

    __tablename__ = "note_reading"
    __table_args__ = (
        ForeignKeyConstraint(
            ("bailleur_id", "note_id"), ("presence.site_note.bailleur_id", "presence.site_note.id")
        ),
        UniqueConstraint("bailleur_id", "note_id", "account_id"),
    )
    __access__: ClassVar = {
        "bailleur": Access("S", ("bailleur_id",)),
        "prestataire": Access("SI", ("bailleur_id", "prestataire_id")),
    }
    __classes__: ClassVar = classified(DataClass.OPERATIONAL, personal=("card_number",))
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    note_id: Mapped[UUID]
    residence_id: Mapped[UUID]
    prestataire_id: Mapped[int] = mapped_column(ForeignKey("presence.organisation.id"))
    account_id: Mapped[UUID]
    card_number: Mapped[str | None]
    read_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))


class SiteContact(_OfAResidence, Base):
    """Contact on site (gardien, gardienne, référent): a name and a number for the agents."""

    __tablename__ = "site_contact"
    __table_args__ = (*_places(), Index(None, "bailleur_id", "residence_id"))
    __access__: ClassVar = {
        "bailleur": Access("SIU", ("bailleur_id",), ("archived_on",)),
        "prestataire": _READ_BY_PRESTATAIRE,
    }
    __classes__: ClassVar = classified(
        DataClass.OPERATIONAL, operational=("role",), personal=("name", "phone")
    )
    role: Mapped[str]
    name: Mapped[str]
    phone: Mapped[str]
    archived_on: Mapped[date | None] = mapped_column(Date)


class PoliceAccess(_OfAResidence, Base):
    """How police and fire services come in (L272-1 CSI), and what municipal police was granted.

    A new statement supersedes the former one: the current one has no end.
    """

    __tablename__ = "police_access"
    __table_args__ = (
        *_places(),
        CheckConstraint(
            "(municipal_police_on is null) = (document is null)", name="municipal_police"
        ),
        Index(
            "uq_police_access_current",
            "bailleur_id",
            "residence_id",
            unique=True,
            postgresql_where=text("superseded_at is null"),
        ),
    )
    __access__: ClassVar = {
        "bailleur": Access("SIU", ("bailleur_id",), ("superseded_at",)),
        "prestataire": _READ_BY_PRESTATAIRE,
    }
    __classes__: ClassVar = classified(
        DataClass.OPERATIONAL, operational=("access_means", "document")
    )
    access_means: Mapped[str]
    municipal_police_on: Mapped[date | None] = mapped_column(Date)
    document: Mapped[str | None]
    stated_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    account_id: Mapped[UUID | None]
    superseded_at: Mapped[datetime | None]


class AccessCode(_OfAResidence, Base):
    """Access code (code d'accès), sealed with a key that the database does not hold."""

    __tablename__ = "access_code"
    __table_args__ = (
        *_places(),
        UniqueConstraint("bailleur_id", "id"),
        Index(None, "bailleur_id", "residence_id"),
    )
    __access__: ClassVar = {
        "bailleur": Access("SIU", ("bailleur_id",), ("superseded_at",)),
        "prestataire": _READ_BY_PRESTATAIRE,
    }
    __classes__: ClassVar = classified(
        DataClass.OPERATIONAL, operational=("label", "key_id"), secret=("sealed",)
    )
    label: Mapped[str]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str]
    set_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    # When it should be changed at the latest: the page reminds.
    change_by_on: Mapped[date | None] = mapped_column(Date)
    account_id: Mapped[UUID | None]
    superseded_at: Mapped[datetime | None]


class AccessReveal(BailleurOwned, Placed, Base):
    """A code was shown (code révélé): to whom, by card number, on which evening."""

    __tablename__ = "access_reveal"
    __table_args__ = (
        ForeignKeyConstraint(
            ("bailleur_id", "access_code_id"),
            ("presence.access_code.bailleur_id", "presence.access_code.id"),
        ),
        Index(None, "bailleur_id", "residence_id", "revealed_at"),
    )
    __access__: ClassVar = {
        "bailleur": Access("SI", ("bailleur_id",)),
        "prestataire": Access("I", ("bailleur_id", "prestataire_id")),
    }
    __classes__: ClassVar = classified(DataClass.OPERATIONAL, personal=("card_number",))
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    access_code_id: Mapped[UUID]
    residence_id: Mapped[UUID]
    evening_on: Mapped[date] = mapped_column(Date)
    # None when the bailleur's own people looked.
    prestataire_id: Mapped[int | None] = mapped_column(ForeignKey("presence.organisation.id"))
    account_id: Mapped[UUID]
    card_number: Mapped[str | None]
    revealed_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
