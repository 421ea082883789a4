"""What the pages of an import show: sentences, sections of the plan, examples of columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from presence.imports.columns import Column
from presence.imports.fields import Field
from presence.imports.items import Counts, EntranceItem, Item, Plan, Value, Verdict
from presence.imports.lines import FaultKind, LineFault
from presence.imports.queries import ImportView
from presence.imports.reading import Row
from presence.kernel.formats import count, number
from presence.kernel.nomenclature import ImportState

# The first places of a section; all of them, by pages.
FIRST = {Verdict.CHANGED: 30, Verdict.CREATED: 10}
PAGE = 200
# Absent places that can be ticked on the page; the others are archived from their own.
MOST_TICKED = 200
# In the order of the page: what changes first, then what is added, then what the file left out.
VERDICTS = (Verdict.CHANGED, Verdict.CREATED, Verdict.ABSENT, Verdict.UNCHANGED)


@dataclass(frozen=True)
class Section:
    """The places of one verdict: a part of them, and how many there are."""

    verdict: Verdict
    items: Sequence[Item]
    total: int
    page: int = 1

    @property
    def pages(self) -> int:
        """How many pages show them all."""
        return max(1, -(-self.total // PAGE))

    @property
    def left(self) -> int:
        """How many are not on this page."""
        return self.total - len(self.items)


@dataclass(frozen=True)
class Repair:
    """A kind of fault that can be corrected at once: how many lines, and one of them."""

    kind: FaultKind
    lines: int
    example: LineFault


@dataclass(frozen=True)
class Shown:
    """A value that changes, in words: « Logements », « 48 », « 52 »."""

    label: str
    before: str | None
    after: str


@dataclass(frozen=True)
class ColumnRow:
    """A column, the first values that were read of it, whether its cells were kept."""

    column: Column
    examples: tuple[str, ...]
    kept: bool


def section_of(plan: Plan, verdict: Verdict, page: int | None) -> Section:
    """The places of a verdict: the first ones, or a page of them."""
    items = [item for item in plan.items if item.verdict is verdict]
    if verdict is Verdict.ABSENT:
        return Section(verdict, items[:MOST_TICKED], len(items))
    if page is None:
        return Section(verdict, items[: FIRST.get(verdict, PAGE)], len(items))
    start = (page - 1) * PAGE
    return Section(verdict, items[start : start + PAGE], len(items), page)


def repairs_of(plan: Plan) -> list[Repair]:
    """The kinds of faults that can be corrected, the most frequent first."""
    examples = {fault.kind: fault for fault in reversed(plan.faults) if fault.repair is not None}
    found = [Repair(kind, lines, examples[kind]) for kind, lines in plan.repairable.items()]
    return sorted(found, key=lambda repair: -repair.lines)


def shown_changes(item: Item | EntranceItem, communes: Mapping[str, str]) -> list[Shown]:
    """The values that change, in words."""
    return [
        Shown(
            change.field.label,
            None if change.before is None else _words(change.field, change.before, communes),
            _words(change.field, change.after, communes),
        )
        for change in item.changes
    ]


def after_of(item: Item, field: Field) -> Value:
    """A value of a place to be created."""
    return next((change.after for change in item.changes if change.field is field), None)


def _words(field: Field, value: Value, communes: Mapping[str, str]) -> str:
    if value is None:
        return "—"
    if field is Field.INSEE_CODE:
        return f"{communes.get(str(value), '')} ({value})".strip()
    if isinstance(value, float):
        return str(value).replace(".", ",")
    # A year is not a quantity.
    plain = field is Field.QPV_VINTAGE or not isinstance(value, int)
    return str(value) if plain else number(int(value))


def lines_label(item: Item) -> str:
    """« L. 41 », « L. 41 à 44 »."""
    if not item.lines:
        return ""
    first, last = item.lines[0], item.lines[-1]
    return f"L. {first}" if first == last else f"L. {first} à {last}"


def columns_of(view: ImportView, sample: tuple[Sequence[str], Sequence[Row]]) -> list[ColumnRow]:
    """Each column of the file, with the values of the first lines when they were kept."""
    places = {index: place for place, index in enumerate(sorted(view.kept))}
    rows = [cells for _, cells in sample[1]]
    return [
        ColumnRow(
            column,
            tuple(row[places[column.index]] for row in rows) if column.index in places else (),
            column.index in view.kept,
        )
        for column in view.columns.columns
    ]


def recognised(view: ImportView) -> str:
    """« CSV · Windows-1252 · point-virgule, 92 lignes, 11 colonnes lues sur 13 »."""
    read = sum(not column.ignored for column in view.columns.columns)
    columns = f"{count(read, 'colonne lue', 'colonnes lues')} sur {len(view.columns.columns)}"
    return f"{view.format}, {count(view.lines, 'ligne')}, {columns}"


def told_of_return(view: ImportView) -> str | None:
    """What a national return left out."""
    if not view.told:
        return None
    told = view.told
    left = [
        count(told["outside"], "hors du territoire", "hors du territoire"),
        count(told["gone"], "sorti du patrimoine", "sortis du patrimoine"),
        count(told["repeated"], "en double", "en double"),
    ]
    read = count(told["dwellings"], "logement lu", "logements lus")
    return f"{read}, comptés par entrée : rien n'est gardé d'un logement. {', '.join(left)}."


def sentence(view: ImportView) -> str:
    """The sentence that answers first."""
    counts = view.counts
    if view.state is ImportState.READING:
        return "Le fichier est lu en arrière-plan : vous pouvez quitter cette page et y revenir."
    if view.state is ImportState.APPLYING:
        return "L'import s'enregistre en arrière-plan : tout, ou rien si quelque chose s'y oppose."
    if counts is None:
        return view.error or "Ce qui était gardé de ce fichier est effacé."
    if view.state is ImportState.PLANNED:
        return f"Rien n'est encore enregistré. {_planned(counts)}"
    return _done(counts, len(view.archived))


def _planned(counts: Counts) -> str:
    if not counts.to_apply:
        return "0 création, 0 modification : ce fichier ne change rien."
    created = count(counts.created, "création")
    return f"{created} et {count(counts.changed, 'modification')} attendent votre accord."


def _done(counts: Counts, archived: int) -> str:
    created = count(counts.created, "résidence créée", "résidences créées")
    changed = count(counts.changed, "modifiée", "modifiées")
    refused = count(counts.refused_lines, "ligne rejetée", "lignes rejetées")
    gone = f", {count(archived, 'archivée')}" if archived else ""
    return f"{created}, {changed}{gone}, {refused}."


def changes_words(plan: Plan) -> str:
    """What the button says: « Importer 90 changements »."""
    return f"Importer {count(plan.counts.to_apply, 'changement')}"
