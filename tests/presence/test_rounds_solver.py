"""Rounds drawn up: they can be walked, serve owners alike, and never fail for want of a solver."""

import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from presence.routing import solver
from presence.routing.drawing import draw_up
from presence.routing.priority import weigh
from presence.routing.problem import GiveUpReason, Plan, Problem, Reason, Stop, Team
from presence.routing.timetable import Routes, verify
from presence.routing.travel import Legs
from tests.presence.evenings import (
    CENTRE,
    EVENING,
    a_stop,
    a_team,
    a_town,
    plan_value,
    rounds,
    served,
    spread,
    tolerance,
    with_one_owner_away,
)

# What urgent reasons may give an owner: ten points of share.
URGENT = Fraction(10, 100)
REQUEST = (Reason.ASKED,)


def why(problem: Problem) -> dict[UUID, GiveUpReason]:
    return {one.stop_id: one.why for one in draw_up(problem, engine="greedy").given_up}


def only(stop: Stop, *teams: Team) -> Problem:
    return Problem((stop,), teams or (a_team(),), seed=1)


def test_without_a_team_every_stop_is_given_up_for_that() -> None:
    problem = Problem(a_town(5, teams=1, owners=1).stops, (), seed=1)

    plan = draw_up(problem)

    assert plan.planned == ()
    assert {one.why for one in plan.given_up} == {GiveUpReason.NO_TEAM}
    assert verify(problem, plan) == []


def test_an_evening_without_stops_is_an_empty_plan() -> None:
    plan = draw_up(Problem((), (a_team(),), seed=1))

    assert (plan.planned, plan.given_up) == ((), ())


@pytest.mark.parametrize(
    "stop",
    [a_stop(1, opens=0, closes=100), a_stop(1, opens=200, closes=205)],
    ids=["band before every shift", "band shorter than the visit"],
)
def test_a_stop_that_no_shift_can_hold_says_so(stop: Stop) -> None:
    found = why(only(stop, a_team(1, starts=120), a_team(2, starts=180)))

    assert found == {stop.id: GiveUpReason.NO_SLOT}
    assert found[stop.id].label == "Pas de créneau dans la plage horaire"


def test_a_stop_too_far_to_be_reached_in_its_band_says_so() -> None:
    away = (CENTRE[0] + 0.2, CENTRE[1])

    found = why(only(a_stop(1, at=away, closes=30), a_team(start_at=CENTRE)))

    assert found == {UUID(int=1): GiveUpReason.TOO_FAR}


def test_what_does_not_fit_says_that_the_teams_are_full() -> None:
    problem = Problem((a_stop(1), a_stop(2)), (a_team(ends=15),), seed=1)

    assert list(why(problem).values()) == [GiveUpReason.TEAMS_FULL]


def test_the_only_place_left_goes_to_the_request() -> None:
    asked = a_stop(2, owner=2, reasons=REQUEST, weight=weigh(REQUEST))
    problem = Problem((a_stop(1), asked, a_stop(3)), (a_team(ends=15),), seed=1)

    assert served(draw_up(problem, engine="greedy")) == {asked.id}


def test_an_owner_s_late_place_is_served_before_its_other_ones() -> None:
    late = (Reason.BEHIND,)
    behind = a_stop(2, reasons=late, weight=weigh(late, late=1, due=7))
    problem = Problem((a_stop(1), behind, a_stop(3)), (a_team(ends=15),), seed=1)

    assert served(draw_up(problem, engine="greedy")) == {behind.id}


def test_a_team_waits_for_a_band_to_open() -> None:
    plan = draw_up(only(a_stop(1, opens=90, closes=120)), engine="greedy")

    assert [planned.arrives for planned in plan.planned] == [90]


def test_a_team_that_comes_on_later_is_used_from_then() -> None:
    plan = draw_up(only(a_stop(1), a_team(starts=150)), engine="greedy")

    assert [planned.arrives for planned in plan.planned] == [150]


