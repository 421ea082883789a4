"""An evening's rounds as the chief reads them, and one's own as an agent does."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.kernel.errors import NotFound
from presence.kernel.nomenclature import RoundState, StopSource
from presence.kernel.ownership import stated
from presence.patrimoine import queries as patrimoine
from presence.planning.queries import place_label
from presence.roster.queries import shifts_of_evening, teams
from presence.rounds.drafting import own_plan
from presence.rounds.models import RoundOpening, RoundPlan, RoundStop
from presence.routing.problem import Reason
from tenants.scheme import contracts

SHOWN = (RoundState.ASKED, RoundState.DRAFT, RoundState.FAILED)


@dataclass(frozen=True)
class StopView:
    """A stop with its reasons; `bailleur` is for the prestataire's eyes only."""

    id: UUID
    entrance_id: UUID
    residence_id: UUID
    label: str
    address: str
    bailleur: str
    rank: int
    arrives_at: datetime | None
    source: StopSource
    reasons: tuple[str, ...]
    given_up_why: str | None
    pinned: bool


@dataclass(frozen=True)
class TeamView:
    """A team, who walks, what, and who has opened it."""

    id: UUID
    name: str
    agents: tuple[str, ...]
    stops: tuple[StopView, ...]
    opened: tuple[tuple[str, datetime], ...]
    awaited: int


@dataclass(frozen=True)
class RoundsView:
    """A version of an evening's rounds."""

    id: UUID
    evening_on: date
    version: int
    state: RoundState
    method: str
    seconds: float | None
    published_at: datetime | None
    error: str | None
    teams: tuple[TeamView, ...]
    given_up: tuple[StopView, ...]

    @property
    def served(self) -> int:
        """How many stops have a team."""
        return sum(len(team.stops) for team in self.teams)

    @property
    def wanted(self) -> int:
        """How many the evening asked for."""
        return self.served + len(self.given_up)


def rounds_of(
    session: Session, scheme_id: int, evening_on: date, states: Sequence[RoundState]
) -> RoundsView | None:
    """The last version of an evening's rounds among some states, None without any."""
    row = session.scalar(
        select(RoundPlan)
        .where(
            *stated(session, RoundPlan),
            RoundPlan.scheme_id == scheme_id,
            RoundPlan.evening_on == evening_on,
            RoundPlan.state.in_([state.value for state in states]),
        )
        .order_by(RoundPlan.version.desc())
        .limit(1)
    )
    return _view(session, row) if row is not None else None


def rounds_of_evening(session: Session, scheme_id: int, evening_on: date) -> RoundsView:
    """The last version that is not superseded; raises `NotFound`."""
    live = [state for state in RoundState if state is not RoundState.SUPERSEDED]
    found = rounds_of(session, scheme_id, evening_on, live)
    if found is None:
        raise NotFound
    return found


def rounds_by_id(session: Session, plan_id: UUID) -> RoundsView:
    """One version; raises `NotFound`."""
    return _view(session, own_plan(session, plan_id))


def own_round(
    session: Session, scheme_id: int, evening_on: date, account_id: UUID | None
) -> tuple[RoundsView, TeamView] | None:
    """The published round of the team in which a person walks, None without any."""
    view = rounds_of(session, scheme_id, evening_on, [RoundState.PUBLISHED])
    if view is None or account_id is None:
        return None
    own = {
        shift.team.id
        for shift in shifts_of_evening(session, scheme_id, evening_on)
        if shift.agent.account_id == account_id
    }
    return next(((view, team) for team in view.teams if team.id in own), None)


def _view(session: Session, row: RoundPlan) -> RoundsView:
    stops = _stops(session, row)
    by_team: dict[UUID | None, list[StopView]] = defaultdict(list)
    for team_id, stop in stops:
        by_team[team_id].append(stop)
    walking: dict[UUID, list[tuple[UUID | None, str]]] = defaultdict(list)
    for shift in shifts_of_evening(session, row.scheme_id, row.evening_on):
        walking[shift.team.id].append((shift.agent.account_id, shift.agent.display_name))
    names = {team.id: team.name for team in teams(session, row.scheme_id)}
    opened = _openings(session, row)
    found = []
    for team_id in sorted({*walking, *(t for t in by_team if t)}, key=lambda t: names.get(t, "")):
        people = dict(walking[team_id])
        read = tuple(
            (name, opened[account]) for account, name in people.items() if account in opened
        )
        found.append(
            TeamView(
                team_id,
                names.get(team_id, "Équipe dissoute"),
                tuple(name for _, name in walking[team_id]),
                tuple(by_team.get(team_id, ())),
                read,
                sum(account is not None for account in people),
            )
        )
    return RoundsView(
        row.id, row.evening_on, row.version, RoundState(row.state), row.method, row.seconds,
        row.published_at, row.error, tuple(found), tuple(by_team.get(None, ())),
    )  # fmt: skip


def _stops(session: Session, row: RoundPlan) -> list[tuple[UUID | None, StopView]]:
    rows = session.scalars(
        select(RoundStop)
        .where(*stated(session, RoundStop), RoundStop.round_plan_id == row.id)
        .order_by(RoundStop.rank, RoundStop.id)
    ).all()
    places = {place.id: place for place in patrimoine.residences(session, archived=True)}
    halls = patrimoine.entrances_by_id(session, [stop.entrance_id for stop in rows])
    owners = {contract.bailleur_id: contract.bailleur_name for contract in contracts(session)}
    return [
        (stop.team_id, _stop(stop, places, halls, owners))
        for stop in rows
        # A contract that ended, a residence that left: nothing of it is read any more.
        if stop.residence_id in places and stop.entrance_id in halls
    ]


def _stop(
    stop: RoundStop,
    places: Mapping[UUID, patrimoine.Place],
    halls: Mapping[UUID, patrimoine.Hall],
    owners: Mapping[int, str],
) -> StopView:
    place = places[stop.residence_id]
    return StopView(
        stop.id,
        stop.entrance_id,
        stop.residence_id,
        place_label(place.name, halls[stop.entrance_id].name),
        f"{place.address}, {place.commune}",
        owners.get(stop.bailleur_id, "—"),
        stop.rank,
        stop.arrives_at,
        StopSource(stop.source),
        tuple(Reason(reason).label for reason in stop.reasons),
        stop.given_up_why,
        stop.pinned,
    )


def _openings(session: Session, row: RoundPlan) -> dict[UUID | None, datetime]:
    rows = session.execute(
        select(RoundOpening.account_id, RoundOpening.opened_at).where(
            *stated(session, RoundOpening), RoundOpening.round_plan_id == row.id
        )
    )
    return {opening.account_id: opening.opened_at for opening in rows}
