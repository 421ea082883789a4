"""Organisations, schemes, dated memberships and contracts, and the machinery they rest on."""

from datetime import date, datetime, time
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy import (
    Identity as AutoNumber,
)
from sqlalchemy.dialects.postgresql import (
    ARRAY,
    DATERANGE,
    INTERVAL,
    JSONB,
    ExcludeConstraint,
    Range,
)
from sqlalchemy.orm import Mapped, mapped_column

from tenants.classes import DataClass, classified
from tenants.columns import Access, Base, Identity, Reference, SchemeShared, System
from tenants.roles import OrganisationKind

_READERS = ("bailleur", "prestataire", "scheme", "operator", "figures")


def _everyone_reads(*roles: str) -> dict[str, Access]:
    return {role: Access("S", ("reference",)) for role in roles}


class SigningKeyRow(System, Base):
    """A context-signing key (clé de signature): the two HMAC pads, read by `app.verify` only."""

    __tablename__ = "signing_key"
    __access__: ClassVar = {"owner": Access("SIUD", ("key_id",))}
    __classes__: ClassVar = classified(
        DataClass.SECRET, operational=("key_id", "retired_at"), secret=("inner_pad", "outer_pad")
    )
    key_id: Mapped[str] = mapped_column(primary_key=True)
    inner_pad: Mapped[bytes] = mapped_column(LargeBinary)
    outer_pad: Mapped[bytes] = mapped_column(LargeBinary)
    retired_at: Mapped[datetime | None]


class BusinessClock(System, Base):
    """Shift of the business clock (horloge métier): demonstration only, one row at most."""

    __tablename__ = "business_clock"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)
    __access__: ClassVar = {"owner": Access("SIUD", ("clock",))}
    __classes__: ClassVar = classified(DataClass.PUBLIC)
    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    shift: Mapped[str] = mapped_column(INTERVAL)


class Commune(Reference, Base):
    """A commune of France, by its Insee code."""

    __tablename__ = "commune"
    __access__: ClassVar = _everyone_reads("bailleur", "prestataire", "scheme", "operator")
    __classes__: ClassVar = classified(
        DataClass.PUBLIC, public=("insee_code", "name", "siren", "postal_codes")
    )
    insee_code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    siren: Mapped[str]
    postal_codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    population: Mapped[int]


class Organisation(Identity, Base):
    """An organisation (organisme): bailleur, prestataire, territory, commune, State, operator.

    `id` is the small integer of policies and keys, never shown; outside, `public_id` names it.
    """

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint(
            "kind in ('bailleur', 'prestataire', 'territory', 'commune', 'state', 'operator')",
            name="kind",
        ),
    )
    __access__: ClassVar = {
        "bailleur": Access("S", ("id",)),
        "prestataire": Access("S", ("id",)),
        "operator": Access("SIU", ("operator",), ("name",)),
        "owner": Access("S", ("id_text",)),
        "aggregator": Access("S"),
    }
    # `id` is the internal key that policies compare; `public_id` is shown.
    __classes__: ClassVar = classified(
        DataClass.PUBLIC, public=("kind", "name", "code", "siren", "insee_code"), secret=("id",)
    )
    id: Mapped[int] = mapped_column(Integer, AutoNumber(always=True), primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True, default=uuid4)
    kind: Mapped[str]
    name: Mapped[str]
    code: Mapped[str] = mapped_column(unique=True)
    siren: Mapped[str | None]
    insee_code: Mapped[str | None] = mapped_column(ForeignKey("presence.commune.insee_code"))

    def is_a(self, kind: OrganisationKind) -> bool:
        """Whether it is of that kind."""
        return self.kind == kind.value


class TerritoryCommune(Reference, Base):
    """Which communes make a territory (périmètre d'un EPCI)."""

    __tablename__ = "territory_commune"
    __access__: ClassVar = {
        "bailleur": Access("S", ("reference",)),
        "operator": Access("SI", ("operator",)),
    }
    __classes__: ClassVar = classified(DataClass.PUBLIC, public=("insee_code",))
    territory_id: Mapped[int] = mapped_column(
        ForeignKey("presence.organisation.id"), primary_key=True
    )
    insee_code: Mapped[str] = mapped_column(
        ForeignKey("presence.commune.insee_code"), primary_key=True
    )


