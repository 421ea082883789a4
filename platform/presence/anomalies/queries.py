"""Anomalies, as the context may see them. Queries state the owner for the plan."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from presence.anomalies.models import Anomaly, AnomalySighting, AnomalyStep
from presence.anomalies.records import AnomalyLine, SeenAnomaly, StepLine
from presence.kernel.nomenclature import AnomalyState, Equipment
from presence.kernel.ownership import stated


def seen_on(
    session: Session, evening_on: date, scheme_id: int, bailleur_id: int
) -> list[SeenAnomaly]:
    """The anomalies seen during an evening at one bailleur, once each, by time of sighting."""
    seen = session.scalars(
        select(AnomalySighting)
        .where(
            AnomalySighting.evening_on == evening_on,
            AnomalySighting.scheme_id == scheme_id,
            AnomalySighting.bailleur_id == bailleur_id,
            AnomalySighting.withdrawn_at.is_(None),
            *stated(session, AnomalySighting),
        )
        .order_by(AnomalySighting.seen_at, AnomalySighting.id)
    ).all()
    # Seen twice in one evening: the last word holds.
    last = {row.anomaly_id: row for row in seen}
    if not last:
        return []
    counted = _counted_until(session, list(last), evening_on, bailleur_id)
    rows = session.scalars(
        select(Anomaly).where(
            Anomaly.id.in_(last), Anomaly.bailleur_id == bailleur_id, *stated(session, Anomaly)
        )
    )
    found = []
    for row in rows:
        sighting = last[row.id]
        first, evenings = counted.get(row.id, (evening_on, 0))
        found.append(
            SeenAnomaly(
                row.id, row.residence_id, row.entrance_id, Equipment(row.equipment),
                sighting.seen_at, sighting.still_there, first, evenings, AnomalyState(row.state),
                sighting.note,
            )
        )  # fmt: skip
    return sorted(found, key=lambda seen: (seen.seen_at, seen.id))


def _counted_until(
    session: Session, anomaly_ids: Collection[UUID], evening_on: date, bailleur_id: int
) -> dict[UUID, tuple[date, int]]:
    """The first evening, and how many, on which each was there, up to an evening."""
    rows = session.execute(
        select(
            AnomalySighting.anomaly_id,
            func.min(AnomalySighting.evening_on),
            func.count(AnomalySighting.evening_on.distinct()),
        )
        .where(
            AnomalySighting.anomaly_id.in_(anomaly_ids),
            AnomalySighting.bailleur_id == bailleur_id,
            AnomalySighting.evening_on <= evening_on,
            AnomalySighting.still_there,
            AnomalySighting.withdrawn_at.is_(None),
            *stated(session, AnomalySighting),
        )
        .group_by(AnomalySighting.anomaly_id)
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def anomalies(
    session: Session,
    *,
    states: Collection[AnomalyState] = (),
    residence_id: UUID | None = None,
    entrance_id: UUID | None = None,
    limit: int | None = None,
) -> list[AnomalyLine]:
    """Anomalies, the oldest first; those that wait come before those that are verified."""
    query = select(Anomaly).where(*stated(session, Anomaly))
    if states:
        query = query.where(Anomaly.state.in_([state.value for state in states]))
    if residence_id is not None:
        query = query.where(Anomaly.residence_id == residence_id)
    if entrance_id is not None:
        query = query.where(Anomaly.entrance_id == entrance_id)
    verified = Anomaly.state == AnomalyState.VERIFIED.value
    ordered = query.order_by(verified, Anomaly.first_seen_on, Anomaly.id).limit(limit)
    return [_line(row) for row in session.scalars(ordered)]


def anomaly(session: Session, anomaly_id: UUID) -> AnomalyLine | None:
    """One anomaly; None if it is another's or does not exist."""
    row = session.scalar(select(Anomaly).where(Anomaly.id == anomaly_id, *stated(session, Anomaly)))
    return _line(row) if row else None


def steps_of(session: Session, anomaly_ids: Collection[UUID]) -> dict[UUID, list[StepLine]]:
    """The steps (étapes) of each of these anomalies, oldest first."""
    found: dict[UUID, list[StepLine]] = {anomaly_id: [] for anomaly_id in anomaly_ids}
    rows = session.scalars(
        select(AnomalyStep)
        .where(AnomalyStep.anomaly_id.in_(list(found)), *stated(session, AnomalyStep))
        .order_by(AnomalyStep.taken_at, AnomalyStep.id)
    )
    for row in rows:
        found[row.anomaly_id].append(
            StepLine(AnomalyState(row.state), row.side, row.taken_at, row.account_id, row.note)
        )
    return found


def _line(row: Anomaly) -> AnomalyLine:
    return AnomalyLine(
        row.id, row.bailleur_id, row.residence_id, row.entrance_id, Equipment(row.equipment),
        AnomalyState(row.state), row.state_at, row.first_seen_on, row.last_seen_on,
        row.sightings, row.note,
    )  # fmt: skip
