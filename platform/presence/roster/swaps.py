"""Swaps (échanges de vacation): asked with a reason, answered by a planner or the other agent.

Accepting changes the shift's agent in the same transaction: from then on whoever asks who is on
duty (rounds, codes, on-call) finds the new one, and the former one is asked for nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.kernel import clock
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.nomenclature import SwapState
from presence.kernel.ownership import stated
from presence.roster import queries
from presence.roster.models import Shift, ShiftSwap
from presence.roster.queries import AgentLine, ShiftLine
from presence.roster.rules import SwapAnswer, line_of, of
from presence.roster.saving import USED_KEY, unless_taken
from presence.roster.shifts import refuse_overlap, refuse_unfit
from presence.roster.teams import refuse_ended
from tenants.database import context_of

MOST_REASON = 280
_UNKNOWN = "Cette vacation n'existe pas, ou n'est pas la vôtre."
_ANSWERED = "Cette demande a déjà reçu une réponse."
_ACTS = {
    SwapState.ACCEPTED: "swap.accepted",
    SwapState.REFUSED: "swap.refused",
    SwapState.WITHDRAWN: "swap.withdrawn",
}


@dataclass(frozen=True)
class SwapDraft:
    """A shift to give to another agent, and why."""

    shift_id: UUID
    to_agent_id: UUID
    reason: str


@dataclass(frozen=True)
class SwapLine:
    """A swap as read; `shift` is None once the shift was cancelled."""

    id: UUID
    shift_id: UUID
    shift: ShiftLine | None
    from_agent: AgentLine
    to_agent: AgentLine
    reason: str
    state: SwapState
    asked_at: datetime
    answered_at: datetime | None


def ask_swap(session: Session, swap_id: UUID, draft: SwapDraft, *, planner: bool) -> SwapLine:
    """Ask to give a shift to another agent, once per key; raises `Invalid`, `Conflict`.

    One's own shift; a planner may ask for anybody's.
    """
    told = f"Dites pourquoi, en 2 à {MOST_REASON} caractères."
    reason = line_of(draft.reason, "reason", told, most=MOST_REASON)
    known = _row(session, swap_id)
    if known is not None:
        if (known.shift_id, known.to_agent_id, known.reason) != (
            draft.shift_id, draft.to_agent_id, reason,
        ):  # fmt: skip
            raise Conflict(USED_KEY)
        return _lines(session, [known])[0]
    shift = queries.shift(session, draft.shift_id)
    if shift is None or not (planner or _is_mine(session, shift.agent)):
        raise Invalid("shift_id", _UNKNOWN)
    other = queries.agent(session, draft.to_agent_id)
    if other is None or other.id == shift.agent.id:
        raise Invalid("to_agent_id", "Choisissez un autre agent de votre effectif.")
    _refuse_impossible(session, shift, other)
    row = ShiftSwap(
        prestataire_id=context_of(session).own_id,
        id=swap_id,
        shift_id=shift.id,
        from_agent_id=shift.agent.id,
        to_agent_id=other.id,
        reason=reason,
        state=SwapState.ASKED.value,
        asked_at=clock.now(session),
        account_id=context_of(session).account,
    )
    with unless_taken(session, "Un échange est déjà demandé pour cette vacation."):
        session.add(row)
    audit.record(session, "swap.asked", swap_id, shift=str(shift.id))
    return _lines(session, [row])[0]


def answer_swap(session: Session, swap_id: UUID, answer: SwapAnswer, *, planner: bool) -> SwapLine:
    """Accept or refuse: twice is once. Raises `NotFound`, `Conflict`, `Invalid`."""
    row = _row(session, swap_id, lock=True)
    if row is None or not (planner or _is_mine(session, queries.agent(session, row.to_agent_id))):
        raise NotFound
    if row.state not in {answer.value, SwapState.ASKED.value}:
        raise Conflict(_ANSWERED)
    if row.state == SwapState.ASKED.value:
        if answer is SwapAnswer.ACCEPTED:
            _hand_over(session, row)
        _close(session, row, SwapState(answer.value))
    return _lines(session, [row])[0]


def withdraw_swap(session: Session, swap_id: UUID, *, planner: bool) -> None:
    """Take a request back: its asker or a planner. Raises `NotFound`, `Conflict`."""
    row = _row(session, swap_id, lock=True)
    if row is None or not (planner or _is_mine(session, queries.agent(session, row.from_agent_id))):
        raise NotFound
    if row.state == SwapState.WITHDRAWN.value:
        return
    if row.state != SwapState.ASKED.value:
        raise Conflict(_ANSWERED)
    _close(session, row, SwapState.WITHDRAWN)


def swaps(
    session: Session,
    *,
    agent_id: UUID | None = None,
    waiting: bool = False,
    before: tuple[datetime, UUID] | None = None,
    limit: int | None = None,
) -> list[SwapLine]:
    """The swaps that concern an agent, or everybody's, newest first; `waiting`: unanswered ones."""
    query = (
        select(ShiftSwap)
        .where(*stated(session, ShiftSwap))
        .order_by(ShiftSwap.asked_at.desc(), ShiftSwap.id.desc())
        .limit(limit)
    )
    if agent_id is not None:
        query = query.where(
            (ShiftSwap.from_agent_id == agent_id) | (ShiftSwap.to_agent_id == agent_id)
        )
    if waiting:
        query = query.where(ShiftSwap.state == SwapState.ASKED.value)
    if before is not None:
        query = query.where(tuple_(ShiftSwap.asked_at, ShiftSwap.id) < before)
    return _lines(session, list(session.scalars(query)))


