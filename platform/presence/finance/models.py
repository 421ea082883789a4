"""Cost, subsidy, sharing key, frozen bases, and the versions of a year's allocation.

Amounts are whole euro cents, never negative here. Periods hold both ends (`from_on`, `to_on`).
"""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from presence.kernel.columns import codes
from presence.kernel.nomenclature import AmountStatus, Funder, KeyBasis
from tenants.classes import DataClass, classified
from tenants.columns import Access, Base, SchemeShared

_OPENED = {
    "scheme": Access("SI", ("scheme_id",)),
    "bailleur": Access("S", ("scheme_id",)),
}


class _Amount(SchemeShared):
    id: Mapped[UUID] = mapped_column(primary_key=True)
    label: Mapped[str]
    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date] = mapped_column(Date)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str]
    entered_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    account_id: Mapped[UUID | None]
    content_hash: Mapped[str]


class Cost(_Amount, Base):
    """Cost (coût du dispositif) over a period."""

    __tablename__ = "cost"
    __table_args__ = (
        CheckConstraint("from_on <= to_on", name="period"),
        CheckConstraint("amount_cents >= 0", name="amount"),
        codes("status", AmountStatus),
    )
    __access__: ClassVar = _OPENED
    __classes__: ClassVar = classified(
        DataClass.LANDLORD_ONLY, landlord_only=("label", "content_hash")
    )


class Subsidy(_Amount, Base):
    """Subsidy (subvention) of a funder over a period."""

    __tablename__ = "subsidy"
    __table_args__ = (
        CheckConstraint("from_on <= to_on", name="period"),
        CheckConstraint("amount_cents >= 0", name="amount"),
        codes("status", AmountStatus),
        codes("funder", Funder),
    )
    __access__: ClassVar = _OPENED
    __classes__: ClassVar = classified(
        DataClass.LANDLORD_ONLY, landlord_only=("label", "content_hash")
    )
    funder: Mapped[str]


class SharingKey(SchemeShared, Base):
    """Sharing key (clé de répartition): what is weighed, over which period."""

    __tablename__ = "sharing_key"
    __table_args__ = (
        codes("basis", KeyBasis),
        ExcludeConstraint(
            ("scheme_id", "="), ("valid_during", "&&"), name="ex_sharing_key_no_overlap"
        ),
    )
    __access__: ClassVar = {
        "scheme": Access("SIU", ("scheme_id",), ("valid_during",)),
        "bailleur": Access("S", ("scheme_id",)),
    }
    __classes__: ClassVar = classified(DataClass.LANDLORD_ONLY, landlord_only=("content_hash",))
    id: Mapped[UUID] = mapped_column(primary_key=True)
    basis: Mapped[str]
    valid_during: Mapped[Range[date]] = mapped_column(DATERANGE)
    account_id: Mapped[UUID | None]
    content_hash: Mapped[str]


class BasisSnapshot(SchemeShared, Base):
    """Frozen quantity (assiette figée) of one member over one slice, made by a fixed function."""

    __tablename__ = "basis_snapshot"
    __table_args__ = (UniqueConstraint("scheme_id", "taken_for", "bailleur_id", "from_on"),)
    __access__: ClassVar = {
        "scheme": Access("S", ("scheme_id",)),
        "aggregator": Access("SI"),
    }
    __classes__: ClassVar = classified(DataClass.LANDLORD_ONLY)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    taken_for: Mapped[UUID]
    bailleur_id: Mapped[int] = mapped_column(ForeignKey("presence.organisation.id"))
    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date] = mapped_column(Date)
    dwellings: Mapped[int]
    taken_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))


