"""The bailleur's own places: agency, residence, building, entrance, area; coverage.

The levels are fixed (a commune holds residences, a residence its buildings and entrances, an
entrance its areas), so that no place can be inside itself. A place is renamed, moved or archived,
never deleted: a hall that moves is a new hall that follows the former one, whose past stays where
it was.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Date,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import (
    DATEMULTIRANGE,
    DATERANGE,
    ExcludeConstraint,
    Range,
)
from sqlalchemy.dialects.postgresql.ranges import MultiRange
from sqlalchemy.orm import Mapped, mapped_column

from presence.kernel.columns import codes
from presence.kernel.nomenclature import ArchiveReason, Area
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
    scheme that it serves and whose perimeter holds the residence today.
    """

    __tablename__ = "residence"
    __table_args__ = (
        UniqueConstraint("bailleur_id", "code"),
        ForeignKeyConstraint(
            ("bailleur_id", "agency_id"), ("presence.agency.bailleur_id", "presence.agency.id")
        ),
        CheckConstraint("dwellings >= 0", name="dwellings"),
        CheckConstraint("qpv_vintage in (2015, 2024)", name="qpv_vintage"),
        CheckConstraint("(qpv_name is null) = (qpv_vintage is null)", name="qpv"),
        codes("archive_reason", ArchiveReason),
        CheckConstraint("(archived_on is null) = (archive_reason is null)", name="archived"),
        Index(None, "bailleur_id", "scheme_id"),
    )
    __access__: ClassVar = {
        "bailleur": Access(
            "SIU",
            ("bailleur_id",),
            (
                "agency_id", "code", "name", "address", "insee_code", "dwellings", "qpv_name",
                "qpv_vintage", "covered_during", "archived_on", "archive_reason",
            ),
        ),
        "prestataire": Access("S", ("bailleur_id", "scheme_id", "covered")),
        # A transfer closes what the seller gave up, in the buyer's own transaction.
        "owner": Access("SU", ("id_text",)),
        "aggregator": Access("S"),
    }  # fmt: skip
    __classes__: ClassVar = classified(
        DataClass.OPERATIONAL,
        public=("insee_code",),
        operational=("code", "name", "address", "qpv_name", "archive_reason"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    agency_id: Mapped[UUID]
    code: Mapped[str]
    name: Mapped[str]
    address: Mapped[str]
    insee_code: Mapped[str] = mapped_column(ForeignKey("presence.commune.insee_code"))
    dwellings: Mapped[int]
    qpv_name: Mapped[str | None]
    # Which geography of the priority areas the name belongs to (quartiers prioritaires).
    qpv_vintage: Mapped[int | None] = mapped_column(SmallInteger)
    scheme_id: Mapped[int | None] = mapped_column(ForeignKey("presence.scheme.id"))
    # Every period of its coverage: what the prestataire's policy compares with today.
    covered_during: Mapped[MultiRange[date]] = mapped_column(
        DATEMULTIRANGE, server_default=text("'{}'")
    )
    archived_on: Mapped[date | None] = mapped_column(Date)
    archive_reason: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))

    @classmethod
    def within(cls, residence_ids: Collection[UUID]) -> ColumnElement[bool]:
        """The residences themselves."""
        return cls.id.in_(residence_ids)


