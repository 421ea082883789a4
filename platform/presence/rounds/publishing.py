"""Publish an evening's rounds: the teams get theirs, each bailleur its own visits and no more."""

from collections import defaultdict
from datetime import datetime, time
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.kernel.clock import PARIS, now
from presence.kernel.errors import Conflict
from presence.kernel.nomenclature import RoundState, StopSource
from presence.kernel.ownership import stated
from presence.planning.publication import Leg, publish_to
from presence.rounds.drafting import draft
from presence.rounds.models import RoundOpening, RoundPlan, RoundStop
from tenants.database import context_of
from tenants.scheme import contracts


def publish_rounds(session: Session, plan_id: UUID) -> RoundPlan:
    """Publish a draft; the former publication of the evening is superseded."""
    row = draft(session, plan_id)
    stops = session.scalars(
        select(RoundStop).where(*stated(session, RoundStop), RoundStop.round_plan_id == row.id)
    ).all()
    if not any(stop.team_id for stop in stops):
        message = "Aucun arrêt n'est confié à une équipe : il n'y a rien à publier."
        raise Conflict(message)
    legs: dict[int, list[Leg]] = defaultdict(list)
    for stop in stops:
        if stop.team_id is not None:
            legs[stop.bailleur_id].append(_leg(stop))
    for bailleur_id in _served(session, row):
        publish_to(session, bailleur_id, row.scheme_id, row.evening_on, legs[bailleur_id])
    former = session.scalars(
        select(RoundPlan).where(
            *stated(session, RoundPlan),
            RoundPlan.scheme_id == row.scheme_id,
            RoundPlan.evening_on == row.evening_on,
            RoundPlan.state == RoundState.PUBLISHED.value,
        )
    )
    for plan in former:
        plan.state = RoundState.SUPERSEDED.value
    row.state, row.published_at = RoundState.PUBLISHED.value, now(session)
    session.flush()
    audit.record(
        session, "rounds.published", row.id, on=str(row.evening_on), version=row.version,
        stops=sum(len(found) for found in legs.values()),
    )  # fmt: skip
    return row


def note_opening(session: Session, plan_id: UUID) -> None:
    """A person of the team has opened the published rounds: once is enough."""
    account = context_of(session).account
    if account is None:
        return
    session.execute(
        insert(RoundOpening)
        .values(
            prestataire_id=context_of(session).own_id,
            id=uuid4(),
            round_plan_id=plan_id,
            account_id=account,
        )
        .on_conflict_do_nothing()
    )


def _served(session: Session, row: RoundPlan) -> list[int]:
    """The bailleurs under contract that evening: one without a visit is told so."""
    return sorted(
        {
            contract.bailleur_id
            for contract in contracts(session)
            if contract.scheme_id == row.scheme_id and row.evening_on in contract.valid_during
        }
    )


def _leg(stop: RoundStop) -> Leg:
    return Leg(
        stop.residence_id,
        stop.entrance_id,
        _paris(stop.opens_at),
        _paris(stop.closes_at),
        StopSource(stop.source),
        tuple(stop.reasons),
        stop.request_id,
    )


def _paris(instant: datetime) -> time:
    return instant.astimezone(PARIS).time().replace(tzinfo=None)
