"""Activity of an evening, as the context may see it. Queries state the owner for the plan."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from presence.field.models import Intervention, InterventionAction, Visit
from presence.field.records import Activity, RecordedIntervention, RecordedVisit
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
from presence.kernel.ownership import stated
from tenants.models import Contract


def activity_of_evening(
    session: Session, evening_on: date, scheme_id: int, bailleur_id: int | None = None
) -> Activity:
    """The visits and interventions of an evening in a scheme, of one bailleur if it is named."""
    return Activity(
        tuple(visits(session, evening_on, scheme_id=scheme_id, bailleur_id=bailleur_id)),
        tuple(interventions(session, evening_on, scheme_id=scheme_id, bailleur_id=bailleur_id)),
    )


def visits(
    session: Session,
    evening_on: date,
    *,
    scheme_id: int | None = None,
    bailleur_id: int | None = None,
) -> list[RecordedVisit]:
    """The visits of an evening, by time then id."""
    query = (
        select(
            Visit.id, Visit.bailleur_id, Visit.residence_id, Visit.entrance_id, Visit.evening_on,
            Visit.started_at, Visit.received_at, Visit.result, Visit.not_done_reason,
        )
        .where(Visit.evening_on == evening_on, *stated(session, Visit))
        .order_by(Visit.started_at, Visit.id)
    )  # fmt: skip
    if scheme_id is not None:
        query = query.where(Visit.scheme_id == scheme_id)
    if bailleur_id is not None:
        query = query.where(Visit.bailleur_id == bailleur_id)
    return [
        RecordedVisit(
            *row[:7],
            VisitResult(row.result),
            NotDoneReason(row.not_done_reason) if row.not_done_reason else None,
        )
        for row in session.execute(query)
    ]


def interventions(
    session: Session,
    evening_on: date,
    *,
    scheme_id: int | None = None,
    bailleur_id: int | None = None,
) -> list[RecordedIntervention]:
    """The interventions of an evening, by time then id, each with its actions."""
    query = select(Intervention).where(
        Intervention.evening_on == evening_on, *stated(session, Intervention)
    )
    action_query = select(InterventionAction.intervention_id, InterventionAction.action).where(
        InterventionAction.evening_on == evening_on, *stated(session, InterventionAction)
    )
    if scheme_id is not None:
        query = query.where(Intervention.scheme_id == scheme_id)
        action_query = action_query.where(InterventionAction.scheme_id == scheme_id)
    if bailleur_id is not None:
        query = query.where(Intervention.bailleur_id == bailleur_id)
        action_query = action_query.where(InterventionAction.bailleur_id == bailleur_id)
    actions: dict[UUID, set[Action]] = defaultdict(set)
    for intervention_id, action in session.execute(action_query):
        actions[intervention_id].add(Action(action))
    ordered = query.order_by(Intervention.started_at, Intervention.id)
    return [_recorded(row, actions[row.id]) for row in session.scalars(ordered)]


def visits_made(session: Session, start: date, end: date, scheme_id: int) -> dict[UUID, list[date]]:
    """The evenings on which each entrance was visited, both ends included, in order."""
    rows = session.execute(
        select(Visit.entrance_id, Visit.evening_on)
        .where(
            Visit.evening_on >= start,
            Visit.evening_on <= end,
            Visit.scheme_id == scheme_id,
            Visit.result != VisitResult.NOT_DONE.value,
            *stated(session, Visit),
        )
        .distinct()
        .order_by(Visit.evening_on)
    )
    found: dict[UUID, list[date]] = defaultdict(list)
    for row in rows:
        found[row.entrance_id].append(row.evening_on)
    return dict(found)


def incidents_by_entrance(
    session: Session, start: date, end: date, scheme_id: int
) -> dict[UUID, int]:
    """How many interventions each entrance had, both ends included."""
    rows = session.execute(
        select(Intervention.entrance_id, func.count())
        .where(
            Intervention.evening_on >= start,
            Intervention.evening_on <= end,
            Intervention.scheme_id == scheme_id,
            *stated(session, Intervention),
        )
        .group_by(Intervention.entrance_id)
    )
    return {row[0]: row[1] for row in rows}


def intervention_on(
    session: Session, intervention_id: UUID, evening_on: date
) -> Intervention | None:
    """One intervention of an evening, None if it is another's or does not exist."""
    return session.scalar(
        select(Intervention).where(
            Intervention.id == intervention_id,
            Intervention.evening_on == evening_on,
            *stated(session, Intervention),
        )
    )


def interventions_between(
    session: Session, bailleur_id: int, start: date, end: date
) -> list[tuple[date, int]]:
    """Interventions of a bailleur per evening, both ends included; evenings without are absent."""
    rows = session.execute(
        select(Intervention.evening_on, func.count())
        .where(
            Intervention.bailleur_id == bailleur_id,
            Intervention.evening_on >= start,
            Intervention.evening_on <= end,
        )
        .group_by(Intervention.evening_on)
    )
    return [(row[0], row[1]) for row in rows]


def _recorded(row: Intervention, actions: set[Action]) -> RecordedIntervention:
    return RecordedIntervention(
        id=row.id,
        visit_id=row.visit_id,
        bailleur_id=row.bailleur_id,
        residence_id=row.residence_id,
        entrance_id=row.entrance_id,
        evening_on=row.evening_on,
        started_at=row.started_at,
        area=Area(row.area),
        situation=Situation(row.situation),
        outcome=Outcome(row.outcome),
        origin=Origin(row.origin),
        people_band=PeopleBand(row.people_band),
        police_force=PoliceForce(row.police_force) if row.police_force else None,
        police_called_at=row.police_called_at,
        police_arrived_at=row.police_arrived_at,
        actions=tuple(action for action in Action if action in actions),
        police_outcome=PoliceOutcome(row.police_outcome) if row.police_outcome else None,
    )


def police_requests_between(session: Session, bailleur_id: int, start: date, end: date) -> int:
    """A bailleur's interventions with a police request, both ends included."""
    return (
        session.scalar(
            select(func.count())
            .select_from(InterventionAction)
            .where(
                InterventionAction.bailleur_id == bailleur_id,
                InterventionAction.evening_on >= start,
                InterventionAction.evening_on <= end,
                InterventionAction.action == Action.POLICE_REQUEST.value,
            )
        )
        or 0
    )


def residence_of_intervention(session: Session, intervention_id: UUID) -> UUID | None:
    """Where an intervention took place, None if it is another's or does not exist."""
    return session.scalar(
        select(Intervention.residence_id).where(
            Intervention.id == intervention_id, *stated(session, Intervention)
        )
    )


def visits_outside(session: Session, signed: Iterable[Contract]) -> int:
    """Visits of a bailleur dated after its contract's end: its quarantine (security.md §6)."""
    counted = 0
    for contract in signed:
        if contract.valid_during.upper is not None:
            counted += (
                session.scalar(
                    select(func.count())
                    .select_from(Visit)
                    .where(
                        Visit.bailleur_id == contract.bailleur_id,
                        Visit.prestataire_id == contract.prestataire_id,
                        Visit.scheme_id == contract.scheme_id,
                        Visit.evening_on >= contract.valid_during.upper,
                    )
                )
                or 0
            )
    return counted
