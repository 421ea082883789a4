"""Rounds: the rule that says who comes first, travel times, and what makes a plan walkable."""

from dataclasses import replace
from itertools import combinations, pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presence.kernel.errors import Invalid
from presence.routing.priority import RULE, shares, value, weigh, worth, worths
from presence.routing.problem import (
    GivenUp,
    GiveUpReason,
    Plan,
    PlannedStop,
    Problem,
    Reason,
    Stop,
)
from presence.routing.timetable import verify
from presence.routing.travel import minutes_between, minutes_from_start
from tests.presence.evenings import CENTRE, EVENING, a_stop, a_team

TEN_POINTS_OF_SHARE = 100
OWN_REASONS = [Reason.BEHIND, Reason.DUE, Reason.CALL, Reason.HOT_SPOT]
NORTH = (CENTRE[0] + 0.1, CENTRE[1])


def test_a_request_comes_before_what_is_late_due_called_for_or_hot() -> None:
    alone = [weigh((reason,), late=1, due=5) for reason in (Reason.ASKED, *OWN_REASONS)]

    assert all(more > less for more, less in pairwise(alone))


def test_the_later_a_place_is_the_more_it_weighs() -> None:
    weights = [weigh((Reason.BEHIND,), late=late, due=5) for late in range(6)]

    assert all(less < more for less, more in pairwise(weights))


def test_a_place_that_is_due_and_behind_is_not_due_twice() -> None:
    both = weigh((Reason.DUE, Reason.BEHIND), late=2, due=5)

    assert both == weigh((Reason.BEHIND,), late=2, due=5)


def test_no_reason_but_a_request_is_worth_more_than_ten_points_of_share() -> None:
    gains = [
        weigh((Reason.DUE, *others), late=7, due=7) - weigh((Reason.DUE,))
        for size in range(4)
        for others in combinations(OWN_REASONS, size)
    ]

    assert max(gains) <= TEN_POINTS_OF_SHARE


def test_a_request_outweighs_the_latest_place_of_an_owner_served_in_nothing() -> None:
    latest = weigh((*OWN_REASONS,), late=7, due=7)

    assert worth(weigh((Reason.ASKED,))) > worth(latest, served=0, due=1000)


def test_a_due_place_weighs_less_as_its_owner_is_served() -> None:
    due = weigh((Reason.DUE,))

    found = [worth(due, served, due=10) for served in range(10)]

    assert all(more > less for more, less in pairwise(found))


def test_the_last_due_place_of_an_owner_outweighs_a_hot_spot_that_nothing_makes_due() -> None:
    hot = weigh((Reason.HOT_SPOT, Reason.CALL))

    assert worth(weigh((Reason.DUE,)), served=9, due=10) > worth(hot)


def test_serving_two_owners_alike_is_worth_more_than_serving_one_in_full() -> None:
    stops = [a_stop(number, owner=1 + number % 2) for number in range(8)]
    first = {stop.id for stop in stops if stop.owner == 1}
    alike = {stop.id for stop in stops[:4]}

    assert value(stops, alike) > value(stops, first)


def test_a_request_served_counts_in_its_owner_s_share_when_it_was_due_too() -> None:
    asked = (Reason.ASKED, Reason.DUE)
    stops = [a_stop(1, reasons=asked, weight=weigh(asked)), a_stop(2), a_stop(3, owner=2)]

    found = shares(stops, {UUID(int=1)})

    assert found == {1: 0.5, 2: 0}


@st.composite
def evenings(draw: st.DrawFn) -> tuple[list[Stop], set[UUID], set[UUID]]:
    """Stops with all sorts of reasons, and two sets of them."""
    stops = []
    for number in range(draw(st.integers(1, 8))):
        reasons = tuple(draw(st.sets(st.sampled_from(Reason), min_size=1)))
        late = draw(st.integers(0, 5))
        weight = weigh(reasons, late=late, due=5)
        owner = draw(st.integers(1, 3))
        stops.append(a_stop(number, owner=owner, reasons=reasons, weight=weight))
    some = st.sets(st.sampled_from([stop.id for stop in stops]))
    return stops, draw(some), draw(some)


@given(evenings())
def test_what_the_solver_is_promised_is_never_more_than_the_rule_gives(
    evening: tuple[list[Stop], set[UUID], set[UUID]],
) -> None:
    stops, first, chosen = evening

    promised = worths(stops, first)

    assert sum(promised[stop_id] for stop_id in chosen) <= value(stops, chosen)
    assert sum(promised[stop_id] for stop_id in first) == value(stops, first)


@given(evenings())
def test_a_stop_more_is_always_worth_something(
    evening: tuple[list[Stop], set[UUID], set[UUID]],
) -> None:
    stops, some, more = evening

    assert value(stops, some | more) >= value(stops, some)


def test_the_rule_is_written_in_whole_sentences() -> None:
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in RULE)
    assert "dix points" in " ".join(RULE)


def test_a_tenth_of_a_degree_northwards_is_driven_in_23_minutes() -> None:
    there = minutes_between(a_stop(1, at=CENTRE), a_stop(2, at=NORTH))

    # 11.12 km as the crow flies, 15.01 by road: 22.5 minutes at 40 km/h.
    assert there == 23
    assert minutes_from_start(a_team(start_at=CENTRE), a_stop(2, at=NORTH)) == 23


def test_halls_of_one_residence_are_next_to_each_other() -> None:
    hall = a_stop(1, at=CENTRE)

    assert minutes_between(hall, replace(hall, id=UUID(int=2), at=NORTH)) == 0


