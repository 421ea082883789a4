"""Endpoints of technical anomalies (anomalies techniques)."""

from dataclasses import asdict
from datetime import UTC, date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.anomalies import queries
from presence.anomalies.records import AnomalyLine
from presence.anomalies.steps import StepDraft, take_step
from presence.api.door import KEYED, Door, Sent
from presence.api.paging import page, window
from presence.kernel.errors import NotFound
from presence.schemas.anomalies import (
    AnomaliesIn,
    AnomalyDetailOut,
    AnomalyOut,
    AnomalyStepIn,
)
from presence.schemas.base import page_of
from tenants.roles import Permission

door = Door("anomalies", "Les anomalies techniques : vues, réparées, vérifiées.")
DOORS = (door,)


@door.get("", Permission.READ_ACTIVITY, page_of(AnomalyOut), Sent(query=AnomaliesIn))
def list_anomalies(session: Session, _: Identity, asked: dict[str, Any]) -> dict[str, object]:
    """Anomalies, la plus ancienne d'abord."""
    states = (asked["state"],) if asked["state"] else ()
    found = queries.anomalies(session, states=states, residence_id=asked["residence"])
    rows = window(sorted(found, key=_by_age), asked, _by_age, date, UUID)
    return page(rows, asked["limit"], _by_age, _anomaly)


@door.get("/<uuid:anomaly_id>", Permission.READ_ACTIVITY, AnomalyDetailOut)
def read_anomaly(session: Session, _: Identity, anomaly_id: UUID) -> dict[str, object]:
    """Une anomalie et ses étapes."""
    return _detail(session, anomaly_id)


@door.post(
    "/<uuid:anomaly_id>/steps",
    Permission.MANAGE_ANOMALIES,
    (201, AnomalyDetailOut),
    Sent(body=AnomalyStepIn, key=KEYED),
)
def step(
    session: Session, _: Identity, key: UUID, body: dict[str, Any], anomaly_id: UUID
) -> dict[str, object]:
    """Faire avancer une anomalie, côté bailleur : prise en charge, réparée, vérifiée."""
    return _stepped(session, anomaly_id, key, body)


@door.post(
    "/<uuid:anomaly_id>/checks",
    Permission.RECORD_ACTIVITY,
    (201, AnomalyDetailOut),
    Sent(body=AnomalyStepIn, key=KEYED),
)
def check(
    session: Session, _: Identity, key: UUID, body: dict[str, Any], anomaly_id: UUID
) -> dict[str, object]:
    """Vérifier une réparation, côté prestataire : vérifiée, ou signalée à nouveau."""
    return _stepped(session, anomaly_id, key, body)


def _stepped(
    session: Session, anomaly_id: UUID, key: UUID, body: dict[str, Any]
) -> dict[str, object]:
    take_step(session, StepDraft(key, anomaly_id, body["state"], body["note"]))
    return _detail(session, anomaly_id)


def _detail(session: Session, anomaly_id: UUID) -> dict[str, object]:
    row = queries.anomaly(session, anomaly_id)
    if row is None:
        raise NotFound
    steps = queries.steps_of(session, [anomaly_id])[anomaly_id]
    return _anomaly(row) | {
        "steps": [
            {
                "state": told.state,
                "side": told.side,
                "taken_at": told.taken_at.astimezone(UTC),
                "note": told.note,
            }
            for told in steps
        ]
    }


def _by_age(row: AnomalyLine) -> tuple[date, UUID]:
    return row.first_seen_on, row.id


def _anomaly(row: AnomalyLine) -> dict[str, object]:
    values = asdict(row)
    # The owner's number stays inside.
    del values["bailleur_id"]
    return values | {"state_at": row.state_at.astimezone(UTC)}
