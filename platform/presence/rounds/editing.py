"""Edit a draft (retouches du chef d'équipe): place, move, give up, add a stop.

After each change the team's hours are worked out again; a round that could not be walked is
refused, and nothing is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.kernel.clock import evening_instant
from presence.kernel.errors import Conflict, Invalid
from presence.kernel.nomenclature import StopSource
from presence.kernel.ownership import stated
from presence.patrimoine import queries as patrimoine
from presence.planning.stored import served_by
from presence.rounds.drafting import draft
from presence.rounds.evening import VISIT_MINUTES, Evening, evening, position_of
from presence.rounds.models import RoundPlan, RoundStop
from presence.routing.problem import Problem, Stop, Team
from presence.routing.timetable import arrivals
from presence.routing.travel import Legs

MOST_REASON = 120


@dataclass(frozen=True)
class Where:
    """Where a stop goes: a team, and its rank there (last when none is said)."""

    team_id: UUID
    rank: int | None = None


def place_stop(session: Session, plan_id: UUID, stop_id: UUID, where: Where) -> None:
    """Put a stop in a team's round, whether it was in another or given up."""
    row = draft(session, plan_id)
    stop = _stop(session, row, stop_id)
    asked = evening(session, row.scheme_id, row.evening_on)
    team = _team(asked, where.team_id)
    former = stop.team_id
    route = [item for item in _route(session, row, team.id) if item.id != stop.id]
    rank = len(route) + 1 if where.rank is None else max(1, min(where.rank, len(route) + 1))
    route.insert(rank - 1, stop)
    _walk(session, asked, team, route)
    stop.given_up_why, stop.pinned = None, True
    if former is not None and former != team.id:
        _walk_again(session, row, asked, former)
    session.flush()


def give_up_stop(session: Session, plan_id: UUID, stop_id: UUID, why: str) -> None:
    """Take a stop out of the rounds, with a reason that stays with them."""
    row = draft(session, plan_id)
    stop = _stop(session, row, stop_id)
    reason = " ".join(why.split())
    if not 1 <= len(reason) <= MOST_REASON:
        raise Invalid("why", f"Dites pourquoi, en {MOST_REASON} caractères au plus.")
    former, stop.team_id, stop.rank, stop.arrives_at = stop.team_id, None, 0, None
    stop.given_up_why, stop.pinned = reason, True
    session.flush()
    if former is not None:
        _walk_again(session, row, evening(session, row.scheme_id, row.evening_on), former)
    session.flush()


def add_stop(session: Session, plan_id: UUID, entrance_id: UUID, where: Where) -> UUID:
    """Add a hall that nothing made due tonight; the stop's id."""
    row = draft(session, plan_id)
    found = patrimoine.entrances_by_id(session, [entrance_id]).get(entrance_id)
    hours = served_by(session, row.scheme_id)(row.evening_on)
    perimeter = patrimoine.covered_on(session, row.evening_on, row.scheme_id)
    if found is None or hours is None or found.residence_id not in perimeter:
        raise Invalid("entrance_id", "Hall inconnu dans le périmètre de ce soir.")
    known = session.scalar(
        select(RoundStop).where(
            *stated(session, RoundStop),
            RoundStop.round_plan_id == row.id,
            RoundStop.entrance_id == entrance_id,
        )
    )
    stop = known or RoundStop(
        prestataire_id=row.prestataire_id,
        id=uuid4(),
        round_plan_id=row.id,
        rank=0,
        bailleur_id=found.bailleur_id,
        residence_id=found.residence_id,
        entrance_id=entrance_id,
        minutes=VISIT_MINUTES,
        opens_at=evening_instant(row.evening_on, hours.opens_at),
        closes_at=evening_instant(row.evening_on, hours.closes_at),
        source=StopSource.ADDED.value,
        reasons=[],
        given_up_why="À placer",
    )
    session.add(stop)
    session.flush()
    place_stop(session, plan_id, stop.id, where)
    return stop.id


def has_stop(session: Session, plan_id: UUID, stop_id: UUID) -> bool:
    """Whether a stop is one of a plan's."""
    query = select(RoundStop.id).where(
        *stated(session, RoundStop), RoundStop.round_plan_id == plan_id, RoundStop.id == stop_id
    )
    return session.scalar(query) is not None


def _walk_again(session: Session, row: RoundPlan, asked: Evening, team_id: UUID) -> None:
    team = next((team for team in asked.teams if team.id == team_id), None)
    if team is not None:
        _walk(session, asked, team, _route(session, row, team_id))


def _walk(session: Session, asked: Evening, team: Team, route: Sequence[RoundStop]) -> None:
    """Write a team's hours and ranks again; raises `Conflict` when it cannot be walked."""
    problem = Problem(tuple(_described(session, asked, route)), (team,), seed=0)
    times = arrivals(problem, Legs.of(problem), 0, range(len(route)))
    if times is None:
        name = asked.team_names[team.id]
        message = (
            f"La tournée de {name} ne tiendrait plus dans ses horaires : "
            "retirez un arrêt, ou donnez-le à une autre équipe."
        )
        raise Conflict(message)
    for rank, (stop, minute) in enumerate(zip(route, times, strict=True), start=1):
        stop.team_id, stop.rank, stop.arrives_at = team.id, rank, asked.instant(minute)


def _described(session: Session, asked: Evening, route: Sequence[RoundStop]) -> list[Stop]:
    halls = {
        hall.id: hall
        for hall in patrimoine.hall_details(session, entrance_ids=[s.entrance_id for s in route])
    }
    places = {place.id: place for place in patrimoine.residences(session)}
    return [
        Stop(
            id=stop.entrance_id,
            residence_id=stop.residence_id,
            owner=stop.bailleur_id,
            at=position_of(halls[stop.entrance_id]),
            sector=places[stop.residence_id].insee_code,
            minutes=stop.minutes,
            opens=asked.minutes(stop.opens_at),
            closes=asked.minutes(stop.closes_at),
            weight=0,
            reasons=(),
            ordered=True,
        )
        for stop in route
    ]


def _route(session: Session, row: RoundPlan, team_id: UUID) -> list[RoundStop]:
    return list(
        session.scalars(
            select(RoundStop)
            .where(
                *stated(session, RoundStop),
                RoundStop.round_plan_id == row.id,
                RoundStop.team_id == team_id,
            )
            .order_by(RoundStop.rank)
        )
    )


def _stop(session: Session, row: RoundPlan, stop_id: UUID) -> RoundStop:
    found = session.scalar(
        select(RoundStop).where(
            *stated(session, RoundStop),
            RoundStop.round_plan_id == row.id,
            RoundStop.id == stop_id,
        )
    )
    if found is None:
        raise Invalid("stop", "Cet arrêt n'est pas de ces tournées.")
    return found


def _team(asked: Evening, team_id: UUID) -> Team:
    for team in asked.teams:
        if team.id == team_id:
            return team
    raise Invalid("team_id", "Cette équipe n'est pas de service ce soir.")
