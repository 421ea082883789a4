"""Figures of each bailleur, the agreement that opens totals, and the releases partners read."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, JSONB, Range
from sqlalchemy.orm import Mapped, mapped_column

from tenants.classes import DataClass, classified
from tenants.columns import Access, BailleurOwned, Base, Placed, SchemeShared, System

_FIGURES = {
    "bailleur": Access("S", ("bailleur_id",)),
    "aggregator": Access("SIUD", (), ("value", "insee_code")),
}


class DailyFigure(BailleurOwned, Placed, Base):
    """Day tier (chiffres du jour): evening × residence × measure."""

    __tablename__ = "daily_figure"
    # One bailleur's evenings lie together: its month is one short range of the key.
    __table_args__ = (
        PrimaryKeyConstraint("bailleur_id", "evening_on", "scheme_id", "residence_id", "measure"),
    )
    __access__: ClassVar = _FIGURES
    __classes__: ClassVar = classified(DataClass.LANDLORD_ONLY, public=("insee_code", "measure"))
    evening_on: Mapped[date] = mapped_column(Date, primary_key=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("presence.scheme.id"), primary_key=True)
    residence_id: Mapped[UUID] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    insee_code: Mapped[str]
    value: Mapped[int]


class MonthlyFigure(BailleurOwned, Base):
    """Month tier (chiffres du mois): month × commune × measure, derived from the day tier."""

    __tablename__ = "monthly_figure"
    __table_args__ = (
        PrimaryKeyConstraint("bailleur_id", "month_on", "scheme_id", "insee_code", "measure"),
    )
    __access__: ClassVar = {
        "bailleur": Access("S", ("bailleur_id",)),
        "aggregator": Access("SIUD", (), ("value",)),
    }
    __classes__: ClassVar = classified(DataClass.LANDLORD_ONLY, public=("insee_code", "measure"))
    month_on: Mapped[date] = mapped_column(Date, primary_key=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("presence.scheme.id"), primary_key=True)
    insee_code: Mapped[str] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


class AggregatedEvening(BailleurOwned, Base):
    """What the nightly job counted for an evening: rows and version, which grows on change."""

    __tablename__ = "aggregated_evening"
    __access__: ClassVar = {
        "bailleur": Access("S", ("bailleur_id",)),
        "aggregator": Access(
            "SIU", (), ("version", "row_count", "aggregated_at", "report_version")
        ),
    }
    __classes__: ClassVar = classified(DataClass.LANDLORD_ONLY)
    evening_on: Mapped[date] = mapped_column(Date, primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger)
    row_count: Mapped[int]
    aggregated_at: Mapped[datetime]
    # The newest version of the evening's report when it was counted: what the figures say.
    report_version: Mapped[int | None] = mapped_column(SmallInteger)


class SharingAgreement(SchemeShared, Base):
    """Sharing agreement (accord de partage): which totals are shown, once all have signed."""

    __tablename__ = "sharing_agreement"
    __access__: ClassVar = {
        "scheme": Access("SI", ("scheme_id",)),
        "bailleur": Access("S", ("scheme_id",)),
    }
    __classes__: ClassVar = classified(
        DataClass.LANDLORD_ONLY, landlord_only=("indicators", "audience", "wording")
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    indicators: Mapped[list[str]] = mapped_column(ARRAY(Text))
    audience: Mapped[str]
    wording: Mapped[str]
    valid_during: Mapped[Range[date]] = mapped_column(DATERANGE)
    proposed_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))


class AgreementSignature(SchemeShared, Base):
    """A bailleur's signature under an agreement; a withdrawal acts on future releases only."""

    __tablename__ = "agreement_signature"
    __table_args__ = (
        ForeignKeyConstraint(
            ("scheme_id", "agreement_id"),
            ("presence.sharing_agreement.scheme_id", "presence.sharing_agreement.id"),
        ),
    )
    __access__: ClassVar = {
        "scheme": Access("S", ("scheme_id",)),
        "bailleur": Access("SIU", ("bailleur_id", "scheme_id"), ("withdrawn_at",)),
    }
    __classes__: ClassVar = classified(DataClass.LANDLORD_ONLY)
    agreement_id: Mapped[UUID] = mapped_column(primary_key=True)
    bailleur_id: Mapped[int] = mapped_column(
        ForeignKey("presence.organisation.id"), primary_key=True
    )
    signed_at: Mapped[datetime] = mapped_column(primary_key=True)
    account_id: Mapped[UUID | None]
    withdrawn_at: Mapped[datetime | None]


