"""People who walk: an account, an agent, a shift and a published stop on an evening."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from presence.accounts.identity import call
from presence.accounts.services import NewAccount, open_account
from presence.kernel.nomenclature import JobKind, RoundState, StopSource
from presence.patrimoine.queries import Hall
from presence.roster.models import Agent, Shift, Team
from presence.rounds.models import RoundPlan, RoundStop
from tenants.context import Context, Kind
from tenants.registry import organisations
from tests.worlds import World

TONIGHT = date(2013, 12, 5)
PASSWORD = "tambour brume quai lavande"  # noqa: S105 - a test's own


def an_account(world: World, code: str = "PRESTA", email: str | None = None) -> UUID:
    """Somebody of an organisation, with an account and no role."""
    with world.operator() as session:
        organisation = next(o for o in organisations(session) if o.code == code)
        session.expunge_all()
    with world.app.app_context():
        address = email or f"{uuid4().hex[:8]}@presta.example"
        return open_account(organisation, NewAccount(address, "Sam", PASSWORD, ())).account_id


def account_of(world: World, email: str) -> UUID:
    """The account of an address."""
    with world.app.app_context():
        return UUID(str(call("account_for_sign_in", email)[0].account_id))


@contextmanager
def person(world: World, code: str, account: UUID) -> Iterator[Session]:
    """A transaction of a person, in the organisation's own kind of context."""
    kind = Kind.PRESTATAIRE if code == "PRESTA" else Kind.BAILLEUR
    with world.acting(Context(kind, world.ids[code], account)) as session:
        yield session


def an_agent(world: World, account: UUID, card: str | None = "38-0001") -> UUID:
    """The agent that an account stands for, as already known or taken in."""
    with world.prestataire() as session:
        known = session.scalar(select(Agent.id).where(Agent.account_id == account))
        if known is not None:
            return known
        row = Agent(
            prestataire_id=world.ids["PRESTA"],
            id=uuid4(),
            account_id=account,
            display_name="Sam",
            job_kind=(JobKind.SECURITY if card else JobKind.MEDIATOR).value,
            card_number=card,
            card_valid_until=date(2016, 1, 1) if card else None,
        )
        session.add(row)
        return row.id


def put_on_duty(world: World, account: UUID, halls: list[Hall], evening_on: date = TONIGHT) -> None:
    """Make a person walk these halls on an evening, by a published round of their team's."""
    agent_id, own, scheme_id = an_agent(world, account), world.ids["PRESTA"], world.ids["scheme"]
    opens = datetime.combine(evening_on, time(17), UTC)
    with world.prestataire() as session:
        known = session.scalar(
            select(Shift.team_id).where(
                Shift.agent_id == agent_id, Shift.evening_on == evening_on,
                Shift.cancelled_at.is_(None),
            )
        )  # fmt: skip
        team_id = known or _a_team_on_shift(session, agent_id, (own, scheme_id), opens)
        versions = select(func.max(RoundPlan.version)).where(RoundPlan.evening_on == evening_on)
        plan = RoundPlan(
            prestataire_id=own, id=uuid4(), scheme_id=scheme_id, evening_on=evening_on,
            version=(session.scalar(versions) or 0) + 1, state=RoundState.PUBLISHED.value,
            method="none", seed=1, account_id=account,
        )  # fmt: skip
        session.add(plan)
        session.flush()
        session.add_all(
            RoundStop(
                prestataire_id=own, id=uuid4(), round_plan_id=plan.id, team_id=team_id, rank=rank,
                bailleur_id=hall.bailleur_id, residence_id=hall.residence_id,
                entrance_id=hall.id, arrives_at=opens, minutes=10, opens_at=opens,
                closes_at=opens + timedelta(hours=6), source=StopSource.FREQUENCY.value, reasons=[],
            )
            for rank, hall in enumerate(halls, start=1)
        )  # fmt: skip


def _a_team_on_shift(
    session: Session, agent_id: UUID, whose: tuple[int, int], opens: datetime
) -> UUID:
    own, scheme_id = whose
    team = Team(prestataire_id=own, id=uuid4(), scheme_id=scheme_id, name=uuid4().hex[:8])
    session.add(team)
    session.flush()
    session.add(
        Shift(
            prestataire_id=own, id=uuid4(), scheme_id=scheme_id, team_id=team.id,
            agent_id=agent_id, evening_on=opens.date(),
            during=Range(opens, opens + timedelta(hours=6)),
        )
    )  # fmt: skip
    return team.id
