"""The page `platform/docs/mutants.md`: one line per defect, rewritten by `make mutants`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.mutants.defects import Mutant

HEAD = """# Défauts plantés

Un test qui ne peut pas échouer ne prouve rien. `make mutants` ôte donc les défenses une par une,
dans une copie de l'arbre et sur des bases de test, et vérifie chaque fois que le test nommé le
voit. Deux sortes de défauts : du SQL passé en superutilisateur sur chaque base de test, et un
texte remplacé dans un fichier du produit. Les mêmes tests passent d'abord sans aucun défaut.

Pour en ajouter un : un littéral dans `tests/mutants/` (base : `database.py` ; code : `source*.py`),
puis `make mutants` (`python -m tests.mutants M07 M61` pour quelques-uns). Cette page est écrite
par le programme ; l'empreinte est celle de la définition : un défaut changé est à rejouer.

Les attaques T et les décisions D sont celles du modèle de menaces.

"""
COLUMNS = "| id | attaques | défense ôtée | test qui le voit | résultat | le | empreinte |"
RULE = "|---|---|---|---|---|---|---|"
_LINE = re.compile(
    r"^\| (M\d+) \| .* \| ([^|]+) \| (\d{4}-\d{2}-\d{2}|–) \| ([0-9a-f]{8}) \|$", re.M
)


@dataclass(frozen=True)
class Written:
    """A result as the page says it, the day it was found, for a definition's fingerprint."""

    verdict: str
    day: str
    fingerprint: str


def read(page: Path) -> dict[str, Written]:
    """What the page says, by id."""
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    return {found[0]: Written(*found[1:]) for found in _LINE.findall(text)}


def results(
    mutants: Iterable[Mutant], verdicts: Mapping[str, str], known: Mapping[str, Written]
) -> dict[str, Written]:
    """Today's results, and of the defects not tried today what is known of the same definition."""
    today = date.today().isoformat()  # noqa: DTZ011 - the day on the wall of who runs it
    found = {}
    for mutant in mutants:
        before = known.get(mutant.id)
        if mutant.id in verdicts:
            found[mutant.id] = Written(verdicts[mutant.id], today, mutant.fingerprint)
        elif before is not None and before.fingerprint == mutant.fingerprint:
            found[mutant.id] = before
        else:
            found[mutant.id] = Written("à rejouer", "–", mutant.fingerprint)
    return found


def page_of(mutants: Sequence[Mutant], found: Mapping[str, Written]) -> str:
    """The whole page."""
    return HEAD + "\n".join([COLUMNS, RULE, *(_line(m, found[m.id]) for m in mutants)]) + "\n"


def _line(mutant: Mutant, written: Written) -> str:
    tests = "<br>".join(f"`{node.removeprefix('tests/')}`" for node in mutant.seen_by)
    cells = (
        mutant.id, " ".join(mutant.rows), mutant.removed, tests, written.verdict, written.day,
        written.fingerprint,
    )  # fmt: skip
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
