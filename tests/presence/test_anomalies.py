"""Anomalies: seen on several nights and counted once, moved by two sides, each bailleur's own."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import date, datetime
from uuid import UUID, uuid4

import pytest

from presence.anomalies import queries
from presence.anomalies.records import AnomalyLine, SeenAnomaly
from presence.anomalies.steps import StepDraft, take_step
from presence.anomalies.withdrawals import withdraw_sightings
from presence.field.changes import Draft, propose_change
from presence.field.rules import AnomalyReport, VisitReport
from presence.field.services import take_in
from presence.field.sightings import note_anomalies
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.keys import fingerprint
from presence.kernel.nomenclature import AnomalyState, Equipment, Situation, VisitResult
from presence.patrimoine.queries import Hall
from tenants.context import Context, Kind
from tests.factories.visits import a_visit, a_visit_with_intervention
from tests.presence.scene import EVENING, Scene, statuses

LAMP = AnomalyReport(Equipment.LIGHTING, "ampoule du palier")
REPAIRED = AnomalyReport(Equipment.LIGHTING, still_there=False)


def seeing(
    hall: Hall, *anomalies: AnomalyReport, at: str = "2013-12-04T20:00:00+01:00"
) -> VisitReport:
    visit = replace(a_visit(hall, at=at), result=VisitResult.ANOMALY)
    return replace(visit, anomalies=anomalies or (LAMP,))


def on(day: int, hour: str = "20:00") -> str:
    return f"2013-12-{day:02}T{hour}:00+01:00"


def lines(scene: Scene, code: str = "ALPHA") -> list[AnomalyLine]:
    with scene.world.bailleur(code) as session:
        return queries.anomalies(session)


def only(scene: Scene) -> AnomalyLine:
    (line,) = lines(scene)
    return line


def seen(scene: Scene, evening_on: date = EVENING) -> list[SeenAnomaly]:
    with scene.world.bailleur("ALPHA") as session:
        return queries.seen_on(session, evening_on, scene.scheme_id, scene.alpha[0].bailleur_id)


def states_told(scene: Scene, anomaly_id: UUID) -> list[tuple[str, str]]:
    with scene.world.bailleur("ALPHA") as session:
        steps = queries.steps_of(session, [anomaly_id])[anomaly_id]
    return [(step.side, step.state.value) for step in steps]


def led(scene: Scene, *states: AnomalyState, by: str = "bailleur", note: str | None = None) -> None:
    anomaly_id = next(line.id for line in lines(scene) if line.is_open)
    for state in states:
        opened = scene.world.bailleur("ALPHA") if by == "bailleur" else scene.world.prestataire()
        with opened as session:
            take_step(session, StepDraft(uuid4(), anomaly_id, state, note))


def repaired(scene: Scene) -> None:
    led(scene, AnomalyState.ACKNOWLEDGED, AnomalyState.FIXED)


def test_a_lamp_seen_on_three_nights_is_one_anomaly_seen_on_three_evenings(scene: Scene) -> None:
    for day in (2, 3, 4):
        scene.record(seeing(scene.alpha[0], at=on(day)))

    line = only(scene)
    assert (line.sightings, line.first_seen_on, line.last_seen_on) == (
        3, date(2013, 12, 2), date(2013, 12, 4),
    )  # fmt: skip
    assert (line.state, line.note) == (AnomalyState.REPORTED, "ampoule du palier")
    assert states_told(scene, line.id) == [("prestataire", "reported")]


def test_three_nights_in_one_batch_make_one_anomaly_whatever_their_order(scene: Scene) -> None:
    scene.record(*(seeing(scene.alpha[0], at=on(day)) for day in (4, 2, 3)))

    line = only(scene)
    assert (line.sightings, line.first_seen_on) == (3, date(2013, 12, 2))


def test_seen_twice_in_one_evening_it_counts_for_one_evening(scene: Scene) -> None:
    scene.record(seeing(scene.alpha[0], at=on(4, "19:00")))
    scene.record(seeing(scene.alpha[0], at=on(4, "22:00")))

    assert only(scene).sightings == 1
    assert [one.seen_at.astimezone().hour for one in seen(scene)] == [
        datetime.fromisoformat(on(4, "22:00")).astimezone().hour
    ]


def test_each_hall_and_each_equipment_has_its_own_anomaly(scene: Scene) -> None:
    lift = AnomalyReport(Equipment.LIFT)
    scene.record(seeing(scene.alpha[0], LAMP, lift), seeing(scene.alpha[1]))

    assert len(lines(scene)) == 3


def test_a_visit_sent_twice_is_one_sighting(scene: Scene) -> None:
    visit = seeing(scene.alpha[0])

    outcomes = [statuses(scene.record(visit)), statuses(scene.record(visit))]

    assert outcomes == [["created"], ["known"]]
    assert scene.count("anomaly_sighting") == 1


def test_the_same_key_with_another_anomaly_is_a_conflict(scene: Scene) -> None:
    visit = seeing(scene.alpha[0])
    scene.record(visit)

    outcomes = scene.record(replace(visit, anomalies=(AnomalyReport(Equipment.LIFT),)))

    assert statuses(outcomes) == ["conflict"]


def test_a_visit_recorded_before_anomalies_were_told_is_still_known(scene: Scene) -> None:
    visit = a_visit_with_intervention(scene.alpha[0])
    scene.record(visit)
    former = asdict(visit)
    del former["anomalies"]
    del former["interventions"][0]["police_outcome"]

    stored = scene.world.scalar("select content_hash from presence.visit")

    assert stored == fingerprint(former)


def test_an_anomaly_without_details_is_still_taken_and_completed_later(scene: Scene) -> None:
    visit = replace(seeing(scene.alpha[0]), anomalies=())
    outcomes = scene.record(visit)

    for _ in range(2):
        with scene.world.prestataire() as session:
            note_anomalies(session, visit.client_id, EVENING, [LAMP])

    assert statuses(outcomes) == ["created"]
    assert (only(scene).sightings, scene.count("anomaly_sighting")) == (1, 1)


def test_a_visit_with_nothing_to_report_is_not_completed_with_an_anomaly(scene: Scene) -> None:
    visit = a_visit(scene.alpha[0])
    scene.record(visit)

    with scene.world.prestataire() as session, pytest.raises(Invalid, match="accompagnent"):
        note_anomalies(session, visit.client_id, EVENING, [LAMP])


def test_an_unknown_visit_is_not_completed(scene: Scene) -> None:
    with scene.world.prestataire() as session, pytest.raises(NotFound):
        note_anomalies(session, uuid4(), EVENING, [LAMP])


def test_an_anomaly_noted_after_the_signature_has_the_report_looked_at_again(scene: Scene) -> None:
    visit = seeing(scene.alpha[0])
    scene.record(visit)
    scene.close()

    with scene.world.prestataire() as session:
        note_anomalies(session, visit.client_id, EVENING, [AnomalyReport(Equipment.LIFT)])

    assert scene.count("outbox", "topic = 'daily_reports.amendment_due'") == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"result": VisitResult.NOTHING_TO_REPORT}, "anomalies"),
        ({"anomalies": (LAMP, REPAIRED)}, "anomalies"),
        ({"anomalies": (replace(LAMP, note="a" * 281),)}, "anomalies.0.note"),
    ],
)
def test_anomalies_that_contradict_their_visit_are_refused(
    scene: Scene, change: dict[str, object], field: str
) -> None:
    (outcome,) = scene.record(replace(seeing(scene.alpha[0]), **change))  # type: ignore[arg-type]

    assert (outcome.status, outcome.field) == ("refused", field)
    assert scene.count("visit") == 0


def test_a_note_with_invisible_signs_is_kept_readable(scene: Scene) -> None:
    scene.record(seeing(scene.alpha[0], replace(LAMP, note="porte\u202e \x07du\nhall")))

    assert only(scene).note == "porte du hall"


def test_the_bailleur_leads_it_to_repaired_and_the_agents_verify_it(scene: Scene) -> None:
    scene.record(seeing(scene.alpha[0], at=on(3)))
    scene.world.set_clock("2013-12-04T10:00:00+01:00")
    repaired(scene)
    scene.world.set_clock("2013-12-05T00:10:00+01:00")

    scene.record(seeing(scene.alpha[0], REPAIRED, at=on(4)))

    line = only(scene)
    assert states_told(scene, line.id) == [
        ("prestataire", "reported"), ("bailleur", "acknowledged"), ("bailleur", "fixed"),
        ("prestataire", "verified"),
    ]  # fmt: skip
    # Found repaired: it was last seen the evening before.
    assert (line.last_seen_on, line.sightings) == (date(2013, 12, 3), 1)


def test_seen_again_after_the_repair_it_is_reported_again_under_the_same_row(scene: Scene) -> None:
    scene.record(seeing(scene.alpha[0], at=on(3)))
    scene.world.set_clock("2013-12-04T10:00:00+01:00")
    repaired(scene)
    scene.world.set_clock("2013-12-05T00:10:00+01:00")

    scene.record(seeing(scene.alpha[0], at=on(4)))

    line = only(scene)
    assert (line.state, line.sightings) == (AnomalyState.REPORTED, 2)
    assert states_told(scene, line.id)[-1] == ("prestataire", "reported")


def test_a_phone_that_comes_late_does_not_undo_a_repair(scene: Scene) -> None:
    scene.record(seeing(scene.alpha[0], at=on(2)))
    scene.world.set_clock("2013-12-04T10:00:00+01:00")
    repaired(scene)

    scene.record(seeing(scene.alpha[0], at=on(3)))

    line = only(scene)
    assert (line.state, line.sightings) == (AnomalyState.FIXED, 2)


def test_seen_after_it_was_verified_it_is_another_anomaly(scene: Scene) -> None:
    scene.record(
        seeing(scene.alpha[0], at=on(2)),
        seeing(scene.alpha[0], REPAIRED, at=on(3)),
        seeing(scene.alpha[0], at=on(4)),
    )

    assert [(line.state.value, line.first_seen_on.day) for line in lines(scene)] == [
        ("reported", 4), ("verified", 2),
    ]  # fmt: skip


def test_repaired_about_what_nobody_reported_is_not_kept(scene: Scene) -> None:
    outcomes = scene.record(seeing(scene.alpha[0], REPAIRED))

    assert statuses(outcomes) == ["created"]
    assert (scene.count("anomaly"), scene.count("anomaly_sighting")) == (0, 0)


def test_two_phones_that_see_it_at_once_make_one_anomaly(scene: Scene) -> None:
    visits = [seeing(scene.alpha[0], at=on(4, f"20:{minute:02}")) for minute in range(6)]

    with ThreadPoolExecutor(6) as pool:
        outcomes = [statuses(found) for found in pool.map(scene.record, visits)]

    assert outcomes == [["created"]] * 6
    assert (len(lines(scene)), scene.count("anomaly_sighting")) == (1, 6)


def test_two_bailleur_s_people_who_act_at_once_take_one_step(scene: Scene) -> None:
    scene.record(seeing(scene.alpha[0]))
    anomaly_id = only(scene).id

    def act(_: int) -> str:
        try:
            with scene.world.bailleur("ALPHA") as session:
                take_step(session, StepDraft(uuid4(), anomaly_id, AnomalyState.ACKNOWLEDGED))
        except Conflict:
            return "refused"
        return "taken"

    with ThreadPoolExecutor(4) as pool:
        told = sorted(pool.map(act, range(4)))

    assert told == ["refused", "refused", "refused", "taken"]


def test_a_step_is_taken_once_per_key(scene: Scene) -> None:
    scene.record(seeing(scene.alpha[0]))
    draft = StepDraft(uuid4(), only(scene).id, AnomalyState.ACKNOWLEDGED, "vu")

    for _ in range(2):
        with scene.world.bailleur("ALPHA") as session:
            take_step(session, draft)

    assert scene.count("anomaly_step", "side = 'bailleur'") == 1
    with scene.world.bailleur("ALPHA") as session, pytest.raises(Conflict, match="clé"):
        take_step(session, replace(draft, note="autre"))


@pytest.mark.parametrize("state", [AnomalyState.ACKNOWLEDGED, AnomalyState.FIXED])
def test_the_prestataire_does_not_repair_in_the_bailleur_s_place(
    scene: Scene, state: AnomalyState
) -> None:
    scene.record(seeing(scene.alpha[0]))

    with pytest.raises(Conflict, match="c'est au bailleur"):
        led(scene, state, by="prestataire")


def test_the_prestataire_sends_a_repair_back(scene: Scene) -> None:
    scene.record(seeing(scene.alpha[0]))
    repaired(scene)

    led(scene, AnomalyState.REPORTED, by="prestataire", note="toujours éteinte")

    assert only(scene).state is AnomalyState.REPORTED


def test_a_report_drawn_up_later_says_what_was_known_that_evening(scene: Scene) -> None:
    for day in (2, 3, 4):
        scene.record(seeing(scene.alpha[0], replace(LAMP, note=f"le {day}"), at=on(day)))

    (told,) = seen(scene, date(2013, 12, 3))

    assert (told.sightings, told.first_seen_on.day, told.note) == (2, 2, "le 3")


def test_a_visit_s_interventions_may_come_with_anomalies(scene: Scene) -> None:
    visit = replace(a_visit_with_intervention(scene.alpha[0]), anomalies=(LAMP,))

    outcomes = scene.record(visit)

    assert statuses(outcomes) == ["created"]
    assert (len(seen(scene)), scene.count("intervention")) == (1, 1)


def test_a_withdrawn_sheet_takes_its_sighting_back_and_closes_what_nobody_else_saw(
    scene: Scene,
) -> None:
    visit = seeing(scene.alpha[0])
    scene.record(visit)

    with scene.world.prestataire() as session:
        withdraw_sightings(session, visit.client_id, datetime.fromisoformat(on(4, "22:00")))

    line = only(scene)
    assert (line.state, line.sightings, seen(scene)) == (AnomalyState.VERIFIED, 0, [])


def test_a_withdrawn_sheet_leaves_what_another_night_saw(scene: Scene) -> None:
    first, second = seeing(scene.alpha[0], at=on(3)), seeing(scene.alpha[0], at=on(4))
    scene.record(first, second)

    with scene.world.prestataire() as session:
        withdraw_sightings(session, first.client_id, datetime.fromisoformat(on(4, "22:00")))

    line = only(scene)
    assert (line.state, line.sightings, line.first_seen_on.day) == (AnomalyState.REPORTED, 1, 4)


def test_a_sheet_corrected_to_nothing_to_report_takes_its_sighting_back(scene: Scene) -> None:
    visit = seeing(scene.alpha[0])
    scene.record(visit)
    plain = replace(visit, result=VisitResult.NOTHING_TO_REPORT, anomalies=())
    author = Context(Kind.PRESTATAIRE, scene.world.ids["PRESTA"], uuid4())

    with scene.world.acting(author) as session:
        propose_change(
            session,
            Draft(uuid4(), EVENING, visit.client_id, plain, None, "ampoule allumée", "Nadia"),
        )

    assert (only(scene).state, seen(scene)) == (AnomalyState.VERIFIED, [])


def test_after_the_contract_a_visit_is_taken_without_its_anomalies_and_says_so(
    scene: Scene,
) -> None:
    scene.world.set_clock("2015-01-02T08:00:00+01:00")
    visit = seeing(scene.alpha[0], at="2014-12-31T20:00:00+01:00")

    with scene.world.prestataire() as session:
        (outcome,) = take_in(session, [visit], bound_at=visit.started_at)

    assert (outcome.status, outcome.field) == ("deposited", "anomalies")
    assert "dites l'anomalie au bailleur" in str(outcome.message)
    assert (scene.count("visit"), scene.count("anomaly")) == (1, 0)


def test_a_grave_intervention_is_announced_once_and_others_are_not(scene: Scene) -> None:
    usual, other = (a_visit_with_intervention(hall) for hall in scene.alpha[:2])
    (item,) = other.interventions
    grave = replace(other, interventions=(replace(item, situation=Situation.VIOLENCE),))

    scene.record(usual, grave)
    scene.record(grave)

    assert scene.count("outbox", "topic = 'field.grave_recorded'") == 1
    named = scene.world.scalar(
        "select payload->>'intervention_id' from presence.outbox"
        " where topic = 'field.grave_recorded'"
    )
    assert scene.count("intervention", f"id = '{named}' and situation = 'violence'") == 1


def test_a_bailleur_sees_nothing_of_another_s_anomalies(scene: Scene) -> None:
    scene.record(seeing(scene.alpha[0]))
    anomaly_id = only(scene).id

    with scene.world.bailleur("BETA") as session:
        assert queries.anomalies(session) == []
        assert queries.anomaly(session, anomaly_id) is None
        assert queries.steps_of(session, [anomaly_id])[anomaly_id] == []
        with pytest.raises(NotFound):
            take_step(session, StepDraft(uuid4(), anomaly_id, AnomalyState.ACKNOWLEDGED))
