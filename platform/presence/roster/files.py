"""Files of agents (fiches): card and trainings together, whose validity is to be watched first."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from presence.kernel.clock import today
from presence.kernel.collation import order_key
from presence.roster import queries
from presence.roster.queries import AgentLine, TrainingLine
from presence.roster.rules import Expiry, alerts


@dataclass(frozen=True)
class AgentFile:
    """An agent, the trainings, and what has expired or will within sixty days."""

    agent: AgentLine
    trainings: tuple[TrainingLine, ...]
    alerts: tuple[Expiry, ...]


def agent_files(session: Session) -> list[AgentFile]:
    """Everybody who works here: what expires first comes first, then by name."""
    day, trainings = today(session), queries.trainings(session)
    found = [_file(row, trainings.get(row.id, []), day) for row in queries.agents(session)]
    return sorted(
        found,
        key=lambda file: (
            file.alerts[0].on if file.alerts else date.max,
            order_key(file.agent.display_name),
            str(file.agent.id),
        ),
    )


def agent_file(session: Session, agent_id: UUID) -> AgentFile | None:
    """One agent's file, None if another's or unknown."""
    row = queries.agent(session, agent_id)
    if row is None:
        return None
    trainings = queries.trainings(session, agent_id).get(agent_id, [])
    return _file(row, trainings, today(session))


def _file(agent: AgentLine, trainings: list[TrainingLine], day: date) -> AgentFile:
    # A renewed training is another line: the last to end speaks for its label.
    last: dict[str, Expiry] = {}
    for item in trainings:
        found = Expiry(item.label, item.expires_on or date.max)
        key = item.label.casefold()
        last[key] = max(found, last.get(key, found), key=lambda expiry: expiry.on)
    card = agent.card_valid_until
    expiries = [*last.values(), *([Expiry("Carte", card)] if card else [])]
    return AgentFile(agent, tuple(trainings), alerts(expiries, day))