class Scheme(SchemeShared, Base):
    """A scheme (dispositif): bailleurs of one territory share one prestataire's evenings."""

    __tablename__ = "scheme"
    __access__: ClassVar = {
        "bailleur": Access("S", ("id",)),
        "prestataire": Access("S", ("id",)),
        "scheme": Access("S", ("id",)),
        "figures": Access("S", ("id",)),
        "operator": Access("SI", ("operator",)),
        "aggregator": Access("S"),
    }
    # `id` is the internal key that policies compare; `public_id` is shown.
    __classes__: ClassVar = classified(
        DataClass.PUBLIC, public=("name", "territory_name", "oncall_number"), secret=("id",)
    )
    scheme_id = None  # type: ignore[assignment]
    id: Mapped[int] = mapped_column(Integer, AutoNumber(always=True), primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True, default=uuid4)
    name: Mapped[str]
    territory_id: Mapped[int] = mapped_column(ForeignKey("presence.organisation.id"))
    territory_name: Mapped[str]
    lead_bailleur_id: Mapped[int] = mapped_column(ForeignKey("presence.organisation.id"))
    oncall_number: Mapped[str]


class ServiceWindow(SchemeShared, Base):
    """Service window (plage de service): from when to when the agents walk, and on which days."""

    __tablename__ = "service_window"
    __table_args__ = (
        ExcludeConstraint(
            ("scheme_id", "="), ("valid_during", "&&"), name="ex_service_window_no_overlap"
        ),
        # An evening begins and ends between two noons, wherever midnight falls (kernel.clock).
        CheckConstraint(
            "opens_at >= '12:00' and (closes_at > opens_at or closes_at <= '12:00')", name="hours"
        ),
        CheckConstraint("holidays in ('served', 'not_served', 'as_sunday')", name="holidays"),
    )
    __access__: ClassVar = {
        "bailleur": Access("S", ("scheme_id",)),
        "prestataire": Access("S", ("scheme_id",)),
        "scheme": Access("S", ("scheme_id",)),
        "operator": Access("SIU", ("operator",), ("valid_during",)),
        "aggregator": Access("S"),
    }
    __classes__: ClassVar = classified(DataClass.PUBLIC, public=("rules", "holidays", "department"))
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    opens_at: Mapped[time]
    closes_at: Mapped[time]
    weekdays: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    # Exceptions by season and weekday, the first that fits (`presence.planning.hours`).
    rules: Mapped[list[dict[str, object]]] = mapped_column(JSONB, server_default="[]")
    holidays: Mapped[str] = mapped_column(server_default="served")
    # Whose public holidays: Alsace-Moselle has two more.
    department: Mapped[str | None]
    # Evenings that the rules and holidays take out, worked out when the window is fixed.
    unserved_on: Mapped[list[date]] = mapped_column(ARRAY(Date), server_default="{}")
    valid_during: Mapped[Range[date]] = mapped_column(DATERANGE)


class Membership(SchemeShared, Base):
    """Membership (adhésion) of a bailleur in a scheme, from a date to a date (excluded)."""

    __tablename__ = "membership"
    __table_args__ = (
        ExcludeConstraint(
            ("scheme_id", "="),
            ("bailleur_id", "="),
            ("valid_during", "&&"),
            name="ex_membership_no_overlap",
        ),
    )
    __access__: ClassVar = {
        "bailleur": Access("S", ("bailleur_id",)),
        "scheme": Access("S", ("scheme_id",)),
        "operator": Access("SIU", ("operator",), ("valid_during",)),
        "owner": Access("S", ("bailleur_id",)),
        "aggregator": Access("S"),
    }
    __classes__: ClassVar = classified(DataClass.PUBLIC, public=("bailleur_name",))
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    bailleur_id: Mapped[int] = mapped_column(ForeignKey("presence.organisation.id"))
    bailleur_name: Mapped[str]
    valid_during: Mapped[Range[date]] = mapped_column(DATERANGE)


