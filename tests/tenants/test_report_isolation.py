"""One evening at seven bailleurs: nothing of one is in any byte that another is given."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

import pikepdf
import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from presence.accounts.identity import Grant
from presence.accounts.services import NewAccount, open_account
from presence.daily_reports.drafting import draft_of
from presence.daily_reports.models import DailyReport
from presence.daily_reports.sealed import write
from presence.field.rules import AnomalyReport
from presence.kernel.nomenclature import Equipment, Situation, Urgency, VisitResult
from presence.oncall.services import CallReport, log_call
from tenants.models import Organisation
from tenants.roles import Role
from tests.factories.places import a_residence
from tests.factories.readers import PASSWORD
from tests.factories.schemes import a_scheme
from tests.factories.visits import a_visit, a_visit_with_intervention
from tests.mailbox import received
from tests.presence.scene import EVENING, Scene
from tests.web.accounts import csrf_of
from tests.workers.test_delivery import morning
from tests.worlds import World

# Each bailleur's code and residence carry a word that nobody else has.
WORDS = ("zebu", "okapi", "tapir", "lemur", "gibbon", "wombat", "quokka")
BAILLEURS = tuple(f"B{word.upper()}" for word in WORDS)


@dataclass(frozen=True)
class Given:
    """Everything that a bailleur is given of the evening, by name."""

    bailleur: str
    parts: dict[str, bytes]


def word_of(code: str) -> bytes:
    return code.removeprefix("B").lower().encode()


def inside(pdf: bytes) -> bytes:
    """Every byte of a PDF: as it is, its objects unpacked, and its text."""
    unpacked = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(unpacked, stream_decode_level=pikepdf.StreamDecodeLevel.all)
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return pdf + unpacked.getvalue() + text.encode()


@pytest.fixture
def scene(world: World) -> Scene:
    """Seven bailleurs walked by one team, each with an intervention, a call and a quiet hall."""
    scheme_id = a_scheme(world, bailleurs=BAILLEURS)
    visits, residences = [], []
    for minute, word in enumerate(WORDS):
        halls = (f"Hall {word}", "Cour")
        first, second = a_residence(world, f"B{word.upper()}", code=word, halls=halls)
        lamp = AnomalyReport(Equipment.LIGHTING, note=f"lampe {word}")
        residences.append(first.residence_id)
        visits += [
            a_visit_with_intervention(first, at=f"2013-12-04T20:{minute:02}:00+01:00"),
            replace(
                a_visit(second, at=f"2013-12-04T21:{minute:02}:00+01:00"),
                result=VisitResult.ANOMALY,
                anomalies=(lamp,),
            ),
        ]
    built = Scene(world, scheme_id, (), ())
    built.record(*visits)
    with world.prestataire() as session:
        for residence_id in residences:
            called_at = datetime.fromisoformat("2013-12-04T19:40:00+01:00")
            report = CallReport(uuid4(), residence_id, called_at, Situation.NOISE, Urgency.TONIGHT)
            log_call(session, report)
    return built


def a_manager(world: World, code: str) -> str:
    """The address of somebody who reads everything of a bailleur's."""
    with world.operator() as session:
        organisation = session.scalars(select(Organisation).where(Organisation.code == code)).one()
        session.expunge(organisation)
    email = f"lou@{uuid4().hex[:8]}.example"
    with world.app.app_context():
        grants = (Grant(Role.MANAGEMENT), Grant(Role.PROXIMITY))
        open_account(organisation, NewAccount(email, "Lou Lecture", PASSWORD, grants, waived=True))
    return email


def entered(world: World, email: str) -> FlaskClient:
    client = world.app.test_client()
    page = client.get("/connexion").text
    client.post(
        "/connexion",
        data={"email": email, "mot_de_passe": PASSWORD, "csrf_token": csrf_of(page)},
    )
    return client


def given(world: World, code: str, email: str) -> Given:
    """What a bailleur gets of the evening: pages, files and their names, the letter."""
    with world.bailleur(code) as session:
        report_id = session.scalars(select(DailyReport.id)).one()
    client = entered(world, email)
    paths = {
        "night": f"/cette-nuit?soiree={EVENING}",
        "page": f"/rapports-journaliers/{report_id}",
        "month": "/rapports-journaliers?mois=2013-12",
        "transmissions": "/transmissions",
        "pdf": f"/rapports-journaliers/{report_id}.pdf",
        "csv": f"/rapports-journaliers/{report_id}.csv",
        "json": f"/rapports-journaliers/{report_id}.json",
    }
    parts: dict[str, bytes] = {}
    for name, path in paths.items():
        answer = client.get(path)
        assert answer.status_code == 200, (name, answer.text)
        parts[name] = inside(answer.data) if name == "pdf" else answer.data
        parts[f"{name} headers"] = str(answer.headers).encode()
    (letter,) = received(world, email)
    parts["letter"] = letter.as_bytes() + str(letter.get_content()).encode()
    return Given(code, parts)


def test_no_byte_of_one_bailleur_is_given_to_another(scene: Scene) -> None:
    people = {code: a_manager(scene.world, code) for code in BAILLEURS}
    scene.close()
    morning(scene.world)

    everything = [given(scene.world, code, people[code]) for code in BAILLEURS]

    # Each is given its own word everywhere it should be, hence the search can find one.
    assert [
        (item.bailleur, name)
        for item in everything
        for name in ("night", "page", "pdf", "csv", "json", "letter")
        if word_of(item.bailleur) not in item.parts[name].lower()
    ] == []
    assert [
        (item.bailleur, name, other)
        for item in everything
        for name, content in item.parts.items()
        for other in BAILLEURS
        if other != item.bailleur and word_of(other) in content.lower()
    ] == []


def test_a_report_is_the_same_whether_others_were_walked_or_not(world: World) -> None:
    scheme_id = a_scheme(world)
    own, other = a_residence(world, "ALPHA"), a_residence(world, "BETA")
    scene = Scene(world, scheme_id, tuple(own), tuple(other))
    scene.record(a_visit(own[0]), a_visit_with_intervention(own[1]))
    with world.bailleur("ALPHA") as session:
        alone = write(draft_of(session, scheme_id, EVENING))

    # In between, in time and in the round: a gap or a rank would show.
    scene.record(
        a_visit(other[0], at="2013-12-04T20:10:00+01:00"),
        a_visit_with_intervention(other[1], at="2013-12-04T20:20:00+01:00"),
    )

    with world.bailleur("ALPHA") as session:
        assert write(draft_of(session, scheme_id, EVENING)) == alone


def test_the_size_of_a_report_says_nothing_of_the_market(scene: Scene) -> None:
    scene.close()

    sizes = {
        len(content.lower().replace(word_of(code), b""))
        for code in BAILLEURS
        for content in contents(scene.world, code)
    }

    # The same facts at each: but for their own words, not one byte more.
    assert len(sizes) == 1


def contents(world: World, code: str) -> Iterator[bytes]:
    with world.bailleur(code) as session:
        yield from session.scalars(select(DailyReport.content))
