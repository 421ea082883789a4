"""Plan shifts (vacations): an agent, a team, an evening, hours inside the scheme's own.

Said here in French first; the database refuses two shifts of one person at once whatever
happens. A week that is over is not rewritten: it is what was done.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.kernel import clock
from presence.kernel.clock import evening_instant
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.formats import hour, long_date
from presence.kernel.nomenclature import SwapState
from presence.kernel.ownership import stated
from presence.planning.hours import window_of
from presence.planning.stored import Served, served_by
from presence.roster import queries
from presence.roster.models import Shift, ShiftSwap
from presence.roster.queries import AgentLine, ShiftLine, TeamLine
from presence.roster.rules import card_refusal, monday_of, of
from presence.roster.saving import USED_KEY, unless_taken
from presence.roster.staffing import Span
from presence.roster.teams import refuse_ended
from tenants.database import context_of
from tenants.models import Contract
from tenants.scheme import contracts


@dataclass(frozen=True)
class ShiftDraft:
    """Who, in which team, which evening; without hours, the whole service."""

    team_id: UUID
    agent_id: UUID
    evening_on: date
    from_time: time | None = None
    to_time: time | None = None


@dataclass(frozen=True)
class Ground:
    """What every shift of a scheme is checked against, read once."""

    scheme_id: int
    today: date
    served: Served
    contracts: tuple[Contract, ...]

    def window(self, evening_on: date) -> Span:
        """When an evening is served; raises `Invalid` when nobody may be sent."""
        if evening_on < monday_of(self.today):
            told = f"La semaine du {long_date(monday_of(evening_on), weekday=False)} est passée : "
            raise Invalid("evening", told + "elle ne se change plus.")
        day = long_date(evening_on)
        if not any(evening_on in contract.valid_during for contract in self.contracts):
            raise Invalid("evening", f"Aucun contrat ne couvre la soirée du {day}.")
        hours = self.served(evening_on)
        if hours is None:
            raise Invalid("evening", f"Pas de service le {day} : choisissez une autre soirée.")
        return window_of(hours, evening_on)


def plan_shift(session: Session, shift_id: UUID, draft: ShiftDraft) -> ShiftLine:
    """Plan a shift, once per key; raises `Invalid`, or `Conflict` when the person is taken."""
    team = queries.team(session, draft.team_id)
    known = session.scalar(select(Shift).where(*stated(session, Shift), Shift.id == shift_id))
    if team is None or not stands(team, draft.evening_on):
        raise Invalid("team_id", "Cette équipe n'existe pas ou n'est pas à vous.")
    agent = queries.agent(session, draft.agent_id)
    if agent is None:
        raise Invalid("agent_id", "Cet agent n'existe pas ou n'est pas de votre effectif.")
    ground = ground_of(session, team.scheme_id)
    span = _span_of(draft, ground.window(draft.evening_on))
    if known is not None:
        return _same(session, known, draft, span)
    refuse_unfit(agent, draft.evening_on, ground.today)
    refuse_overlap(session, agent, span, draft.evening_on)
    return write_shift(session, shift_id, team, agent, (draft.evening_on, span))


def cancel_shift(session: Session, shift_id: UUID) -> None:
    """Cancel a shift: twice is once; a swap asked for it falls. Raises `NotFound`, `Invalid`."""
    row = session.scalar(
        select(Shift).where(*stated(session, Shift), Shift.id == shift_id).with_for_update()
    )
    if row is None:
        raise NotFound
    if row.cancelled_at is not None:
        return
    if row.evening_on < monday_of(clock.today(session)):
        raise Invalid("shift_id", "Cette semaine est passée : elle ne se change plus.")
    refuse_ended(session, row.scheme_id, "shift_id")
    now = clock.now(session)
    row.cancelled_at = now
    session.execute(
        update(ShiftSwap)
        .where(
            *stated(session, ShiftSwap),
            ShiftSwap.shift_id == shift_id,
            ShiftSwap.state == SwapState.ASKED.value,
        )
        .values(
            state=SwapState.WITHDRAWN.value,
            answered_at=now,
            answered_by_id=context_of(session).account,
        )
    )
    session.flush()
    audit.record(session, "shift.cancelled", shift_id, evening=str(row.evening_on))


def ground_of(session: Session, scheme_id: int) -> Ground:
    """The hours and contracts of a scheme; raises `Invalid` when no contract runs any more."""
    refuse_ended(session, scheme_id, "team_id")
    return Ground(
        scheme_id,
        clock.today(session),
        served_by(session, scheme_id),
        tuple(row for row in contracts(session) if row.scheme_id == scheme_id),
    )


def refuse_unfit(agent: AgentLine, evening_on: date, day: date, field: str = "agent_id") -> None:
    """Raise `Invalid` for somebody who has left, or whose card will not hold that evening."""
    if not agent.is_there_on(evening_on):
        told = f"{agent.display_name} ne travaille plus ici depuis le {agent.left_on:%d/%m/%Y}."
        raise Invalid(field, told)
    refusal = card_refusal(agent.display_name, agent.card_valid_until, evening_on, day)
    if refusal is not None:
        raise Invalid(field, refusal)


def refuse_overlap(session: Session, agent: AgentLine, span: Span, evening_on: date) -> None:
    """Raise `Conflict` when a person is already on duty; ending when another begins is allowed."""
    # An evening goes from noon to noon: shifts of two evenings never meet.
    for line in queries.shifts_of_agent(session, agent.id, evening_on, evening_on):
        if line.starts_at < span[1] and span[0] < line.ends_at:
            raise Conflict(
                f"{agent.display_name} est déjà de service avec « {line.team.name} » le "
                f"{long_date(evening_on)}, de {hour(line.starts_at)} à {hour(line.ends_at)}."
            )


def _span_of(draft: ShiftDraft, window: Span) -> Span:
    begins = _at(draft.evening_on, draft.from_time, window[0])
    ends = _at(draft.evening_on, draft.to_time, window[1])
    return inside((begins, ends), window)


def _at(evening_on: date, given: time | None, usual: datetime) -> datetime:
    return usual if given is None else evening_instant(evening_on, given)


def inside(span: Span, window: Span) -> Span:
    """The hours of a shift, once they are known to be inside the service; raises `Invalid`."""
    if span[0] >= span[1]:
        raise Invalid("to_time", "La vacation finit après avoir commencé : corrigez ses heures.")
    if span[0] < window[0] or span[1] > window[1]:
        told = f"Le service va de {hour(window[0])} à {hour(window[1])} ce soir-là : "
        field = "from_time" if span[0] < window[0] else "to_time"
        raise Invalid(field, told + "restez dans ces heures.")
    return span


def stands(team: TeamLine, evening_on: date) -> bool:
    """Whether a team is still there on an evening."""
    return team.disbanded_on is None or team.disbanded_on > evening_on


def _same(session: Session, known: Shift, draft: ShiftDraft, span: Span) -> ShiftLine:
    """The shift that a key already made, if it is the same one."""
    kept = (known.team_id, known.agent_id, known.evening_on, known.during)
    found = queries.shift(session, known.id)
    if found is None or kept != (draft.team_id, draft.agent_id, draft.evening_on, Range(*span)):
        raise Conflict(USED_KEY)
    return found


def write_shift(
    session: Session,
    shift_id: UUID,
    team: TeamLine,
    agent: AgentLine,
    when: tuple[date, Span],
) -> ShiftLine:
    """Write a shift that was checked; raises `Conflict` when somebody was first."""
    evening_on, span = when
    with unless_taken(session, f"Une vacation {of(agent.display_name)} vient d'être planifiée."):
        session.add(
            Shift(
                prestataire_id=context_of(session).own_id,
                id=shift_id,
                scheme_id=team.scheme_id,
                team_id=team.id,
                agent_id=agent.id,
                evening_on=evening_on,
                during=Range(*span),
            )
        )
    audit.record(session, "shift.planned", shift_id, evening=str(evening_on))
    return ShiftLine(shift_id, team.scheme_id, evening_on, team, agent, *span)
