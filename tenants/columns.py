"""The declarative base, and the mixins that say whose a table is.

Every table inherits one mixin, hence has one kind, and declares in `__access__` what each
database role may do on it. `tenants/rls.py` turns the declaration into the policies that must be
in force; `tests/house/test_row_security.py` compares them with the live catalogue. In
`__classes__` it declares what its columns hold (ADR 0013).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, ForeignKey, Integer, MetaData, Text, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry

from tenants.classes import Classified

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class TableKind(StrEnum):
    """Who holds a row."""

    BAILLEUR = "bailleur"
    PRESTATAIRE = "prestataire"
    SCHEME = "scheme"
    REFERENCE = "reference"
    SYSTEM = "system"
    IDENTITY = "identity"


@dataclass(frozen=True)
class Access:
    """What one role may do: verbs among S(elect) I(nsert) U(pdate) D(elete), and on which rows.

    `keys` are the columns that the policy compares with the signed context, all of them;
    `updates` are the only columns it may change (never the owner's id); `checks` are compared too,
    on the rows it writes only. `writes` replaces both on the rows it writes.
    """

    verbs: str
    keys: tuple[str, ...] = ()
    updates: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()


class Base(DeclarativeBase):
    """Base of every table of the schema `presence`."""

    # A registry of its own: Flask-SQLAlchemy makes a sub-base, which may not carry a type map.
    registry = registry(
        metadata=MetaData(schema="presence", naming_convention=NAMING),
        type_annotation_map={str: Text, datetime: DateTime(timezone=True), UUID: Uuid},
    )
    metadata = registry.metadata
    # Nothing is read back after an insert: a role may deposit what it may not read.
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012 - SQLAlchemy reads it so
    __kind__: ClassVar[TableKind]
    __access__: ClassVar[Mapping[str, Access]] = {}
    # No default: a table that does not classify its columns stops the start (ADR 0013).
    __classes__: ClassVar[Classified]


class BailleurOwned:
    """A row of one bailleur; every key of the table holds `bailleur_id`."""

    __kind__: ClassVar[TableKind] = TableKind.BAILLEUR
    bailleur_id: Mapped[int] = mapped_column(
        Integer, ForeignKey("presence.organisation.id"), primary_key=True
    )


class Placed:
    """A row about a residence: inside one organisation, some people reach some residences only.

    `tenants/database.py` adds the condition to every query of a session whose reach is narrowed
    (ADR 0011).
    """

    @classmethod
    def within(cls, residence_ids: Collection[UUID]) -> ColumnElement[bool]:
        """The condition that keeps the rows of these residences."""
        own: Any = cls
        condition: ColumnElement[bool] = own.residence_id.in_(residence_ids)
        return condition


class PrestataireOwned:
    """A row of one prestataire."""

    __kind__: ClassVar[TableKind] = TableKind.PRESTATAIRE
    prestataire_id: Mapped[int] = mapped_column(
        Integer, ForeignKey("presence.organisation.id"), primary_key=True
    )


class SchemeShared:
    """A row of one scheme (dispositif), shared by its members as the convention says."""

    __kind__: ClassVar[TableKind] = TableKind.SCHEME
    scheme_id: Mapped[int] = mapped_column(
        Integer, ForeignKey("presence.scheme.id"), primary_key=True
    )


class Reference:
    """Public reference data, read-only."""

    __kind__: ClassVar[TableKind] = TableKind.REFERENCE


class System:
    """Machinery: queues, registers, keys; what names a person there is classified so."""

    __kind__: ClassVar[TableKind] = TableKind.SYSTEM


class Identity:
    """Organisations and the people who sign in for them (ADR 0006)."""

    __kind__: ClassVar[TableKind] = TableKind.IDENTITY
