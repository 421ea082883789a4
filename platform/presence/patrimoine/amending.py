"""Change, add, archive many places at once (modifications en nombre): a few statements in all.

What a plan has compared is written as it is; the database's own constraints still hold.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from presence.audit.several import record_all
from presence.kernel.errors import Conflict
from presence.patrimoine.models import Entrance, Residence
from presence.patrimoine.services import EntranceDraft, agencies_named
from tenants.database import context_of

OF_HALL = (
    "name", "code", "address", "dwellings", "rnb_id", "ban_key", "latitude", "longitude",
)  # fmt: skip
GONE = "Un des lieux a été archivé entre-temps : rien n'a été changé."


@dataclass(frozen=True)
class Amendment:
    """New values of a place, by column; `told` says before and after in the journal."""

    id: UUID
    values: Mapping[str, object]
    told: Mapping[str, object]


@dataclass(frozen=True)
class Addition:
    """A hall to add to a residence, under its own key, in a building or in none."""

    id: UUID
    residence_id: UUID
    draft: EntranceDraft
    building_id: UUID | None


def amend_residences(session: Session, amendments: Sequence[Amendment]) -> None:
    """Change residences; « agency » is an agency's name, created if it is not there yet."""
    names = {str(each.values["agency"]) for each in amendments if "agency" in each.values}
    agencies = agencies_named(session, sorted(names)) if names else {}
    rows = []
    for each in amendments:
        values = dict(each.values)
        if "agency" in values:
            values["agency_id"] = agencies[str(values.pop("agency"))]
        rows.append((each.id, values))
    _update(session, Residence, rows)
    record_all(session, "residence.changed", _told(amendments))


def amend_entrances(session: Session, amendments: Sequence[Amendment]) -> None:
    """Change halls: their names, identifiers, positions, buildings."""
    _update(session, Entrance, [(each.id, dict(each.values)) for each in amendments])
    record_all(session, "entrance.changed", _told(amendments))


def add_halls(session: Session, additions: Sequence[Addition]) -> None:
    """Add halls to residences, after those that they have."""
    if not additions:
        return
    own = context_of(session).own_id
    ids = {each.residence_id for each in additions}
    lasts = session.execute(
        select(Entrance.residence_id, func.max(Entrance.rank))
        .where(Entrance.bailleur_id == own, Entrance.residence_id.in_(list(ids)))
        .group_by(Entrance.residence_id)
    )
    ranks: dict[UUID, int] = {row[0]: row[1] for row in lasts}
    schemes = _schemes(session, ids)
    rows = []
    for each in additions:
        ranks[each.residence_id] = ranks.get(each.residence_id, 0) + 1
        rows.append({
            "bailleur_id": own, "id": each.id, "residence_id": each.residence_id,
            "scheme_id": schemes[each.residence_id], "building_id": each.building_id,
            "rank": ranks[each.residence_id],
            **{name: getattr(each.draft, name) for name in OF_HALL},
        })  # fmt: skip
    insert_all(session, Entrance, rows)
    told = ((each.id, {"name": each.draft.name}) for each in additions)
    record_all(session, "entrance.added", told)


def archive_halls(session: Session, entrance_ids: Collection[UUID], on: date) -> None:
    """Archive halls from a day: they are no longer visited, their past stays readable."""
    rows = [(key, {"archived_on": on}) for key in entrance_ids]
    _update(session, Entrance, rows)
    record_all(session, "entrance.archived", ((key, {"on": str(on)}) for key in entrance_ids))


def insert_all(session: Session, table: type[Any], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows of one table in as few statements as can be."""
    if rows:
        # Without it, rows that differ by an empty column would be a statement each.
        session.execute(insert(table).execution_options(render_nulls=True), rows)


def _update(
    session: Session,
    table: type[Residence] | type[Entrance],
    rows: Sequence[tuple[UUID, dict[str, Any]]],
) -> None:
    if not rows:
        return
    own = context_of(session).own_id
    there = session.scalars(
        select(table.id).where(
            table.bailleur_id == own,
            table.id.in_([key for key, _ in rows]),
            table.archived_on.is_(None),
        )
    ).all()
    if len(there) != len(rows):
        raise Conflict(GONE)
    session.execute(
        update(table), [{"bailleur_id": own, "id": key, **values} for key, values in rows]
    )
    session.expire_all()


def _told(amendments: Sequence[Amendment]) -> list[tuple[UUID, Mapping[str, object]]]:
    return [(each.id, {"changes": dict(each.told)}) for each in amendments]


def _schemes(session: Session, residence_ids: Collection[UUID]) -> dict[UUID, int | None]:
    rows = session.execute(
        select(Residence.id, Residence.scheme_id).where(
            Residence.bailleur_id == context_of(session).own_id,
            Residence.id.in_(list(residence_ids)),
            Residence.archived_on.is_(None),
        )
    )
    found = {row.id: row.scheme_id for row in rows}
    if len(found) != len(residence_ids):
        raise Conflict(GONE)
    return found