def _lines(session: Session, rows: Sequence[ShiftSwap]) -> list[SwapLine]:
    people = {line.id: line for line in queries.agents(session, left=True)}
    shifts = queries.shifts_by_id(session, {row.shift_id for row in rows})
    return [
        SwapLine(
            row.id,
            row.shift_id,
            shifts.get(row.shift_id),
            people[row.from_agent_id],
            people[row.to_agent_id],
            row.reason,
            SwapState(row.state),
            row.asked_at,
            row.answered_at,
        )
        for row in rows
    ]


def _refuse_impossible(session: Session, shift: ShiftLine, other: AgentLine) -> None:
    """Raise unless another agent may take a shift: not over, a card that holds, no other duty."""
    refuse_ended(session, shift.scheme_id, "shift_id")
    if shift.ends_at <= clock.now(session):
        raise Invalid("shift_id", "Cette vacation est terminée : elle ne s'échange plus.")
    refuse_unfit(other, shift.evening_on, clock.today(session), "to_agent_id")
    refuse_overlap(session, other, shift.span, shift.evening_on)


def _hand_over(session: Session, swap: ShiftSwap) -> None:
    row = session.scalar(
        select(Shift)
        .where(*stated(session, Shift), Shift.id == swap.shift_id, Shift.cancelled_at.is_(None))
        .with_for_update()
    )
    shift = queries.shift(session, swap.shift_id)
    other = queries.agent(session, swap.to_agent_id)
    if row is None or shift is None or other is None or row.agent_id != swap.from_agent_id:
        raise Conflict("Cette vacation a changé depuis la demande : refusez-la.")
    _refuse_impossible(session, shift, other)
    with unless_taken(session, f"Une vacation {of(other.display_name)} vient d'être planifiée."):
        row.agent_id = other.id


def _close(session: Session, row: ShiftSwap, state: SwapState) -> None:
    now = clock.now(session)
    row.state = state.value
    row.answered_at = now
    row.answered_by_id = context_of(session).account
    session.flush()
    audit.record(session, _ACTS[state], row.id, shift=str(row.shift_id))


def _row(session: Session, swap_id: UUID, *, lock: bool = False) -> ShiftSwap | None:
    query = select(ShiftSwap).where(*stated(session, ShiftSwap), ShiftSwap.id == swap_id)
    return session.scalar(query.with_for_update() if lock else query)


def _is_mine(session: Session, agent: AgentLine | None) -> bool:
    account = context_of(session).account
    return agent is not None and account is not None and agent.account_id == account
