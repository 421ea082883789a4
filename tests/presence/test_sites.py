"""The site sheet: notes by version, who has read them, contacts, police access, the past."""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.nomenclature import ArchiveReason, NoteKind
from presence.patrimoine.places import archive_residence
from presence.sites import history, notes, queries, services
from presence.sites.notes import NoteDraft
from presence.sites.rules import end_when_replaced, french_number, written
from presence.sites.services import ContactDraft, PoliceDraft
from tenants.scheme import contracts, end_contract
from tests.factories.visits import a_visit, a_visit_with_intervention
from tests.factories.walkers import TONIGHT, an_account, person, put_on_duty
from tests.presence.scene import EVENING, Scene

NEXT = date(2013, 12, 6)


def a_note(scene: Scene, **changes: object) -> NoteDraft:
    draft = NoteDraft(
        uuid4(), scene.alpha[0].residence_id, NoteKind.INSTRUCTION, "Fermer la porte du local.",
        "Claire Martin",
    )  # fmt: skip
    return replace(draft, **changes)  # type: ignore[arg-type]


def wrote(scene: Scene, **changes: object) -> UUID:
    with scene.world.bailleur("ALPHA") as session:
        return notes.write_note(session, a_note(scene, **changes)).id


def read_on(scene: Scene, evening_on: date, code: str = "ALPHA") -> list[str]:
    where = scene.alpha[0].residence_id
    with scene.world.bailleur(code) as session:
        return [note.body for note in queries.notes_on(session, [where], evening_on)]


@pytest.fixture
def agent(scene: Scene) -> UUID:
    """Somebody of the prestataire who walks ALPHA's halls tonight."""
    account = an_account(scene.world)
    put_on_duty(scene.world, account, list(scene.alpha))
    return account


def test_a_new_version_leaves_the_former_one_to_its_evenings(scene: Scene) -> None:
    first = wrote(scene)

    second = wrote(scene, body="Fermer le local vélos aussi.", starts_on=NEXT, replaces=first)

    assert read_on(scene, TONIGHT) == ["Fermer la porte du local."]
    assert read_on(scene, NEXT) == ["Fermer le local vélos aussi."]
    with scene.world.bailleur("ALPHA") as session:
        versions = {
            note.id: note for note in queries.notes_of(session, scene.alpha[0].residence_id)
        }
        assert (versions[first].version, versions[second].version) == (1, 2)
        assert versions[first].thread_id == versions[second].thread_id
        assert versions[second].author == "Claire Martin"


def test_a_version_that_never_began_is_replaced(scene: Scene) -> None:
    first = wrote(scene)
    second = wrote(scene, body="À venir.", starts_on=date(2013, 12, 20), replaces=first)

    wrote(scene, body="Plus tôt.", starts_on=NEXT, replaces=second)

    assert read_on(scene, TONIGHT) == ["Fermer la porte du local."]
    assert read_on(scene, date(2013, 12, 25)) == ["Plus tôt."]


def test_a_version_that_was_replaced_meanwhile_is_not_replaced_twice(scene: Scene) -> None:
    first = wrote(scene)
    wrote(scene, body="De Claire.", replaces=first)

    with pytest.raises(Conflict, match="a changé depuis"):
        wrote(scene, body="D'Hugo.", replaces=first)

    assert read_on(scene, TONIGHT) == ["De Claire."]


def test_a_note_that_is_ended_is_read_for_the_evenings_before(scene: Scene) -> None:
    note_id = wrote(scene)

    with scene.world.bailleur("ALPHA") as session:
        notes.end_note(session, scene.alpha[0].residence_id, note_id, NEXT)

    assert (read_on(scene, TONIGHT), read_on(scene, NEXT)) == (["Fermer la porte du local."], [])


def test_a_note_does_not_reach_back(scene: Scene) -> None:
    with pytest.raises(Invalid, match="au plus tôt pour la soirée du 05/12/2013"):
        wrote(scene, starts_on=EVENING)

    assert scene.count("site_note") == 0


def test_hazards_come_first(scene: Scene) -> None:
    wrote(scene, kind=NoteKind.HAZARD, body="Garde-corps descellé.")
    wrote(scene)

    assert read_on(scene, TONIGHT) == ["Garde-corps descellé.", "Fermer la porte du local."]