def test_neighbouring_residences_are_a_minute_apart_at_least() -> None:
    near = (CENTRE[0] + 0.0001, CENTRE[1])

    assert minutes_between(a_stop(1, at=CENTRE), a_stop(2, at=near)) == 1


@pytest.mark.parametrize(
    ("sector", "minutes"),
    [("38053", 6), ("38553", 17), ("", 17)],
    ids=["same commune", "other commune", "unknown commune"],
)
def test_without_coordinates_the_commune_tells_how_far(sector: str, minutes: int) -> None:
    known = a_stop(1, at=CENTRE, sector="38053")

    assert minutes_between(known, a_stop(2, at=None, sector=sector)) == minutes
    assert minutes_between(a_stop(2, at=None, sector=sector), known) == minutes


def test_two_unknown_communes_are_not_the_same() -> None:
    assert minutes_between(a_stop(1, sector=""), a_stop(2, sector="")) == 17


def test_a_team_whose_start_is_unknown_begins_at_its_first_stop() -> None:
    assert minutes_from_start(a_team(start_at=None), a_stop(1, at=CENTRE)) == 0


FIRST, SECOND, THIRD = (
    a_stop(1, opens=0, closes=60),
    a_stop(2, opens=0, closes=120),
    a_stop(3, opens=200, closes=230),
)
PROBLEM = Problem((FIRST, SECOND, THIRD), (a_team(starts=30, ends=220),), seed=1)
TEAM = PROBLEM.teams[0].id
# Six minutes from one to the next: they are in one commune, without coordinates.
WALKED = (
    PlannedStop(FIRST.id, TEAM, 1, 30),
    PlannedStop(SECOND.id, TEAM, 2, 46),
    PlannedStop(THIRD.id, TEAM, 3, 200),
)


def faults(planned: tuple[PlannedStop, ...], *given_up: UUID) -> list[str]:
    left_out = tuple(GivenUp(stop_id, GiveUpReason.TEAMS_FULL) for stop_id in given_up)
    return verify(PROBLEM, Plan(planned, left_out, "greedy", 0.0))


def moved(rank: int, facts: dict[str, object]) -> tuple[PlannedStop, ...]:
    changed = replace(WALKED[rank - 1], **facts)  # type: ignore[arg-type]  # the facts are fields
    return (*WALKED[: rank - 1], changed, *WALKED[rank:])


def test_a_plan_that_can_be_walked_has_no_fault() -> None:
    assert faults(WALKED) == []
    assert faults(WALKED[:2], THIRD.id) == []
    assert faults((), FIRST.id, SECOND.id, THIRD.id) == []


@pytest.mark.parametrize(
    ("rank", "facts", "said"),
    [
        (3, {"arrives": 199}, "sort de sa plage horaire, de 200 à 230"),
        (1, {"arrives": 51}, "sort de sa plage horaire, de 0 à 60"),
        (1, {"arrives": 29}, "sort de la vacation de l'équipe, de 30 à 220"),
        (3, {"arrives": 211}, "sort de la vacation de l'équipe, de 30 à 220"),
        (2, {"arrives": 45}, "ne peut être atteint avant la minute 46"),
        (3, {"rank": 4}, "Les rangs de l'équipe"),
        (2, {"rank": 1}, "Les rangs de l'équipe"),
        (3, {"team_id": UUID(int=9)}, "n'est pas en service ce soir"),
        (3, {"stop_id": UUID(int=9)}, "n'est pas de cette soirée"),
        (3, {"stop_id": UUID(int=9)}, "n'est ni prévu ni laissé de côté"),
        (3, {"stop_id": FIRST.id}, "figure 2 fois"),
    ],
    ids=[
        "before its band", "after its band", "before the shift", "after the shift", "no time to go",
        "rank missing", "rank twice", "unknown team", "unknown stop", "forgotten", "twice",
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_walked_is_told_why(
    rank: int, facts: dict[str, object], said: str
) -> None:
    found = faults(moved(rank, facts))

    assert any(said in fault for fault in found)


def test_a_stop_cannot_be_both_planned_and_given_up() -> None:
    found = faults(WALKED, THIRD.id)

    assert len(found) == 1
    assert "figure 2 fois" in found[0]


def test_the_first_stop_is_reached_from_the_start_of_the_team() -> None:
    stop = a_stop(1, at=NORTH)
    problem = Problem((stop,), (a_team(start_at=CENTRE),), seed=1)

    early, in_time = (
        verify(problem, Plan((PlannedStop(stop.id, problem.teams[0].id, 1, at),), (), "greedy", 0))
        for at in (22, 23)
    )

    assert len(early) == 1
    assert in_time == []


def test_a_place_appears_once_in_an_evening() -> None:
    with pytest.raises(Invalid, match="figure deux fois"):
        Problem((FIRST, FIRST), (), seed=1)


def test_a_visit_of_no_minute_is_refused() -> None:
    with pytest.raises(Invalid, match="au moins une minute"):
        a_stop(1, minutes=0)


def test_a_shift_ends_after_it_began() -> None:
    with pytest.raises(Invalid, match="finit avant de commencer"):
        a_team(starts=EVENING, ends=0)


def test_two_plans_with_the_same_rounds_are_equal_however_long_they_took() -> None:
    quick, slow = (Plan(WALKED, (), "greedy", seconds) for seconds in (0.1, 2.0))

    assert quick == slow