class Release(SchemeShared, Base):
    """Release (bilan publié) of a period: open, then published and frozen; corrected by version."""

    __tablename__ = "release"
    __table_args__ = (
        UniqueConstraint("scheme_id", "from_on", "to_on", "version"),
        CheckConstraint("from_on <= to_on", name="period"),
    )
    __access__: ClassVar = {
        "scheme": Access(
            "SIU",
            ("scheme_id",),
            ("published_at", "superseded_at", "cut_off_at", "content_hash", "perimeter"),
        ),
        "bailleur": Access("S", ("scheme_id", "published")),
        "figures": Access("S", ("scheme_id", "published")),
        "aggregator": Access("SU", (), ("evenings_due", "evenings_signed")),
    }
    __classes__: ClassVar = classified(
        DataClass.PUBLIC, public=("reason", "perimeter", "content_hash")
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date] = mapped_column(Date)
    version: Mapped[int] = mapped_column(SmallInteger)
    reason: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    published_at: Mapped[datetime | None]
    superseded_at: Mapped[datetime | None]
    cut_off_at: Mapped[datetime | None]
    evenings_due: Mapped[int | None]
    evenings_signed: Mapped[int | None]
    perimeter: Mapped[dict[str, object] | None] = mapped_column(JSONB)
    content_hash: Mapped[str | None]


class Contribution(SchemeShared, Base):
    """What one bailleur brings to one cell of an open release: the scheme's job alone reads it."""

    __tablename__ = "contribution"
    __table_args__ = (
        ForeignKeyConstraint(
            ("scheme_id", "release_id"), ("presence.release.scheme_id", "presence.release.id")
        ),
    )
    __access__: ClassVar = {
        "scheme": Access("S", ("scheme_id",)),
        "aggregator": Access("SID"),
    }
    __classes__: ClassVar = classified(DataClass.LANDLORD_ONLY, landlord_only=("indicator",))
    release_id: Mapped[UUID] = mapped_column(primary_key=True)
    bailleur_id: Mapped[int] = mapped_column(
        ForeignKey("presence.organisation.id"), primary_key=True
    )
    indicator: Mapped[str] = mapped_column(primary_key=True)
    month_on: Mapped[date] = mapped_column(Date, primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class ReleaseCell(SchemeShared, Base):
    """A cell (case du bilan): a number, or « n. c. » and why; `month_on` None for the period."""

    __tablename__ = "release_cell"
    __table_args__ = (
        ForeignKeyConstraint(
            ("scheme_id", "release_id"), ("presence.release.scheme_id", "presence.release.id")
        ),
        CheckConstraint("(value is null) <> (withheld is null)", name="value_or_reason"),
        UniqueConstraint(
            "scheme_id", "release_id", "indicator", "month_on", postgresql_nulls_not_distinct=True
        ),
    )
    __access__: ClassVar = {
        "scheme": Access("SI", ("scheme_id",)),
        "bailleur": Access("S", ("scheme_id",)),
        "figures": Access("S", ("scheme_id",)),
    }
    __classes__: ClassVar = classified(DataClass.PUBLIC, public=("indicator", "withheld"))
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    release_id: Mapped[UUID]
    indicator: Mapped[str]
    month_on: Mapped[date | None] = mapped_column(Date)
    value: Mapped[int | None] = mapped_column(BigInteger)
    withheld: Mapped[str | None]


class Run(System, Base):
    """Register of nightly runs (registre des exécutions): one line per job and evening."""

    __tablename__ = "run"
    __table_args__ = (UniqueConstraint("name", "due_on"),)
    __access__: ClassVar = {
        "relay": Access(
            "SIU", ("relay",), ("started_at", "finished_at", "evenings", "row_count", "attempts")
        ),
        "operator": Access("S", ("operator",)),
    }
    __classes__: ClassVar = classified(DataClass.PUBLIC, public=("name",))
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str]
    due_on: Mapped[date] = mapped_column(Date)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    evenings: Mapped[int | None]
    row_count: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(SmallInteger)
