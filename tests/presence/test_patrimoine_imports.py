"""Importing residences: every faulty line is named, and then nothing is written."""

import pytest

from presence.kernel.errors import Conflict, Invalid
from presence.patrimoine.imports import import_residences
from presence.patrimoine.services import Covering
from tests.factories.schemes import FROM
from tests.presence.scene import Scene

HEADER = "agence;code;nom;adresse;insee;logements;qpv;entrees\n"
GOOD = "Centre;N1;Les Lilas;1 rue Haute;38053;12;;Hall A|Hall B\n"


def take(scene: Scene, content: str | bytes) -> int:
    raw = content.encode() if isinstance(content, str) else content
    with scene.world.bailleur("ALPHA") as session:
        return len(import_residences(session, raw, Covering(scene.scheme_id, FROM)))


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "with a byte order mark"])
def test_a_good_file_creates_its_residences_and_entrances(scene: Scene, mark: str) -> None:
    made = take(scene, mark + HEADER + GOOD)

    assert made == 1
    assert scene.count("entrance", "name in ('Hall A', 'Hall B')") == 2


@pytest.mark.parametrize(
    ("line", "field", "said"),
    [
        ("Centre;N2;;1 rue Haute;38053;12;;\n", "nom", "valeur manquante"),
        ("Centre;N2;Nom;1 rue Haute;99999;12;;\n", "insee", "commune inconnue"),
        ("Centre;R001;Nom;1 rue Haute;38053;12;;\n", "code", "déjà dans votre patrimoine"),
        ("Centre;N1;Nom;1 rue Haute;38053;12;;\n", "code", "déjà à la ligne 2"),
        ("Centre;N2;Nom;1 rue Haute;38053;douze;;\n", "logements", "nombre entier"),
        ("Centre;N2;Nom;1 rue Haute;38053;-1;;\n", "logements", "nombre entier"),
        ("Centre;N2;Nom;1 rue Haute;38053;²;;\n", "logements", "nombre entier"),
        ("Centre;N2;Nom;1 rue Haute;38053;5001;;\n", "logements", "nombre entier"),
        ("Centre;N2;Nom;1 rue Haute;38053;12;;;;surplus\n", "colonnes", "plus de valeurs"),
        ("Centre;N2;Nom\n", "logements", "valeur manquante"),
    ],
    ids=["missing", "commune", "known code", "code twice", "word", "negative", "superscript",
         "too many", "surplus", "short line"],
)  # fmt: skip
def test_a_faulty_line_is_named_and_nothing_is_written(
    scene: Scene, line: str, field: str, said: str
) -> None:
    before = scene.count("residence")

    with pytest.raises(Invalid, match="Rien n'a été importé") as caught:
        take(scene, HEADER + GOOD + line)

    faults = {fault.field: fault.message for fault in caught.value.faults}
    assert said in faults[f"ligne 3, {field}"]
    assert scene.count("residence") == before


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "Colonne manquante"),
        ("agence;code\n", "Colonne manquante"),
        (HEADER, "aucune résidence"),
        (HEADER.encode() + b"Centre;N2;R\xe9sidence;1;38053;1;;\n", "UTF-8"),
        (HEADER + "Centre;N2;Nom\0;1;38053;1;;\n", "octets nuls"),
        (HEADER + GOOD * 5001, "5000 lignes"),
    ],
    ids=["empty", "columns", "no line", "latin-1", "null bytes", "too long"],
)
def test_a_file_that_cannot_be_read_says_why(scene: Scene, content: str | bytes, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        take(scene, content)


def test_the_same_file_twice_is_refused_the_second_time(scene: Scene) -> None:
    take(scene, HEADER + GOOD)

    with pytest.raises((Invalid, Conflict), match="Rien n'a été importé"):
        take(scene, HEADER + GOOD)


def test_the_code_of_another_bailleur_is_free(scene: Scene) -> None:
    take(scene, HEADER + GOOD)

    with scene.world.bailleur("BETA") as session:
        made = len(import_residences(session, (HEADER + GOOD).encode(), None))

    assert made == 1


def test_an_import_that_is_covered_changes_the_bases(scene: Scene) -> None:
    before = scene.count("outbox", "topic = 'patrimoine.bases_changed'")

    take(scene, HEADER + GOOD)

    assert scene.count("outbox", "topic = 'patrimoine.bases_changed'") == before + 1