class Contract(SchemeShared, Base):
    """Contract (marché) by which one prestataire serves one bailleur of a scheme, between dates."""

    __tablename__ = "contract"
    __table_args__ = (
        ExcludeConstraint(
            ("scheme_id", "="),
            ("bailleur_id", "="),
            ("valid_during", "&&"),
            name="ex_contract_no_overlap",
        ),
        Index(None, "prestataire_id"),
    )
    __access__: ClassVar = {
        "bailleur": Access("S", ("bailleur_id",)),
        "prestataire": Access("S", ("prestataire_id",)),
        "operator": Access(
            "SIU", ("operator",), ("valid_during", "requests_per_month", "visa_days")
        ),
        "owner": Access("S", ("prestataire_id",)),
        "aggregator": Access("S"),
    }
    __classes__: ClassVar = classified(
        DataClass.PUBLIC, public=("bailleur_name", "prestataire_name")
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    bailleur_id: Mapped[int] = mapped_column(ForeignKey("presence.organisation.id"))
    prestataire_id: Mapped[int] = mapped_column(ForeignKey("presence.organisation.id"))
    valid_during: Mapped[Range[date]] = mapped_column(DATERANGE)
    # Neither party reads the other's organisation: the contract itself names both.
    bailleur_name: Mapped[str]
    prestataire_name: Mapped[str]
    # How many visits outside the frequencies the bailleur may ask for in a month (quota).
    requests_per_month: Mapped[int] = mapped_column(SmallInteger, server_default="4")
    # Days that the bailleur has to accept or dispute a report (délai de visa).
    visa_days: Mapped[int] = mapped_column(SmallInteger, server_default="5")


class SchemeReader(SchemeShared, Base):
    """An organisation that reads a scheme's published figures: CAPI, commune, State."""

    __tablename__ = "scheme_reader"
    __access__: ClassVar = {
        "operator": Access("SI", ("operator",)),
        "owner": Access("S", ("organisation_id",)),
    }
    __classes__: ClassVar = classified(DataClass.PUBLIC)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("presence.organisation.id"), primary_key=True
    )


class OutboxLine(System, Base):
    """Something that happened (boîte d'envoi), written in the transaction that made it happen."""

    __tablename__ = "outbox"
    __table_args__ = (Index(None, "announced_at", postgresql_where=text("relayed_at is null")),)
    __access__: ClassVar = {
        "bailleur": Access("I", ("announcer",)),
        "prestataire": Access("I", ("announcer",)),
        "scheme": Access("I", ("announcer",)),
        "operator": Access("I", ("announcer",)),
        "relay": Access("SU", ("relay",), ("relayed_at",)),
    }
    # Ids and dates, and the signer's name when an evening is closed.
    __classes__: ClassVar = classified(
        DataClass.OPERATIONAL, operational=("topic", "kind"), personal=("payload",)
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    topic: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[int | None]
    account_id: Mapped[UUID | None]
    payload: Mapped[dict[str, object]] = mapped_column(JSONB)
    announced_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    relayed_at: Mapped[datetime | None]


class Job(System, Base):
    """A job (travail): what to run, in which context. A message on the queue is only its id."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("state in ('queued', 'running', 'done', 'failed')", name="state"),
        Index(None, "state", "created_at", postgresql_where=text("state <> 'done'")),
    )
    __access__: ClassVar = {
        "relay": Access(
            "SIU",
            ("relay",),
            ("state", "attempts", "started_at", "finished_at", "result", "error", "sent_at"),
        )
    }
    # A job's parameters may name a person: the signer, the one a letter goes to.
    __classes__: ClassVar = classified(
        DataClass.OPERATIONAL,
        operational=("key", "task", "kind", "result", "error"),
        personal=("parameters",),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    key: Mapped[str] = mapped_column(unique=True)
    task: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[int | None]
    account_id: Mapped[UUID | None]
    parameters: Mapped[dict[str, object]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(server_default="queued")
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    # Machine time before which it is not sent (a mail put off); null: at once.
    not_before: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    result: Mapped[dict[str, object] | None] = mapped_column(JSONB)
    error: Mapped[str | None]


class IsolationReport(System, Base):
    """Report of a verification of isolation (vérification d'isolation): verdicts, nobody's row."""

    __tablename__ = "isolation_report"
    __table_args__ = (
        CheckConstraint("occasion in ('night', 'request', 'command')", name="occasion"),
        Index(None, "ran_at"),
    )
    __access__: ClassVar = {
        "relay": Access("SI", ("relay",)),
        "bailleur": Access("S", ("reference",)),
        "operator": Access("S", ("operator",)),
    }
    # Names of tables and rules, never a row.
    __classes__: ClassVar = classified(DataClass.PUBLIC, public=("content",))
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    ran_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    occasion: Mapped[str]
    passed: Mapped[bool]
    content: Mapped[dict[str, object]] = mapped_column(JSONB)
