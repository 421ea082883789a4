"""Residences, entrances and their owners, as the context may see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, literal, select, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from presence.kernel.nomenclature import Area
from presence.kernel.ownership import stated
from presence.patrimoine.models import (
    Agency,
    Building,
    CommonArea,
    Coverage,
    Entrance,
    Residence,
)
from tenants.context import Kind
from tenants.database import BEYOND, context_of
from tenants.models import Commune


@dataclass(frozen=True)
class Place:
    """A residence with what readers need; `bailleur_id` and `scheme_id` stay inside."""

    id: UUID
    bailleur_id: int
    scheme_id: int | None
    code: str
    name: str
    address: str
    commune: str
    insee_code: str
    dwellings: int
    qpv_name: str | None
    qpv_vintage: int | None
    covered_during: tuple[Range[date], ...]
    archived_on: date | None
    archive_reason: str | None
    agency: str

    @property
    def covered_from_on(self) -> date | None:
        """The first day of its last period in the perimeter."""
        return self.covered_during[-1].lower if self.covered_during else None

    @property
    def covered_to_on(self) -> date | None:
        """The day it leaves the perimeter, None if none is known or it never was in."""
        return self.covered_during[-1].upper if self.covered_during else None

    def is_covered_on(self, day: date) -> bool:
        """Whether it is in the perimeter on a day."""
        return any(day in period for period in self.covered_during)


@dataclass(frozen=True)
class Hall:
    """An entrance and the residence it opens."""

    id: UUID
    residence_id: UUID
    bailleur_id: int
    scheme_id: int | None
    name: str
    rank: int
    archived_on: date | None = None

    def is_there_on(self, day: date) -> bool:
        """Whether it is still a place to visit on a day."""
        return self.archived_on is None or self.archived_on > day


@dataclass(frozen=True)
class HallDetail:
    """All that is known of an entrance; `building` is its building's name."""

    id: UUID
    residence_id: UUID
    name: str
    rank: int
    building: str | None
    code: str | None
    address: str | None
    dwellings: int | None
    rnb_id: str | None
    ban_key: str | None
    latitude: float | None
    longitude: float | None
    archived_on: date | None
    moved_from_id: UUID | None


@dataclass(frozen=True)
class CoveredPeriod:
    """A period in the perimeter, to a day excluded (None: no end known)."""

    from_on: date
    to_on: date | None
    dwellings: int


def residences(
    session: Session,
    *,
    after: tuple[str, UUID] | None = None,
    limit: int | None = None,
    archived: bool = False,
) -> list[Place]:
    """The residences that the context may see, by code; those archived since only if asked."""
    query = (
        _places(session).where(*stated(session, Residence)).order_by(Residence.code, Residence.id)
    )
    if not archived:
        query = query.where(_still_there(Residence))
    if after is not None:
        query = query.where(
            (Residence.code > after[0]) | ((Residence.code == after[0]) & (Residence.id > after[1]))
        )
    if limit is not None:
        query = query.limit(limit)
    return [_place(row) for row in session.execute(query)]


def residence(session: Session, residence_id: UUID) -> Place | None:
    """One residence, None if it is another's or does not exist."""
    row = session.execute(
        _places(session).where(Residence.id == residence_id, *stated(session, Residence))
    ).one_or_none()
    return _place(row) if row else None


def entrances(
    session: Session, residence_ids: Iterable[UUID] | None = None, *, archived: bool = False
) -> list[Hall]:
    """Entrances, in their residence's own order; those archived since only if asked."""
    query = (
        _halls().where(*stated(session, Entrance)).order_by(Entrance.residence_id, Entrance.rank)
    )
    if residence_ids is not None:
        query = query.where(Entrance.residence_id.in_(list(residence_ids)))
    if not archived:
        query = query.where(_still_there(Entrance))
    return [Hall(*row) for row in session.execute(query)]


def hall_details(
    session: Session,
    residence_ids: Iterable[UUID] | None = None,
    *,
    entrance_ids: Iterable[UUID] | None = None,
) -> list[HallDetail]:
    """Entrances with all that is known of them, archived ones too, in their own order."""
    query = (
        select(
            Entrance.id,
            Entrance.residence_id,
            Entrance.name,
            Entrance.rank,
            Building.name.label("building"),
            Entrance.code,
            Entrance.address,
            Entrance.dwellings,
            Entrance.rnb_id,
            Entrance.ban_key,
            Entrance.latitude,
            Entrance.longitude,
            Entrance.archived_on,
            Entrance.moved_from_id,
        )
        .join(
            Residence,
            (Residence.bailleur_id == Entrance.bailleur_id)
            & (Residence.id == Entrance.residence_id),
        )
        .outerjoin(
            Building,
            (Building.bailleur_id == Entrance.bailleur_id) & (Building.id == Entrance.building_id),
        )
        .where(*stated(session, Entrance))
        .order_by(Entrance.residence_id, Entrance.rank)
    )
    if residence_ids is not None:
        query = query.where(Entrance.residence_id.in_(list(residence_ids)))
    if entrance_ids is not None:
        query = query.where(Entrance.id.in_(list(entrance_ids)))
    return [HallDetail(**row._asdict()) for row in session.execute(query)]


@dataclass(frozen=True)
class AreaLine:
    """A common area, of the residence when `entrance_id` is None."""

    id: UUID
    entrance_id: UUID | None
    kind: Area
    name: str | None


def buildings(session: Session, residence_id: UUID) -> list[tuple[UUID, str]]:
    """The buildings of a residence, by name."""
    rows = session.execute(
        select(Building.id, Building.name)
        .where(
            Building.residence_id == residence_id,
            Building.archived_on.is_(None),
            *stated(session, Building),
        )
        .order_by(Building.name)
    )
    return [(row.id, row.name) for row in rows]


