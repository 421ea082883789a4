"""The hand-over book: what is written, corrected, read; and that no bailleur's role reaches it."""

from dataclasses import replace
from datetime import date, time
from uuid import UUID, uuid4

import psycopg
import pytest

from presence.handover import queries
from presence.handover.rules import MOST_NOTE, note_text
from presence.handover.services import TeamNoteDraft, read_note, supersede_note, write_note
from presence.kernel.clock import at_paris
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.nomenclature import NoteAudience
from tenants.context import RELAY, Context, Kind
from tests.factories.places import a_residence
from tests.factories.schemes import a_scheme
from tests.factories.walkers import TONIGHT, an_account, an_agent, person
from tests.presence.scene import Scene
from tests.tenants.doors import acting, refused_or

BODY = "Badge du hall 2 en panne."


def a_note(**changes: object) -> TeamNoteDraft:
    draft = TeamNoteDraft(uuid4(), NoteAudience.NEXT_TEAM, BODY, "Nadia")
    return replace(draft, **changes)  # type: ignore[arg-type]


def on(day: int) -> dict[str, object]:
    """Written at the end of an evening of December 2013."""
    return {"written_at": at_paris(date(2013, 12, day), time(23))}


@pytest.fixture
def writer(scene: Scene) -> UUID:
    """Somebody who writes; the evening of 5 December runs."""
    scene.world.set_clock("2013-12-05T18:00:00+01:00")
    return an_account(scene.world)


@pytest.fixture
def reader(scene: Scene) -> UUID:
    account = an_account(scene.world)
    an_agent(scene.world, account)
    return account


def wrote(scene: Scene, account: UUID, **changes: object) -> UUID:
    with person(scene.world, "PRESTA", account) as session:
        return write_note(session, scene.scheme_id, a_note(**changes)).id


def to_read(scene: Scene, account: UUID, evening_on: date = TONIGHT) -> list[tuple[str, bool]]:
    """The texts in order, each with whether it is unread."""
    with person(scene.world, "PRESTA", account) as session:
        lines = queries.notes_to_read(session, scene.scheme_id, evening_on, account)
        return [(line.body, line.is_unread_by(account)) for line in lines]


def test_a_text_is_kept_on_one_line() -> None:
    assert note_text("  Badge\r\n du hall\t2.  ") == "Badge du hall 2."


@pytest.mark.parametrize("text", ["", " \n ", "x" * (MOST_NOTE + 1), "a\x00b", "a\u202eb"])
def test_a_text_that_cannot_be_shown_whole_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        note_text(text)


def test_the_next_team_reads_the_last_evening_s_notes_and_tonight_s(
    scene: Scene, writer: UUID, reader: UUID
) -> None:
    wrote(scene, writer, body="Du 2.", **on(2))
    wrote(scene, writer, body="Du 3.", **on(3))
    wrote(scene, writer, body="Pour nous.", audience=NoteAudience.PROVIDER, **on(4))
    wrote(scene, writer, body="De ce soir.")

    assert to_read(scene, reader) == [("Du 3.", True), ("De ce soir.", True)]


def test_a_note_of_the_small_hours_is_of_the_evening_before(scene: Scene, writer: UUID) -> None:
    wrote(scene, writer, body="À 2 h.", written_at=at_paris(TONIGHT, time(2)))

    with scene.world.prestataire() as session:
        kept = queries.notes_of_evening(session, scene.scheme_id, date(2013, 12, 4))
    assert [line.body for line in kept] == ["À 2 h."]


def test_what_was_read_comes_after_what_was_not(scene: Scene, writer: UUID, reader: UUID) -> None:
    first = wrote(scene, writer, body="Lue.", **on(4))
    wrote(scene, writer, body="Pas lue.")

    with person(scene.world, "PRESTA", reader) as session:
        read_note(session, first, "Sam")

    assert to_read(scene, reader) == [("Pas lue.", True), ("Lue.", False)]


def test_nobody_has_to_read_what_they_wrote(scene: Scene, writer: UUID) -> None:
    wrote(scene, writer)

    assert to_read(scene, writer) == [(BODY, False)]


def test_a_note_is_read_once_per_person_by_name_and_card(
    scene: Scene, writer: UUID, reader: UUID
) -> None:
    note_id = wrote(scene, writer)

    for _ in range(2):
        with person(scene.world, "PRESTA", reader) as session:
            read_note(session, note_id, "Sam")

    with scene.world.prestataire() as session:
        (line,) = queries.notes_of_evening(session, scene.scheme_id, TONIGHT)
    assert [(row.reader_name, row.card_number) for row in line.readings] == [("Sam", "38-0001")]
    assert scene.count("prestataire_audit_entry", "act = 'team_note.read'") == 1


