"""Change the place tree: rename, move, archive; add buildings, entrances, areas. Never delete.

A hall that moves to another residence is a new hall there, which follows the former one: visits
made before stay where they were made.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.kernel.clock import today
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.nomenclature import ArchiveReason, Area
from presence.patrimoine.coverage import leave_perimeter, own_residence, periods
from presence.patrimoine.identifiers import Malformed, ban_key, rnb_id
from presence.patrimoine.models import Building, CommonArea, Entrance, Residence
from presence.patrimoine.services import (
    EntranceDraft,
    add_entrances,
    agencies_named,
    refuse_unknown_commune,
)
from tenants.database import context_of

_Row = TypeVar("_Row", Building, Entrance, CommonArea)
MOST_TEXT = 200
VINTAGES = (2015, 2024)
_RESIDENCE = ("code", "name", "address", "insee_code", "qpv_name", "qpv_vintage")
_NEEDED = {"code", "name", "address", "insee_code"}
_ENTRANCE = ("name", "code", "address", "dwellings", "rnb_id", "ban_key", "latitude", "longitude")


@dataclass(frozen=True)
class Change:
    """A value that changed."""

    field: str
    before: object
    after: object


def change_residence(
    session: Session, residence_id: UUID, values: Mapping[str, object], agency: str | None = None
) -> list[Change]:
    """Change what a residence is called and where it is; the values that are given only."""
    row = own_residence(session, residence_id)
    clean = {name: _text(name, value) for name, value in values.items() if name in _RESIDENCE}
    if "insee_code" in clean:
        refuse_unknown_commune(session, str(clean["insee_code"]))
    if "code" in clean and clean["code"] != row.code:
        _refuse_taken(session, Residence.code == clean["code"], f"le code « {clean['code']} »")
    if not clean.get("qpv_name", row.qpv_name):
        clean |= {"qpv_name": None, "qpv_vintage": None}
    elif (clean.get("qpv_vintage") or row.qpv_vintage) not in VINTAGES:
        raise Invalid("qpv_vintage", "Le périmètre des quartiers prioritaires est 2015 ou 2024.")
    if agency is not None:
        clean["agency_id"] = agencies_named(session, [str(_text("agency", agency))])[agency]
    return _apply(session, row, clean, "residence.changed")


def archive_residence(
    session: Session, residence_id: UUID, on: date, reason: ArchiveReason
) -> None:
    """Archive a residence from a day: it leaves the perimeter, its past stays readable."""
    row = own_residence(session, residence_id)
    if reason is ArchiveReason.SOLD:
        raise Invalid("reason", "Une vente à un autre bailleur passe par une cession.")
    if on < today(session):
        raise Invalid("on", "Donnez une date à venir : le passé ne change plus.")
    if any(
        p.valid_during.upper is None or p.valid_during.upper > on for p in periods(session, row)
    ):
        leave_perimeter(session, residence_id, on)
    row.archived_on, row.archive_reason = on, reason.value
    session.flush()
    audit.record(
        session, "residence.archived", row.id, bailleur_id=row.bailleur_id, on=str(on),
        reason=reason.value,
    )  # fmt: skip


def restore_residence(session: Session, residence_id: UUID) -> None:
    """Take a residence out of the archive (never one that was sold); the perimeter is apart."""
    row = own_residence(session, residence_id, archived=True)
    if row.archive_reason == ArchiveReason.SOLD.value:
        raise Conflict("Cette résidence a été cédée : elle reste à lire.")
    row.archived_on = row.archive_reason = None
    session.flush()
    audit.record(session, "residence.restored", row.id, bailleur_id=row.bailleur_id)


def add_building(
    session: Session,
    residence_id: UUID,
    name: str,
    *,
    code: str | None = None,
    rnb: str | None = None,
    client_id: UUID | None = None,
) -> Building:
    """Add a building to a residence, once per key."""
    residence = own_residence(session, residence_id)
    clean = str(_text("name", name))
    known = _known(session, Building, client_id)
    if known is not None:
        return _same(known, {"residence_id": residence_id, "name": clean, "code": code})
    _refuse_taken(
        session,
        (Building.residence_id == residence_id) & (Building.name == clean),
        f"le nom « {clean} »",
    )
    row = Building(
        bailleur_id=residence.bailleur_id,
        id=client_id or uuid4(),
        residence_id=residence.id,
        scheme_id=residence.scheme_id,
        name=clean,
        code=_text("code", code),
        rnb_id=identified("rnb_id", rnb_id, rnb) if rnb else None,
    )
    session.add(row)
    session.flush()
    audit.record(session, "building.added", row.id, bailleur_id=row.bailleur_id, name=clean)
    return row


def add_entrance(
    session: Session,
    residence_id: UUID,
    draft: EntranceDraft,
    building_id: UUID | None = None,
    client_id: UUID | None = None,
) -> Entrance:
    """Add a hall to a residence, after the others, once per key."""
    residence = own_residence(session, residence_id)
    draft = replace(
        draft,
        name=str(_text("name", draft.name)),
        rnb_id=identified("rnb_id", rnb_id, draft.rnb_id) if draft.rnb_id else None,
        ban_key=identified("ban_key", ban_key, draft.ban_key) if draft.ban_key else None,
    )
    known = _known(session, Entrance, client_id)
    if known is not None:
        told = {name: getattr(draft, name) for name in _ENTRANCE}
        return _same(known, told | {"residence_id": residence_id})
    refuse_taken_name(session, residence_id, draft.name)
    last = session.scalar(
        select(func.max(Entrance.rank)).where(
            Entrance.bailleur_id == residence.bailleur_id, Entrance.residence_id == residence_id
        )
    )
    (row,) = add_entrances(
        session, residence, [replace(draft, id=client_id or uuid4())], after=last or 0
    )
    if building_id is not None:
        row.building_id = building_of(session, residence_id, building_id).id
    session.flush()
    audit.record(session, "entrance.added", row.id, bailleur_id=row.bailleur_id, name=row.name)
    return row


def change_entrance(
    session: Session, entrance_id: UUID, values: Mapping[str, object]
) -> list[Change]:
    """Rename a hall, correct its address, identifiers, position; the values given only."""
    row = own_entrance(session, entrance_id)
    clean = {name: _text(name, value) for name, value in values.items() if name in _ENTRANCE}
    if "name" in clean and clean["name"] != row.name:
        refuse_taken_name(session, row.residence_id, str(clean["name"]))
    if clean.get("rnb_id"):
        clean["rnb_id"] = identified("rnb_id", rnb_id, str(clean["rnb_id"]))
    if clean.get("ban_key"):
        clean["ban_key"] = identified("ban_key", ban_key, str(clean["ban_key"]))
    if "building_id" in values:
        asked = values["building_id"]
        clean["building_id"] = (
            building_of(session, row.residence_id, asked).id if isinstance(asked, UUID) else None
        )
    return _apply(session, row, clean, "entrance.changed")


def move_entrance(session: Session, entrance_id: UUID, to_residence_id: UUID, on: date) -> Entrance:
    """Move a hall to another residence from a day: a new hall follows the former one."""
    followed = session.scalar(
        select(Entrance).where(
            Entrance.bailleur_id == context_of(session).own_id,
            Entrance.moved_from_id == entrance_id,
            Entrance.residence_id == to_residence_id,
        )
    )
    if followed is not None:
        return followed
    row = own_entrance(session, entrance_id)
    target = _target(session, to_residence_id)
    if row.residence_id == target.id:
        raise Conflict("Ce hall est déjà dans cette résidence.")
    if on < today(session):
        raise Invalid("on", "Donnez une date à venir : le passé ne change plus.")
    kept = {name: getattr(row, name) for name in _ENTRANCE if name != "name"}
    made = add_entrance(session, target.id, EntranceDraft(row.name, **kept, moved_from_id=row.id))
    row.archived_on = on
    session.flush()
    audit.record(
        session, "entrance.moved", row.id, bailleur_id=row.bailleur_id, to=str(target.id),
        on=str(on),
    )  # fmt: skip
    return made


def _target(session: Session, residence_id: UUID) -> Residence:
    try:
        return own_residence(session, residence_id)
    except NotFound:
        raise Invalid("residence_id", "Résidence inconnue.") from None


def archive_entrance(session: Session, entrance_id: UUID, on: date) -> None:
    """Archive a hall from a day: it is no longer visited, its past stays readable."""
    row = own_entrance(session, entrance_id)
    if on < today(session):
        raise Invalid("on", "Donnez une date à venir : le passé ne change plus.")
    row.archived_on = on
    session.flush()
    audit.record(session, "entrance.archived", row.id, bailleur_id=row.bailleur_id, on=str(on))


def add_area(
    session: Session,
    residence_id: UUID,
    kind: Area,
    *,
    name: str | None = None,
    entrance_id: UUID | None = None,
    client_id: UUID | None = None,
) -> CommonArea:
    """Add a common area to a residence, or to one of its halls, once per key."""
    residence = own_residence(session, residence_id)
    known = _known(session, CommonArea, client_id)
    if known is not None:
        told = {"residence_id": residence_id, "kind": kind.value, "entrance_id": entrance_id}
        return _same(known, told | {"name": _text("name", name)})
    if entrance_id is not None and _residence_of(session, entrance_id) != residence_id:
        raise Invalid("entrance_id", "Ce hall n'est pas dans cette résidence.")
    row = CommonArea(
        bailleur_id=residence.bailleur_id,
        id=client_id or uuid4(),
        residence_id=residence.id,
        entrance_id=entrance_id,
        scheme_id=residence.scheme_id,
        kind=kind.value,
        name=_text("name", name),
    )
    same = (
        (CommonArea.residence_id == residence_id)
        & CommonArea.entrance_id.is_not_distinct_from(entrance_id)
        & (CommonArea.kind == row.kind)
        & CommonArea.name.is_not_distinct_from(row.name)
    )
    _refuse_taken(session, same, f"« {kind.label} »")
    session.add(row)
    session.flush()
    audit.record(session, "area.added", row.id, bailleur_id=row.bailleur_id, kind=row.kind)
    return row


def own_entrance(session: Session, entrance_id: UUID) -> Entrance:
    """A hall to change: `NotFound` if another's, `Conflict` once it or its place is archived."""
    row = session.scalar(
        select(Entrance).where(
            Entrance.bailleur_id == context_of(session).own_id, Entrance.id == entrance_id
        )
    )
    if row is None:
        raise NotFound
    own_residence(session, row.residence_id)
    if row.archived_on is not None:
        message = f"Hall archivé le {row.archived_on:%d/%m/%Y} : il se lit, sans se changer."
        raise Conflict(message)
    return row


