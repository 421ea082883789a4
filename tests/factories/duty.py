"""Teams and their shifts."""

from datetime import date, time
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import Range

from presence.kernel.clock import evening_instant
from presence.roster.models import Agent, Shift, Team
from tests.worlds import World


def a_team_on_duty(
    world: World,
    evening_on: date,
    *,
    name: str = "Équipe 1",
    scheme_id: int | None = None,
    hours: tuple[time, time] = (time(17), time(23)),
    accounts: tuple[UUID | None, ...] = (None, None),
) -> UUID:
    """A team whose agents, mediators, are all on duty on an evening."""
    scheme = world.ids["scheme"] if scheme_id is None else scheme_id
    own = {"prestataire_id": world.ids["PRESTA"]}
    team_id = uuid4()
    with world.prestataire() as session:
        session.add(Team(**own, id=team_id, scheme_id=scheme, name=name))
        people = [
            Agent(
                **own, id=uuid4(), account_id=account, display_name=f"{name} {n}",
                job_kind="mediator",
            )
            for n, account in enumerate(accounts)
        ]  # fmt: skip
        session.add_all(people)
        session.flush()
        during = Range(*(evening_instant(evening_on, hour) for hour in hours))
        session.add_all(
            Shift(
                **own, id=uuid4(), scheme_id=scheme, team_id=team_id, agent_id=person.id,
                evening_on=evening_on, during=during,
            )
            for person in people
        )  # fmt: skip
    return team_id