def test_the_same_key_is_the_same_note_and_another_content_is_refused(scene: Scene) -> None:
    key = uuid4()
    assert wrote(scene, client_id=key) == wrote(scene, client_id=key) == key

    with pytest.raises(Conflict, match="déjà servi"):
        wrote(scene, client_id=key, body="Autre chose.")

    assert scene.count("site_note") == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("   ", "Écrivez"),
        ("x" * 501, "Au plus 500"),
        ("porte\u202eetrop", "invisible"),
        ("porte\x07", "invisible"),
        ("=SOMME(A1)", "tableur"),
        ("\uff1dSOMME", "tableur"),
        ("+33", "tableur"),
        ("@ici", "tableur"),
        ("-1", "tableur"),
    ],
)
def test_a_text_that_cannot_be_kept_is_refused_in_words(scene: Scene, body: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        wrote(scene, body=body)

    assert scene.count("site_note") == 0


def test_a_hall_of_another_residence_is_unknown_here(scene: Scene) -> None:
    with pytest.raises(Invalid, match="Hall inconnu"):
        wrote(scene, entrance_id=scene.beta[0].id)


def test_the_other_bailleur_reads_and_writes_nothing_here(scene: Scene) -> None:
    note_id = wrote(scene)

    assert read_on(scene, TONIGHT, "BETA") == []
    with scene.world.bailleur("BETA") as session, pytest.raises(NotFound):
        notes.write_note(session, a_note(scene))
    with scene.world.bailleur("BETA") as session, pytest.raises(NotFound):
        notes.end_note(session, scene.alpha[0].residence_id, note_id)


def test_an_archived_residence_is_read_and_no_longer_written(scene: Scene) -> None:
    wrote(scene)
    with scene.world.bailleur("ALPHA") as session:
        archive_residence(session, scene.alpha[0].residence_id, TONIGHT, ArchiveReason.DEMOLISHED)

    with pytest.raises(Conflict, match="archivée"):
        wrote(scene)

    assert read_on(scene, TONIGHT) == ["Fermer la porte du local."]


def test_a_reading_is_kept_once_by_card_number(scene: Scene, agent: UUID) -> None:
    note_id = wrote(scene)

    for _ in range(2):
        with person(scene.world, "PRESTA", agent) as session:
            notes.read_note(session, note_id)

    with scene.world.bailleur("ALPHA") as session:
        (reading,) = queries.readings_of(session, [note_id])[note_id]
        assert (reading.account_id, reading.card_number) == (agent, "38-0001")
    assert scene.count("audit_entry", "act = 'site_note.read'") == 1


def test_a_new_version_is_new_again(scene: Scene, agent: UUID) -> None:
    first = wrote(scene)
    with person(scene.world, "PRESTA", agent) as session:
        notes.read_note(session, first)

    second = wrote(scene, body="Autre.", replaces=first)

    with person(scene.world, "PRESTA", agent) as session:
        assert queries.readings_of(session, [second]) == {}
    with pytest.raises(Conflict, match="ce soir"), person(scene.world, "PRESTA", agent) as session:
        notes.read_note(session, first)


def test_the_other_bailleur_does_not_see_who_read(scene: Scene, agent: UUID) -> None:
    note_id = wrote(scene)
    with person(scene.world, "PRESTA", agent) as session:
        notes.read_note(session, note_id)

    with scene.world.bailleur("BETA") as session:
        assert queries.readings_of(session, [note_id]) == {}


def test_a_note_of_an_ended_contract_is_neither_read_nor_acknowledged(
    scene: Scene, agent: UUID
) -> None:
    note_id = wrote(scene)
    end(scene)

    with person(scene.world, "PRESTA", agent) as session:
        assert queries.notes_on(session, [scene.alpha[0].residence_id], TONIGHT) == []
        with pytest.raises(NotFound):
            notes.read_note(session, note_id)
    assert scene.count("note_reading") == 0


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0474000038", "04 74 00 00 38"),
        ("04.74.00.00.38", "04 74 00 00 38"),
        ("+33 4 74 00 00 38", "04 74 00 00 38"),
        ("+33 (0)6-74-00-00-38", "06 74 00 00 38"),
        ("0033474000038", "04 74 00 00 38"),
    ],
)
def test_a_french_number_is_kept_by_pairs(typed: str, kept: str) -> None:
    assert french_number(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["", "047400003", "04740000381", "0074000038", "17", "4474000038", "abc", "\u0660474000038"],
)
def test_what_is_no_french_number_is_refused(typed: str) -> None:
    with pytest.raises(Invalid, match="dix chiffres"):
        french_number(typed)