def areas(session: Session, residence_id: UUID) -> list[AreaLine]:
    """The common areas of a residence, those of its halls too."""
    rows = session.execute(
        select(CommonArea.id, CommonArea.entrance_id, CommonArea.kind, CommonArea.name)
        .where(
            CommonArea.residence_id == residence_id,
            CommonArea.archived_on.is_(None),
            *stated(session, CommonArea),
        )
        .order_by(CommonArea.kind, CommonArea.name)
    )
    return [AreaLine(row.id, row.entrance_id, Area(row.kind), row.name) for row in rows]


def coverage_of(session: Session, residence_id: UUID) -> list[CoveredPeriod]:
    """The periods of a residence in the perimeter, in order."""
    rows = session.execute(
        select(Coverage.valid_during, Coverage.dwellings).where(
            Coverage.residence_id == residence_id, *stated(session, Coverage)
        )
    )
    found = [
        CoveredPeriod(row.valid_during.lower, row.valid_during.upper, row.dwellings)
        for row in rows
        if not row.valid_during.isempty
    ]
    return sorted(found, key=lambda period: period.from_on)


def entrances_by_id(
    session: Session, ids: Iterable[UUID], *, beyond_reach: bool = False
) -> dict[UUID, Hall]:
    """The entrances among these that the context may see.

    `beyond_reach` looks past tonight's round: an agent notes a visit wherever the contract runs.
    """
    rows = session.execute(
        _halls().where(Entrance.id.in_(set(ids)), *stated(session, Entrance)),
        execution_options=BEYOND if beyond_reach else {},
    )
    return {row.id: Hall(*row) for row in rows}


def place_of_deposit(session: Session, entrance_id: UUID) -> Hall | None:
    """Whose an entrance is, while a late deposit is still taken there (security.md D7).

    Its name stays unknown: reading ended with the contract.
    """
    row = session.execute(
        select(text("*")).select_from(func.app.place_of_deposit(entrance_id))
    ).one_or_none()
    if row is None:
        return None
    return Hall(entrance_id, row.residence_id, row.bailleur_id, row.scheme_id, "", 0)


def residences_of(
    session: Session, agencies: Iterable[UUID], residence_ids: Iterable[UUID]
) -> list[UUID]:
    """The residences of some agencies, and some others by name."""
    return list(
        session.scalars(
            select(Residence.id).where(
                Residence.agency_id.in_(list(agencies)) | Residence.id.in_(list(residence_ids)),
                *stated(session, Residence),
            )
        )
    )


def agencies(session: Session) -> list[tuple[UUID, str]]:
    """The bailleur's agencies, by name."""
    rows = session.execute(
        select(Agency.id, Agency.name).where(*stated(session, Agency)).order_by(Agency.name)
    )
    return [(row.id, row.name) for row in rows]


def agency_of(session: Session, residence_id: UUID) -> UUID | None:
    """The agency that a residence belongs to."""
    return session.scalar(
        select(Residence.agency_id).where(Residence.id == residence_id, *stated(session, Residence))
    )


def agency_names(session: Session) -> list[str]:
    """The bailleur's agencies, by name."""
    return list(session.scalars(select(Agency.name).order_by(Agency.name)))


def communes(session: Session) -> dict[str, str]:
    """Name of each known commune, by Insee code."""
    return {
        row.insee_code: row.name
        for row in session.execute(select(Commune.insee_code, Commune.name))
    }


def covered_on(session: Session, day: date, scheme_id: int) -> dict[UUID, int]:
    """The dwellings of each residence of a scheme's perimeter on a day, as they were that day."""
    rows = session.execute(
        select(Coverage.residence_id, Coverage.dwellings).where(
            Coverage.scheme_id == scheme_id,
            Coverage.valid_during.contains(day),
            *stated(session, Coverage),
        )
    )
    return {row.residence_id: row.dwellings for row in rows}


def _still_there(table: type[Residence] | type[Entrance]) -> ColumnElement[bool]:
    # In a sub-query: asked once, not per row.
    today = select(func.app.today()).scalar_subquery()
    return table.archived_on.is_(None) | (table.archived_on > today)


def _place(row: Row[Any]) -> Place:
    values = row._asdict()
    return Place(**values | {"covered_during": tuple(values["covered_during"])})


def _places(session: Session) -> Select[*tuple[Any, ...]]:
    # The prestataire is not granted the agencies.
    own = context_of(session).kind is Kind.BAILLEUR
    query = select(
        Residence.id,
        Residence.bailleur_id,
        Residence.scheme_id,
        Residence.code,
        Residence.name,
        Residence.address,
        Commune.name.label("commune"),
        Residence.insee_code,
        Residence.dwellings,
        Residence.qpv_name,
        Residence.qpv_vintage,
        Residence.covered_during,
        Residence.archived_on,
        Residence.archive_reason,
        (Agency.name if own else literal("")).label("agency"),
    ).join(Commune, Commune.insee_code == Residence.insee_code)
    if not own:
        return query
    return query.join(
        Agency, (Agency.bailleur_id == Residence.bailleur_id) & (Agency.id == Residence.agency_id)
    )


def _halls() -> Select[*tuple[Any, ...]]:
    return select(
        Entrance.id,
        Entrance.residence_id,
        Entrance.bailleur_id,
        Entrance.scheme_id,
        Entrance.name,
        Entrance.rank,
        Entrance.archived_on,
        # Joined: an entrance is seen where its residence is, which holds the perimeter's dates.
    ).join(
        Residence,
        (Residence.bailleur_id == Entrance.bailleur_id) & (Residence.id == Entrance.residence_id),
    )
