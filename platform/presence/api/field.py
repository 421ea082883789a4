"""Endpoints of visits (passages), interventions, and the field application's batches."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from marshmallow import ValidationError
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.api.answers import sayable
from presence.api.door import KEYED, Door, Sent
from presence.api.paging import page, window
from presence.field import queries
from presence.field.records import RecordedIntervention, RecordedVisit
from presence.field.rules import VisitReport
from presence.field.services import ItemOutcome, take_in
from presence.kernel.clock import business_instant, evening_of
from presence.kernel.errors import Conflict, Invalid
from presence.schemas.base import MOST_SAID, faults_of, page_of
from presence.schemas.field import (
    EveningIn,
    InterventionOut,
    RecordedOut,
    SyncIn,
    SyncItemIn,
    SyncOut,
    VisitIn,
    VisitOut,
    visit_report,
)
from presence.schemas.fields import MOST_CHARACTERS, Id
from tenants.roles import Permission

visits = Door("visits", "Les passages d'une soirée.")
interventions = Door("interventions", "Les interventions d'une soirée.")
field = Door("field", "L'application des agents, hors ligne.")
DOORS = (visits, interventions, field)
STATUSES = {"created": 201, "known": 200, "deposited": 202, "conflict": 409, "refused": 422}
Answers = list[dict[str, object]]


@visits.get("", Permission.READ_ACTIVITY, page_of(VisitOut), Sent(query=EveningIn))
def list_visits(session: Session, _: Identity, asked: dict[str, Any]) -> dict[str, object]:
    """Passages d'une soirée, par heure."""
    rows = window(queries.visits(session, asked["evening"]), asked, _by_time, datetime, UUID)
    return page(rows, asked["limit"], _by_time, _visit)


@visits.post("", Permission.RECORD_ACTIVITY, (201, RecordedOut), Sent(body=VisitIn, key=KEYED))
def record_visit(
    session: Session, identity: Identity, key: UUID, body: dict[str, Any]
) -> dict[str, object]:
    """Enregistrer un passage et ses interventions."""
    report = visit_report(key, body)
    (outcome,) = take_in(session, [report], bound_at=business_instant(session, identity.since))
    message = outcome.message or ""
    if outcome.status == "conflict":
        raise Conflict(message)
    if outcome.status == "refused":
        raise Invalid(outcome.field or "", message)
    return {"id": key, "evening": evening_of(report.started_at)}


@interventions.get("", Permission.READ_ACTIVITY, page_of(InterventionOut), Sent(query=EveningIn))
def list_interventions(session: Session, _: Identity, asked: dict[str, Any]) -> dict[str, object]:
    """Interventions d'une soirée, par heure, avec leurs actions."""
    rows = queries.interventions(session, asked["evening"])
    shown = window(rows, asked, _by_time, datetime, UUID)
    return page(shown, asked["limit"], _by_time, _intervention)


@field.post("/sync", Permission.RECORD_ACTIVITY, (207, SyncOut), Sent(body=SyncIn))
def sync(session: Session, identity: Identity, body: dict[str, Any]) -> dict[str, object]:
    """Recevoir un lot : une réponse par fiche, dans l'ordre ; une fiche refusée l'est seule."""
    shape = SyncItemIn()
    read = [_read(shape, item) for item in body["items"]]
    reports = [item for item in read if isinstance(item, VisitReport)]
    device = business_instant(session, identity.since)
    outcomes = iter(take_in(session, reports, bound_at=device) if reports else [])
    return {"items": [_outcome(next(outcomes)) if isinstance(i, VisitReport) else i for i in read]}


def _read(shape: SyncItemIn, item: Any) -> VisitReport | dict[str, object]:
    try:
        data = dict(shape.load(item))
    except ValidationError as error:
        fault = faults_of(error)[0]
        named = sayable(fault.field, MOST_CHARACTERS) or None
        return _answer(_client_id(item), "refused", named, sayable(fault.message, MOST_SAID))
    return visit_report(data.pop("client_id"), data)


def _client_id(item: Any) -> object:
    """The key to answer under, when the item has at least that."""
    given = item.get("client_id") if isinstance(item, dict) else None
    try:
        Id().deserialize(given)
    except ValidationError:
        return None
    return given


def _outcome(outcome: ItemOutcome) -> dict[str, object]:
    return _answer(outcome.client_id, outcome.status, outcome.field, outcome.message)


def _answer(
    client_id: object, state: str, field_name: str | None, message: str | None
) -> dict[str, object]:
    return {
        "client_id": client_id,
        "status": STATUSES[state],
        "state": state,
        "field": field_name,
        "message": message,
    }


def _by_time(row: RecordedVisit | RecordedIntervention) -> tuple[datetime, UUID]:
    return row.started_at.astimezone(UTC), row.id


def _visit(row: RecordedVisit) -> dict[str, object]:
    return _dumped(row) | {"received_at": row.received_at.astimezone(UTC)}


def _intervention(row: RecordedIntervention) -> dict[str, object]:
    police = {"police_called_at": row.police_called_at, "police_arrived_at": row.police_arrived_at}
    return _dumped(row) | {name: at and at.astimezone(UTC) for name, at in police.items()}


def _dumped(row: RecordedVisit | RecordedIntervention) -> dict[str, object]:
    values = asdict(row)
    # The owner's number stays inside.
    del values["bailleur_id"]
    evening = values.pop("evening_on")
    return values | {"evening": evening, "started_at": row.started_at.astimezone(UTC)}
