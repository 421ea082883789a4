"""Publish an evening to one bailleur (programme de la soirée): its own visits, and no more.

A version is written only when this bailleur's visits change: neither its number nor its hour tells
anything of the others (T87, T88). The band is the one asked for, never the hour of arrival, whose
gaps would show the visits made elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.kernel.nomenclature import StopSource
from presence.planning.models import EveningPlan, PlannedVisit
from tenants.database import context_of


@dataclass(frozen=True)
class Leg:
    """A visit foreseen at an entrance."""

    residence_id: UUID
    entrance_id: UUID
    from_time: time
    to_time: time
    source: StopSource
    reasons: tuple[str, ...]
    request_id: UUID | None = None


def publish_to(
    session: Session, bailleur_id: int, scheme_id: int, evening_on: date, legs: Sequence[Leg]
) -> EveningPlan | None:
    """Publish a bailleur's visits of an evening (prestataire); None when nothing changed for it."""
    current = session.scalar(
        select(EveningPlan)
        .where(
            EveningPlan.bailleur_id == bailleur_id,
            EveningPlan.scheme_id == scheme_id,
            EveningPlan.evening_on == evening_on,
        )
        .order_by(EveningPlan.version.desc())
        .limit(1)
    )
    if current is not None and _legs_of(session, current) == set(legs):
        return None
    owner = {
        "bailleur_id": bailleur_id,
        "scheme_id": scheme_id,
        "prestataire_id": context_of(session).own_id,
        "evening_on": evening_on,
    }
    plan = EveningPlan(
        id=uuid4(), version=current.version + 1 if current else 1, published_at=func.app.now(),
        **owner,
    )  # fmt: skip
    session.add(plan)
    # The visits' foreign key needs the plan's row.
    session.flush()
    session.add_all(
        PlannedVisit(
            id=uuid4(),
            evening_plan_id=plan.id,
            residence_id=leg.residence_id,
            entrance_id=leg.entrance_id,
            from_time=leg.from_time,
            to_time=leg.to_time,
            source=leg.source.value,
            reasons=list(leg.reasons),
            request_id=leg.request_id,
            **owner,
        )
        for leg in legs
    )
    session.flush()
    audit.record(
        session, "evening.planned", plan.id, bailleur_id=bailleur_id, on=str(evening_on),
        visits=len(legs),
    )  # fmt: skip
    return plan


def _legs_of(session: Session, plan: EveningPlan) -> set[Leg]:
    rows = session.scalars(
        select(PlannedVisit).where(
            PlannedVisit.bailleur_id == plan.bailleur_id, PlannedVisit.evening_plan_id == plan.id
        )
    )
    return {
        Leg(
            row.residence_id,
            row.entrance_id,
            row.from_time,
            row.to_time,
            StopSource(row.source),
            tuple(row.reasons),
            row.request_id,
        )
        for row in rows
    }
