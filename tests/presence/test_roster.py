"""The roster: cards, trainings, teams, shifts that never overlap, weeks that are copied."""

from dataclasses import replace
from datetime import date, time, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from presence.kernel.clock import at_paris
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.nomenclature import JobKind
from presence.roster import queries
from presence.roster.copying import Copied, repeat_last_week
from presence.roster.rules import Expiry, alerts, card_number_of, monday_of
from presence.roster.services import (
    AgentDraft,
    TrainingDraft,
    add_agent,
    add_training,
    change_agent,
)
from presence.roster.shifts import ShiftDraft, cancel_shift, plan_shift, write_shift
from presence.roster.staffing import gaps, words
from presence.roster.teams import TeamDraft, create_team, disband_team
from presence.roster.weeks import week_of
from tests.factories.roster import THURSDAY, a_shift, a_team, an_agent
from tests.factories.schemes import a_scheme
from tests.presence.scene import Scene

CARD = "038-2018-07-12-20130012345"
KARIM = AgentDraft("Karim Agent", JobKind.SECURITY, CARD, date(2018, 7, 12))
NEXT = THURSDAY + timedelta(days=7)


def added(scene: Scene, draft: AgentDraft, key: UUID | None = None) -> UUID:
    agent_id = key or uuid4()
    with scene.world.prestataire() as session:
        add_agent(session, agent_id, draft)
    return agent_id


def copied(scene: Scene, day: date) -> Copied:
    with scene.world.prestataire() as session:
        return repeat_last_week(session, scene.scheme_id, day)


def cells(scene: Scene, day: date = THURSDAY) -> dict[tuple[str, date], str]:
    with scene.world.prestataire() as session:
        week = week_of(session, scene.scheme_id, day)
    return {(row.team.name, cell.evening_on): cell.words for row in week.rows for cell in row.cells}


def test_an_agent_is_kept_with_the_card_in_its_one_writing(scene: Scene) -> None:
    key = added(scene, replace(KARIM, card_number=f" car-{CARD} ", display_name="Karim  Agent"))

    with scene.world.prestataire() as session:
        found = queries.agent(session, key)

    assert found is not None
    assert (found.display_name, found.card_number) == ("Karim Agent", CARD)
    assert scene.count("prestataire_audit_entry", "act = 'agent.added'") == 1


@pytest.mark.parametrize(
    ("field", "draft"),
    [
        ("name", replace(KARIM, display_name="K")),
        ("card_number", replace(KARIM, card_number=None)),
        ("card_valid_until", replace(KARIM, card_valid_until=None)),
        ("card_number", replace(KARIM, card_number="38-9026")),
        ("card_number", replace(KARIM, job_kind=JobKind.MEDIATOR, card_number=None)),
        ("account_id", replace(KARIM, account_id=uuid4())),
    ],
)
def test_an_agent_that_cannot_be_is_refused_and_not_written(
    scene: Scene, field: str, draft: AgentDraft
) -> None:
    with pytest.raises(Invalid) as caught:
        added(scene, draft)

    assert caught.value.faults[0].field == field
    assert scene.count("agent") == 0


def test_a_mediator_needs_no_card(scene: Scene) -> None:
    key = added(scene, AgentDraft("Lina Médiatrice", JobKind.MEDIATOR))

    with scene.world.prestataire() as session:
        found = queries.agent(session, key)

    assert found is not None
    assert found.may_walk_on(THURSDAY)


def test_a_card_is_one_person_s(scene: Scene) -> None:
    added(scene, KARIM)

    with pytest.raises(Conflict, match="Cette carte est déjà celle de Karim Agent"):
        added(scene, replace(KARIM, display_name="Samir"))


def test_the_same_key_adds_an_agent_once_and_another_content_is_a_conflict(scene: Scene) -> None:
    key = added(scene, KARIM)

    added(scene, KARIM, key)

    assert scene.count("agent") == 1
    with pytest.raises(Conflict, match="déjà servi"):
        added(scene, replace(KARIM, display_name="Samir"), key)


