"""Anomalies as plain values: what the rooms above, the pages and the reports are given. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from presence.kernel.nomenclature import AnomalyState, Equipment


@dataclass(frozen=True)
class SeenAnomaly:
    """An anomaly as an evening's report shows it.

    What is counted stops at that evening, so that a report drawn up again later says the same;
    `note` is what was written that evening; `state` alone is today's.
    """

    id: UUID
    residence_id: UUID
    entrance_id: UUID
    equipment: Equipment
    seen_at: datetime
    still_there: bool
    first_seen_on: date
    sightings: int
    state: AnomalyState
    note: str | None


@dataclass(frozen=True)
class Sighting:
    """What the agents saw at a place during a visit: still there, or repaired."""

    visit_id: UUID
    bailleur_id: int
    scheme_id: int
    residence_id: UUID
    entrance_id: UUID
    evening_on: date
    seen_at: datetime
    equipment: Equipment
    note: str | None = None
    still_there: bool = True


@dataclass(frozen=True)
class AnomalyLine:
    """An anomaly as lists show it; `sightings` counts evenings."""

    id: UUID
    bailleur_id: int
    residence_id: UUID
    entrance_id: UUID
    equipment: Equipment
    state: AnomalyState
    state_at: datetime
    first_seen_on: date
    last_seen_on: date
    sightings: int
    note: str | None

    @property
    def is_open(self) -> bool:
        """Whether nobody verified yet that it is repaired."""
        return self.state is not AnomalyState.VERIFIED


@dataclass(frozen=True)
class StepLine:
    """A step of an anomaly: where it led, by which side, when."""

    state: AnomalyState
    side: str
    taken_at: datetime
    account_id: UUID | None
    note: str | None
