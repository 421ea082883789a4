"""The agreement that opens totals, the rules of secrecy, and the releases that partners read."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, JSONB, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from tenants.classes import DataClass, classified
from tenants.columns import Access, Base, SchemeShared


def _of_release() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ("scheme_id", "release_id"), ("presence.release.scheme_id", "presence.release.id")
    )


class SharingAgreement(SchemeShared, Base):
    """Sharing agreement (accord de partage): which totals are shown, once all have signed.

    `grains` says how fine: the scheme's totals, by month, by commune, by priority area (QPV).
    """

    __tablename__ = "sharing_agreement"
    __access__: ClassVar = {
        "scheme": Access("SI", ("scheme_id",)),
        "bailleur": Access("S", ("scheme_id",)),
    }
    __classes__: ClassVar = classified(
        DataClass.LANDLORD_ONLY, landlord_only=("indicators", "grains", "audience", "wording")
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    indicators: Mapped[list[str]] = mapped_column(ARRAY(Text))
    audience: Mapped[str]
    wording: Mapped[str]
    valid_during: Mapped[Range[date]] = mapped_column(DATERANGE)
    proposed_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    grains: Mapped[list[str]] = mapped_column(
        ARRAY(Text), server_default=text("'{scheme,month,commune,qpv}'")
    )


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


class DisclosurePolicy(SchemeShared, Base):
    """Rules of secrecy (règles de secret) of a scheme, dated: never below those of the law."""

    __tablename__ = "disclosure_policy"
    __table_args__ = (
        CheckConstraint(
            "least_contributors >= 3 and dominance_percent between 1 and 85 "
            "and p_percent between 10 and 100 and least_events >= 5 and least_persons >= 11",
            name="thresholds",
        ),
        ExcludeConstraint(
            ("scheme_id", "="), ("valid_during", "&&"), name="ex_disclosure_policy_no_overlap"
        ),
    )
    __access__: ClassVar = {
        "scheme": Access("SIU", ("scheme_id",), ("valid_during",)),
        "bailleur": Access("S", ("scheme_id",)),
    }
    __classes__: ClassVar = classified(DataClass.LANDLORD_ONLY)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    valid_during: Mapped[Range[date]] = mapped_column(DATERANGE)
    least_contributors: Mapped[int] = mapped_column(SmallInteger)
    dominance_percent: Mapped[int] = mapped_column(SmallInteger)
    p_percent: Mapped[int] = mapped_column(SmallInteger)
    least_events: Mapped[int] = mapped_column(SmallInteger)
    least_persons: Mapped[int] = mapped_column(SmallInteger)
    set_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))


class Release(SchemeShared, Base):
    """Release (bilan publié) of a period: open, then published and frozen; corrected by version.

    `content` is what every page and document of the bilan is made from, `content_hash` its
    SHA-256. `check_note` says in a sentence, without a figure, what the newest recalculation found.
    """

    __tablename__ = "release"
    __table_args__ = (
        UniqueConstraint("scheme_id", "from_on", "to_on", "version"),
        CheckConstraint("from_on <= to_on", name="period"),
        CheckConstraint("kind in ('month', 'quarter', 'year', 'drafted')", name="kind"),
    )
    __access__: ClassVar = {
        "scheme": Access(
            "SIU",
            ("scheme_id",),
            (
                "published_at", "superseded_at", "cut_off_at", "content_hash", "perimeter",
                "content", "code_version", "checked_at", "check_note",
            ),
        ),
        "bailleur": Access("S", ("scheme_id", "published")),
        "figures": Access("S", ("scheme_id", "published")),
        "aggregator": Access("SU", (), ("evenings_due", "evenings_signed")),
    }  # fmt: skip
    __classes__: ClassVar = classified(
        DataClass.PUBLIC,
        public=(
            "reason", "perimeter", "content_hash", "kind", "content", "code_version", "check_note",
        ),
    )  # fmt: skip
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
    kind: Mapped[str] = mapped_column(server_default="drafted")
    content: Mapped[str | None]
    code_version: Mapped[str | None]
    checked_at: Mapped[datetime | None]
    check_note: Mapped[str | None]


class Contribution(SchemeShared, Base):
    """What one bailleur brings to a release, by month, commune and priority area.

    The scheme's job alone reads it.
    """

    __tablename__ = "contribution"
    __table_args__ = (_of_release(),)
    __access__: ClassVar = {
        "scheme": Access("S", ("scheme_id",)),
        "aggregator": Access("SID"),
    }
    __classes__: ClassVar = classified(
        DataClass.LANDLORD_ONLY, landlord_only=("indicator", "insee_code", "qpv")
    )
    release_id: Mapped[UUID] = mapped_column(primary_key=True)
    bailleur_id: Mapped[int] = mapped_column(
        ForeignKey("presence.organisation.id"), primary_key=True
    )
    indicator: Mapped[str] = mapped_column(primary_key=True)
    month_on: Mapped[date] = mapped_column(Date, primary_key=True)
    insee_code: Mapped[str] = mapped_column(primary_key=True, server_default="")
    qpv: Mapped[str] = mapped_column(primary_key=True, server_default="")
    value: Mapped[int] = mapped_column(BigInteger)


class ReleaseCell(SchemeShared, Base):
    """A cell (case du bilan): a number, or « n. c. » and why.

    `area` is empty for the territory, else a commune's Insee code, or `code/qpv` for a priority
    area; `members` is empty for all of them.
    """

    __tablename__ = "release_cell"
    __table_args__ = (
        _of_release(),
        CheckConstraint("(value is null) <> (withheld is null)", name="value_or_reason"),
        UniqueConstraint(
            "scheme_id", "release_id", "indicator", "area", "from_on", "to_on", "members",
            name="uq_release_cell_key",
        ),
    )  # fmt: skip
    __access__: ClassVar = {
        "scheme": Access("SI", ("scheme_id",)),
        "bailleur": Access("S", ("scheme_id",)),
        "figures": Access("S", ("scheme_id",)),
    }
    __classes__: ClassVar = classified(
        DataClass.PUBLIC, public=("indicator", "withheld", "area", "members")
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    release_id: Mapped[UUID]
    indicator: Mapped[str]
    # Of the former writing of a cell; nothing reads it any more.
    month_on: Mapped[date | None] = mapped_column(Date)
    value: Mapped[int | None] = mapped_column(BigInteger)
    withheld: Mapped[str | None]
    area: Mapped[str] = mapped_column(server_default="")
    members: Mapped[str] = mapped_column(server_default="")
    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date] = mapped_column(Date)


class ReleaseRecalculation(SchemeShared, Base):
    """A published release run again (recalcul): the same bytes, or what differs and why.

    A difference between two writings of a figure tells of what came late: it stays with the
    scheme's job, readers are told its cause only.
    """

    __tablename__ = "release_recalculation"
    __table_args__ = (_of_release(),)
    __access__: ClassVar = {"scheme": Access("SI", ("scheme_id",))}
    __classes__: ClassVar = classified(
        DataClass.LANDLORD_ONLY,
        landlord_only=("content_hash", "code_version", "content", "differences"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    release_id: Mapped[UUID]
    run_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    content_hash: Mapped[str]
    code_version: Mapped[str]
    content: Mapped[str]
    differences: Mapped[list[object]] = mapped_column(JSONB)
