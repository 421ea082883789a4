"""What a daily report (rapport journalier) holds, typed. Pure.

The page, the PDF, the CSV and the e-mail are all made from one `Content`, so that the four say
the same figures. Its writing is `sealed.py`'s.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from presence.kernel.nomenclature import (
    Action,
    AmendmentCause,
    Area,
    Equipment,
    NotDoneReason,
    Origin,
    Outcome,
    PeopleBand,
    PoliceForce,
    PoliceOutcome,
    Situation,
    Urgency,
    VisitResult,
)


@dataclass(frozen=True)
class Located:
    """A line about a place; reports of the first format do not hold the place's ids."""

    place: str
    residence_id: UUID | None
    entrance_id: UUID | None


Line = TypeVar("Line", bound=Located)


@dataclass(frozen=True)
class VisitLine(Located):
    """A visit (passage), or the reason why it was not made."""

    id: UUID
    at: datetime
    result: VisitResult
    reason: NotDoneReason | None


@dataclass(frozen=True)
class InterventionLine(Located):
    """An intervention, with all its actions."""

    id: UUID
    at: datetime
    area: Area
    situation: Situation
    actions: tuple[Action, ...]
    outcome: Outcome
    origin: Origin
    people_band: PeopleBand
    police_force: PoliceForce | None
    police_called_at: datetime | None
    police_arrived_at: datetime | None
    police_outcome: PoliceOutcome | None = None


@dataclass(frozen=True)
class AnomalyLine(Located):
    """A technical anomaly (anomalie technique) seen, or found repaired, that evening."""

    id: UUID
    at: datetime
    equipment: Equipment
    still_there: bool
    first_seen_on: date
    sightings: int
    note: str | None


@dataclass(frozen=True)
class CallLine(Located):
    """A call to the scheme's number (appel d'astreinte)."""

    id: UUID | None
    called_at: datetime
    need: Situation
    urgency: Urgency
    followed_by: UUID | None


@dataclass(frozen=True)
class AwaitedPlace(Located):
    """A place due that evening (lieu prévu), and the name of its residence."""

    residence: str


@dataclass(frozen=True)
class FieldChange:
    """A changed field between two versions: where, which one, before, after; in French."""

    place: str
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Superseded:
    """The version that this one cancels and replaces (annule et remplace), and why."""

    number: str
    content_hash: str
    cause: AmendmentCause
    reason: str
    author: str
    at: datetime
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True)
class Content:
    """A report: whose, which evening and version, who signed, and everything of the evening.

    `signed_at` and `signer` are None on a draft (brouillon) of an evening that is still open.
    """

    number: str
    bailleur: str
    scheme: str
    evening_on: date
    version: int
    signed_at: datetime | None
    signer: str | None
    supersedes: Superseded | None
    awaited: tuple[AwaitedPlace, ...]
    visits: tuple[VisitLine, ...]
    interventions: tuple[InterventionLine, ...]
    anomalies: tuple[AnomalyLine, ...]
    calls: tuple[CallLine, ...]

    @property
    def done(self) -> tuple[VisitLine, ...]:
        """The visits that were made."""
        return tuple(v for v in self.visits if v.result is not VisitResult.NOT_DONE)

    @property
    def not_done(self) -> tuple[VisitLine, ...]:
        """The visits that were not made, each with its reason (non effectué)."""
        return tuple(v for v in self.visits if v.result is VisitResult.NOT_DONE)

    @property
    def not_received(self) -> tuple[AwaitedPlace, ...]:
        """The places due of which nothing came in (non reçu): no sheet, no reason."""
        seen = {visit.entrance_id for visit in self.visits} | {None}
        told = {visit.place for visit in self.visits}
        return tuple(
            place
            for place in self.awaited
            if place.entrance_id not in seen
            or (place.entrance_id is None and place.place not in told)
        )

    @property
    def police_requests(self) -> int:
        """Interventions with a request to the police (demandes aux forces de l'ordre)."""
        return sum(Action.POLICE_REQUEST in item.actions for item in self.interventions)

    def counts(self) -> dict[str, int]:
        """The report's figures, as sealed."""
        due = {place.entrance_id for place in self.awaited}
        return {
            "planned": len(self.awaited),
            "visits": len(self.done),
            "off_programme": sum(visit.entrance_id not in due for visit in self.done),
            "not_done": len(self.not_done),
            "not_visited": len(self.not_received),
            "interventions": len(self.interventions),
            "police_requests": self.police_requests,
            "anomalies": len(self.anomalies),
            "calls": len(self.calls),
        }

    def within(self, residence_ids: Iterable[UUID]) -> "Content":
        """The lines about some residences only: what a caretaker or a sector reads."""
        kept = set(residence_ids)

        def of(lines: tuple[Line, ...]) -> tuple[Line, ...]:
            return tuple(line for line in lines if line.residence_id in kept)

        return replace(
            self,
            awaited=of(self.awaited),
            visits=of(self.visits),
            interventions=of(self.interventions),
            anomalies=of(self.anomalies),
            calls=of(self.calls),
        )
