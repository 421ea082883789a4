"""Agents, teams and who is on duty (effectif, équipes, vacations): the prestataire's own people.

An evening belongs to its date; hours are instants in UTC, a shift may end after midnight.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session, aliased

from presence.kernel.collation import order_key
from presence.kernel.nomenclature import JobKind
from presence.kernel.ownership import stated
from presence.roster.models import Agent, Shift, Team, Training
from presence.roster.rules import card_holds
from presence.roster.staffing import Span, gaps


@dataclass(frozen=True)
class AgentLine:
    """An agent, with the professional card; a mediator may have none."""

    id: UUID
    account_id: UUID | None
    display_name: str
    job_kind: JobKind
    card_number: str | None
    card_valid_until: date | None
    left_on: date | None

    def card_holds_on(self, day: date) -> bool:
        """Whether the card, if there is one, still holds on a day."""
        return card_holds(self.card_valid_until, day)

    def is_there_on(self, day: date) -> bool:
        """Whether the person still works here on a day."""
        return self.left_on is None or self.left_on > day

    def may_walk_on(self, day: date) -> bool:
        """Whether the person is there on an evening with a card that holds (L612-20 CSI)."""
        return self.is_there_on(day) and self.card_holds_on(day)


@dataclass(frozen=True)
class TrainingLine:
    """A training that an agent took, and until when it holds."""

    label: str
    taken_on: date
    expires_on: date | None


@dataclass(frozen=True)
class TeamLine:
    """A team; `starts_from` is the Insee code of the commune that it sets out from."""

    id: UUID
    scheme_id: int
    name: str
    starts_from: str | None
    disbanded_on: date | None


@dataclass(frozen=True)
class ShiftLine:
    """A shift of one agent in a team, on an evening."""

    id: UUID
    scheme_id: int
    evening_on: date
    team: TeamLine
    agent: AgentLine
    starts_at: datetime
    ends_at: datetime

    @property
    def span(self) -> Span:
        """From when to when."""
        return self.starts_at, self.ends_at

    @property
    def is_walkable(self) -> bool:
        """Whether its agent may walk that evening: still here, with a valid card."""
        return self.agent.may_walk_on(self.evening_on)


@dataclass(frozen=True)
class TeamOnDuty:
    """A team that walks on an evening, from its first agent's start to its last one's end.

    It is complete when two agents are there at every moment in between.
    """

    id: UUID
    name: str
    starts_from: str | None
    starts_at: datetime
    ends_at: datetime
    agents: tuple[AgentLine, ...]
    is_complete: bool


def agents(session: Session, *, left: bool = False) -> list[AgentLine]:
    """The agents who work here today, by name; those who left too only if asked."""
    query = select(*_AGENT).where(*stated(session, Agent))
    if not left:
        query = query.where(Agent.left_on.is_(None) | (Agent.left_on > func.app.today()))
    found = [_agent(row) for row in session.execute(query)]
    return sorted(found, key=lambda row: (order_key(row.display_name), str(row.id)))


def agent(session: Session, agent_id: UUID) -> AgentLine | None:
    """One agent, None if another's or unknown."""
    return _only_agent(session, Agent.id == agent_id)


def agent_of_account(session: Session, account_id: UUID | None) -> AgentLine | None:
    """The agent that an account stands for, None for a colleague who does not walk."""
    if account_id is None:
        return None
    return _only_agent(session, Agent.account_id == account_id)


def trainings(session: Session, agent_id: UUID | None = None) -> dict[UUID, list[TrainingLine]]:
    """The trainings of each agent, or of one, the latest first."""
    query = (
        select(Training.agent_id, Training.label, Training.taken_on, Training.expires_on)
        .where(*stated(session, Training))
        .order_by(Training.taken_on.desc(), Training.label, Training.id)
    )
    if agent_id is not None:
        query = query.where(Training.agent_id == agent_id)
    found: dict[UUID, list[TrainingLine]] = {}
    for row in session.execute(query):
        found.setdefault(row.agent_id, []).append(TrainingLine(*row[1:]))
    return found


def teams(session: Session, scheme_id: int | None = None) -> list[TeamLine]:
    """The teams that are there today, by name; of one scheme, or of all that are served."""
    query = select(*_TEAM).where(
        *stated(session, Team),
        Team.disbanded_on.is_(None) | (Team.disbanded_on > func.app.today()),
    )
    if scheme_id is not None:
        query = query.where(Team.scheme_id == scheme_id)
    return sorted((TeamLine(*row) for row in session.execute(query)), key=team_order)


def team_order(team: TeamLine) -> tuple[str, str]:
    """Sorts teams by name, as French readers expect."""
    return order_key(team.name), str(team.id)


def team(session: Session, team_id: UUID) -> TeamLine | None:
    """One team, disbanded or not; None if another's or unknown."""
    row = session.execute(
        select(*_TEAM).where(*stated(session, Team), Team.id == team_id)
    ).one_or_none()
    return TeamLine(*row) if row else None