def test_a_seed_gives_the_same_rounds_in_whatever_order_the_stops_come() -> None:
    problem = a_town(40, teams=2, owners=3, bands=True)
    turned = replace(problem, stops=problem.stops[::-1])

    assert draw_up(turned, engine="greedy") == draw_up(problem, engine="greedy")


def test_no_two_nights_look_alike() -> None:
    town = a_town(30, teams=2, owners=3, bands=True)
    nights = [replace(town, seed=seed) for seed in range(4)]

    plans = [draw_up(night, engine="greedy") for night in nights]

    assert len({tuple(rounds(plan)) for plan in plans}) == len(nights)
    assert [verify(night, plan) for night, plan in zip(nights, plans, strict=True)] == [[]] * 4


def test_a_night_of_regular_stops_only_is_the_same_whatever_the_seed() -> None:
    town = a_town(30, teams=2, owners=3)
    regular = replace(town, stops=tuple(replace(stop, ordered=True) for stop in town.stops))

    first, second = (draw_up(replace(regular, seed=seed), engine="greedy") for seed in (1, 2))

    assert rounds(first) == rounds(second)


@pytest.mark.parametrize("seed", range(5))
def test_a_residence_s_regular_halls_come_before_its_random_ones(seed: int) -> None:
    residence = UUID(int=77)
    halls = tuple(a_stop(n, residence_id=residence, ordered=n > 4) for n in range(1, 9))

    plan = draw_up(Problem(halls, (a_team(),), seed), engine="greedy")

    regular = {hall.id for hall in halls if hall.ordered}
    assert {stop_id for _, stop_id in rounds(plan)[:4]} == regular


def test_a_random_hall_stays_first_when_the_bands_want_it_so() -> None:
    residence = UUID(int=77)
    early = a_stop(1, residence_id=residence, closes=30)
    regular = a_stop(2, residence_id=residence, opens=60, ordered=True)

    plan = draw_up(Problem((early, regular), (a_team(),), seed=1), engine="greedy")

    assert [stop_id for _, stop_id in rounds(plan)] == [early.id, regular.id]


@st.composite
def evenings(draw: st.DrawFn) -> Problem:
    places = st.none() | st.tuples(st.floats(45.5, 45.7), st.floats(5.1, 5.4))
    stops = []
    for number in range(draw(st.integers(0, 9))):
        opens = draw(st.integers(0, EVENING))
        stops.append(
            a_stop(
                number, owner=draw(st.integers(1, 3)), at=draw(places), opens=opens,
                residence_id=UUID(int=draw(st.integers(1, 4))), minutes=draw(st.integers(1, 60)),
                closes=opens + draw(st.integers(0, 200)), ordered=draw(st.booleans()),
                sector=draw(st.sampled_from(["", "38053", "38553"])),
            )
        )  # fmt: skip
    teams = []
    for number in range(draw(st.integers(0, 3))):
        starts = draw(st.integers(0, 300))
        ends = starts + draw(st.integers(1, 200))
        teams.append(a_team(number, starts=starts, ends=ends, start_at=draw(places)))
    return Problem(tuple(stops), tuple(teams), draw(st.integers(0, 99)))


@settings(max_examples=150)
@given(evenings())
def test_greedy_rounds_can_always_be_walked(problem: Problem) -> None:
    plan = draw_up(problem, engine="greedy")

    assert verify(problem, plan) == []


def three_in_five(owners: int, seed: int) -> Problem:
    """An evening whose teams can hold about 60 % of the stops."""
    return a_town(70, teams=2, owners=owners, minutes=15, seed=seed)


@pytest.mark.parametrize("owners", [2, 7])
@pytest.mark.parametrize("seed", range(4))
def test_owners_are_served_alike_by_insertion_when_not_all_can_be(owners: int, seed: int) -> None:
    near = three_in_five(owners, seed)

    for problem in (near, with_one_owner_away(near)):
        plan = draw_up(problem, engine="greedy")

        assert 0.5 < len(plan.planned) / len(problem.stops) < 0.7
        assert spread(problem, plan) <= tolerance(problem)


