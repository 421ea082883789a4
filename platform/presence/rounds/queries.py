"""Rounds as the prestataire reads them: who is on duty where."""

from datetime import date
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from presence.kernel.nomenclature import RoundState
from presence.kernel.ownership import stated
from presence.roster.models import Agent, Shift
from presence.rounds.models import RoundPlan, RoundStop


def on_duty(session: Session, account_id: UUID, residence_id: UUID, evening_on: date) -> bool:
    """Whether a person walks a residence that evening: a shift, in the team of a published stop."""
    found = (
        select(RoundStop.id)
        .join(
            RoundPlan,
            (RoundPlan.prestataire_id == RoundStop.prestataire_id)
            & (RoundPlan.id == RoundStop.round_plan_id),
        )
        .join(
            Shift,
            (Shift.prestataire_id == RoundStop.prestataire_id)
            & (Shift.team_id == RoundStop.team_id)
            & (Shift.evening_on == RoundPlan.evening_on),
        )
        .join(
            Agent,
            (Agent.prestataire_id == Shift.prestataire_id) & (Agent.id == Shift.agent_id),
        )
        .where(
            *stated(session, RoundStop),
            RoundStop.residence_id == residence_id,
            RoundPlan.evening_on == evening_on,
            RoundPlan.state == RoundState.PUBLISHED.value,
            Shift.cancelled_at.is_(None),
            Agent.account_id == account_id,
        )
    )
    return bool(session.scalar(select(exists(found))))