def _residence_of(session: Session, entrance_id: UUID) -> UUID | None:
    return session.scalar(
        select(Entrance.residence_id).where(
            Entrance.bailleur_id == context_of(session).own_id, Entrance.id == entrance_id
        )
    )


def _known(session: Session, table: type[_Row], client_id: UUID | None) -> _Row | None:
    if client_id is None:
        return None
    return session.get(table, {"id": client_id, "bailleur_id": context_of(session).own_id})


def _same(row: _Row, told: Mapping[str, object]) -> _Row:
    if any(getattr(row, name) != value for name, value in told.items()):
        raise Conflict("Cette clé a déjà servi pour un autre contenu.")
    return row


def building_of(session: Session, residence_id: UUID, building_id: UUID) -> Building:
    """A building of a residence; another's and an unknown one are refused alike."""
    row = session.scalar(
        select(Building).where(
            Building.bailleur_id == context_of(session).own_id,
            Building.residence_id == residence_id,
            Building.id == building_id,
        )
    )
    if row is None:
        raise Invalid("building_id", "Bâtiment inconnu dans cette résidence.")
    return row


def identified(field: str, rule: Callable[[str], str], text: str) -> str:
    """A public identifier in its one writing; raises `Invalid` with the reason and the repair."""
    try:
        return rule(text)
    except Malformed as error:
        repair = f" Peut-être « {error.repair} » ?" if error.repair else ""
        raise Invalid(field, f"{error.reason}{repair}") from error