class Building(BailleurOwned, Placed, Base):
    """Building (bâtiment) of a residence, with its national identifier (RNB) when known."""

    __tablename__ = "building"
    __table_args__ = (
        ForeignKeyConstraint(
            ("bailleur_id", "residence_id"),
            ("presence.residence.bailleur_id", "presence.residence.id"),
        ),
        UniqueConstraint("bailleur_id", "residence_id", "name"),
        UniqueConstraint("bailleur_id", "residence_id", "id"),
    )
    __access__: ClassVar = {
        "bailleur": Access("SIU", ("bailleur_id",), ("code", "name", "rnb_id", "archived_on")),
        "prestataire": Access("S", ("bailleur_id", "scheme_id")),
    }
    __classes__: ClassVar = classified(
        DataClass.OPERATIONAL, operational=("code", "name", "rnb_id")
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    residence_id: Mapped[UUID]
    scheme_id: Mapped[int | None] = mapped_column(ForeignKey("presence.scheme.id"))
    code: Mapped[str | None]
    name: Mapped[str]
    rnb_id: Mapped[str | None]
    archived_on: Mapped[date | None] = mapped_column(Date)


class Entrance(BailleurOwned, Placed, Base):
    """Entrance (entrée, hall, montée, allée): the place that a visit is made at."""

    __tablename__ = "entrance"
    __table_args__ = (
        UniqueConstraint("bailleur_id", "residence_id", "name"),
        UniqueConstraint("bailleur_id", "residence_id", "id"),
        UniqueConstraint("bailleur_id", "id"),
        ForeignKeyConstraint(
            ("bailleur_id", "residence_id"),
            ("presence.residence.bailleur_id", "presence.residence.id"),
        ),
        ForeignKeyConstraint(
            ("bailleur_id", "residence_id", "building_id"),
            (
                "presence.building.bailleur_id",
                "presence.building.residence_id",
                "presence.building.id",
            ),
        ),
        ForeignKeyConstraint(
            ("bailleur_id", "moved_from_id"),
            ("presence.entrance.bailleur_id", "presence.entrance.id"),
        ),
        CheckConstraint("dwellings >= 0", name="dwellings"),
        CheckConstraint("latitude between -90 and 90", name="latitude"),
        CheckConstraint("longitude between -180 and 180", name="longitude"),
        CheckConstraint("(latitude is null) = (longitude is null)", name="coordinates"),
        CheckConstraint("moved_from_id <> id", name="moved_from"),
        # Both walls of the prestataire's policy are conditions of this one index.
        Index(None, "bailleur_id", "scheme_id"),
    )
    __access__: ClassVar = {
        "bailleur": Access(
            "SIU",
            ("bailleur_id",),
            (
                "name", "rank", "building_id", "code", "address", "dwellings", "rnb_id", "ban_key",
                "latitude", "longitude", "archived_on",
            ),
        ),
        "prestataire": Access("S", ("bailleur_id", "scheme_id")),
        "owner": Access("S", ("id_text",)),
        "aggregator": Access("S"),
    }  # fmt: skip
    __classes__: ClassVar = classified(
        DataClass.OPERATIONAL, operational=("name", "code", "address", "rnb_id", "ban_key")
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    residence_id: Mapped[UUID]
    building_id: Mapped[UUID | None]
    scheme_id: Mapped[int | None] = mapped_column(ForeignKey("presence.scheme.id"))
    name: Mapped[str]
    rank: Mapped[int]
    code: Mapped[str | None]
    address: Mapped[str | None]
    # None: not counted. The residence's own number is what keys weigh.
    dwellings: Mapped[int | None]
    rnb_id: Mapped[str | None]
    ban_key: Mapped[str | None]
    latitude: Mapped[float | None] = mapped_column(Double)
    longitude: Mapped[float | None] = mapped_column(Double)
    archived_on: Mapped[date | None] = mapped_column(Date)
    # The hall that this one follows, when it was moved: its past stayed where it was.
    moved_from_id: Mapped[UUID | None]


class CommonArea(BailleurOwned, Placed, Base):
    """Common area (partie commune) of a residence, or of one of its entrances."""

    __tablename__ = "common_area"
    __table_args__ = (
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
        codes("kind", Area),
        UniqueConstraint(
            "bailleur_id", "residence_id", "entrance_id", "kind", "name",
            postgresql_nulls_not_distinct=True, name="uq_common_area_name",
        ),
    )  # fmt: skip
    __access__: ClassVar = {
        "bailleur": Access("SIU", ("bailleur_id",), ("name", "archived_on")),
        "prestataire": Access("S", ("bailleur_id", "scheme_id")),
    }
    __classes__: ClassVar = classified(DataClass.OPERATIONAL, operational=("kind", "name"))
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    residence_id: Mapped[UUID]
    entrance_id: Mapped[UUID | None]
    scheme_id: Mapped[int | None] = mapped_column(ForeignKey("presence.scheme.id"))
    kind: Mapped[str]
    name: Mapped[str | None]
    archived_on: Mapped[date | None] = mapped_column(Date)


class Coverage(BailleurOwned, Placed, Base):
    """Coverage (périmètre): a residence in a scheme's perimeter, with its dwellings of that time.

    Periods are half-open and never overlap: what a past month says stays said.
    """

    __tablename__ = "coverage"
    __table_args__ = (
        ForeignKeyConstraint(
            ("bailleur_id", "residence_id"),
            ("presence.residence.bailleur_id", "presence.residence.id"),
        ),
        CheckConstraint("dwellings >= 0", name="dwellings"),
        ExcludeConstraint(
            ("bailleur_id", "="),
            ("residence_id", "="),
            ("valid_during", "&&"),
            name="ex_coverage_no_overlap",
        ),
        Index(None, "bailleur_id", "scheme_id"),
    )
    __access__: ClassVar = {
        "bailleur": Access(
            "SIU", ("bailleur_id",), ("valid_during", "dwellings"), checks=("scheme_id",)
        ),
        "prestataire": Access("S", ("bailleur_id", "scheme_id")),
        "owner": Access("SU", ("residence_text",)),
        "aggregator": Access("S"),
    }
    __classes__: ClassVar = classified(DataClass.OPERATIONAL)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    residence_id: Mapped[UUID]
    scheme_id: Mapped[int] = mapped_column(ForeignKey("presence.scheme.id"))
    valid_during: Mapped[Range[date]] = mapped_column(DATERANGE)
    dwellings: Mapped[int]