def test_changing_an_agent_twice_is_once(scene: Scene) -> None:
    key = added(scene, KARIM)
    renewed = replace(KARIM, card_valid_until=date(2023, 7, 12))

    for _ in range(2):
        with scene.world.prestataire() as session:
            change_agent(session, key, renewed)

    assert scene.count("prestataire_audit_entry", "act = 'agent.changed'") == 1
    assert scene.world.scalar("select card_valid_until from presence.agent") == date(2023, 7, 12)


def test_an_agent_with_shifts_ahead_does_not_leave_them_to_nobody(scene: Scene) -> None:
    key = added(scene, KARIM)
    a_shift(scene.world, a_team(scene.world), key, NEXT)

    with scene.world.prestataire() as session, pytest.raises(Invalid, match="retirez-les"):
        change_agent(session, key, replace(KARIM, left_on=NEXT))


def test_another_prestataire_s_agents_and_teams_do_not_exist(scene: Scene) -> None:
    theirs = a_scheme(scene.world, name="Ailleurs", prestataire="AUTRE", bailleurs=("GAMMA",))
    agent = an_agent(scene.world, "Zoé", provider="AUTRE")
    team = a_team(scene.world, "Loin", scheme_id=theirs, provider="AUTRE")
    own_agent, own_team = an_agent(scene.world), a_team(scene.world)

    with scene.world.prestataire() as session:
        listed = [row.id for row in queries.agents(session)]
        with pytest.raises(NotFound):
            change_agent(session, agent, KARIM)
        with pytest.raises(Invalid, match="n'est pas à vous"):
            plan_shift(session, uuid4(), ShiftDraft(team, own_agent, THURSDAY))
        with pytest.raises(Invalid, match="n'est pas de votre effectif"):
            plan_shift(session, uuid4(), ShiftDraft(own_team, agent, THURSDAY))

    assert listed == [own_agent]


def test_a_bailleur_reads_nothing_of_the_roster(scene: Scene) -> None:
    an_agent(scene.world)

    with scene.world.bailleur("ALPHA") as session, pytest.raises(ProgrammingError, match="denied"):
        session.execute(text("select count(*) from presence.agent"))


def test_what_expires_within_sixty_days_is_told_the_most_urgent_first() -> None:
    today = date(2013, 12, 5)
    soon = [Expiry("carte", date(2014, 2, 3)), Expiry("SST", date(2013, 11, 1))]

    found = alerts([*soon, Expiry("carte", date(2014, 2, 4))], today)

    assert [expiry.on for expiry in found] == [date(2013, 11, 1), date(2014, 2, 3)]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (CARD, CARD),
        (f"CAR-{CARD}", CARD),
        ("02A-2018-07-12-20130012345", "02A-2018-07-12-20130012345"),
        ("38-4471", None),
        ("038-2018-07-12-2013", None),
        ("", None),
    ],
)
def test_a_card_number_has_one_writing(written: str, read: str | None) -> None:
    assert card_number_of(written) == read


def test_a_training_is_noted_with_its_end(scene: Scene) -> None:
    key = added(scene, KARIM)

    with scene.world.prestataire() as session:
        add_training(session, key, TrainingDraft("SST", date(2012, 1, 15), date(2014, 1, 15)))
        found = queries.trainings(session)[key]

    assert [(item.label, item.expires_on) for item in found] == [("SST", date(2014, 1, 15))]


@pytest.mark.parametrize(
    ("field", "draft"),
    [
        ("label", TrainingDraft(" ", date(2012, 1, 15))),
        ("taken_on", TrainingDraft("SST", date(2014, 1, 15))),
        ("expires_on", TrainingDraft("SST", date(2012, 1, 15), date(2012, 1, 15))),
    ],
)
def test_a_training_that_cannot_be_is_refused(
    scene: Scene, field: str, draft: TrainingDraft
) -> None:
    key = added(scene, KARIM)

    with scene.world.prestataire() as session, pytest.raises(Invalid) as caught:
        add_training(session, key, draft)

    assert caught.value.faults[0].field == field


