"""The week's ledger, built from the tables: each bailleur its own, the prestataire all of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time, timedelta
from fractions import Fraction

from sqlalchemy import event
from sqlalchemy.orm import Session

from presence.kernel.nomenclature import FrequencyPeriod, NotDoneReason, StopSource
from presence.ledger.reckoning import Balance
from presence.ledger.weeks import WeekLedger, last_over, reason_words, week_ledger
from presence.patrimoine.coverage import leave_perimeter
from presence.patrimoine.queries import Hall
from presence.planning.frequency import Frequency
from presence.planning.publication import Leg, publish_to
from presence.planning.services import set_frequency
from tenants.database import restrict
from tests.factories.duty import a_team_on_duty
from tests.factories.places import a_residence
from tests.factories.visits import a_visit
from tests.presence.scene import Scene

MONDAY = date(2013, 12, 2)
WEEK = [MONDAY + timedelta(days=n) for n in range(7)]
TONIGHT, SUNDAY = date(2013, 12, 5), WEEK[-1]
DAY = timedelta(days=1)


def read(scene: Scene, code: str | None = "ALPHA", day: date = TONIGHT) -> WeekLedger:
    """The ledger of a bailleur; of the prestataire when none is named."""
    actor = scene.world.bailleur(code) if code else scene.world.prestataire()
    with actor as session:
        return week_ledger(session, scene.scheme_id, day, last_over(session))


def balance_of(
    scene: Scene, hall: Hall, code: str | None = "ALPHA", day: date = TONIGHT
) -> Balance:
    (found,) = [
        line.balance
        for line in read(scene, code, day).residences
        if line.place.id == hall.residence_id
    ]
    return found


def visit(scene: Scene, hall: Hall, *days: date, not_done: NotDoneReason | None = None) -> None:
    outcomes = scene.record(
        *(a_visit(hall, at=f"{day}T20:00:00+01:00", not_done=not_done) for day in days)
    )
    assert [outcome.status for outcome in outcomes] == ["created"] * len(days)


def publish(scene: Scene, code: str, evening_on: date, *halls: Hall) -> None:
    legs = [
        Leg(hall.residence_id, hall.id, time(17), time(23), StopSource.FREQUENCY, ("due",))
        for hall in halls
    ]
    with scene.world.prestataire() as session:
        publish_to(session, scene.world.ids[code], scene.scheme_id, evening_on, legs)


def test_what_is_due_is_made_planned_or_missing(scene: Scene) -> None:
    first, second = scene.alpha
    visit(scene, first, *WEEK[:3])
    visit(scene, second, *WEEK[:2])

    found = balance_of(scene, first)

    assert (found.due, found.due_to_date, found.served) == (14, 6, 5)
    assert (found.planned, found.missing, found.short) == (8, 1, 1)


def test_a_visit_that_was_not_made_gives_its_reason(scene: Scene) -> None:
    first, second = scene.alpha
    visit(scene, first, *WEEK[:3])
    visit(scene, second, *WEEK[:2])
    visit(scene, second, WEEK[2], not_done=NotDoneReason.NO_ACCESS)

    assert balance_of(scene, first).missed == {"no_access": 1}


def test_an_evening_over_of_which_nothing_is_known_is_not_received(scene: Scene) -> None:
    found = balance_of(scene, scene.alpha[0])

    assert found.missed == {"not_received": 6}
    assert reason_words(found.missed) == [("not_received", "Non reçu", 6)]


def test_a_place_left_out_of_the_published_evening_was_not_planned(scene: Scene) -> None:
    first, second = scene.alpha
    visit(scene, first, *WEEK[:3])
    visit(scene, second, *WEEK[:2])
    publish(scene, "ALPHA", WEEK[2], first)

    assert balance_of(scene, first).missed == {"not_planned": 1}


def test_what_is_published_replaces_what_the_frequency_gives(scene: Scene) -> None:
    first, second = scene.alpha
    visit(scene, first, *WEEK[:3])
    visit(scene, second, *WEEK[:3])
    publish(scene, "ALPHA", TONIGHT, first)

    found = balance_of(scene, first)

    assert (found.planned, found.missing, found.short) == (7, 1, 0)


def test_what_was_tried_tonight_and_not_made_is_planned_no_more(scene: Scene) -> None:
    first = scene.alpha[0]
    before = balance_of(scene, first).planned
    scene.world.set_clock("2013-12-05T21:00:00+01:00")
    visit(scene, first, TONIGHT, not_done=NotDoneReason.WORKS)

    found = balance_of(scene, first)

    assert (found.planned, found.missed["works"]) == (before - 1, 1)


def test_on_monday_before_the_evening_nothing_is_missed_yet(scene: Scene) -> None:
    scene.world.set_clock("2013-12-02T08:00:00+01:00")

    found = balance_of(scene, scene.alpha[0], day=MONDAY)

    assert (found.due, found.due_to_date, found.planned, found.missing) == (14, 0, 14, 0)
    assert found.missed == {}


def test_a_week_to_come_is_all_ahead(scene: Scene) -> None:
    found = balance_of(scene, scene.alpha[0], day=SUNDAY + DAY)

    assert (found.due, found.planned, found.missing) == (14, 14, 0)


def test_a_week_that_is_over_leaves_nothing_planned(scene: Scene) -> None:
    found = balance_of(scene, scene.alpha[0], day=MONDAY - DAY)

    assert (found.due, found.due_to_date, found.planned, found.missing) == (14, 14, 0, 14)


def test_a_residence_that_comes_in_during_the_week_owes_its_own_evenings(scene: Scene) -> None:
    hall = a_residence(
        scene.world, "ALPHA", code="R002", halls=("Hall",), from_on=date(2013, 12, 7)
    )[0]

    assert balance_of(scene, hall).due == 2


def test_a_residence_that_leaves_owes_nothing_afterwards(scene: Scene) -> None:
    with scene.world.bailleur("ALPHA") as session:
        leave_perimeter(session, scene.alpha[0].residence_id, date(2013, 12, 7))

    assert balance_of(scene, scene.alpha[0]).due == 10


def test_a_hall_s_own_frequency_wins_over_its_residence_s(scene: Scene) -> None:
    first, second = scene.alpha
    with scene.world.bailleur("ALPHA") as session:
        set_frequency(
            session, first.residence_id, Frequency(2), from_on=date(2013, 12, 1),
            entrance_id=second.id,
        )  # fmt: skip

    assert balance_of(scene, first).due == 7 + 2


def test_a_frequency_that_changes_on_thursday_counts_on_its_own_evenings(scene: Scene) -> None:
    with scene.world.bailleur("ALPHA") as session:
        set_frequency(
            session, scene.alpha[0].residence_id,
            Frequency(2, weekdays=frozenset({5, 6})), from_on=TONIGHT,
        )  # fmt: skip

    # Three evenings of the former rule, then Friday and Saturday, in two halls.
    assert balance_of(scene, scene.alpha[0]).due == 2 * (3 + 2)


def test_a_monthly_frequency_is_due_in_the_week_of_its_evening(scene: Scene) -> None:
    start = date(2014, 1, 1)
    hall = a_residence(scene.world, "ALPHA", code="R002", halls=("Hall",), from_on=start)[0]
    wednesdays = Frequency(3, per=FrequencyPeriod.MONTH, weekdays=frozenset({3}))
    with scene.world.bailleur("ALPHA") as session:
        set_frequency(session, hall.residence_id, wednesdays, from_on=start)

    weeks = [date(2013, 12, 30) + 7 * n * DAY for n in range(5)]
    due = [balance_of(scene, hall, day=monday).due for monday in weeks]

    assert sum(due) == 3
    assert max(due) == 1


def test_a_gap_reaches_back_into_the_week_before(scene: Scene) -> None:
    hall = a_residence(scene.world, "ALPHA", code="R002", halls=("Hall",))[0]
    with scene.world.bailleur("ALPHA") as session:
        set_frequency(
            session, hall.residence_id,
            Frequency(1, min_gap_days=7, weekdays=frozenset({2, 6})), from_on=TONIGHT,
        )  # fmt: skip
    scene.world.set_clock("2013-12-09T08:00:00+01:00")
    visit(scene, hall, SUNDAY - DAY)

    # Visited on Saturday: Tuesday is too near, Saturday is not.
    found = balance_of(scene, hall, day=date(2013, 12, 9))

    assert (found.due, found.short, found.last_on) == (1, 0, date(2013, 12, 14))


def test_nothing_is_due_out_of_contract(scene: Scene) -> None:
    with scene.world.superuser() as connection:
        connection.execute("update presence.contract set valid_during = '[2013-01-01,2013-12-05)'")

    assert balance_of(scene, scene.alpha[0]).due == 6
    assert read(scene, None).residences == ()


def test_a_bailleur_reads_its_own_places_and_no_capacity(scene: Scene) -> None:
    a_team_on_duty(scene.world, TONIGHT)

    found = read(scene)

    assert [line.place.id for line in found.residences] == [scene.alpha[0].residence_id]
    assert list(found.owners) == [scene.world.ids["ALPHA"]]
    assert found.capacity is None
    assert found.fairness == {}


def test_the_prestataire_counts_each_bailleur_as_it_counts_itself(scene: Scene) -> None:
    visit(scene, scene.alpha[0], MONDAY)
    visit(scene, scene.beta[0], *WEEK[:2])

    everyone = read(scene, None)

    for code in ("ALPHA", "BETA"):
        assert everyone.owners[scene.world.ids[code]] == read(scene, code).overall


def test_a_bailleur_s_figures_do_not_move_with_the_other_s(scene: Scene) -> None:
    before = read(scene)
    a_residence(scene.world, "BETA", code="R002", dwellings=500)
    visit(scene, scene.beta[0], *WEEK[:3])
    publish(scene, "BETA", TONIGHT, *scene.beta)

    assert read(scene) == before


def test_a_person_reads_the_residences_within_reach(scene: Scene) -> None:
    other = a_residence(scene.world, "ALPHA", code="R002")[0]

    with scene.world.bailleur("ALPHA") as session:
        restrict(session, [other.residence_id])
        found = week_ledger(session, scene.scheme_id, TONIGHT, last_over(session))

    assert [line.place.id for line in found.residences] == [other.residence_id]


def test_deficits_come_first(scene: Scene) -> None:
    late = a_residence(scene.world, "ALPHA", code="R002")
    for day in WEEK[:3]:
        for hall in scene.alpha:
            visit(scene, hall, day)

    places = [line.place.id for line in read(scene).residences]

    assert places == [late[0].residence_id, scene.alpha[0].residence_id]


def test_without_shifts_the_capacity_is_not_known(scene: Scene) -> None:
    a_team_on_duty(scene.world, TONIGHT)

    found = read(scene, None)

    assert found.capacity is not None
    assert found.capacity.unstaffed == tuple(WEEK[4:])
    assert not found.capacity.is_known
    assert found.overall.at_risk == 0


def test_the_capacity_is_the_teams_minutes_over_those_of_a_stop(scene: Scene) -> None:
    a_team_on_duty(scene.world, TONIGHT, hours=(time(17), time(18)))

    found = read(scene, None)

    # Sixty minutes, eleven for each stop.
    assert found.capacity is not None
    assert found.capacity.stops == {TONIGHT: 5}


def test_what_the_teams_cannot_hold_is_at_risk(scene: Scene) -> None:
    for day in WEEK[3:]:
        # Two stops an evening, for four halls due every evening.
        a_team_on_duty(scene.world, day, name=f"Équipe {day}", hours=(time(17), time(17, 30)))

    found = read(scene, None)

    assert found.overall.at_risk == 4 * 4 - 2 * 4


def test_an_owner_served_less_than_the_others_is_told(scene: Scene) -> None:
    for hall in scene.alpha:
        visit(scene, hall, *WEEK[:3])

    fairness = read(scene, None).fairness

    beta = fairness[scene.world.ids["BETA"]]
    assert beta.warned
    assert beta.served_ratio == 0
    assert beta.share_of_dwellings == Fraction(10, 40)
    assert not fairness[scene.world.ids["ALPHA"]].warned


def test_the_reads_do_not_grow_with_the_places(scene: Scene) -> None:
    with statements() as few:
        read(scene, None)
    for n in range(2, 8):
        a_residence(scene.world, "ALPHA", code=f"R00{n}")
    with statements() as many:
        read(scene, None)

    assert len(few) == len(many)
    assert len(few) <= 20


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements sent meanwhile."""
    sent: list[str] = []

    def note(session: object, *_: object) -> None:
        sent.append("")

    event.listen(Session, "do_orm_execute", note)
    try:
        yield sent
    finally:
        event.remove(Session, "do_orm_execute", note)
