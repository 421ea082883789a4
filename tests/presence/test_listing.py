"""The list of residences: its order, its search, its filters, its pages, and who sees what."""

from collections.abc import Sequence
from datetime import date
from itertools import count, product
from uuid import UUID, uuid4

from sqlalchemy import event, literal, select
from sqlalchemy.orm import Session

from presence.field.listing import interventions_counted, last_visits
from presence.kernel.collation import folded, order_key, search_pattern, sql_order_key
from presence.kernel.nomenclature import ArchiveReason, NotDoneReason
from presence.patrimoine.coverage import enter_perimeter, leave_perimeter
from presence.patrimoine.listed import Listed
from presence.patrimoine.listing import PAGE, Order, Sort, every, halls_counted, listed
from presence.patrimoine.places import archive_residence
from presence.patrimoine.services import Covering, ResidenceDraft, create_residences
from presence.patrimoine.wanted import Perimeter, Wanted, choices
from presence.planning.frequency import Frequency
from presence.planning.listing import frequencies_at, has_frequency
from presence.planning.services import set_frequency
from tenants.database import restrict
from tests.factories.schemes import FROM
from tests.factories.visits import a_visit, a_visit_with_intervention
from tests.presence.scene import EVENING, Scene

TODAY = date(2013, 12, 5)
BOURGOIN, ISLE = "38053", "38193"
ALL, BY_NAME = Wanted(), Order()
_codes = count(100)
# An accent apart from its letter, typographic apostrophes, ligatures, numbers of all lengths.
TRICKY = (
    "Église", "e\u0301cluse", "Écluse", "L\u2019Œuvre", "L'oeuvre", "Cœur d'Île", "Bâtiment 2",
    "bâtiment 10", "Bâtiment 10 bis", "Tour 2 hall 10", "Tour 2 hall 9", "R0012", "R12", "ñandú",
    "38000000000012", "1234567", "0000000", "À l'Orée", "ÇA", "", "Résidence n° 7", "naïve",
)  # fmt: skip


def add(scene: Scene, *drafts: ResidenceDraft, covered: bool = True) -> list[UUID]:
    """Residences of ALPHA, in its only scheme's perimeter or not."""
    covering = Covering(scene.scheme_id, FROM if covered else None)
    with scene.world.bailleur("ALPHA") as session:
        return [row.id for row in create_residences(session, drafts, covering)]


def a_draft(name: str, **changes: object) -> ResidenceDraft:
    values: dict[str, object] = {
        "agency": "Agence", "code": f"R{next(_codes)}", "name": name, "address": "1 rue Haute",
        "insee_code": BOURGOIN, "dwellings": 10,
    }  # fmt: skip
    return ResidenceDraft(**values | changes)  # type: ignore[arg-type]


def names(session: Session, wanted: Wanted = ALL, order: Order = BY_NAME) -> list[str]:
    """The names of the first page of the list, as today."""
    found = listed(session, choices(session), wanted, order, 1, TODAY)
    return [place.name for place in found.places]


def found_in(scene: Scene, wanted: Wanted) -> set[str]:
    with scene.world.bailleur("ALPHA") as session:
        return set(names(session, wanted))


def test_the_order_is_the_one_that_french_readers_expect(scene: Scene) -> None:
    add(scene, *map(a_draft, ("Bâtiment 10", "Église", "écluse", "Bâtiment 2", "Eglantine")))

    with scene.world.bailleur("ALPHA") as session:
        up, down = names(session), names(session, order=Order(descending=True))

    assert up == [
        "Bâtiment 2", "Bâtiment 10", "écluse", "Eglantine", "Église", "Résidence R001",
    ]  # fmt: skip
    assert down == up[::-1]


def test_the_database_compares_texts_as_the_program_does(scene: Scene) -> None:
    with scene.world.bailleur("ALPHA") as session:
        computed = [session.scalar(select(sql_order_key(literal(text)))) for text in TRICKY]

    assert computed == [order_key(text) for text in TRICKY]


def test_a_text_is_found_without_its_accents_wherever_they_are(scene: Scene) -> None:
    with scene.world.bailleur("ALPHA") as session:
        missed = [
            text
            for text in TRICKY
            if not session.scalar(
                select(literal(text.lower()).regexp_match(search_pattern(folded(text))))
            )
        ]

    assert missed == []