@pytest.mark.parametrize(
    ("field", "draft"),
    [
        ("name", {"name": " "}),
        ("scheme", {"scheme_id": 0}),
        ("starts_from", {"starts_from": "99999"}),
    ],
)
def test_a_team_that_cannot_be_is_refused(
    scene: Scene, field: str, draft: dict[str, object]
) -> None:
    whole = TeamDraft(scene.scheme_id, "Bourgoin Ouest", "38053")

    with scene.world.prestataire() as session, pytest.raises(Invalid) as caught:
        create_team(session, uuid4(), replace(whole, **draft))  # type: ignore[arg-type]

    assert caught.value.faults[0].field == field


def test_two_teams_of_a_scheme_have_two_names(scene: Scene) -> None:
    a_team(scene.world)

    with pytest.raises(Conflict, match="porte déjà ce nom"):
        a_team(scene.world)


def test_a_team_with_shifts_ahead_is_not_disbanded(scene: Scene) -> None:
    team, agent = a_team(scene.world), an_agent(scene.world)
    shift = a_shift(scene.world, team, agent)

    with scene.world.prestataire() as session, pytest.raises(Conflict, match="des vacations"):
        disband_team(session, team)
    with scene.world.prestataire() as session:
        cancel_shift(session, shift.id)
        disband_team(session, team)
        left = queries.teams(session)

    assert left == []


def test_a_shift_covers_the_service_of_its_evening(scene: Scene) -> None:
    found = a_shift(scene.world, a_team(scene.world), an_agent(scene.world))

    assert [at.isoformat() for at in found.span] == [
        "2013-12-05T16:00:00+00:00",
        "2013-12-05T22:00:00+00:00",
    ]
    assert scene.count("prestataire_audit_entry", "act = 'shift.planned'") == 1


def test_an_expired_card_keeps_its_holder_from_the_evening_and_says_so(scene: Scene) -> None:
    agent = an_agent(scene.world, until=date(2013, 12, 4))

    with pytest.raises(Invalid) as caught:
        a_shift(scene.world, a_team(scene.world), agent)

    assert caught.value.faults[0].field == "agent_id"
    assert caught.value.message == (
        "La carte de Karim a expiré le 04/12/2013 : renouvelez-la avant de l'affecter."
    )
    assert scene.count("shift") == 0


def test_a_card_that_ends_before_the_evening_is_told_ahead(scene: Scene) -> None:
    agent, team = an_agent(scene.world, "Omar", until=THURSDAY), a_team(scene.world)

    a_shift(scene.world, team, agent)

    with pytest.raises(Invalid, match=r"La carte d'Omar expire le 05/12/2013, avant cette soirée"):
        a_shift(scene.world, team, agent, THURSDAY + timedelta(days=1))


