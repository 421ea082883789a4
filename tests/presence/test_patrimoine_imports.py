"""Importing in one go: every faulty line is named, and then nothing is written."""

import pytest

from presence.imports.confirming import import_at_once
from presence.imports.preparing import Deposit
from presence.kernel.errors import Invalid
from presence.patrimoine.services import Covering
from tests.factories.schemes import FROM
from tests.presence.scene import Scene

HEADER = "agence;code;nom;adresse;insee;logements;qpv;entrees\n"
GOOD = "Centre;N1;Les Lilas;1 rue Haute;38053;12;;Hall A|Hall B\n"


def take(scene: Scene, content: str | bytes, bailleur: str = "ALPHA") -> int:
    raw = content.encode() if isinstance(content, str) else content
    covering = Covering(scene.scheme_id, FROM) if bailleur == "ALPHA" else None
    with scene.world.bailleur(bailleur) as session:
        return import_at_once(session, Deposit("import.csv", raw), covering).counts.created


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "with a byte order mark"])
def test_a_good_file_creates_its_residences_and_entrances(scene: Scene, mark: str) -> None:
    made = take(scene, mark + HEADER + GOOD)

    assert made == 1
    assert scene.count("entrance", "name in ('Hall A', 'Hall B')") == 2


@pytest.mark.parametrize(
    ("line", "field", "said"),
    [
        ("Centre;N2;;1 rue Haute;38053;12;;\n", "nom", "Valeur manquante"),
        ("Centre;N2;Nom;1 rue Haute;99999;12;;\n", "insee", "Commune inconnue"),
        ("Centre;N1;Nom;1 rue Haute;38053;12;;\n", "code", "déjà décrite à la ligne 2"),
        ("Centre;N2;Nom;1 rue Haute;38053;douze;;\n", "logements", "nombre entier"),
        ("Centre;N2;Nom;1 rue Haute;38053;-1;;\n", "logements", "nombre entier"),
        ("Centre;N2;Nom;1 rue Haute;38053;²;;\n", "logements", "nombre entier"),
        ("Centre;N2;Nom;1 rue Haute;38053;5001;;\n", "logements", "nombre entier"),
        ("Centre;N2;Nom;1 rue Haute;38053;12;;;;surplus\n", "colonnes", "Plus de valeurs"),
        ("Centre;N2;Nom\n", "logements", "Valeur manquante"),
    ],
    ids=["missing", "commune", "code twice", "word", "negative", "superscript", "too many",
         "surplus", "short line"],
)  # fmt: skip
def test_a_faulty_line_is_named_and_nothing_is_written(
    scene: Scene, line: str, field: str, said: str
) -> None:
    before = scene.count("residence"), scene.count("place_import")

    with pytest.raises(Invalid, match="Rien n'a été importé") as caught:
        take(scene, HEADER + GOOD + line)

    faults = {fault.field: fault.message for fault in caught.value.faults}
    assert said in faults[f"ligne 3, {field}"]
    assert (scene.count("residence"), scene.count("place_import")) == before


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "vide"),
        ("agence;code\nA;B\n", "Colonne manquante"),
        (HEADER, "aucune ligne"),
        (HEADER.encode() + "Centre;N2;é\n".encode() + b"Centre;N3;R\xe9;1;38053;1;;\n", "UTF-8"),
        (HEADER + "Centre;N2;Nom\0;1;38053;1;;\n", "octets nuls"),
        (HEADER + GOOD * 5001, "5\u202f000 lignes"),
    ],
    ids=["empty", "columns", "no line", "damaged", "null bytes", "too long"],
)
def test_a_file_that_cannot_be_read_says_why(scene: Scene, content: str | bytes, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        take(scene, content)

    assert scene.count("place_import") == 0


def test_what_a_french_spreadsheet_writes_is_read(scene: Scene) -> None:
    made = take(scene, (HEADER + GOOD.replace("Lilas", "Églantiers")).encode("cp1252"))

    assert made == 1
    assert scene.count("residence", "name = 'Les Églantiers'") == 1


def test_the_same_file_twice_creates_nothing_the_second_time(scene: Scene) -> None:
    take(scene, HEADER + GOOD)
    before = scene.count("residence"), scene.count("entrance"), scene.count("place_import")

    assert take(scene, HEADER + GOOD) == 0
    after = scene.count("residence"), scene.count("entrance"), scene.count("place_import")
    assert after == before


def test_a_known_code_is_brought_up_to_date(scene: Scene) -> None:
    made = take(scene, HEADER + "Agence;R001;Les Ormes;1 rue Haute;38053;40;;\n")

    assert made == 0
    assert scene.count("residence", "name = 'Les Ormes' and dwellings = 40") == 1


def test_the_code_of_another_bailleur_is_free(scene: Scene) -> None:
    take(scene, HEADER + GOOD)

    assert take(scene, HEADER + GOOD, "BETA") == 1


def test_an_import_that_is_covered_changes_the_bases(scene: Scene) -> None:
    before = scene.count("outbox", "topic = 'patrimoine.bases_changed'")

    take(scene, HEADER + GOOD)

    assert scene.count("outbox", "topic = 'patrimoine.bases_changed'") == before + 1


def test_an_import_in_one_go_is_kept_to_be_undone(scene: Scene) -> None:
    take(scene, HEADER + GOOD)

    assert scene.count("place_import", "state = 'applied' and undo is not null") == 1
