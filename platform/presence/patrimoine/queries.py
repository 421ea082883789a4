"""Residences, entrances and their owners, as the context may see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from presence.kernel.ownership import stated
from presence.patrimoine.models import Agency, Entrance, Residence
from tenants.database import BEYOND
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
    covered_from_on: date | None


@dataclass(frozen=True)
class Hall:
    """An entrance and the residence it opens."""

    id: UUID
    residence_id: UUID
    bailleur_id: int
    scheme_id: int | None
    name: str
    rank: int


def residences(
    session: Session, *, after: tuple[str, UUID] | None = None, limit: int | None = None
) -> list[Place]:
    """The residences that the context may see, by code."""
    query = _places().where(*stated(session, Residence)).order_by(Residence.code, Residence.id)
    if after is not None:
        query = query.where(
            (Residence.code > after[0]) | ((Residence.code == after[0]) & (Residence.id > after[1]))
        )
    if limit is not None:
        query = query.limit(limit)
    return [Place(*row) for row in session.execute(query)]


def residence(session: Session, residence_id: UUID) -> Place | None:
    """One residence, None if it is another's or does not exist."""
    row = session.execute(
        _places().where(Residence.id == residence_id, *stated(session, Residence))
    ).one_or_none()
    return Place(*row) if row else None


def entrances(session: Session, residence_ids: Iterable[UUID] | None = None) -> list[Hall]:
    """Entrances, in their residence's own order."""
    query = (
        _halls().where(*stated(session, Entrance)).order_by(Entrance.residence_id, Entrance.rank)
    )
    if residence_ids is not None:
        query = query.where(Entrance.residence_id.in_(list(residence_ids)))
    return [Hall(*row) for row in session.execute(query)]


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


def _places() -> Select[*tuple[Any, ...]]:
    return select(
        Residence.id,
        Residence.bailleur_id,
        Residence.scheme_id,
        Residence.code,
        Residence.name,
        Residence.address,
        Commune.name,
        Residence.insee_code,
        Residence.dwellings,
        Residence.qpv_name,
        Residence.covered_from_on,
    ).join(Commune, Commune.insee_code == Residence.insee_code)


def _halls() -> Select[*tuple[Any, ...]]:
    return select(
        Entrance.id,
        Entrance.residence_id,
        Entrance.bailleur_id,
        Entrance.scheme_id,
        Entrance.name,
        Entrance.rank,
        # Joined: an entrance is seen where its residence is, which holds the perimeter's dates.
    ).join(
        Residence,
        (Residence.bailleur_id == Entrance.bailleur_id) & (Residence.id == Entrance.residence_id),
    )
