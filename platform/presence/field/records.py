"""What was recorded about an evening, as plain values. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from presence.kernel.nomenclature import (
    Action,
    Area,
    NotDoneReason,
    Origin,
    Outcome,
    PeopleBand,
    PoliceForce,
    PoliceOutcome,
    Situation,
    VisitResult,
)


@dataclass(frozen=True)
class RecordedIntervention:
    """An intervention as stored, with its actions in the nomenclature's order."""

    id: UUID
    visit_id: UUID
    bailleur_id: int
    residence_id: UUID
    entrance_id: UUID
    evening_on: date
    started_at: datetime
    area: Area
    situation: Situation
    outcome: Outcome
    origin: Origin
    people_band: PeopleBand
    police_force: PoliceForce | None
    police_called_at: datetime | None
    police_arrived_at: datetime | None
    actions: tuple[Action, ...]
    police_outcome: PoliceOutcome | None = None


@dataclass(frozen=True)
class RecordedVisit:
    """A visit as stored."""

    id: UUID
    bailleur_id: int
    residence_id: UUID
    entrance_id: UUID
    evening_on: date
    started_at: datetime
    received_at: datetime
    result: VisitResult
    not_done_reason: NotDoneReason | None


@dataclass(frozen=True)
class Activity:
    """Everything recorded about an evening, in order of time."""

    visits: tuple[RecordedVisit, ...]
    interventions: tuple[RecordedIntervention, ...]
