"""The bailleur's visa, its disputes, its silence; what is then owed, and the deadlines."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from presence.daily_reports.models import DailyReport
from presence.daily_reports.queries import ReportLine, versions_of
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.nomenclature import NotDoneReason
from presence.review.certificates import seal_certificate
from presence.review.codes import DisputeReason
from presence.review.deadlines import (
    ExceptionDraft,
    deadline,
    grant_exception,
    punctuality,
)
from presence.review.disputes import (
    DisputeDraft,
    answer_dispute,
    disputes,
    open_dispute,
    settle_dispute,
)
from presence.review.models import Dispute, ReportVisa
from presence.review.service import statement_of_month
from presence.review.visas import give_visa, record_silence, visa_of
from tenants.context import Context, Kind
from tests.factories.visits import a_visit, a_visit_with_intervention
from tests.presence.scene import EVENING, Scene

MONTH = date(2013, 12, 1)


def report_of(scene: Scene, code: str = "ALPHA") -> ReportLine:
    """The newest report of the evening."""
    with scene.world.bailleur(code) as session:
        first = session.scalars(select(DailyReport.id)).first()
        assert first is not None
        return versions_of(session, first)[0]


@contextmanager
def bailleur(scene: Scene) -> Iterator[Session]:
    """ALPHA, by one of its people."""
    subject = scene.world.ids["ALPHA"]
    with scene.world.acting(Context(Kind.BAILLEUR, subject, uuid4())) as session:
        yield session


def a_dispute(scene: Scene, line: UUID, /, **values: object) -> DisputeDraft:
    told: dict[str, object] = {
        "client_id": uuid4(),
        "report_id": report_of(scene).id,
        "line_id": line,
        "reason": DisputeReason.NOT_VISITED,
        "details": "Le gardien n'a vu personne.",
        "due_on": date(2013, 12, 12),
    }
    return DisputeDraft(**(told | values))  # type: ignore[arg-type]


def disputed(scene: Scene, line_id: UUID) -> UUID:
    """A dispute of the bailleur's on a line."""
    with bailleur(scene) as session:
        return open_dispute(session, a_dispute(scene, line_id)).id


@pytest.fixture
def visited(scene: Scene) -> UUID:
    """An evening closed after one visit at each bailleur; the key of ALPHA's."""
    visit = a_visit(scene.alpha[0])
    scene.record(visit, a_visit(scene.alpha[1]), a_visit(scene.beta[0]))
    scene.close()
    return visit.client_id


def test_a_report_is_accepted_once(scene: Scene, visited: UUID) -> None:
    report = report_of(scene)

    with bailleur(scene) as session:
        first = give_visa(session, report.id).id
    with bailleur(scene) as session:
        again = give_visa(session, report.id).id

    assert first == again
    assert scene.count("report_visa") == 1


def test_the_prestataire_reads_the_visa_and_cannot_give_it(scene: Scene, visited: UUID) -> None:
    report = report_of(scene)
    with bailleur(scene) as session:
        give_visa(session, report.id)

    with scene.world.prestataire() as session:
        assert visa_of(session, report.id) is not None
        session.add(
            ReportVisa(
                bailleur_id=report.bailleur_id, prestataire_id=scene.world.ids["PRESTA"],
                scheme_id=report.scheme_id, report_id=report_of(scene, "BETA").id,
                evening_on=EVENING, decision="accepted", account_id=uuid4(),
            )
        )  # fmt: skip
        with pytest.raises(DBAPIError, match="permission denied"):
            session.flush()


def test_another_bailleurs_report_is_not_found(scene: Scene, visited: UUID) -> None:
    other = report_of(scene, "BETA")

    with bailleur(scene) as session, pytest.raises(NotFound):
        give_visa(session, other.id)


def test_a_dispute_holds_the_visa_back_until_it_is_settled(scene: Scene, visited: UUID) -> None:
    raised = disputed(scene, visited)
    report = report_of(scene)

    with (
        bailleur(scene) as session,
        pytest.raises(Conflict, match="contestée"),
    ):
        give_visa(session, report.id)

    with bailleur(scene) as session:
        settle_dispute(session, raised, "withdrawn")
        assert give_visa(session, report.id).decision == "accepted"


def test_a_disputed_visit_leaves_the_service_until_it_is_settled(
    scene: Scene, visited: UUID
) -> None:
    def counted() -> tuple[int, int]:
        with bailleur(scene) as session:
            month = statement_of_month(session, scene.scheme_id, MONTH)
        return month.total("payable"), month.total("disputed")

    before = counted()
    raised = disputed(scene, visited)
    during = counted()
    with scene.world.prestataire() as session:
        answer_dispute(session, raised, "Le passage est confirmé par le second agent.")
    with bailleur(scene) as session:
        settle_dispute(session, raised, "maintained")

    assert [before, during, counted()] == [(2, 0), (1, 1), (2, 0)]


def test_the_certificate_leaves_a_disputed_visit_out_and_is_sealed_again(
    scene: Scene, visited: UUID
) -> None:
    raised = disputed(scene, visited)
    with bailleur(scene) as session:
        first = seal_certificate(session, scene.world.ids["PRESTA"], scene.scheme_id, MONTH)

    with bailleur(scene) as session:
        settle_dispute(session, raised, "withdrawn")
    scene.world.run_jobs()

    assert first is not None
    assert b'"disputed":1' in first.content
    assert b"ALPHA-2013-12-04-v1" in first.content
    assert scene.world.scalar("select max(version) from presence.service_certificate") == 2