def refuse_taken_name(session: Session, residence_id: UUID, name: str) -> None:
    """Refuse a hall's name that its residence already has."""
    taken = (Entrance.residence_id == residence_id) & (Entrance.name == name)
    _refuse_taken(session, taken, f"le nom « {name} »")


def _refuse_taken(session: Session, condition: ColumnElement[bool], what: str) -> None:
    if session.scalar(select(func.count()).where(condition)):
        message = f"Un autre lieu porte déjà {what} : choisissez-en un autre."
        raise Conflict(message)


def _text(field: str, value: object) -> object:
    """A text with single spaces, None when empty; other values as they are."""
    if not isinstance(value, str):
        return value
    clean = " ".join(value.split())
    if len(clean) > MOST_TEXT:
        raise Invalid(field, f"{MOST_TEXT} caractères au plus.")
    return clean or None


def _apply(
    session: Session, row: Residence | Entrance, values: Mapping[str, object], act: str
) -> list[Change]:
    changes = [
        Change(name, getattr(row, name), value)
        for name, value in values.items()
        if getattr(row, name) != value
    ]
    for change in changes:
        needed = _NEEDED if isinstance(row, Residence) else {"name"}
        if change.after is None and change.field in needed:
            raise Invalid(change.field, "Cette valeur est nécessaire.")
        setattr(row, change.field, change.after)
    if changes:
        session.flush()
        told = {c.field: [_plain(c.before), _plain(c.after)] for c in changes}
        audit.record(session, act, row.id, bailleur_id=row.bailleur_id, changes=told)
    return changes


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, str | int | float) else str(value)
