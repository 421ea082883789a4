"""Agents, teams and shifts of a prestataire."""

from datetime import date, time
from uuid import UUID, uuid4

from presence.kernel.nomenclature import JobKind
from presence.roster.queries import ShiftLine
from presence.roster.services import AgentDraft, add_agent
from presence.roster.shifts import ShiftDraft, plan_shift
from presence.roster.teams import TeamDraft, create_team
from tests.worlds import World

THURSDAY = date(2013, 12, 5)


def an_agent(
    world: World,
    name: str = "Karim",
    *,
    until: date | None = None,
    number: str = "038-2018-07-12-20130012345",
    account_id: UUID | None = None,
    provider: str = "PRESTA",
) -> UUID:
    """A mediator; with a card when it is said until when it holds."""
    key = uuid4()
    draft = AgentDraft(name, JobKind.MEDIATOR, number if until else None, until, account_id)
    with world.prestataire(provider) as session:
        add_agent(session, key, draft)
    return key


def a_team(
    world: World,
    name: str = "Bourgoin Ouest",
    *,
    scheme_id: int | None = None,
    provider: str = "PRESTA",
) -> UUID:
    """A team of the first scheme, or of another."""
    key = uuid4()
    scheme = world.ids["scheme"] if scheme_id is None else scheme_id
    with world.prestataire(provider) as session:
        create_team(session, key, TeamDraft(scheme, name))
    return key


def a_shift(
    world: World,
    team_id: UUID,
    agent_id: UUID,
    evening_on: date = THURSDAY,
    hours: tuple[str, str] | None = None,
) -> ShiftLine:
    """A shift over the whole service, or between two hours."""
    given = tuple(map(time.fromisoformat, hours)) if hours else (None, None)
    with world.prestataire() as session:
        draft = ShiftDraft(team_id, agent_id, evening_on, *given)
        return plan_shift(session, uuid4(), draft)
