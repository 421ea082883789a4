"""Agency, residence, entrance: the bailleur's own places, and the scheme that covers them."""

from collections.abc import Collection
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tenants.classes import DataClass, classified
from tenants.columns import Access, BailleurOwned, Base, Placed


class Agency(BailleurOwned, Base):
    """Agency (agence): the bailleur's local office."""

    __tablename__ = "agency"
    __table_args__ = (UniqueConstraint("bailleur_id", "name"),)
    __access__: ClassVar = {"bailleur": Access("SIU", ("bailleur_id",), ("name",))}
    __classes__: ClassVar = classified(DataClass.LANDLORD_ONLY, landlord_only=("name",))
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str]


class Residence(BailleurOwned, Placed, Base):
    """Residence (résidence): named by the bailleur's own code, covered by a scheme or by none.

    The prestataire reads it through two walls: a running contract with the bailleur, and a
    scheme that covers the residence and that it serves.
    """

    __tablename__ = "residence"
    __table_args__ = (
        UniqueConstraint("bailleur_id", "code"),
        ForeignKeyConstraint(
            ("bailleur_id", "agency_id"), ("presence.agency.bailleur_id", "presence.agency.id")
        ),
        CheckConstraint("dwellings >= 0", name="dwellings"),
        Index(None, "bailleur_id", "scheme_id"),
    )
    __access__: ClassVar = {
        "bailleur": Access(
            "SIU",
            ("bailleur_id",),
            (
                "agency_id", "code", "name", "address", "insee_code", "dwellings", "qpv_name",
                "covered_from_on", "covered_to_on",
            ),
        ),
        "prestataire": Access("S", ("bailleur_id", "scheme_id", "covered")),
        "aggregator": Access("S"),
    }  # fmt: skip
    __classes__: ClassVar = classified(
        DataClass.OPERATIONAL,
        public=("insee_code",),
        operational=("code", "name", "address", "qpv_name"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    agency_id: Mapped[UUID]
    code: Mapped[str]
    name: Mapped[str]
    address: Mapped[str]
    insee_code: Mapped[str] = mapped_column(ForeignKey("presence.commune.insee_code"))
    dwellings: Mapped[int]
    qpv_name: Mapped[str | None]
    scheme_id: Mapped[int | None] = mapped_column(ForeignKey("presence.scheme.id"))
    covered_from_on: Mapped[date | None] = mapped_column(Date)
    covered_to_on: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))

    @classmethod
    def within(cls, residence_ids: Collection[UUID]) -> ColumnElement[bool]:
        """The residences themselves."""
        return cls.id.in_(residence_ids)


class Entrance(BailleurOwned, Placed, Base):
    """Entrance (entrée, hall, montée, allée): the place that a visit is made at."""

    __tablename__ = "entrance"
    __table_args__ = (
        UniqueConstraint("bailleur_id", "residence_id", "name"),
        UniqueConstraint("bailleur_id", "residence_id", "id"),
        ForeignKeyConstraint(
            ("bailleur_id", "residence_id"),
            ("presence.residence.bailleur_id", "presence.residence.id"),
        ),
        # Both walls of the prestataire's policy are conditions of this one index.
        Index(None, "bailleur_id", "scheme_id"),
    )
    __access__: ClassVar = {
        "bailleur": Access("SIU", ("bailleur_id",), ("name", "rank")),
        "prestataire": Access("S", ("bailleur_id", "scheme_id")),
        "owner": Access("S", ("id_text",)),
        "aggregator": Access("S"),
    }
    __classes__: ClassVar = classified(DataClass.OPERATIONAL, operational=("name",))
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    residence_id: Mapped[UUID]
    scheme_id: Mapped[int | None] = mapped_column(ForeignKey("presence.scheme.id"))
    name: Mapped[str]
    rank: Mapped[int]