@pytest.mark.parametrize(
    ("evening_on", "hours", "field"),
    [
        (date(2013, 12, 1), None, "evening"),
        (date(2015, 1, 1), None, "evening"),
        (THURSDAY, ("16:30", "22:00"), "from_time"),
        (THURSDAY, ("18:00", "23:30"), "to_time"),
        (THURSDAY, ("22:00", "18:00"), "to_time"),
    ],
    ids=["week over", "no contract", "too early", "too late", "backwards"],
)
def test_a_shift_outside_the_service_is_refused(
    scene: Scene, evening_on: date, hours: tuple[str, str] | None, field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        a_shift(scene.world, a_team(scene.world), an_agent(scene.world), evening_on, hours)

    assert caught.value.faults[0].field == field
    assert scene.count("shift") == 0


def test_one_person_is_not_on_duty_twice_at_once_and_it_is_said_with_whom(scene: Scene) -> None:
    agent = an_agent(scene.world)
    a_shift(scene.world, a_team(scene.world), agent)

    with pytest.raises(Conflict) as caught:
        a_shift(scene.world, a_team(scene.world, "Villefontaine"), agent, hours=("22:00", "23:00"))

    assert caught.value.message == (
        "Karim est déjà de service avec « Bourgoin Ouest » le jeudi 5 décembre 2013, "
        "de 17:00 à 23:00."
    )


def test_a_shift_may_begin_when_the_former_one_ends(scene: Scene) -> None:
    agent = an_agent(scene.world)
    a_shift(scene.world, a_team(scene.world), agent, hours=("17:00", "20:00"))

    a_shift(scene.world, a_team(scene.world, "Villefontaine"), agent, hours=("20:00", "23:00"))

    assert scene.count("shift") == 2


def test_the_database_itself_refuses_two_shifts_of_one_person_at_once(scene: Scene) -> None:
    a_shift(scene.world, a_team(scene.world), an_agent(scene.world))

    with scene.world.superuser() as connection, pytest.raises(psycopg.errors.ExclusionViolation):
        connection.execute(
            "insert into presence.shift select gen_random_uuid(), scheme_id, team_id, agent_id, "
            "evening_on, during, null, prestataire_id from presence.shift"
        )


def test_whoever_is_second_of_two_planners_gets_a_sentence(scene: Scene) -> None:
    team, agent = a_team(scene.world), an_agent(scene.world)
    other = a_team(scene.world, "Villefontaine")
    a_shift(scene.world, team, agent)

    with scene.world.prestataire() as session:
        line = queries.shifts_of_evening(session, scene.scheme_id, THURSDAY)[0]
        second = queries.team(session, other)
        assert second is not None
        # What the second one checked was read before the first one wrote.
        with pytest.raises(Conflict, match="vient d'être planifiée"):
            write_shift(session, uuid4(), second, line.agent, (THURSDAY, line.span))

    assert scene.count("shift") == 1


def test_the_same_key_plans_a_shift_once(scene: Scene) -> None:
    team, agent, key = a_team(scene.world), an_agent(scene.world), uuid4()

    for _ in range(2):
        with scene.world.prestataire() as session:
            plan_shift(session, key, ShiftDraft(team, agent, THURSDAY))

    assert scene.count("shift") == 1
    with scene.world.prestataire() as session, pytest.raises(Conflict, match="déjà servi"):
        plan_shift(session, key, ShiftDraft(team, agent, NEXT))


def test_a_cancelled_shift_frees_its_agent_and_cancelling_twice_is_once(scene: Scene) -> None:
    team, agent = a_team(scene.world), an_agent(scene.world)
    shift = a_shift(scene.world, team, agent)

    for _ in range(2):
        with scene.world.prestataire() as session:
            cancel_shift(session, shift.id)
    a_shift(scene.world, team, agent)

    assert scene.count("shift", "cancelled_at is null") == 1
    assert scene.count("prestataire_audit_entry", "act = 'shift.cancelled'") == 1


def test_an_unknown_shift_is_not_cancelled(scene: Scene) -> None:
    with scene.world.prestataire() as session, pytest.raises(NotFound):
        cancel_shift(session, uuid4())


def test_the_roster_of_an_ended_contract_does_not_change_any_more(scene: Scene) -> None:
    team, agent = a_team(scene.world), an_agent(scene.world)
    shift = a_shift(scene.world, team, agent)
    with scene.world.superuser() as connection:
        connection.execute(
            "update presence.contract set valid_during = daterange('2013-01-01', '2013-12-05')"
        )

    with scene.world.prestataire() as session:
        with pytest.raises(Invalid, match="terminé"):
            cancel_shift(session, shift.id)
        with pytest.raises(Invalid, match="terminé"):
            plan_shift(session, uuid4(), ShiftDraft(team, agent, NEXT))
        with pytest.raises(Invalid, match="terminé"):
            disband_team(session, team)


def test_a_team_of_one_is_incomplete_and_a_team_of_nobody_is_told_too(scene: Scene) -> None:
    team = a_team(scene.world)
    a_shift(scene.world, team, an_agent(scene.world))
    a_team(scene.world, "Villefontaine")
    for name in ("Samir", "Lina"):
        a_shift(scene.world, team, an_agent(scene.world, name), NEXT)

    found = cells(scene) | cells(scene, NEXT)

    assert found["Bourgoin Ouest", THURSDAY] == "1 agent sur 2"
    assert found["Villefontaine", THURSDAY] == "personne"
    assert found["Bourgoin Ouest", NEXT] == "complète"


def test_agents_who_follow_each_other_are_one_at_a_time(scene: Scene) -> None:
    team = a_team(scene.world)
    a_shift(scene.world, team, an_agent(scene.world), hours=("17:00", "20:00"))
    a_shift(scene.world, team, an_agent(scene.world, "Samir"), hours=("19:00", "22:00"))

    found = cells(scene)

    assert found["Bourgoin Ouest", THURSDAY] == (
        "1 agent sur 2 de 17:00 à 19:00, 1 agent sur 2 de 20:00 à 22:00, personne de 22:00 à 23:00"
    )


def test_two_agents_all_along_leave_no_gap() -> None:
    evening = (at_paris(THURSDAY, time(17)), at_paris(THURSDAY, time(23)))

    found = gaps([evening, evening], evening)

    assert (found, words(found, evening)) == ((), "complète")


def test_only_teams_whose_cards_hold_are_on_duty(scene: Scene) -> None:
    team, other = a_team(scene.world), a_team(scene.world, "Villefontaine")
    a_shift(scene.world, team, an_agent(scene.world, until=date(2018, 7, 12)))
    a_shift(scene.world, other, an_agent(scene.world, "Samir"))
    with scene.world.superuser() as connection:
        connection.execute(
            "update presence.agent set card_valid_until = '2013-12-01' where card_number <> ''"
        )

    with scene.world.prestataire() as session:
        found = queries.teams_on_duty(session, scene.scheme_id, THURSDAY)

    assert [(line.name, line.is_complete) for line in found] == [("Villefontaine", False)]
    assert cells(scene)["Bourgoin Ouest", THURSDAY] == "personne"


def test_last_week_is_copied_in_one_go_once(scene: Scene) -> None:
    team, agent = a_team(scene.world), an_agent(scene.world)
    a_shift(scene.world, team, agent, THURSDAY)
    a_shift(scene.world, team, agent, THURSDAY + timedelta(days=1), ("18:00", "21:00"))

    first, second = copied(scene, NEXT), copied(scene, NEXT)

    assert first == Copied(2, 0, 0, ())
    assert second.words == "0\u00a0vacation reprise, 2 y étaient déjà."
    with scene.world.prestataire() as session:
        lines = queries.shifts_of_agent(session, agent, NEXT, NEXT + timedelta(days=1))
    assert [line.starts_at.isoformat() for line in lines] == [
        "2013-12-12T16:00:00+00:00",
        "2013-12-13T17:00:00+00:00",
    ]


def test_copying_leaves_what_cannot_be_and_says_why_once(scene: Scene) -> None:
    team, other = a_team(scene.world), a_team(scene.world, "Villefontaine")
    expiring = an_agent(scene.world, until=THURSDAY + timedelta(days=1))
    busy, free = an_agent(scene.world, "Samir"), an_agent(scene.world, "Lina")
    a_shift(scene.world, team, expiring, THURSDAY)
    a_shift(scene.world, team, expiring, THURSDAY + timedelta(days=1))
    a_shift(scene.world, other, busy, THURSDAY)
    a_shift(scene.world, other, free, THURSDAY)
    a_shift(scene.world, team, busy, NEXT)

    found = copied(scene, NEXT)

    assert (found.made, found.already, found.left) == (1, 0, 3)
    assert len(found.reasons) == 2
    assert "La carte de Karim expire le 06/12/2013" in found.reasons[0] + found.reasons[1]
    assert scene.count("shift") == 6


def test_copying_into_the_current_week_leaves_the_evenings_that_are_over(scene: Scene) -> None:
    team, agent = a_team(scene.world), an_agent(scene.world)
    scene.world.set_clock("2013-11-28T08:00:00+01:00")
    a_shift(scene.world, team, agent, date(2013, 11, 26))
    a_shift(scene.world, team, agent, date(2013, 11, 28))
    scene.world.set_clock("2013-12-05T08:00:00+01:00")

    found = copied(scene, THURSDAY)

    assert found == Copied(1, 0, 1, ("La soirée du mardi 3 décembre 2013 est passée.",))


def test_a_week_begins_on_a_monday() -> None:
    assert monday_of(THURSDAY) == date(2013, 12, 2)
    assert monday_of(date(2013, 12, 2)) == date(2013, 12, 2)