def test_words_are_looked_for_in_all_that_names_a_place(scene: Scene) -> None:
    add(
        scene,
        a_draft("Les Églantiers"),
        a_draft("L\u2019Œuvre", insee_code=ISLE, qpv_name="Champfleuri"),
        a_draft("Le Point", code="ZZ.91"),
        a_draft("La Lettre", code="ZZA91"),
    )
    expected = {
        "eglantiers": {"Les Églantiers"}, "ÉGLANTIERS": {"Les Églantiers"},
        "oeuvre": {"L\u2019Œuvre"}, "l'œuvre": {"L\u2019Œuvre"},
        "glant haute": {"Les Églantiers"}, "glant basse": set(),
        "abeau": {"L\u2019Œuvre"}, "champfleuri": {"L\u2019Œuvre"}, "zz.91": {"Le Point"},
    }  # fmt: skip

    found = {words: found_in(scene, Wanted(words=tuple(words.split()))) for words in expected}

    assert found == expected


def test_a_sign_that_means_something_to_a_pattern_is_looked_for_as_it_is(scene: Scene) -> None:
    signs = ("(", "[a", "\\", "%", "_", "*", "a{2}", "^", "$", "'", "|", "?", "+", "~")
    add(scene, a_draft("Le Mas"), *(a_draft(f"Le signe {sign}") for sign in signs))

    found = {sign: found_in(scene, Wanted(words=(sign,))) for sign in signs}

    assert found == {sign: {f"Le signe {sign}"} for sign in signs}


def test_the_list_is_narrowed_by_agency_commune_and_priority_area(scene: Scene) -> None:
    add(
        scene,
        a_draft("Nord", agency="Agence nord", insee_code=ISLE),
        a_draft("Ancien", qpv_name="Champfleuri", qpv_vintage=2015),
        a_draft("Nouveau", qpv_name="Champaret", qpv_vintage=2024),
    )

    with scene.world.bailleur("ALPHA") as session:
        north = next(k for k, name in choices(session).agencies.items() if name == "Agence nord")
    wanted = {
        "agency": Wanted(agency_id=north), "commune": Wanted(insee_code=ISLE),
        "in": Wanted(in_qpv=True), "out": Wanted(in_qpv=False), "2024": Wanted(qpv_vintage=2024),
        "both": Wanted(in_qpv=True, insee_code=ISLE), "unknown": Wanted(agency_id=uuid4()),
    }  # fmt: skip

    found = {key: found_in(scene, value) for key, value in wanted.items()}

    assert found == {
        "agency": {"Nord"}, "commune": {"Nord"}, "in": {"Ancien", "Nouveau"},
        "out": {"Nord", "Résidence R001"}, "2024": {"Nouveau"}, "both": set(), "unknown": set(),
    }  # fmt: skip


def test_the_list_is_narrowed_by_what_the_perimeter_says_today(scene: Scene) -> None:
    leaving, coming = (
        add(scene, a_draft("Sort"), a_draft("Reste"))[:1],
        add(scene, a_draft("Entre"), a_draft("Dehors"), covered=False)[:1],
    )
    with scene.world.bailleur("ALPHA") as session:
        leave_perimeter(session, leaving[0], date(2014, 3, 1))
        enter_perimeter(session, coming[0], date(2014, 1, 1))

    found = {state: found_in(scene, Wanted(perimeter=state)) for state in Perimeter}

    assert found == {
        Perimeter.INSIDE: {"Sort", "Reste", "Résidence R001"},
        Perimeter.TO_COME: {"Entre"},
        Perimeter.OUTSIDE: {"Dehors"},
    }


def test_a_residence_says_since_when_and_until_when_it_is_covered(scene: Scene) -> None:
    (gone,) = add(scene, a_draft("Sort"))
    (coming,) = add(scene, a_draft("Entre"), covered=False)
    with scene.world.bailleur("ALPHA") as session:
        leave_perimeter(session, gone, date(2014, 3, 1))
        enter_perimeter(session, coming, date(2014, 1, 1))

    with scene.world.bailleur("ALPHA") as session:
        places = {p.name: p for p in every(session, choices(session), ALL, BY_NAME, TODAY)}
    period = places["Sort"].period_on(TODAY)

    assert period is not None
    assert (period.lower, period.upper) == (FROM, date(2014, 3, 1))
    assert places["Sort"].period_on(date(2014, 3, 1)) is None
    assert places["Sort"].left_by(date(2014, 3, 1)) == date(2014, 3, 1)
    assert places["Entre"].period_on(TODAY) is None
    assert places["Entre"].enters_after(TODAY) == date(2014, 1, 1)


