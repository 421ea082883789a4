"""Follow-ups and summonses of the bailleur that acts."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from presence.followup.codes import FollowUpAct, FollowUpSource
from presence.followup.models import FollowUp, FollowUpStep, Summons
from presence.followup.sources import missed_at
from presence.kernel.nomenclature import FollowUpKind, FollowUpState
from presence.kernel.ownership import stated


def summonses(
    session: Session, *, limit: int, before: tuple[date, UUID] | None = None
) -> list[Summons]:
    """Summonses, newest first."""
    query = (
        select(Summons)
        .where(*stated(session, Summons))
        .order_by(Summons.summoned_on.desc(), Summons.id.desc())
    )
    if before is not None:
        query = query.where(
            (Summons.summoned_on < before[0])
            | ((Summons.summoned_on == before[0]) & (Summons.id < before[1]))
        )
    return list(session.scalars(query.limit(limit)))


def followed(session: Session, intervention_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these interventions already led to a summons."""
    rows = session.scalars(
        select(Summons.intervention_id).where(
            Summons.intervention_id.in_(list(intervention_ids)), *stated(session, Summons)
        )
    )
    return {row for row in rows if row is not None}


def summonses_at(session: Session, residence_id: UUID) -> int:
    """How many summonses were noted at a residence."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Summons)
            .where(Summons.residence_id == residence_id, *stated(session, Summons))
        )
        or 0
    )


@dataclass(frozen=True)
class FollowUpLine:
    """A follow-up as lists show it."""

    id: UUID
    residence_id: UUID
    entrance_id: UUID | None
    evening_on: date | None
    source: FollowUpSource | None
    source_id: UUID | None
    fact: str
    kind: FollowUpKind
    responsible_id: UUID | None
    due_on: date
    state: FollowUpState
    result: str | None
    opened_on: date
    closed_on: date | None

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state in {FollowUpState.TO_DO, FollowUpState.IN_PROGRESS}

    def late(self, day: date) -> bool:
        """Whether it should have been done before that day."""
        return self.is_open and self.due_on < day


@dataclass(frozen=True)
class StepLine:
    """What was done about a follow-up, by whom, and where it left it."""

    act: FollowUpAct
    taken_at: datetime
    account_id: UUID | None
    responsible_id: UUID | None
    due_on: date | None
    result: str | None


def follow_ups(
    session: Session,
    *,
    states: Collection[FollowUpState] = (),
    residence_id: UUID | None = None,
    responsible_id: UUID | None = None,
) -> list[FollowUpLine]:
    """Follow-ups (suites), the earliest due first: those that are late come before the others."""
    query = select(FollowUp).where(*stated(session, FollowUp))
    if states:
        query = query.where(FollowUp.state.in_([state.value for state in states]))
    if residence_id is not None:
        query = query.where(FollowUp.residence_id == residence_id)
    if responsible_id is not None:
        query = query.where(FollowUp.responsible_id == responsible_id)
    return [_line(row) for row in session.scalars(query.order_by(FollowUp.due_on, FollowUp.id))]


def follow_up(session: Session, follow_up_id: UUID) -> FollowUpLine | None:
    """One follow-up; None if it is another's or does not exist."""
    row = session.scalar(
        select(FollowUp).where(FollowUp.id == follow_up_id, *stated(session, FollowUp))
    )
    return _line(row) if row else None


def steps(session: Session, follow_up_id: UUID) -> list[StepLine]:
    """What was done about a follow-up, oldest first."""
    rows = session.scalars(
        select(FollowUpStep)
        .where(FollowUpStep.follow_up_id == follow_up_id, *stated(session, FollowUpStep))
        .order_by(FollowUpStep.taken_at, FollowUpStep.id)
    )
    return [
        StepLine(
            FollowUpAct(row.act), row.taken_at, row.account_id, row.responsible_id, row.due_on,
            row.result,
        )
        for row in rows
    ]  # fmt: skip


def followed_sources(
    session: Session, source_ids: Iterable[UUID], evening_on: date | None = None
) -> dict[UUID, str]:
    """What was given to each of these facts: « Travaux · à traiter », the latest follow-up.

    A summons (convocation) noted without a follow-up counts too. A hall stands for the visit that
    was not received there on the evening.
    """
    asked = {key: key for key in source_ids}
    told = dict.fromkeys(followed(session, list(asked)), "Convocation notée")
    if evening_on is not None:
        asked |= {missed_at(key, evening_on): key for key in list(asked)}
    rows = session.execute(
        select(FollowUp.source_id, FollowUp.kind, FollowUp.state)
        .where(FollowUp.source_id.in_(list(asked)), *stated(session, FollowUp))
        # What is open is said last, hence kept.
        .order_by(FollowUp.closed_on.asc().nulls_last(), FollowUp.opened_on, FollowUp.id)
    )
    for source_id, kind, state in rows:
        if source_id is not None:
            told[asked[source_id]] = _label(FollowUpKind(kind), FollowUpState(state))
    return told


def _label(kind: FollowUpKind, state: FollowUpState) -> str:
    if kind is FollowUpKind.NONE:
        return kind.label
    return f"{kind.label} · {state.label.lower()}"


def _line(row: FollowUp) -> FollowUpLine:
    source = FollowUpSource(row.source) if row.source else None
    # Told by its hall, as it was given.
    told = row.entrance_id if source is FollowUpSource.NOT_RECEIVED else row.source_id
    return FollowUpLine(
        row.id, row.residence_id, row.entrance_id, row.evening_on, source, told, row.fact,
        FollowUpKind(row.kind), row.responsible_id, row.due_on, FollowUpState(row.state),
        row.result, row.opened_on, row.closed_on,
    )  # fmt: skip