def test_a_line_is_disputed_once_at_a_time(scene: Scene, visited: UUID) -> None:
    disputed(scene, visited)

    with (
        bailleur(scene) as session,
        pytest.raises(Conflict, match="déjà contestée"),
    ):
        open_dispute(session, a_dispute(scene, visited))


def test_the_same_dispute_sent_again_is_the_same(scene: Scene, visited: UUID) -> None:
    draft = a_dispute(scene, visited)

    with bailleur(scene) as session:
        first = open_dispute(session, draft).id
    with bailleur(scene) as session:
        again = open_dispute(session, draft).id

    assert first == again


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"line_id": uuid4()}, "n'est pas dans le rapport"),
        ({"details": " \u202e\u0007 "}, "Dites ce que vous contestez"),
        ({"details": "x" * 10_000}, "280 caractères"),
        ({"due_on": date(2013, 12, 1)}, "est passée"),
    ],
    ids=["another line", "nothing but controls", "ten thousand characters", "past date"],
)
def test_a_dispute_that_cannot_be_says_why(
    scene: Scene, visited: UUID, values: dict[str, object], said: str
) -> None:
    draft = a_dispute(scene, visited, **values)

    with bailleur(scene) as session, pytest.raises(Invalid, match=said):
        open_dispute(session, draft)


def test_a_place_of_which_nothing_came_in_can_be_disputed(scene: Scene) -> None:
    scene.close()

    raised = disputed(scene, scene.alpha[0].id)

    with scene.world.prestataire() as session:
        (found,) = disputes(session, unsettled=True)
        assert (found.id, found.line) == (raised, "not_received")


def test_an_answer_is_not_the_bailleurs_to_give(scene: Scene, visited: UUID) -> None:
    raised = disputed(scene, visited)

    with bailleur(scene) as session:
        session.get_one(Dispute, (raised, scene.alpha[0].bailleur_id)).answer = "moi-même"
        with pytest.raises(DBAPIError, match="permission denied"):
            session.flush()


def test_an_answer_must_come_before_it_is_accepted(scene: Scene, visited: UUID) -> None:
    raised = disputed(scene, visited)

    with (
        bailleur(scene) as session,
        pytest.raises(Conflict, match="pas encore répondu"),
    ):
        settle_dispute(session, raised, "maintained")


def test_silence_past_the_delay_is_recorded_as_silence_once(scene: Scene, visited: UUID) -> None:
    scene.world.set_clock("2013-12-20T08:00:00+01:00")
    report = report_of(scene)

    with bailleur(scene) as session:
        recorded = [
            record_silence(session, scene.world.ids["PRESTA"], scene.scheme_id, 5) for _ in range(2)
        ]

    assert recorded == [1, 0]
    with bailleur(scene) as session:
        visa = visa_of(session, report.id)
        assert visa is not None
        assert (visa.decision, visa.account_id) == ("silent", None)


def test_silence_is_not_recorded_within_the_delay(scene: Scene, visited: UUID) -> None:
    with bailleur(scene) as session:
        recorded = record_silence(session, scene.world.ids["PRESTA"], scene.scheme_id, 5)

    assert recorded == 0


def test_a_new_version_waits_for_its_own_visa(scene: Scene) -> None:
    scene.record(a_visit(scene.alpha[0]))
    scene.close()
    first = report_of(scene)
    with bailleur(scene) as session:
        give_visa(session, first.id)

    scene.record(a_visit_with_intervention(scene.alpha[1]))
    scene.world.run_jobs()

    second = report_of(scene)
    with bailleur(scene) as session:
        assert visa_of(session, second.id) is None
        with pytest.raises(Conflict, match="remplacé"):
            open_dispute(session, a_dispute(scene, scene.alpha[0].id, report_id=first.id))


def test_reasons_say_on_whom_a_missing_visit_weighs(scene: Scene) -> None:
    scene.record(
        a_visit(scene.alpha[0], not_done=NotDoneReason.NO_ACCESS),
        a_visit(scene.alpha[1], not_done=NotDoneReason.NO_TIME),
    )
    scene.close()

    with bailleur(scene) as session:
        month = statement_of_month(session, scene.scheme_id, MONTH)

    assert (month.total("payable"), month.total("excused"), month.total("missed")) == (0, 1, 1)


def test_an_evening_never_signed_counts_as_missing_not_as_calm(scene: Scene) -> None:
    scene.close()
    scene.world.set_clock("2013-12-06T08:00:00+01:00")

    with bailleur(scene) as session:
        month = punctuality(session, MONTH)

    # From the 1st to the 5th under contract; only the 4th was signed.
    assert (month.on_time + month.late, month.missing) == (1, 4)


def test_an_exception_leaves_its_evenings_out_of_the_rate(scene: Scene) -> None:
    scene.world.set_clock("2013-12-06T08:00:00+01:00")
    draft = ExceptionDraft(
        uuid4(), scene.scheme_id, date(2013, 12, 1), date(2013, 12, 3), "panne du réseau"
    )

    with bailleur(scene) as session:
        grant_exception(session, draft)
        month = punctuality(session, MONTH)

    assert (month.excused, month.missing) == (3, 2)


def test_the_deadline_is_seven_in_the_morning_in_paris() -> None:
    assert deadline(EVENING).isoformat() == "2013-12-05T06:00:00+00:00"