class Allocation(SchemeShared, Base):
    """One version of a year's sharing (répartition): totals that every member may read."""

    __tablename__ = "allocation"
    __table_args__ = (
        UniqueConstraint("scheme_id", "year", "version"),
        Index(
            "uq_allocation_current",
            "scheme_id",
            "year",
            unique=True,
            postgresql_where=text("superseded_at is null"),
        ),
    )
    __access__: ClassVar = {
        "scheme": Access("SIU", ("scheme_id",), ("superseded_at",)),
        "bailleur": Access("S", ("scheme_id",)),
    }
    __classes__: ClassVar = classified(
        DataClass.LANDLORD_ONLY, landlord_only=("reason", "status", "fingerprint")
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    year: Mapped[int] = mapped_column(SmallInteger)
    version: Mapped[int] = mapped_column(SmallInteger)
    reason: Mapped[str]
    status: Mapped[str]
    gross_cents: Mapped[int] = mapped_column(BigInteger)
    grant_cents: Mapped[int] = mapped_column(BigInteger)
    net_cents: Mapped[int] = mapped_column(BigInteger)
    fingerprint: Mapped[str]
    computed_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    superseded_at: Mapped[datetime | None]


class AllocationSlice(SchemeShared, Base):
    """A slice of the year during which members and key did not change: opened by the convention."""

    __tablename__ = "allocation_slice"
    __table_args__ = (
        ForeignKeyConstraint(
            ("scheme_id", "allocation_id"),
            ("presence.allocation.scheme_id", "presence.allocation.id"),
        ),
        codes("basis", KeyBasis),
    )
    __access__: ClassVar = _OPENED
    __classes__: ClassVar = classified(DataClass.LANDLORD_ONLY, landlord_only=("member_names",))
    allocation_id: Mapped[UUID] = mapped_column(primary_key=True)
    from_on: Mapped[date] = mapped_column(Date, primary_key=True)
    to_on: Mapped[date] = mapped_column(Date)
    basis: Mapped[str]
    gross_cents: Mapped[int] = mapped_column(BigInteger)
    grant_cents: Mapped[int] = mapped_column(BigInteger)
    net_cents: Mapped[int] = mapped_column(BigInteger)
    total_weight: Mapped[int] = mapped_column(BigInteger)
    member_names: Mapped[list[str]] = mapped_column(ARRAY(Text))


class AllocationShare(SchemeShared, Base):
    """A member's share (quote-part) of one slice: read by that member only."""

    __tablename__ = "allocation_share"
    __table_args__ = (
        ForeignKeyConstraint(
            ("scheme_id", "allocation_id", "from_on"),
            (
                "presence.allocation_slice.scheme_id",
                "presence.allocation_slice.allocation_id",
                "presence.allocation_slice.from_on",
            ),
        ),
    )
    __access__: ClassVar = {
        "scheme": Access("SI", ("scheme_id",)),
        "bailleur": Access("S", ("bailleur_id",)),
    }
    __classes__: ClassVar = classified(DataClass.LANDLORD_ONLY)
    allocation_id: Mapped[UUID] = mapped_column(primary_key=True)
    from_on: Mapped[date] = mapped_column(Date, primary_key=True)
    bailleur_id: Mapped[int] = mapped_column(
        ForeignKey("presence.organisation.id"), primary_key=True
    )
    weight: Mapped[int] = mapped_column(BigInteger)
    gross_cents: Mapped[int] = mapped_column(BigInteger)
    grant_cents: Mapped[int] = mapped_column(BigInteger)
    net_cents: Mapped[int] = mapped_column(BigInteger)
    rounding_cents: Mapped[int] = mapped_column(SmallInteger)


class SchemeYearTotal(SchemeShared, Base):
    """A year's totals (coût, subvention, reste à charge), shown to partners once shared."""

    __tablename__ = "scheme_year_total"
    __table_args__ = (codes("status", AmountStatus),)
    __access__: ClassVar = {
        "scheme": Access(
            "SIU",
            ("scheme_id",),
            ("status", "cost_cents", "grant_cents", "net_cents", "published_at"),
        ),
        "bailleur": Access("S", ("scheme_id",)),
        "figures": Access("S", ("scheme_id", "published")),
    }
    # Totals of a scheme, read by partners once published: row security keeps the others.
    __classes__: ClassVar = classified(DataClass.PUBLIC)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    status: Mapped[str]
    cost_cents: Mapped[int] = mapped_column(BigInteger)
    grant_cents: Mapped[int] = mapped_column(BigInteger)
    net_cents: Mapped[int] = mapped_column(BigInteger)
    published_at: Mapped[datetime | None]
