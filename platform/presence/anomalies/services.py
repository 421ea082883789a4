"""Take in what the agents saw of anomalies (constats).

Set-based: whatever the batch's size, one statement per table. Sightings of a place are taken in one
transaction after the other: two phones that see the same lamp at once make one anomaly.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import orjson
from sqlalchemy import ARRAY, String, cast, func, insert, or_, select, text
from sqlalchemy.orm import Session

from presence.anomalies.models import Anomaly, AnomalySighting, AnomalyStep
from presence.anomalies.records import Sighting
from presence.anomalies.rules import Side, Tracked, concerned
from presence.kernel.keys import derived_uuid, fingerprint
from presence.kernel.nomenclature import AnomalyState, Equipment
from presence.kernel.ownership import stated
from tenants.database import BEYOND, context_of

_Place = tuple[UUID, str]


def sighting_key(visit_id: UUID, equipment: Equipment) -> UUID:
    """The id of what a visit saw of an equipment: made from the visit's, a replay finds it."""
    return derived_uuid(visit_id, f"anomaly {equipment.value}")


@dataclass
class _Harvest:
    """What a batch changes: rows to add, and the anomalies that it touched."""

    known: dict[_Place, list[Tracked]]
    owners: dict[UUID, Sighting] = field(default_factory=dict)
    new: list[Tracked] = field(default_factory=list)
    sightings: list[dict[str, object]] = field(default_factory=list)
    steps: list[dict[str, object]] = field(default_factory=list)


def take_sightings(session: Session, sightings: Sequence[Sighting]) -> None:
    """Take in what was seen (constats), each once: a new anomaly, one seen again, or repaired.

    « Réparé » about something that nobody reported says nothing, and is not kept.
    """
    if not sightings:
        return
    _hold(session, sightings)
    told = _stored(session, sightings)
    fresh = [one for one in sightings if sighting_key(one.visit_id, one.equipment) not in told]
    if not fresh:
        return
    harvest = _Harvest(_known(session, fresh))
    for one in sorted(fresh, key=lambda one: (one.seen_at, one.visit_id, one.equipment.value)):
        _take(session, harvest, one)
    if harvest.sightings:
        _write(session, harvest)


def _hold(session: Session, sightings: Sequence[Sighting]) -> None:
    """Hold the places until the transaction ends, always in the same order."""
    places = sorted({str(one.entrance_id) for one in sightings})
    held = select(func.unnest(cast(places, ARRAY(String))).label("place")).subquery()
    name = "anomaly:" + held.c.place
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def _stored(session: Session, sightings: Sequence[Sighting]) -> set[UUID]:
    keys = [sighting_key(one.visit_id, one.equipment) for one in sightings]
    rows = session.scalars(
        select(AnomalySighting.id).where(
            AnomalySighting.id.in_(keys), *stated(session, AnomalySighting)
        ),
        execution_options=BEYOND,
    )
    return set(rows)


def _known(session: Session, sightings: Sequence[Sighting]) -> dict[_Place, list[Tracked]]:
    """The places' anomalies that these sightings may be about, held against a step meanwhile."""
    earliest = min(one.seen_at for one in sightings)
    rows = session.execute(
        select(
            Anomaly.id, Anomaly.entrance_id, Anomaly.equipment, Anomaly.state, Anomaly.state_at,
            Anomaly.note,
            select(func.max(AnomalySighting.seen_at))
            .where(
                AnomalySighting.anomaly_id == Anomaly.id,
                AnomalySighting.bailleur_id == Anomaly.bailleur_id,
                AnomalySighting.withdrawn_at.is_(None),
                *stated(session, AnomalySighting),
            )
            .scalar_subquery()
            .label("last_seen_at"),
        )
        .where(
            Anomaly.entrance_id.in_({one.entrance_id for one in sightings}),
            or_(Anomaly.state != AnomalyState.VERIFIED.value, Anomaly.state_at > earliest),
            *stated(session, Anomaly),
        )
        .order_by(Anomaly.id)
        .with_for_update(of=Anomaly),
        execution_options=BEYOND,
    )  # fmt: skip
    found: dict[_Place, list[Tracked]] = defaultdict(list)
    for row in rows:
        found[row.entrance_id, row.equipment].append(
            Tracked(
                row.id, AnomalyState(row.state), row.state_at, row.last_seen_at or row.state_at,
                row.note,
            )
        )  # fmt: skip
    return found


