"""Buildings (bâtiments) that a file names: found again, added, numbered; written together."""

from collections.abc import Callable, Collection
from datetime import date
from uuid import UUID, uuid5

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from presence.audit.several import record_all
from presence.patrimoine.models import Building, Entrance, Residence
from tenants.database import context_of


class Buildings:
    """The buildings of some residences; `same` writes alike the names that are one."""

    def __init__(
        self, session: Session, residence_ids: Collection[UUID], same: Callable[[str], str]
    ) -> None:
        """Those known, archived ones too: their names are not free."""
        own = context_of(session).own_id
        self._session = session
        self._same = same
        rows = session.scalars(
            select(Building).where(
                Building.bailleur_id == own, Building.residence_id.in_(list(residence_ids))
            )
        )
        self._rows = {(row.residence_id, same(row.name)): row for row in rows}
        schemes = session.execute(
            select(Residence.id, Residence.scheme_id).where(
                Residence.bailleur_id == own, Residence.id.in_(list(residence_ids))
            )
        )
        self._schemes = {row.id: row.scheme_id for row in schemes}
        inside = session.execute(
            select(Entrance.id, Entrance.building_id).where(
                Entrance.bailleur_id == own, Entrance.residence_id.in_(list(residence_ids))
            )
        )
        self._inside = {row.id: row.building_id for row in inside}
        self._by_id = {row.id: row for row in self._rows.values()}
        self.added: list[UUID] = []

    def named(self, residence_id: UUID, name: str) -> UUID:
        """The building of that name; added, or taken out of the archive, if need be."""
        row = self._rows.get((residence_id, self._same(name)))
        if row is None:
            row = self._add(residence_id, name)
        elif row.archived_on is not None:
            row.archived_on = None
            self.added.append(row.id)
        return row.id

    def number(self, building_id: UUID, code: str | None) -> None:
        """Give a building the bailleur's own code."""
        self._by_id[building_id].code = code

    def number_around(self, entrance_id: UUID, code: str | None) -> None:
        """Give that code to the building that an entrance is in, if it is in one."""
        building_id = self._inside.get(entrance_id)
        if building_id is not None:
            self.number(building_id, code)

    def write(self) -> None:
        """Write what was added and changed, before the entrances that are in it."""
        self._session.flush()
        told = ((self._by_id[key].id, {"name": self._by_id[key].name}) for key in self.added)
        record_all(self._session, "building.added", told)

    def _add(self, residence_id: UUID, name: str) -> Building:
        row = Building(
            bailleur_id=context_of(self._session).own_id,
            id=uuid5(residence_id, f"building {name}"),
            residence_id=residence_id,
            scheme_id=self._schemes[residence_id],
            name=name,
            code=None,
            rnb_id=None,
            archived_on=None,
        )
        self._session.add(row)
        self._rows[residence_id, self._same(name)] = self._by_id[row.id] = row
        self.added.append(row.id)
        return row


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
    ).all()
    for row in rows:
        row.archived_on = on
    session.flush()
    record_all(session, "building.archived", ((row.id, {"on": str(on)}) for row in rows))
