"""The night's figures and the releases that partners read."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from presence.kernel.errors import Conflict, Invalid
from presence.patrimoine import queries as patrimoine
from presence.releases.agreements import propose_agreement, sign_agreement, withdraw_signature
from presence.releases.content import Bilan
from presence.releases.models import SharingAgreement
from presence.releases.publishing import open_release, publish_due_releases
from presence.releases.queries import bilan, releases
from presence.reporting.aggregation import count_evenings
from tenants.context import RELAY
from tenants.database import transaction
from tests.factories.visits import a_visit_with_intervention
from tests.presence.scene import Scene
from tests.worlds import World

NOVEMBER = date(2013, 11, 1), date(2013, 11, 30)
LATE = "2013-12-03T20:40:00+01:00"
FIGURES = (
    "select jsonb_agg(to_jsonb(f) order by bailleur_id, evening_on, residence_id, measure) "
    "from presence.daily_figure f"
)
MONTHS = (
    "select jsonb_agg(to_jsonb(f) order by bailleur_id, month_on, insee_code, measure) "
    "from presence.monthly_figure f"
)
NOVEMBER_COUNT = (
    "select sum(value) from presence.monthly_figure "
    "where measure = 'interventions' and month_on = '2013-11-01'"
)
VERSIONS = "select sum(version) from presence.aggregated_evening"


def in_force(world: World) -> Bilan:
    with world.reader() as session:
        (row,) = releases(session)
        found = bilan(session, row.id)
    assert found
    return found


def mark_everything(world: World) -> None:
    with world.superuser() as connection:
        connection.execute(
            "insert into presence.evening_marker (id, bailleur_id, evening_on) "
            "select gen_random_uuid(), bailleur_id, evening_on from presence.daily_report"
        )


def send_late(world: World, at: str = LATE) -> None:
    with world.prestataire() as session:
        (hall, *_) = patrimoine.entrances(session)
    Scene(world, world.ids["scheme"], (hall,), ()).record(a_visit_with_intervention(hall, at=at))


def agreement(world: World) -> UUID:
    with world.scheme() as session:
        return session.scalars(select(SharingAgreement.id)).one()


def publish_again(world: World) -> None:
    with world.scheme() as session:
        open_release(session, *NOVEMBER, "contrôle")
    with world.scheme() as session:
        publish_due_releases(session)


def test_the_balance_says_the_published_facts(shared_demo: World) -> None:
    release = in_force(shared_demo)

    found = {name: release.total(name).value for name in (
        "interventions", "action:mediation", "action:house_rules_reminder", "action:police_request",
        "families_summoned", "dwellings",
    )}  # fmt: skip

    assert found == {
        "interventions": 60, "action:mediation": 56, "action:house_rules_reminder": 8,
        "action:police_request": 5, "families_summoned": 20, "dwellings": 2000,
    }  # fmt: skip


def test_an_evening_without_a_report_is_due_and_not_signed(shared_demo: World) -> None:
    release = in_force(shared_demo)

    assert (release.completeness.due, release.completeness.signed) == (30, 29)


def test_counting_everything_twice_gives_the_same_figures(demo: World) -> None:
    before = [demo.scalar(query) for query in (FIGURES, MONTHS, VERSIONS)]
    mark_everything(demo)

    demo.run_jobs(night=True)

    assert [demo.scalar(query) for query in (FIGURES, MONTHS, VERSIONS)] == before


def test_two_nights_at_once_count_once(demo: World) -> None:
    before = [demo.scalar(query) for query in (FIGURES, MONTHS, VERSIONS)]
    mark_everything(demo)
    start = Barrier(2)

    def night(_: int) -> int:
        with demo.app.app_context(), transaction(RELAY) as session:
            start.wait(timeout=10)
            return len(count_evenings(session))

    with ThreadPoolExecutor(2) as pool:
        counted = sorted(pool.map(night, range(2)))

    assert counted[0] == 0
    assert counted[1] > 0
    assert [demo.scalar(query) for query in (FIGURES, MONTHS, VERSIONS)] == before


def test_a_late_visit_reopens_its_evening(demo: World) -> None:
    before = int(
        str(
            demo.scalar(
                "select sum(value) from presence.daily_figure where measure = 'interventions'"
            )
        )
    )
    send_late(demo)

    demo.run_jobs(night=True)

    after = demo.scalar(
        "select sum(value) from presence.daily_figure where measure = 'interventions'"
    )
    assert after == before + 1


def test_only_the_evening_that_changed_gets_a_version(demo: World) -> None:
    mark_everything(demo)
    before = int(str(demo.scalar(VERSIONS)))
    send_late(demo)

    demo.run_jobs(night=True)

    assert demo.scalar(VERSIONS) == before + 1


def test_a_very_late_visit_is_counted_however_old_its_evening(demo: World) -> None:
    before = demo.scalar(NOVEMBER_COUNT)
    send_late(demo, "2013-11-05T20:40:00+01:00")

    demo.run_jobs(night=True)

    after = demo.scalar(NOVEMBER_COUNT)
    assert int(str(after)) == int(str(before)) + 1


def test_the_month_tier_is_the_sum_of_the_day_tier(shared_demo: World) -> None:
    sums = [
        shared_demo.scalar(
            f"select jsonb_object_agg(measure, n) from (select measure, sum(value) n "  # noqa: S608
            f"from presence.{table} where measure not like 'slot:%' group by 1) t"
        )
        for table in ("daily_figure", "monthly_figure")
    ]

    assert sums[0] == sums[1]


def test_an_evening_that_is_not_closed_counts_nothing(scene: Scene) -> None:
    scene.record(a_visit_with_intervention(scene.alpha[0]))

    scene.world.run_jobs(night=True)

    assert scene.count("daily_figure") == 0


def test_a_frozen_release_is_not_rewritten(demo: World) -> None:
    before = in_force(demo)
    send_late(demo, "2013-11-05T20:40:00+01:00")

    demo.run_jobs(night=True)

    assert in_force(demo) == before


def test_a_published_release_takes_no_contribution_any_more(demo: World) -> None:
    release = in_force(demo)

    with pytest.raises(DBAPIError, match="frozen"), demo.scheme() as session:
        session.connection().exec_driver_sql("select app.contribute(%s)", (release.release_id,))


def test_a_correction_is_a_new_version(demo: World) -> None:
    former = in_force(demo)
    send_late(demo, "2013-11-05T20:40:00+01:00")
    # The report is amended at once, the night comes later.
    demo.run_jobs()
    demo.run_jobs(night=True)

    publish_again(demo)

    release = in_force(demo)
    assert (release.version, release.total("interventions").value) == (former.version + 1, 61)


def test_nothing_is_published_while_figures_are_about_to_change(demo: World) -> None:
    former = in_force(demo)
    send_late(demo, "2013-11-05T20:40:00+01:00")

    publish_again(demo)

    assert in_force(demo).version == former.version


def test_publishing_twice_publishes_once(demo: World) -> None:
    publish_again(demo)

    with demo.scheme() as session:
        again = len(publish_due_releases(session))

    assert again == 0


def test_a_withdrawn_signature_withholds_the_next_release(demo: World) -> None:
    former = in_force(demo)
    with demo.bailleur("PLURALIS") as session:
        withdraw_signature(session, agreement(demo))

    demo.run_jobs()

    release = in_force(demo)
    assert release.version == former.version + 1
    assert release.total("interventions").value is None
    assert release.total("interventions").withheld == "moins de 3 bailleurs contributeurs"


def test_a_withdrawn_signature_closes_the_years_totals(demo: World) -> None:
    with demo.bailleur("PLURALIS") as session:
        withdraw_signature(session, agreement(demo))

    demo.run_jobs()

    with demo.reader() as session:
        seen = (
            session.connection().exec_driver_sql("select 1 from presence.scheme_year_total").all()
        )
    assert seen == []


def test_signing_twice_changes_nothing(demo: World) -> None:
    before = demo.scalar("select count(*) from presence.agreement_signature")

    with demo.bailleur("OPAC38") as session:
        sign_agreement(session, agreement(demo))

    assert demo.scalar("select count(*) from presence.agreement_signature") == before


def test_only_a_signature_in_force_is_withdrawn(demo: World) -> None:
    with demo.scheme() as session:
        other = propose_agreement(session, indicators=["visits"], from_on=date(2014, 1, 1)).id

    with demo.bailleur("OPAC38") as session, pytest.raises(Conflict):
        withdraw_signature(session, other)


@pytest.mark.parametrize(
    ("from_on", "to_on"),
    [
        (date(2013, 11, 2), date(2013, 11, 30)),
        (date(2013, 11, 1), date(2013, 11, 29)),
        (date(2013, 11, 1), date(2013, 10, 31)),
    ],
    ids=["starts late", "ends early", "backwards"],
)
def test_a_release_covers_whole_months(shared_demo: World, from_on: date, to_on: date) -> None:
    with shared_demo.scheme() as session, pytest.raises(Invalid):
        open_release(session, from_on, to_on, "essai")


def test_a_period_that_is_not_over_is_not_published(demo: World) -> None:
    with demo.scheme() as session:
        open_release(session, date(2013, 12, 1), date(2013, 12, 31), "en avance")
    with demo.scheme() as session:
        published = len(publish_due_releases(session))

    assert published == 0


def test_the_night_writes_the_last_evening_in_the_register(shared_demo: World) -> None:
    last = shared_demo.scalar("select max(evening_on) from presence.aggregated_evening")

    assert last == date(2013, 12, 5) - timedelta(days=1)


def test_partners_never_see_an_open_release(demo: World) -> None:
    with demo.scheme() as session:
        opened = open_release(session, *NOVEMBER, "essai").id

    with demo.reader() as session:
        seen = bilan(session, opened)

    assert seen is None
