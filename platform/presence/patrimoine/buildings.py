"""Buildings (bâtiments) that a file names: found again, added, numbered, archived when empty."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.patrimoine.models import Building, Entrance
from presence.patrimoine.places import add_building
from tenants.database import context_of


def building_named(session: Session, residence_id: UUID, name: str) -> tuple[UUID, bool]:
    """The building of a residence of that name, and whether it had to be added.

    One that was archived is taken back: its name is not free.
    """
    row = session.scalar(
        select(Building).where(
            Building.bailleur_id == context_of(session).own_id,
            Building.residence_id == residence_id,
            Building.name == name,
        )
    )
    if row is None:
        return add_building(session, residence_id, name).id, True
    back = row.archived_on is not None
    row.archived_on = None
    return row.id, back


def number_building(session: Session, building_id: UUID, code: str | None) -> None:
    """Change the bailleur's own code of a building."""
    row = _own(session, building_id)
    if row.code == code:
        return
    told = {"code": [row.code, code]}
    row.code = code
    session.flush()
    audit.record(session, "building.changed", row.id, bailleur_id=row.bailleur_id, changes=told)


def building_of_entrance(session: Session, entrance_id: UUID) -> UUID | None:
    """The building that an entrance is in."""
    return session.scalar(
        select(Entrance.building_id).where(
            Entrance.bailleur_id == context_of(session).own_id, Entrance.id == entrance_id
        )
    )


def archive_empty(session: Session, building_ids: Collection[UUID], on: date) -> None:
    """Archive those of these buildings that hold no entrance still visited."""
    inside = exists().where(
        Entrance.bailleur_id == Building.bailleur_id,
        Entrance.building_id == Building.id,
        Entrance.archived_on.is_(None),
    )
    rows = session.scalars(
        select(Building).where(
            Building.bailleur_id == context_of(session).own_id,
            Building.id.in_(list(building_ids)),
            Building.archived_on.is_(None),
            ~inside,
        )
    )
    for row in rows:
        row.archived_on = on
        audit.record(session, "building.archived", row.id, bailleur_id=row.bailleur_id, on=str(on))
    session.flush()


def _own(session: Session, building_id: UUID) -> Building:
    return session.scalars(
        select(Building).where(
            Building.bailleur_id == context_of(session).own_id, Building.id == building_id
        )
    ).one()
