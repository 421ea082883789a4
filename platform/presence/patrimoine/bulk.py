"""Many residences at once (en nombre): created, counted again, archived. A few statements in all.

The same rules and the same lines of the journal as one by one; the sharing of costs is told once,
not once per residence.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from presence.audit.several import record_all
from presence.kernel.clock import today
from presence.kernel.errors import Conflict, Invalid
from presence.kernel.nomenclature import ArchiveReason
from presence.patrimoine.amending import OF_HALL, insert_all
from presence.patrimoine.coverage import NO_PERIOD, refuse_past
from presence.patrimoine.models import Building, Coverage, Entrance, Residence
from presence.patrimoine.services import (
    FIRST_VINTAGE,
    Covering,
    EntranceDraft,
    ResidenceDraft,
    agencies_named,
    announce_bases,
    keep_covered,
    refuse_unknown_commune,
)
from tenants.database import context_of
from tenants.scheme import schemes

Rows = list[dict[str, Any]]


def create_all(
    session: Session, drafts: Sequence[ResidenceDraft], covering: Covering | None
) -> None:
    """Create residences with their halls and buildings, all or none."""
    own = context_of(session).own_id
    _refuse(session, drafts, covering)
    agencies = agencies_named(session, sorted({draft.agency for draft in drafts}))
    scheme_id = covering.scheme_id if covering else None
    residences: Rows = []
    buildings: Rows = []
    entrances: Rows = []
    for draft in drafts:
        place = {"bailleur_id": own, "scheme_id": scheme_id}
        residences.append(place | _residence(draft, agencies))
        of_it = place | {"residence_id": draft.id}
        halls = [EntranceDraft(e) if isinstance(e, str) else e for e in draft.entrances]
        made = _buildings(draft.id, halls)
        buildings += [of_it | building for building in made.values()]
        entrances += [
            of_it | _entrance(draft.id, hall, rank) for rank, hall in enumerate(halls, start=1)
        ]
    for table, rows in ((Residence, residences), (Building, buildings), (Entrance, entrances)):
        insert_all(session, table, rows)
    record_all(session, "residence.created", ((d.id, {"code": d.code}) for d in drafts))
    if covering and covering.from_on is not None:
        _cover(session, drafts, covering.scheme_id, covering.from_on)


def count_all(session: Session, counts: Mapping[UUID, int], from_on: date) -> None:
    """Count dwellings again from a day, by residence; what was counted before stays."""
    rows = _own(session, counts)
    current = {
        key: period
        for key, periods in _periods(session, rows).items()
        for period in periods
        if from_on in period.valid_during and period.dwellings != counts[key]
    }
    if current:
        refuse_past(session, from_on, "from_on")
    following = []
    for key, row in rows.items():
        row.dwellings = counts[key]
        period = current.get(key)
        if period is None:
            continue
        if period.valid_during.lower == from_on:
            period.dwellings = counts[key]
            continue
        rest = Range(from_on, period.valid_during.upper)
        period.valid_during = Range(period.valid_during.lower, from_on)
        following.append(_coverage(row.id, period.scheme_id, rest, counts[key]))
    _write_periods(session, following)
    _tell(session, "residence.counted", rows, current, from_on)


def archive_all(
    session: Session, residence_ids: Collection[UUID], on: date, reason: ArchiveReason
) -> None:
    """Archive residences from a day: they leave the perimeter, their past stays readable."""
    rows = _own(session, residence_ids)
    if on < today(session):
        raise Invalid("on", "Donnez une date à venir : le passé ne change plus.")
    left: dict[UUID, Coverage] = {}
    for key, periods in _periods(session, rows).items():
        for period in periods:
            start, end = period.valid_during.lower, period.valid_during.upper
            if end is None or end > on:
                left[key] = period
                begun = start is not None and start < on
                period.valid_during = Range(start, on) if begun else NO_PERIOD
    if left:
        refuse_past(session, on, "on")
    for row in rows.values():
        row.archived_on, row.archive_reason = on, reason.value
    session.flush()
    _tell(session, "residence.archived", rows, left, on, reason=reason.value)


def _refuse(session: Session, drafts: Sequence[ResidenceDraft], covering: Covering | None) -> None:
    if covering and covering.scheme_id not in {scheme.id for scheme in schemes(session)}:
        raise Invalid("scheme", "Vous n'êtes pas membre de ce dispositif.")
    for insee_code, draft in {draft.insee_code: draft for draft in drafts}.items():
        refuse_unknown_commune(session, insee_code, f" (résidence {draft.code})")
    codes = select(Residence.code).where(
        Residence.bailleur_id == context_of(session).own_id,
        Residence.code.in_([draft.code for draft in drafts]),
    )
    for code in sorted(session.scalars(codes)):
        message = f"Une résidence porte déjà le code « {code} »."
        raise Conflict(message)


def _residence(draft: ResidenceDraft, agencies: Mapping[str, UUID]) -> dict[str, Any]:
    named = ("id", "code", "name", "address", "insee_code", "dwellings", "qpv_name")
    vintage = (draft.qpv_vintage or FIRST_VINTAGE) if draft.qpv_name else None
    values = {name: getattr(draft, name) for name in named}
    return values | {"agency_id": agencies[draft.agency], "qpv_vintage": vintage}


def _buildings(residence_id: UUID, halls: Sequence[EntranceDraft]) -> dict[str, dict[str, Any]]:
    named = {hall.building: hall.building_code for hall in halls if hall.building}
    return {
        name: {"id": _building_id(residence_id, name), "name": name, "code": code}
        for name, code in named.items()
    }


def _building_id(residence_id: UUID, name: str) -> UUID:
    return uuid5(residence_id, f"building {name}")


def _entrance(residence_id: UUID, hall: EntranceDraft, rank: int) -> dict[str, Any]:
    building = _building_id(residence_id, hall.building) if hall.building else None
    values = {name: getattr(hall, name) for name in OF_HALL}
    key = hall.id or uuid5(residence_id, hall.name)
    return values | {"id": key, "rank": rank, "building_id": building}


def _cover(
    session: Session, drafts: Sequence[ResidenceDraft], scheme_id: int, from_on: date
) -> None:
    own = context_of(session).own_id
    periods = [
        _coverage(draft.id, scheme_id, Range(from_on, None), draft.dwellings) for draft in drafts
    ]
    insert_all(session, Coverage, [period | {"bailleur_id": own} for period in periods])
    keep_covered(session, [draft.id for draft in drafts])
    announce_bases(session, scheme_id, from_on)


def _coverage(
    residence_id: UUID, scheme_id: int, during: Range[date], dwellings: int
) -> dict[str, Any]:
    return {
        "id": uuid4(), "residence_id": residence_id, "scheme_id": scheme_id,
        "valid_during": during, "dwellings": dwellings,
    }  # fmt: skip


def _own(session: Session, residence_ids: Collection[UUID]) -> dict[UUID, Residence]:
    """The own residences among these; an archived one is not to be changed."""
    rows = session.scalars(
        select(Residence).where(
            Residence.bailleur_id == context_of(session).own_id,
            Residence.id.in_(list(residence_ids)),
        )
    ).all()
    archived = next((row for row in rows if row.archived_on is not None), None)
    if archived is not None or len(rows) != len(set(residence_ids)):
        named = f" (« {archived.name} »)" if archived else ""
        raise Conflict(f"Une des résidences a été archivée entre-temps{named}.")
    return {row.id: row for row in rows}


def _periods(session: Session, rows: Mapping[UUID, Residence]) -> dict[UUID, list[Coverage]]:
    found: dict[UUID, list[Coverage]] = defaultdict(list)
    own = context_of(session).own_id
    for period in session.scalars(
        select(Coverage).where(Coverage.bailleur_id == own, Coverage.residence_id.in_(list(rows)))
    ):
        if not period.valid_during.isempty:
            found[period.residence_id].append(period)
    return found


def _write_periods(session: Session, following: Rows) -> None:
    # The former periods must be cut before the new ones are checked against them.
    session.flush()
    own = context_of(session).own_id
    insert_all(session, Coverage, [period | {"bailleur_id": own} for period in following])


def _tell(
    session: Session,
    act: str,
    rows: Mapping[UUID, Residence],
    touched: Mapping[UUID, Coverage],
    on: date,
    **details: object,
) -> None:
    keys = [*rows]
    scheme_ids = sorted({period.scheme_id for period in touched.values()})
    if touched:
        keep_covered(session, [*touched])
    record_all(session, act, ((key, {"on": str(on), **details}) for key in keys))
    for scheme_id in scheme_ids:
        announce_bases(session, scheme_id, on)