@pytest.mark.parametrize("owners", [2, 7])
def test_owners_are_served_alike_by_the_solver_when_not_all_can_be(owners: int) -> None:
    problem = with_one_owner_away(three_in_five(owners, seed=1))

    plan = draw_up(problem, seconds=0.8, engine="solver")

    assert plan.method == "solver"
    assert 0.5 < len(plan.planned) / len(problem.stops) < 0.7
    assert spread(problem, plan) <= tolerance(problem)


def test_an_owner_with_more_urgent_reasons_does_not_get_everything() -> None:
    late = (Reason.BEHIND, Reason.HOT_SPOT)
    town = a_town(60, teams=2, owners=2, minutes=14)
    urgent = weigh(late, late=7, due=7)
    stops = [replace(s, reasons=late, weight=urgent) if s.owner == 1 else s for s in town.stops]
    problem = replace(town, stops=tuple(stops))

    plan = draw_up(problem, engine="greedy")

    assert len(plan.planned) < len(problem.stops)
    assert spread(problem, plan) <= tolerance(problem) + URGENT


def test_sixty_stops_and_three_teams_are_planned_in_a_second() -> None:
    problem = a_town(60, teams=3, owners=4, bands=True)

    plan = draw_up(problem, seconds=1.0, engine="solver")

    assert plan.method == "solver"
    assert verify(problem, plan) == []
    assert plan_value(problem, plan) >= plan_value(problem, draw_up(problem, engine="greedy"))


def test_the_solver_keeps_away_from_what_no_team_can_reach() -> None:
    town = a_town(12, teams=1, owners=2)
    unreachable = a_stop(99, opens=EVENING, closes=EVENING + 60)
    problem = replace(town, stops=(*town.stops, unreachable))

    plan = draw_up(problem, seconds=0.2, engine="solver")

    assert [(one.stop_id, one.why) for one in plan.given_up] == [
        (unreachable.id, GiveUpReason.NO_SLOT)
    ]
    assert plan.method == "solver"


def test_shifts_that_do_not_overlap_are_both_used_by_the_solver() -> None:
    town = a_town(20, teams=1, owners=2, minutes=15)
    shifts = (a_team(1, ends=180), a_team(2, starts=180))
    problem = replace(town, teams=shifts)

    plan = draw_up(problem, seconds=0.3, engine="solver")

    assert {team_id for team_id, _ in rounds(plan)} == {team.id for team in shifts}
    assert verify(problem, plan) == []


TOWN = a_town(20, teams=1, owners=2, minutes=20)


def same_as_greedy(plan: Plan) -> bool:
    return plan == draw_up(TOWN, engine="greedy")


def test_without_the_solver_installed_the_greedy_rounds_are_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "ortools.constraint_solver", None)

    plan = draw_up(TOWN)

    assert plan.method == "greedy"
    assert same_as_greedy(plan)


def breaks(*_: object) -> Routes:
    raise RuntimeError


def doubles(_: Problem, __: Legs, routes: Routes, ___: float) -> Routes:
    return [route + route for route in routes]


def loses(_: Problem, __: Legs, routes: Routes, ___: float) -> Routes:
    return [route[1:] for route in routes]


@pytest.mark.parametrize("answer", [breaks, doubles, loses])
def test_an_answer_that_fails_cannot_be_walked_or_is_worse_is_not_taken(
    monkeypatch: pytest.MonkeyPatch, answer: Callable[..., Routes]
) -> None:
    monkeypatch.setattr(solver, "improve", answer)

    assert same_as_greedy(draw_up(TOWN))


def test_a_failure_of_the_solver_is_let_through_when_it_was_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(solver, "improve", breaks)

    with pytest.raises(RuntimeError):
        draw_up(TOWN, engine="solver")


def test_the_time_taken_is_told() -> None:
    assert draw_up(TOWN, engine="greedy").seconds > 0
