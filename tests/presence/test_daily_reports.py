"""Closing an evening once, and each bailleur's sealed report."""

import hashlib
import json
from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from presence.daily_reports.closing import close_evening
from presence.daily_reports.models import DailyReport
from presence.daily_reports.services import Closing, seal_report
from presence.kernel.clock import at_paris
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.nomenclature import NotDoneReason
from tests.factories.visits import a_visit, a_visit_with_intervention
from tests.presence.scene import EVENING, Scene


def sealed(scene: Scene, code: str) -> bytes:
    with scene.world.bailleur(code) as session:
        return session.scalars(select(DailyReport.content)).one()


def close(scene: Scene, evening_on: date = EVENING, scheme_id: int | None = None) -> None:
    with scene.world.prestataire() as session:
        close_evening(session, scheme_id or scene.scheme_id, evening_on, signer="Nadia")


def test_closing_seals_one_report_per_bailleur(scene: Scene) -> None:
    scene.record(a_visit(scene.alpha[0]), a_visit(scene.beta[0]))

    scene.close()

    assert scene.count("daily_report") == 2


def test_an_evening_is_closed_once(scene: Scene) -> None:
    close(scene)

    with pytest.raises(Conflict, match="déjà close"):
        close(scene)


@pytest.mark.parametrize(
    ("evening_on", "said"),
    [(date(2013, 12, 6), "n'a pas commencé"), (date(2012, 12, 31), "Aucun contrat")],
    ids=["tomorrow", "before the contract"],
)
def test_an_evening_that_cannot_be_closed_says_why(
    scene: Scene, evening_on: date, said: str
) -> None:
    with pytest.raises(Invalid, match=said):
        close(scene, evening_on)


def test_a_scheme_that_is_not_served_is_not_found(scene: Scene) -> None:
    with pytest.raises(NotFound):
        close(scene, scheme_id=9_999)


def test_the_hash_is_the_one_of_the_sealed_bytes(scene: Scene) -> None:
    scene.close()

    content = sealed(scene, "ALPHA")

    stored = scene.world.scalar(
        "select content_hash from presence.daily_report where bailleur_id = %s",
        scene.alpha[0].bailleur_id,
    )
    assert stored == hashlib.sha256(content).hexdigest()


def test_a_report_counts_what_was_planned_done_and_not_done(scene: Scene) -> None:
    scene.record(
        a_visit_with_intervention(scene.alpha[0]),
        a_visit(scene.alpha[1], not_done=NotDoneReason.NO_ACCESS),
    )

    scene.close()

    counts = json.loads(sealed(scene, "ALPHA"))["counts"]
    assert counts == {
        "planned": 2, "visits": 1, "off_programme": 0, "not_done": 1, "not_visited": 0,
        "interventions": 1, "police_requests": 0, "anomalies": 0, "calls": 0,
    }  # fmt: skip


def test_a_report_numbers_itself_for_its_own_bailleur(scene: Scene) -> None:
    scene.close()

    assert json.loads(sealed(scene, "BETA"))["number"] == "BETA-2013-12-04-v1"


def test_a_report_is_the_same_whatever_happens_at_the_others(scene: Scene) -> None:
    visit = a_visit_with_intervention(scene.alpha[0])
    scene.record(visit)
    closing = Closing(
        scene.scheme_id, scene.world.ids["PRESTA"], EVENING,
        at_paris(EVENING, visit.started_at.time()), "Nadia",
    )  # fmt: skip

    with scene.world.app.app_context(), scene.world.bailleur("ALPHA") as session:
        alone = seal_report(session, closing).content
        session.rollback()
    scene.record(a_visit_with_intervention(scene.beta[0]), a_visit(scene.beta[1]))
    with scene.world.bailleur("ALPHA") as session:
        together = seal_report(session, closing).content

    assert alone == together


def test_sealing_twice_gives_the_first_report(scene: Scene) -> None:
    closing = Closing(
        scene.scheme_id, scene.world.ids["PRESTA"], EVENING,
        at_paris(EVENING, a_visit(scene.alpha[0]).started_at.time()), "Nadia",
    )  # fmt: skip
    made = []

    for _ in range(2):
        with scene.world.bailleur("ALPHA") as session:
            made.append(seal_report(session, closing).id)

    assert made[0] == made[1]


def test_a_closing_by_a_prestataire_without_a_contract_seals_nothing(scene: Scene) -> None:
    closing = Closing(
        scene.scheme_id, scene.world.ids["CAPI"], EVENING,
        at_paris(EVENING, a_visit(scene.alpha[0]).started_at.time()), "X",
    )  # fmt: skip

    with scene.world.bailleur("ALPHA") as session, pytest.raises(Invalid, match="Aucun contrat"):
        seal_report(session, closing)


@pytest.mark.parametrize(
    "statement",
    ["update presence.daily_report set signer = 'X'", "delete from presence.daily_report"],
)
@pytest.mark.parametrize("door", ["bailleur", "prestataire"])
def test_a_sealed_report_is_never_changed_nor_removed(
    scene: Scene, door: str, statement: str
) -> None:
    scene.close()
    opened = (
        scene.world.bailleur("ALPHA") if door == "bailleur" else scene.world.prestataire("PRESTA")
    )

    with pytest.raises(DBAPIError, match="permission denied"), opened as session:
        session.execute(text(statement))


def test_the_checklist_of_a_closure_counts_the_whole_round(scene: Scene) -> None:
    scene.record(a_visit(scene.alpha[0]), a_visit(scene.beta[0]))

    close(scene)

    kept = scene.world.scalar("select checklist from presence.evening_closure")
    assert isinstance(kept, dict)
    assert set(kept.pop("without_reason")) == {str(scene.alpha[1].id), str(scene.beta[1].id)}
    assert kept == {"planned": 4, "visited": 2, "visits": 2, "interventions": 0}