def test_a_contact_is_archived_and_never_deleted(scene: Scene) -> None:
    where = scene.alpha[0].residence_id
    draft = ContactDraft(uuid4(), where, "Gardienne", "Rose", "04 74 00 00 38")
    with scene.world.bailleur("ALPHA") as session:
        row = services.add_contact(session, draft)
        assert services.add_contact(session, draft).id == row.id

    with scene.world.bailleur("ALPHA") as session:
        assert [contact.phone for contact in queries.contacts_of(session, where)] == [
            "04 74 00 00 38"
        ]
        services.archive_contact(session, where, draft.client_id)

    with scene.world.prestataire() as session:
        assert queries.contacts_of(session, where) == []
    assert scene.count("site_contact") == 1


def test_a_contact_of_another_bailleur_is_not_there(scene: Scene) -> None:
    draft = ContactDraft(uuid4(), scene.alpha[0].residence_id, "Gardienne", "Rose", "0474000038")
    with scene.world.bailleur("ALPHA") as session:
        services.add_contact(session, draft)

    with scene.world.bailleur("BETA") as session:
        assert queries.contacts_of(session, draft.residence_id) == []
        with pytest.raises(NotFound):
            services.archive_contact(session, draft.residence_id, draft.client_id)


def test_a_statement_supersedes_the_former_one(scene: Scene) -> None:
    where = scene.alpha[0].residence_id
    with scene.world.bailleur("ALPHA") as session:
        services.state_police_access(session, PoliceDraft(where, "Badge à la loge."))
        services.state_police_access(session, PoliceDraft(where, "Badge à la loge."))
        services.state_police_access(
            session, PoliceDraft(where, "Clé T25.", date(2013, 9, 2), "Convention 2013-14")
        )

    with scene.world.prestataire() as session:
        stated = queries.police_access_of(session, where)
        assert stated is not None
        assert (stated.access_means, stated.document) == ("Clé T25.", "Convention 2013-14")
    assert scene.count("police_access") == 2


@pytest.mark.parametrize(
    ("on", "document"), [(date(2013, 9, 2), None), (None, "Convention 2013-14")]
)
def test_the_municipal_police_s_date_and_document_go_together(
    scene: Scene, on: date | None, document: str | None
) -> None:
    draft = PoliceDraft(scene.alpha[0].residence_id, "Clé T25.", on, document)

    with scene.world.bailleur("ALPHA") as session, pytest.raises(Invalid, match="référence"):
        services.state_police_access(session, draft)

    assert scene.count("police_access") == 0


def test_the_last_visits_and_the_months_are_the_residence_s_own(scene: Scene) -> None:
    scene.record(
        a_visit(scene.alpha[0]),
        a_visit_with_intervention(scene.alpha[1]),
        a_visit_with_intervention(scene.beta[0]),
    )
    where = scene.alpha[0].residence_id

    with scene.world.bailleur("ALPHA") as session:
        seen = history.last_visits(session, where, TONIGHT)
        months = history.interventions_by_month(session, where, TONIGHT)

    assert [visit.entrance_id for visit in seen] == [scene.alpha[1].id, scene.alpha[0].id]
    assert (len(months), months[0][0], months[-1]) == (12, date(2013, 1, 1), (date(2013, 12, 1), 1))


def test_where_a_version_ends_is_worked_out() -> None:
    assert end_when_replaced(TONIGHT, None, NEXT) == NEXT
    assert end_when_replaced(NEXT, None, TONIGHT) == NEXT
    assert end_when_replaced(EVENING, TONIGHT, NEXT) == TONIGHT
    assert written("  deux \n mots ", "body") == "deux mots"


def end(scene: Scene) -> None:
    """End ALPHA's contract today."""
    own = scene.world.ids["ALPHA"]
    with scene.world.operator() as session:
        (row,) = [c for c in contracts(session) if c.bailleur_id == own]
        end_contract(session, row.id, TONIGHT)
