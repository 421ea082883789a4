"""Visas, disputes and exceptions as readers see them. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from presence.review.codes import DisputeReason, DisputeState, VisaDecision


@dataclass(frozen=True)
class VisaLine:
    """What was said of a version, and when; `account_id` None: nobody said anything in time."""

    decision: VisaDecision
    given_at: datetime
    account_id: UUID | None


@dataclass(frozen=True)
class DisputeLine:
    """A dispute: the line, why, the answer, how it was settled."""

    id: UUID
    bailleur_id: int
    scheme_id: int
    report_id: UUID
    evening_on: date
    residence_id: UUID
    line: str
    line_id: UUID
    place: str
    fact: str
    reason: DisputeReason
    details: str
    due_on: date
    state: DisputeState
    opened_at: datetime
    answer: str | None
    answered_at: datetime | None
    settlement: str | None
    settled_at: datetime | None


@dataclass(frozen=True)
class ExceptionLine:
    """A delay that a bailleur granted, both days included, and why."""

    id: UUID
    bailleur_id: int
    from_on: date
    to_on: date
    reason: str
    granted_at: datetime