def test_an_archived_residence_is_in_the_archive_only_from_its_day(scene: Scene) -> None:
    now, later = add(scene, a_draft("Démolie"), a_draft("Bientôt"), covered=False)
    with scene.world.bailleur("ALPHA") as session:
        archive_residence(session, now, TODAY, ArchiveReason.DEMOLISHED)
        archive_residence(session, later, date(2014, 1, 1), ArchiveReason.WITHDRAWN)

    kept, archived = found_in(scene, Wanted()), found_in(scene, Wanted(archived=True))

    assert kept == {"Bientôt", "Résidence R001"}
    assert archived == {"Démolie"}


def test_the_list_is_narrowed_to_those_with_a_frequency_or_without(scene: Scene) -> None:
    (bare,) = add(scene, a_draft("Sans fréquence"))
    with scene.world.bailleur("ALPHA") as session:
        set_frequency(session, bare, Frequency(2), from_on=date(2014, 1, 1))
        fixed = has_frequency(session, TODAY)

        found = names(session, Wanted(also=(fixed,))), names(session, Wanted(also=(~fixed,)))

    assert found == (["Résidence R001"], ["Sans fréquence"])


def test_the_frequencies_of_a_list_start_with_the_residences_own(scene: Scene) -> None:
    hall = scene.alpha[0]
    with scene.world.bailleur("ALPHA") as session:
        set_frequency(session, hall.residence_id, Frequency(1), from_on=TODAY, entrance_id=hall.id)

        lines = frequencies_at(session, [hall.residence_id], TODAY)[hall.residence_id]

    assert [(line.entrance_id, line.frequency.times) for line in lines] == [(None, 7), (hall.id, 1)]


def _many(size: int) -> list[ResidenceDraft]:
    words = ("Église", "Eglantine", "écluse", "Bâtiment", "Tour", "Œuvre", "Orée", "12 rue")
    return [
        a_draft(
            f"{words[n % len(words)]} {n // 3}",
            insee_code=(BOURGOIN, ISLE)[n % 2],
            dwellings=n % 7,
        )
        for n in range(size)
    ]


def test_the_pages_of_every_order_make_the_whole_list(scene: Scene) -> None:
    add(scene, *_many(130))
    wrong = []

    with scene.world.bailleur("ALPHA") as session:
        around = choices(session)
        for by, descending in product(Sort, (False, True)):
            order = Order(by, descending)
            pages = [listed(session, around, ALL, order, n, TODAY).places for n in (1, 2, 3)]
            whole = every(session, around, ALL, order, TODAY)
            sizes = [len(page) for page in pages]
            if [*pages[0], *pages[1], *pages[2]] != whole or sizes != [PAGE, PAGE, 31]:
                wrong.append((by, descending, "pages"))
            if len(set(whole)) != 131 or not _ordered(whole, by, descending):
                wrong.append((by, descending, "order"))

    assert wrong == []


def _ordered(places: Sequence[Listed], by: Sort, descending: bool) -> bool:
    keys: list[object] = [
        p.dwellings if by is Sort.DWELLINGS else order_key(getattr(p, by.value)) for p in places
    ]
    return keys == sorted(keys, reverse=descending)  # type: ignore[type-var]


def test_the_totals_are_those_of_all_pages(scene: Scene) -> None:
    add(scene, *_many(60))
    add(scene, a_draft("Dehors", dwellings=500), covered=False)

    with scene.world.bailleur("ALPHA") as session:
        found = listed(session, choices(session), ALL, BY_NAME, 2, TODAY)

    expected = sum(n % 7 for n in range(60)) + 500 + 30
    assert (found.page, found.pages, len(found.places)) == (2, 2, 12)
    assert (found.totals.residences, found.totals.covered) == (62, 61)
    assert found.totals.dwellings == expected


