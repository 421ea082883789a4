"""Times of a round (horaires d'une tournée): when each stop is reached, and whether a plan holds.

Pure. `verify` shares nothing with what draws plans up: it takes a plan by itself, drawn up,
edited by hand or read again, and says in French what cannot be walked.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from presence.routing.problem import GiveUpReason, Plan, PlannedStop, Problem, Stop, Team
from presence.routing.travel import Legs, minutes_between, minutes_from_start

# A round of each team, in the problem's order: the stops by their place in the problem.
Routes = list[list[int]]


def arrivals(problem: Problem, legs: Legs, team: int, route: Sequence[int]) -> list[int] | None:
    """The earliest minute of each visit of a round; None when it cannot be walked."""
    shift, found = problem.teams[team], list[int]()
    free, before = shift.starts, None
    for number in route:
        stop = problem.stops[number]
        leg = legs.from_start[team][number] if before is None else legs.between[before][number]
        arrives = max(stop.opens, free + leg)
        free, before = arrives + stop.minutes, number
        if free > min(stop.closes, shift.ends):
            return None
        found.append(arrives)
    return found


def why_left_out(problem: Problem, legs: Legs, number: int) -> GiveUpReason:
    """Why a stop that no round holds was given up."""
    stop, teams = problem.stops[number], problem.teams
    if not teams:
        return GiveUpReason.NO_TEAM
    if not any(
        max(stop.opens, team.starts) + stop.minutes <= min(stop.closes, team.ends) for team in teams
    ):
        return GiveUpReason.NO_SLOT
    if all(arrivals(problem, legs, team, [number]) is None for team in range(len(teams))):
        return GiveUpReason.TOO_FAR
    return GiveUpReason.TEAMS_FULL


def verify(problem: Problem, plan: Plan) -> list[str]:
    """What is wrong with a plan, a sentence each; nothing when it can be walked as it is."""
    return [*_accounting(problem, plan), *_walking(problem, plan)]


def _accounting(problem: Problem, plan: Plan) -> Iterator[str]:
    """Each stop of the problem is planned or given up, once."""
    found = Counter(planned.stop_id for planned in plan.planned)
    found.update(given_up.stop_id for given_up in plan.given_up)
    known = {stop.id for stop in problem.stops}
    for stop_id in sorted(known | set(found)):
        if stop_id not in known:
            yield f"L'arrêt {stop_id} n'est pas de cette soirée : retirez-le."
        elif not found[stop_id]:
            yield f"L'arrêt {stop_id} n'est ni prévu ni laissé de côté avec un motif."
        elif found[stop_id] > 1:
            yield f"L'arrêt {stop_id} figure {found[stop_id]} fois : gardez-en un."
    teams = {team.id for team in problem.teams}
    for planned in plan.planned:
        if planned.team_id not in teams:
            yield f"L'équipe de l'arrêt {planned.stop_id} n'est pas en service ce soir."


def _walking(problem: Problem, plan: Plan) -> Iterator[str]:
    stops = {stop.id: stop for stop in problem.stops}
    for team in problem.teams:
        held = sorted(
            (one for one in plan.planned if one.team_id == team.id and one.stop_id in stops),
            key=lambda one: one.rank,
        )
        if [one.rank for one in held] != list(range(1, len(held) + 1)):
            yield f"Les rangs de l'équipe {team.id} ne se suivent pas : renumérotez la tournée."
        before: tuple[Stop, PlannedStop] | None = None
        for planned in held:
            stop = stops[planned.stop_id]
            yield from _visit(team, stop, planned, _reached(team, stop, before))
            before = stop, planned


def _reached(team: Team, stop: Stop, before: tuple[Stop, PlannedStop] | None) -> int:
    """The first minute when a team can be at a stop, coming from the one before or the start."""
    if before is None:
        return team.starts + minutes_from_start(team, stop)
    left, planned = before
    return planned.arrives + left.minutes + minutes_between(left, stop)


def _visit(team: Team, stop: Stop, planned: PlannedStop, reached: int) -> Iterator[str]:
    name = f"L'arrêt {planned.rank} ({stop.id}), prévu à la minute {planned.arrives},"
    ends = planned.arrives + stop.minutes
    if planned.arrives < stop.opens or ends > stop.closes:
        yield f"{name} sort de sa plage horaire, de {stop.opens} à {stop.closes}."
    if planned.arrives < team.starts or ends > team.ends:
        yield f"{name} sort de la vacation de l'équipe, de {team.starts} à {team.ends}."
    if planned.arrives < reached:
        yield f"{name} ne peut être atteint avant la minute {reached}."