def test_the_same_key_is_the_same_note_and_another_content_is_refused(
    scene: Scene, writer: UUID
) -> None:
    key = uuid4()
    assert wrote(scene, writer, client_id=key) == wrote(scene, writer, client_id=key) == key

    with pytest.raises(Conflict, match="déjà servi"):
        wrote(scene, writer, client_id=key, body="Autre chose.")

    assert scene.count("team_note") == 1


def test_a_correction_takes_the_place_of_a_note_on_its_evening_and_is_read_anew(
    scene: Scene, writer: UUID, reader: UUID
) -> None:
    former = wrote(scene, writer, **on(4))
    with person(scene.world, "PRESTA", reader) as session:
        read_note(session, former, "Sam")

    with person(scene.world, "PRESTA", writer) as session:
        supersede_note(session, former, a_note(body="Badge du hall 3."), chief=False)

    assert to_read(scene, reader) == [("Badge du hall 3.", True)]
    with scene.world.prestataire() as session:
        kept = queries.notes_of_evening(session, scene.scheme_id, date(2013, 12, 4))
    assert {line.body: line.superseded for line in kept} == {BODY: True, "Badge du hall 3.": False}


def test_a_note_is_corrected_once_by_its_author_or_a_chief(
    scene: Scene, writer: UUID, reader: UUID
) -> None:
    former = wrote(scene, writer)
    with (
        pytest.raises(Conflict, match="Seuls son auteur"),
        person(scene.world, "PRESTA", reader) as session,
    ):
        supersede_note(session, former, a_note(body="Non."), chief=False)
    with person(scene.world, "PRESTA", reader) as session:
        supersede_note(session, former, a_note(body="Du chef."), chief=True)

    with (
        pytest.raises(Conflict, match="déjà été corrigée"),
        person(scene.world, "PRESTA", writer) as session,
    ):
        supersede_note(session, former, a_note(body="Trop tard."), chief=False)

    assert scene.count("team_note") == 2


def test_a_note_is_about_a_place_that_is_served(scene: Scene, writer: UUID) -> None:
    place = scene.alpha[0].residence_id
    other = a_scheme(scene.world, name="Ailleurs", bailleurs=("GAMMA",), prestataire="AUTRE")
    outside = a_residence(scene.world, "GAMMA", scheme_id=other)[0].residence_id

    note_id = wrote(scene, writer, residence_id=place)

    with scene.world.prestataire() as session:
        assert [line.id for line in queries.notes_about(session, place)] == [note_id]
    for unknown in (outside, uuid4()):
        with pytest.raises(Invalid, match="que vous desservez"):
            wrote(scene, writer, residence_id=unknown)


def test_an_unknown_note_is_neither_read_nor_corrected(scene: Scene, writer: UUID) -> None:
    with pytest.raises(NotFound), person(scene.world, "PRESTA", writer) as session:
        read_note(session, uuid4(), "Sam")
    with (
        pytest.raises(Invalid, match="à corriger"),
        person(scene.world, "PRESTA", writer) as session,
    ):
        supersede_note(session, uuid4(), a_note(), chief=True)


@pytest.mark.parametrize("table", ["team_note", "team_note_reading"])
@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.PRESTATAIRE])
def test_no_other_kind_of_role_reads_writes_or_erases(
    scene: Scene, writer: UUID, reader: UUID, kind: Kind, table: str
) -> None:
    note_id = wrote(scene, writer, residence_id=scene.alpha[0].residence_id)
    with person(scene.world, "PRESTA", reader) as session:
        read_note(session, note_id, "Sam")
    subjects = {
        Kind.BAILLEUR: scene.world.ids["ALPHA"], Kind.SCHEME: scene.scheme_id,
        Kind.FIGURES: scene.world.ids["CAPI"],
    }  # fmt: skip
    context = RELAY if kind is Kind.RELAY else Context(kind, subjects.get(kind))

    with acting(scene.world, context) as connection:
        for statement in (
            f"select id from presence.{table}",  # noqa: S608 - a test's own name
            f"insert into presence.{table} default values returning id",  # noqa: S608
            f"delete from presence.{table} returning id",  # noqa: S608
        ):
            assert refused_or(connection, statement) is None, statement

    assert scene.count(table) == 1


def test_not_even_the_prestataire_rewrites_a_note(scene: Scene, writer: UUID) -> None:
    wrote(scene, writer)
    own = Context(Kind.PRESTATAIRE, scene.world.ids["PRESTA"])

    for statement in ("update presence.team_note set body = 'x'", "delete from presence.team_note"):
        with (
            acting(scene.world, own) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement.encode())
