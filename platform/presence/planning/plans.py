"""Evenings as published (programmes publiés): a bailleur's own visits, last version only.

Visits come in the order of their places' ids: neither a rank, nor an hour of arrival, nor an order
of writing is left that would tell of the visits made elsewhere (T87).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from presence.kernel.nomenclature import StopSource
from presence.kernel.ownership import stated
from presence.planning.models import EveningPlan, PlannedVisit


@dataclass(frozen=True)
class ForeseenVisit:
    """A visit foreseen (passage prévu) at a hall, within an hour band."""

    residence_id: UUID
    entrance_id: UUID
    from_time: time
    to_time: time
    source: StopSource
    reasons: tuple[str, ...]
    request_id: UUID | None


@dataclass(frozen=True)
class PublishedPlan:
    """What a bailleur was told of an evening; without a visit, that nobody comes."""

    id: UUID
    bailleur_id: int
    scheme_id: int
    evening_on: date
    version: int
    published_at: datetime
    visits: tuple[ForeseenVisit, ...]


def published_plans(
    session: Session, first_on: date, last_on: date, scheme_id: int | None = None
) -> list[PublishedPlan]:
    """The plans in force from an evening to another, both in, by evening, scheme, bailleur."""
    key = (EveningPlan.evening_on, EveningPlan.scheme_id, EveningPlan.bailleur_id)
    query = (
        select(EveningPlan)
        .ext(distinct_on(*key))
        .where(*stated(session, EveningPlan), EveningPlan.evening_on.between(first_on, last_on))
        .order_by(*key, EveningPlan.version.desc())
    )
    if scheme_id is not None:
        query = query.where(EveningPlan.scheme_id == scheme_id)
    plans = session.scalars(query).all()
    visits = _visits(session, [plan.id for plan in plans])
    return [
        PublishedPlan(
            plan.id,
            plan.bailleur_id,
            plan.scheme_id,
            plan.evening_on,
            plan.version,
            plan.published_at,
            tuple(visits[plan.id]),
        )
        for plan in plans
    ]


def _visits(session: Session, plan_ids: list[UUID]) -> defaultdict[UUID, list[ForeseenVisit]]:
    found: defaultdict[UUID, list[ForeseenVisit]] = defaultdict(list)
    if not plan_ids:
        return found
    rows = session.scalars(
        select(PlannedVisit)
        .where(*stated(session, PlannedVisit), PlannedVisit.evening_plan_id.in_(plan_ids))
        .order_by(PlannedVisit.residence_id, PlannedVisit.entrance_id)
    )
    for row in rows:
        found[row.evening_plan_id].append(
            ForeseenVisit(
                row.residence_id,
                row.entrance_id,
                row.from_time,
                row.to_time,
                StopSource(row.source),
                tuple(row.reasons),
                row.request_id,
            )
        )
    return found
