"""A report in versions: late sheets, corrections by two people, what each version says."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from presence.daily_reports import sealed
from presence.daily_reports.closing import checklist, close_evening
from presence.daily_reports.content import Content
from presence.daily_reports.models import DailyReport
from presence.daily_reports.summary import state_of, summarise
from presence.daily_reports.wording import NightState
from presence.field.changes import (
    Draft,
    approve_change,
    changes,
    propose_change,
    refuse_change,
)
from presence.field.queries import interventions, visits
from presence.field.rules import AnomalyReport, InterventionReport, VisitReport
from presence.field.services import intervention_key
from presence.field.sightings import note_anomalies
from presence.field.unfinished import drop_sheet, note_for_later, unfinished_sheets
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.nomenclature import (
    Action,
    AmendmentCause,
    Area,
    Equipment,
    NotDoneReason,
    Outcome,
    PoliceForce,
    PoliceOutcome,
    Situation,
    VisitResult,
)
from tenants.context import Context, Kind
from tests.factories.visits import a_visit, a_visit_with_intervention
from tests.presence.scene import EVENING, Scene, statuses

AUTHOR, APPROVER = uuid4(), uuid4()


@contextmanager
def acting(scene: Scene, account: UUID) -> Iterator[Session]:
    """The prestataire, by one of its people."""
    with scene.world.acting(
        Context(Kind.PRESTATAIRE, scene.world.ids["PRESTA"], account)
    ) as session:
        yield session


def versions(scene: Scene, code: str = "ALPHA") -> list[tuple[Content, str, bytes]]:
    with scene.world.bailleur(code) as session:
        rows = session.execute(
            select(DailyReport.content, DailyReport.content_hash).order_by(DailyReport.version)
        ).all()
    return [(sealed.read(row[0]), row[1], row[0]) for row in rows]


def a_correction(sheet_id: UUID, **values: object) -> Draft:
    """A change of a visit of the evening: another hour, unless said otherwise."""
    told = VisitReport(sheet_id, uuid4(), at("20:24"), VisitResult.NOTHING_TO_REPORT)
    draft = Draft(uuid4(), EVENING, sheet_id, told, at("20:24"), "heure mal lue", "Nadia")
    return replace(draft, **values)  # type: ignore[arg-type]


def at(hour: str) -> datetime:
    return datetime.fromisoformat(f"2013-12-04T{hour}:00+01:00")


def test_a_late_sheet_makes_a_version_that_cancels_and_replaces(scene: Scene) -> None:
    scene.record(a_visit(scene.alpha[0]))
    scene.close()

    scene.record(a_visit(scene.alpha[1], at="2013-12-04T21:10:00+01:00"))
    scene.world.run_jobs()

    first, second = versions(scene)
    assert state_of(first[0]) is NightState.PROVISIONAL
    assert state_of(second[0]) is NightState.AMENDED
    assert second[0].supersedes is not None
    assert second[0].supersedes.cause is AmendmentCause.LATE
    assert (second[0].supersedes.number, second[0].supersedes.content_hash) == (
        first[0].number,
        first[1],
    )
    assert [change.after for change in second[0].supersedes.changes] == [
        "Passage de 21:10 : Rien à signaler"
    ]


def test_every_version_stays_as_its_hash_says(scene: Scene) -> None:
    scene.close()
    scene.record(a_visit(scene.alpha[0]))
    scene.world.run_jobs()

    kept = versions(scene)

    assert [hashlib.sha256(content).hexdigest() for _, _, content in kept] == [
        stored for _, stored, _ in kept
    ]
    assert len(kept) == 2


def test_the_report_of_a_bailleur_without_a_late_sheet_is_not_touched(scene: Scene) -> None:
    scene.close()

    scene.record(a_visit(scene.alpha[0]))
    scene.world.run_jobs()

    assert len(versions(scene, "BETA")) == 1


def test_the_same_late_sheet_sent_again_makes_no_other_version(scene: Scene) -> None:
    late = a_visit(scene.alpha[0])
    scene.close()
    scene.record(late)
    scene.world.run_jobs()

    scene.record(late)
    scene.world.run_jobs()

    assert len(versions(scene)) == 2


def test_a_place_without_sheet_is_not_received_and_with_a_reason_not_done(scene: Scene) -> None:
    scene.record(a_visit(scene.alpha[0], not_done=NotDoneReason.NO_ACCESS))

    scene.close()

    content = versions(scene)[0][0]
    assert [visit.reason for visit in content.not_done] == [NotDoneReason.NO_ACCESS]
    assert len(content.not_received) == len(scene.alpha) - 1
    assert "provisoire" in summarise(content).subject


def test_before_the_signature_a_sheet_changes_at_once(scene: Scene) -> None:
    visit = a_visit(scene.alpha[0])
    scene.record(visit)

    with acting(scene, AUTHOR) as session:
        propose_change(session, a_correction(visit.client_id))

    with scene.world.prestataire() as session:
        assert visits(session, EVENING)[0].started_at == at("20:24")


def test_after_the_signature_a_change_waits_for_somebody_else(scene: Scene) -> None:
    visit = a_visit(scene.alpha[0])
    scene.record(visit)
    scene.close()
    draft = a_correction(visit.client_id)

    with acting(scene, AUTHOR) as session:
        propose_change(session, draft)
    with pytest.raises(Conflict, match="sa propre correction"), acting(scene, AUTHOR) as session:
        approve_change(session, draft.client_id, "Nadia")

    assert len(versions(scene)) == 1


def test_an_approved_correction_makes_a_version_with_its_fields_reason_and_people(
    scene: Scene,
) -> None:
    visit = a_visit(scene.alpha[0])
    scene.record(visit)
    scene.close()
    draft = a_correction(visit.client_id)
    with acting(scene, AUTHOR) as session:
        propose_change(session, draft)

    with acting(scene, APPROVER) as session:
        approve_change(session, draft.client_id, "Omar")
    scene.world.run_jobs()

    told = versions(scene)[1][0].supersedes
    assert told is not None
    assert (told.cause, told.reason) == (AmendmentCause.CORRECTION, "heure mal lue")
    assert told.author == "Nadia, approuvé par Omar"
    assert [(item.field, item.before, item.after) for item in told.changes] == [
        ("heure", "20:00", "20:24")
    ]


def test_postgresql_refuses_a_change_that_nobody_else_approved(scene: Scene) -> None:
    visit = a_visit(scene.alpha[0])
    scene.record(visit)
    scene.close()
    draft = a_correction(visit.client_id)
    with acting(scene, AUTHOR) as session:
        propose_change(session, draft)

    forged = text("update presence.sheet_change set state = 'applied'")
    with acting(scene, AUTHOR) as session:
        session.execute(forged)
        with pytest.raises(DBAPIError, match="nobody else approved"):
            session.scalar(select(func.app.apply_sheet_change(draft.client_id)))


def test_a_correction_taken_back_changes_nothing(scene: Scene) -> None:
    visit = a_visit(scene.alpha[0])
    scene.record(visit)
    scene.close()
    draft = a_correction(visit.client_id)
    with acting(scene, AUTHOR) as session:
        propose_change(session, draft)
        refuse_change(session, draft.client_id, "Nadia")

    scene.world.run_jobs()

    assert len(versions(scene)) == 1
    with acting(scene, APPROVER) as session, pytest.raises(Conflict, match="déjà décidée"):
        approve_change(session, draft.client_id, "Omar")


def test_an_intervention_is_corrected_with_its_actions(scene: Scene) -> None:
    visit = a_visit_with_intervention(scene.alpha[0])
    scene.record(visit)
    key = intervention_key(visit.client_id, 0)
    told = InterventionReport(
        Area.HALL, Situation.GATHERING, (Action.MEDIATION, Action.POLICE_REQUEST),
        Outcome.DISPERSED, police_force=PoliceForce.GENDARMERIE, police_called_at=at("20:35"),
        police_outcome=PoliceOutcome.NOT_COME,
    )  # fmt: skip

    with acting(scene, AUTHOR) as session:
        propose_change(session, a_correction(key, after=told, started_at=at("20:30")))

    with scene.world.prestataire() as session:
        found = interventions(session, EVENING)[0]
    assert found.actions == (Action.MEDIATION, Action.POLICE_REQUEST)
    assert (found.situation, found.police_outcome) == (Situation.GATHERING, PoliceOutcome.NOT_COME)


def test_a_withdrawn_sheet_is_kept_with_its_date_and_does_not_come_back(scene: Scene) -> None:
    visit = a_visit_with_intervention(scene.alpha[0])
    scene.record(visit)
    with acting(scene, AUTHOR) as session:
        propose_change(session, a_correction(visit.client_id, after=None, reason="mauvais hall"))

    again = scene.record(visit)

    assert statuses(again) == ["known"]
    assert (scene.count("visit"), scene.count("intervention")) == (0, 0)
    with scene.world.prestataire() as session:
        kept = changes(session)[0]
        assert (kept.act, len(kept.before["interventions"])) == ("withdraw", 1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"reason": "  "}, "Dites pourquoi"),
        ({"reason": "x" * 281}, "280 caractères"),
        ({"started_at": datetime.fromisoformat("2013-12-05T14:00:00+01:00")}, "même soirée"),
    ],
    ids=["no reason", "too long", "another evening"],
)
def test_a_correction_that_cannot_be_says_why(
    scene: Scene, values: dict[str, object], said: str
) -> None:
    visit = a_visit(scene.alpha[0])
    scene.record(visit)

    with pytest.raises(Invalid, match=said), acting(scene, AUTHOR) as session:
        propose_change(session, a_correction(visit.client_id, **values))


def test_a_sheet_of_nobody_is_not_found(scene: Scene) -> None:
    with pytest.raises(NotFound), acting(scene, AUTHOR) as session:
        propose_change(session, a_correction(uuid4()))


def test_a_sheet_to_finish_hinders_the_signature_until_it_is_told(scene: Scene) -> None:
    key = uuid4()
    with acting(scene, AUTHOR) as session:
        note_for_later(session, key, scene.alpha[0].id, at("20:42"))
    with pytest.raises(Conflict, match="à compléter"):
        scene.close()

    scene.record(a_visit_with_intervention(scene.alpha[0], client_id=key))
    scene.close()

    assert scene.count("daily_report") == 2


def test_a_sheet_given_up_no_longer_hinders(scene: Scene) -> None:
    key = uuid4()
    with acting(scene, AUTHOR) as session:
        note_for_later(session, key, scene.alpha[0].id, at("20:42"))
        drop_sheet(session, key)

    with scene.world.prestataire() as session:
        assert unfinished_sheets(session, scene.scheme_id, EVENING) == []
        assert close_evening(session, scene.scheme_id, EVENING, signer="Nadia").signer == "Nadia"


def test_the_checklist_names_what_is_missing(scene: Scene) -> None:
    scene.record(a_visit(scene.alpha[0]))

    with scene.world.prestataire() as session:
        found = checklist(session, scene.scheme_id, EVENING)

    assert found.visited == 1
    assert len(found.without_reason) == found.planned - 1


def test_the_figures_say_which_version_they_counted(scene: Scene) -> None:
    scene.record(a_visit(scene.alpha[0]))
    scene.close()
    scene.record(a_visit(scene.alpha[1]))
    scene.world.run_jobs()

    scene.world.run_jobs(night=True)

    counted = scene.world.scalar(
        "select report_version from presence.aggregated_evening where bailleur_id = %s",
        scene.alpha[0].bailleur_id,
    )
    assert counted == 2


def test_an_anomaly_that_is_not_told_is_on_the_checklist_until_it_is(scene: Scene) -> None:
    visit = replace(a_visit(scene.alpha[0]), result=VisitResult.ANOMALY)
    scene.record(visit)
    with scene.world.prestataire() as session:
        before = checklist(session, scene.scheme_id, EVENING).without_detail

    with acting(scene, AUTHOR) as session:
        told = (AnomalyReport(Equipment.LIGHTING, "ampoule du palier"),)
        note_anomalies(session, visit.client_id, EVENING, told)

    with scene.world.prestataire() as session:
        after = checklist(session, scene.scheme_id, EVENING).without_detail
    assert [sheet.id for sheet in before] == [visit.client_id]
    assert after == ()
