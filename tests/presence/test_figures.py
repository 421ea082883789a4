"""The night's measures: what is counted, how it ties, and what happens when it is interrupted."""

from collections.abc import Mapping
from threading import Event, Thread

import pytest
from psycopg import errors
from sqlalchemy import text

from presence.releases.indicators import FAMILIES, HOURS, codes
from presence.reporting.aggregation import count_evenings
from tenants.context import RELAY
from tenants.database import transaction
from tests.worlds import World

TOTALS = (
    "select jsonb_object_agg(measure, n) from (select measure, sum(value) n from {} group by 1) t"
)
FIGURES = (
    "select jsonb_agg(to_jsonb(f) order by bailleur_id, evening_on, residence_id, measure) "
    "from presence.daily_figure f"
)


def totals(world: World, table: str = "presence.monthly_figure") -> Mapping[str, int]:
    found = world.scalar(TOTALS.format(table))
    assert isinstance(found, dict)
    return found


def mark_everything(world: World) -> None:
    with world.superuser() as connection:
        connection.execute(
            "insert into presence.evening_marker (id, bailleur_id, evening_on) "
            "select gen_random_uuid(), bailleur_id, evening_on from presence.daily_report"
        )


@pytest.mark.parametrize("family", ["situation", "origin", "outcome", "people", "hour"])
def test_each_way_to_tell_an_intervention_adds_up_to_all_of_them(
    shared_demo: World, family: str
) -> None:
    found = totals(shared_demo)

    assert sum(found.get(code, 0) for code in codes(family)) == found["interventions"] > 0


def test_combinations_tie_with_actions_and_with_interventions(shared_demo: World) -> None:
    found = totals(shared_demo)
    combinations = {name: n for name, n in found.items() if name.startswith("combination:")}

    assert sum(combinations.values()) == found["interventions"]
    for code in codes("action"):
        action = code.removeprefix("action:")
        held = [n for name, n in combinations.items() if action in name[12:].split("+")]
        assert sum(held) == found.get(code, 0)


def test_outcomes_of_mediations_are_those_of_the_interventions_that_had_one(
    shared_demo: World,
) -> None:
    found = totals(shared_demo)

    assert (
        sum(found.get(code, 0) for code in codes("mediation_outcome")) == found["action:mediation"]
    )


def test_days_of_the_week_are_told_with_the_hour_in_the_month_tier_alone(
    shared_demo: World,
) -> None:
    month, day = totals(shared_demo), totals(shared_demo, "presence.daily_figure")

    for hour in HOURS:
        slots = [
            n
            for name, n in month.items()
            if name.startswith("slot:") and name.endswith(f"-{hour[5:]}")
        ]
        assert sum(slots) == month.get(hour, 0)
    assert not any(name.startswith("slot:") for name in day)


def test_reasons_of_what_was_not_done_add_up(shared_demo: World) -> None:
    found = totals(shared_demo)

    reasons = [n for name, n in found.items() if name.startswith("not_done:")]
    assert sum(reasons) == found["visits_not_done"] > 0


def test_families_of_situations_cover_each_situation_once() -> None:
    listed = [f"situation:{item.value}" for _, items in FAMILIES.values() for item in items]

    assert sorted(listed) == sorted(codes("situation"))


def test_a_figure_says_in_which_priority_area_it_was(shared_demo: World) -> None:
    areas = shared_demo.scalar(
        "select array_agg(distinct qpv order by qpv) from presence.daily_figure where qpv <> ''"
    )

    assert areas
    assert all(str(area).startswith("2015:") for area in areas)  # type: ignore[attr-defined]


def test_figures_lie_in_a_partition_for_each_month(shared_demo: World) -> None:
    found = shared_demo.scalar(
        "select count(*) from pg_inherits where inhparent = 'presence.daily_figure'::regclass"
    )
    visits = shared_demo.scalar(
        "select count(*) from pg_inherits where inhparent = 'presence.visit'::regclass"
    )

    assert found == visits


def test_recommended_visits_follow_frequency_entrances_and_days(shared_demo: World) -> None:
    """Each entrance's weekly frequency over the thirty days of November, by hand."""
    expected = shared_demo.scalar(
        "select sum(f.times * 30 / 7.0) from presence.visit_frequency f "
        "join presence.entrance e on e.bailleur_id = f.bailleur_id "
        "and e.residence_id = f.residence_id join presence.coverage c "
        "on c.bailleur_id = f.bailleur_id and c.residence_id = f.residence_id "
        "where f.valid_during @> '2013-11-01'::date and c.valid_during @> '2013-11-01'::date"
    )
    found = shared_demo.scalar(
        "select sum(value) from presence.contribution where indicator = 'visits_due'"
    )

    # Rounded once for each bailleur, commune and priority area.
    assert abs(float(str(found)) - float(str(expected))) < 10


def killed_night(world: World) -> None:
    """Count, then lose the connection before the commit."""
    with world.app.app_context(), transaction(RELAY) as session:
        pid = session.scalar(text("select pg_backend_pid()"))
        count_evenings(session)
        with world.superuser() as connection:
            connection.execute("select pg_terminate_backend(%s)", (pid,))
        session.execute(text("select 1"))


def test_a_night_that_is_killed_changes_nothing_and_the_next_one_counts_all(demo: World) -> None:
    before = demo.scalar(FIGURES)
    with demo.superuser() as connection:
        connection.execute("update presence.daily_figure set value = value + 1")
    mark_everything(demo)
    left = "select count(*) from presence.evening_marker"
    marked = demo.scalar(left)

    with pytest.raises(Exception, match="terminat"):
        killed_night(demo)

    assert demo.scalar(left) == marked
    demo.run_jobs(night=True)
    assert demo.scalar(FIGURES) == before
    assert demo.scalar(left) == 0


def test_a_reader_never_sees_half_an_evening(demo: World) -> None:
    """While a night is being counted and not committed, its figures are the former ones, whole."""
    before = demo.scalar(FIGURES)
    with demo.superuser() as connection:
        connection.execute("delete from presence.daily_figure where measure like 'situation:%'")
    partial = demo.scalar(FIGURES)
    mark_everything(demo)
    counted, seen = Event(), Event()

    def night() -> None:
        with demo.app.app_context(), transaction(RELAY) as session:
            count_evenings(session)
            counted.set()
            seen.wait(20)

    thread = Thread(target=night)
    thread.start()
    assert counted.wait(20)
    during = demo.scalar(FIGURES)
    seen.set()
    thread.join()

    assert during == partial
    assert demo.scalar(FIGURES) == before


def test_the_readers_role_may_not_count(demo: World) -> None:
    with demo.reader() as session, pytest.raises(Exception, match="permission denied") as refused:
        session.execute(text("select * from app.aggregate(10)"))

    assert isinstance(refused.value.orig, errors.InsufficientPrivilege)  # type: ignore[attr-defined]