def test_a_page_after_the_last_is_the_last(scene: Scene) -> None:
    with scene.world.bailleur("ALPHA") as session:
        beyond = listed(session, choices(session), ALL, BY_NAME, 99, TODAY)
        nothing = listed(session, choices(session), Wanted(words=("zz",)), Order(), 99, TODAY)

    assert (beyond.page, beyond.pages, len(beyond.places)) == (1, 1, 1)
    assert (nothing.page, nothing.pages, nothing.places) == (1, 1, ())


def test_a_page_takes_as_many_queries_in_a_long_list_as_in_a_short_one(scene: Scene) -> None:
    def asked() -> int:
        statements: list[str] = []
        with scene.world.bailleur("ALPHA") as session:
            engine = session.get_bind()
            around = choices(session)

            def note(*told: object) -> None:
                statements.append(str(told[2]))

            event.listen(engine, "before_cursor_execute", note)
            listed(session, around, Wanted(words=("e",)), Order(), 1, TODAY)
            event.remove(engine, "before_cursor_execute", note)
        return len(statements)

    short = asked()
    add(scene, *_many(130))

    assert (short, asked()) == (2, 2)


def test_a_narrowed_person_sees_and_counts_their_own_only(scene: Scene) -> None:
    own, _ = add(scene, a_draft("La Sienne", agency="Sud", insee_code=ISLE), a_draft("L'Autre"))

    with scene.world.bailleur("ALPHA") as session:
        restrict(session, [own])
        around = choices(session)
        found = listed(session, around, ALL, BY_NAME, 1, TODAY)
        exported = every(session, around, ALL, BY_NAME, TODAY)
        elsewhere = scene.alpha[0].residence_id
        halls = halls_counted(session, [own, elsewhere], TODAY)
        frequencies = frequencies_at(session, [own, elsewhere], TODAY)

    assert [place.name for place in found.places] == ["La Sienne"]
    assert [place.name for place in exported] == ["La Sienne"]
    assert found.totals.residences == 1
    assert (list(around.agencies.values()), list(around.communes)) == (["Sud"], [ISLE])
    assert (set(halls), frequencies) == ({own}, {})


def test_another_bailleur_is_neither_listed_nor_found(scene: Scene) -> None:
    add(scene, a_draft("Les Églantiers"))
    theirs = scene.alpha[0].residence_id

    with scene.world.bailleur("BETA") as session:
        around = choices(session)
        found = listed(session, around, ALL, BY_NAME, 1, TODAY)
        searched = names(session, Wanted(words=("eglantiers",)))
        halls = halls_counted(session, [theirs], TODAY)

    assert [place.id for place in found.places] == [scene.beta[0].residence_id]
    assert (found.totals.residences, searched, halls) == (1, [], {})


def test_a_visit_that_was_not_made_is_no_last_visit(scene: Scene) -> None:
    first, second = scene.alpha
    scene.record(
        a_visit(first, at="2013-12-03T20:00:00+01:00"),
        a_visit(second, not_done=NotDoneReason.NO_ACCESS),
    )
    unseen = add(scene, a_draft("Jamais vue"))

    with scene.world.bailleur("ALPHA") as session:
        last = last_visits(session, [first.residence_id, *unseen], TODAY)
        before = last_visits(session, [first.residence_id], date(2013, 12, 2))

    assert last == {first.residence_id: date(2013, 12, 3)}
    assert before == {}


def test_interventions_are_counted_between_two_evenings_both_included(scene: Scene) -> None:
    first, second = scene.alpha
    scene.record(
        a_visit_with_intervention(first),
        a_visit_with_intervention(second, at="2013-12-03T20:30:00+01:00"),
    )
    place = first.residence_id

    with scene.world.bailleur("ALPHA") as session:
        both = interventions_counted(session, [place], date(2013, 12, 3), EVENING)
        one = interventions_counted(session, [place], EVENING, EVENING)
        none = interventions_counted(session, [place], TODAY, TODAY)

    assert (both, one, none) == ({place: 2}, {place: 1}, {})


def test_what_happened_elsewhere_is_hidden_from_a_narrowed_person(scene: Scene) -> None:
    scene.record(a_visit_with_intervention(scene.alpha[0]))
    place = scene.alpha[0].residence_id
    (other,) = add(scene, a_draft("L'Autre"))

    with scene.world.bailleur("ALPHA") as session:
        restrict(session, [other])
        seen = (
            last_visits(session, [place, other], TODAY),
            interventions_counted(session, [place, other], FROM, TODAY),
        )

    assert seen == ({}, {})