def _take(session: Session, harvest: _Harvest, one: Sighting) -> None:
    key = sighting_key(one.visit_id, one.equipment)
    place = harvest.known.setdefault((one.entrance_id, one.equipment.value), [])
    row = concerned(place, one.seen_at)
    if row is None:
        if not one.still_there:
            return
        row = Tracked(uuid4(), AnomalyState.REPORTED, one.seen_at, one.seen_at, one.note)
        place.append(row)
        harvest.new.append(row)
        changed = True
    else:
        changed = row.sees(one.seen_at, one.note, still_there=one.still_there)
    context = context_of(session)
    owner = {
        "bailleur_id": one.bailleur_id,
        "prestataire_id": context.subject,
        "residence_id": one.residence_id,
        "anomaly_id": row.id,
        "account_id": context.account,
    }
    harvest.owners.setdefault(row.id, one)
    harvest.sightings.append(
        owner
        | {
            "id": key,
            "scheme_id": one.scheme_id,
            "visit_id": one.visit_id,
            "evening_on": one.evening_on,
            "seen_at": one.seen_at,
            "still_there": one.still_there,
            "note": one.note,
        }
    )
    if changed:
        harvest.steps.append(owner | step_of(derived_uuid(key, "step"), row, one.note))


def step_of(key: UUID, row: Tracked, note: str | None) -> dict[str, object]:
    """The step that leads an anomaly where the agents' sighting put it."""
    values = {
        "state": row.state.value, "side": Side.PRESTATAIRE.value, "taken_at": row.state_at,
        "note": note,
    }  # fmt: skip
    return values | {"id": key, "content_hash": fingerprint(values)}


def _write(session: Session, harvest: _Harvest) -> None:
    touched = {row.id: row for rows in harvest.known.values() for row in rows}
    rows = [
        {
            "id": row.id, "bailleur_id": one.bailleur_id, "state": row.state.value,
            "state_at": row.state_at, "note": row.note,
        }
        for row, one in ((touched[key], one) for key, one in harvest.owners.items())
    ]  # fmt: skip
    document = {"doc": orjson.dumps(rows).decode()}
    # What is verified now makes room for what was seen after it.
    session.execute(_MOVE, document)
    if harvest.new:
        made = [_anomaly(session, row, harvest.owners[row.id]) for row in harvest.new]
        session.execute(insert(Anomaly).values(made))
    session.execute(insert(AnomalySighting).values(harvest.sightings))
    if harvest.steps:
        session.execute(insert(AnomalyStep).values(harvest.steps))
    session.execute(_COUNT, document)


def _anomaly(session: Session, row: Tracked, one: Sighting) -> dict[str, object]:
    return {
        "id": row.id,
        "bailleur_id": one.bailleur_id,
        "prestataire_id": context_of(session).subject,
        "scheme_id": one.scheme_id,
        "residence_id": one.residence_id,
        "entrance_id": one.entrance_id,
        "equipment": one.equipment.value,
        "state": row.state.value,
        "state_at": row.state_at,
        "first_seen_on": one.evening_on,
        "last_seen_on": one.evening_on,
        "sightings": 1,
        "note": row.note,
    }


_ROWS = (
    "from jsonb_to_recordset(cast(:doc as jsonb)) "
    "as told(id uuid, bailleur_id int, state text, state_at timestamptz, note text)"
)
_MINE = "a.id = told.id and a.bailleur_id = told.bailleur_id"
_MOVE = text(
    "update presence.anomaly a set state = told.state, state_at = told.state_at, note = told.note "  # noqa: S608 - constants of this module; the rows travel as one bound parameter
    f"{_ROWS} where {_MINE}"
)
# Evenings are counted, not visits: « vue 4 soirs ».
_COUNT = text(
    "update presence.anomaly a set "  # noqa: S608 - as above
    "first_seen_on = coalesce(seen.first_on, a.first_seen_on), "
    "last_seen_on = coalesce(seen.last_on, a.last_seen_on), sightings = seen.evenings "
    f"{_ROWS} cross join lateral ("
    "select min(s.evening_on) as first_on, max(s.evening_on) as last_on, "
    "count(distinct s.evening_on)::smallint as evenings from presence.anomaly_sighting s "
    "where s.anomaly_id = told.id and s.bailleur_id = told.bailleur_id "
    "and s.still_there and s.withdrawn_at is null) as seen "
    f"where {_MINE}"
)