def shift(session: Session, shift_id: UUID) -> ShiftLine | None:
    """One shift that stands, None if cancelled, another's or unknown."""
    row = session.execute(_shifts(session).where(Shift.id == shift_id)).one_or_none()
    return _shift(row) if row else None


def shifts_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, ShiftLine]:
    """The shifts among these that stand."""
    rows = session.execute(_shifts(session).where(Shift.id.in_(ids)))
    return {line.id: line for line in map(_shift, rows)}


def shifts_of_evening(session: Session, scheme_id: int, evening_on: date) -> list[ShiftLine]:
    """The shifts of an evening that stand, by team, then by hour."""
    return shifts_between(session, scheme_id, evening_on, evening_on)


def shifts_between(
    session: Session, scheme_id: int, first_on: date, last_on: date
) -> list[ShiftLine]:
    """The shifts from an evening to another, both in, by evening, team, hour."""
    query = _shifts(session).where(
        Shift.scheme_id == scheme_id, Shift.evening_on.between(first_on, last_on)
    )
    return [_shift(row) for row in session.execute(query)]


def shifts_of_agent(
    session: Session, agent_id: UUID, first_on: date, last_on: date
) -> list[ShiftLine]:
    """An agent's shifts from an evening to another, in every scheme, in order."""
    query = _shifts(session).where(
        Shift.agent_id == agent_id, Shift.evening_on.between(first_on, last_on)
    )
    return [_shift(row) for row in session.execute(query)]


def shifts_beside(
    session: Session, agent_id: UUID, first_on: date, last_on: date
) -> list[ShiftLine]:
    """An agent's shifts, and those of whoever walks in the same team that evening, in order."""
    own = aliased(Shift)
    beside = (
        select(own.id)
        .where(
            own.prestataire_id == Shift.prestataire_id,
            own.team_id == Shift.team_id,
            own.evening_on == Shift.evening_on,
            own.agent_id == agent_id,
            own.cancelled_at.is_(None),
        )
        .exists()
    )
    query = _shifts(session).where(beside, Shift.evening_on.between(first_on, last_on))
    return [_shift(row) for row in session.execute(query)]


def teams_on_duty(session: Session, scheme_id: int, evening_on: date) -> list[TeamOnDuty]:
    """The teams that walk on an evening, by name.

    A team with an agent whose card has expired, or who has left, does not walk (L612-20 CSI).
    """
    lines = shifts_of_evening(session, scheme_id, evening_on)
    teams = [list(found) for _, found in groupby(lines, key=lambda line: line.team)]
    return [_on_duty(found) for found in teams if all(line.is_walkable for line in found)]


def _on_duty(lines: Sequence[ShiftLine]) -> TeamOnDuty:
    team = lines[0].team
    window = (min(line.starts_at for line in lines), max(line.ends_at for line in lines))
    return TeamOnDuty(
        team.id,
        team.name,
        team.starts_from,
        *window,
        # One person may have two shifts that follow each other in the same evening.
        agents=tuple({line.agent.id: line.agent for line in lines}.values()),
        is_complete=not gaps([line.span for line in lines], window),
    )


_AGENT = (
    Agent.id,
    Agent.account_id,
    Agent.display_name,
    Agent.job_kind,
    Agent.card_number,
    Agent.card_valid_until,
    Agent.left_on,
)
_TEAM = (Team.id, Team.scheme_id, Team.name, Team.starts_from, Team.disbanded_on)
_SHIFT = (
    Shift.id,
    Shift.scheme_id,
    Shift.evening_on,
    func.lower(Shift.during).label("starts_at"),
    func.upper(Shift.during).label("ends_at"),
)


def _shifts(session: Session) -> Select[Any]:
    return (
        select(*_SHIFT, *_TEAM, *_AGENT)
        .join(Team, (Team.prestataire_id == Shift.prestataire_id) & (Team.id == Shift.team_id))
        .join(Agent, (Agent.prestataire_id == Shift.prestataire_id) & (Agent.id == Shift.agent_id))
        .where(Shift.cancelled_at.is_(None), *stated(session, Shift))
        .order_by(
            Shift.evening_on, Team.name, Team.id, func.lower(Shift.during), Agent.display_name,
            Shift.id,
        )
    )  # fmt: skip


def _shift(row: Row[Any]) -> ShiftLine:
    # Three tables have an `id`: what each gave is told by its place.
    given = tuple(row)
    shift_id, scheme_id, evening_on, starts_at, ends_at = given[:5]
    team, walker = TeamLine(*given[5:10]), _agent(given[10:])
    return ShiftLine(shift_id, scheme_id, evening_on, team, walker, starts_at, ends_at)


def _agent(row: Any) -> AgentLine:
    key, account_id, name, job_kind, *card = row
    return AgentLine(key, account_id, name, JobKind(job_kind), *card)


def _only_agent(session: Session, condition: ColumnElement[bool]) -> AgentLine | None:
    row = session.execute(select(*_AGENT).where(*stated(session, Agent), condition)).one_or_none()
    return _agent(row) if row else None
