"""Which column says what (choix des colonnes): guessed, corrected by a person, remembered. Pure.

A title that is one of the known ones is sure; one that says the same words is likely; any other
is left out, so that a column nobody asked for (a resident's name, a rent) is never taken.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self

from presence.imports.fields import (
    COUNTED,
    COUNTING,
    DOUBTFUL,
    NEUTRAL,
    REQUIRED,
    RPLS_READ,
    RPLS_SIGNS,
    TITLES,
    Field,
)
from presence.imports.folding import fold
from presence.imports.reading import Table
from presence.kernel.errors import Invalid
from presence.kernel.nomenclature import Coded

# A choice remembered for a title: the column was looked at, and left out.
LEFT_OUT = ""


class Confidence(Coded):
    """How sure the choice of a column is (confiance)."""

    CHOSEN = "chosen", "Choisie"
    EXACT = "exact", "Sûre"
    LIKELY = "likely", "À vérifier"


@dataclass(frozen=True)
class Column:
    """A column of the file, what it says and how sure that is; `needed` by a national return."""

    index: int
    title: str
    field: Field | None = None
    confidence: Confidence | None = None
    needed: bool = False

    @property
    def ignored(self) -> bool:
        """Whether nothing of it is read or kept."""
        return self.field is None and not self.needed


@dataclass(frozen=True)
class Columns:
    """Every column of a file; `rpls` when the file is a national return, whose titles are fixed."""

    columns: tuple[Column, ...]
    rpls: bool = False

    def index_of(self, field: Field) -> int | None:
        """Where a field is said."""
        return next((column.index for column in self.columns if column.field is field), None)

    def title_of(self, field: Field) -> str:
        """The file's own title of a field; ours when it has no such column."""
        said = (column.title for column in self.columns if column.field is field)
        return next(said, field.label)

    def choose(self, choices: Mapping[int, Field | None]) -> Self:
        """The same with a person's choices, by column; a field is said once, or `Invalid`."""
        unknown = sorted(set(choices) - {column.index for column in self.columns})
        if unknown:
            raise Invalid("colonnes", f"Le fichier n'a pas de colonne n° {unknown[0] + 1}.")
        chosen = tuple(
            replace(column, field=choices[column.index], confidence=Confidence.CHOSEN)
            if column.index in choices
            else column
            for column in self.columns
        )
        _refuse_twice(chosen)
        return replace(self, columns=chosen)

    def require(self, fields: Collection[Field] = REQUIRED) -> None:
        """Raise `Invalid`, naming the columns that are missing and those that are expected."""
        if self.rpls:
            return
        missing = [field for field in fields if self.index_of(field) is None]
        if missing:
            named = ", ".join(f"{field.label} (« {own_title(field)} »)" for field in missing)
            expected = ", ".join(own_title(field) for field in Field)
            message = f"Colonne manquante : {named}. Colonnes possibles : {expected}."
            raise Invalid("ligne 1", message)

    def narrow(self, table: Table) -> tuple[Table, Self]:
        """The table and its columns without those that are not needed: they are not stored."""
        kept = [column for column in self.columns if not column.ignored]
        renumbered = tuple(replace(column, index=index) for index, column in enumerate(kept))
        return table.keep([column.index for column in kept]), replace(self, columns=renumbered)

    def remembered(self) -> dict[str, str]:
        """What to remember for the next file: a field, or nothing, for each title."""
        return {
            fold(column.title): column.field.value if column.field else LEFT_OUT
            for column in self.columns
            if column.title
        }


def own_title(field: Field) -> str:
    """The title of a field in our own layout: « code_postal »."""
    return TITLES[field][0].replace(" ", "_")


def guess(header: Iterable[str], remembered: Mapping[str, str] | None = None) -> Columns:
    """What each column says: as remembered for this bailleur, else as its title says."""
    titles = tuple(header)
    if is_rpls(titles):
        return Columns(
            tuple(
                Column(index, title, needed=title.strip().upper() in RPLS_READ)
                for index, title in enumerate(titles)
            ),
            rpls=True,
        )
    known = remembered or {}
    claims = [claim for index, title in enumerate(titles) for claim in _claims(index, title, known)]
    taken: dict[Field, Column] = {}
    for _, column in sorted(claims, key=lambda claim: (claim[0], claim[1].index)):
        if column.field and column.field not in taken:
            taken[column.field] = column
    by_index = {column.index: column for column in taken.values()}
    return Columns(tuple(by_index.get(i, Column(i, title)) for i, title in enumerate(titles)))


def is_rpls(header: Iterable[str]) -> bool:
    """Whether the titles are those of a national return of the social stock (RPLS)."""
    return {title.strip().upper() for title in header} >= RPLS_SIGNS


def _claims(
    index: int, title: str, remembered: Mapping[str, str]
) -> list[tuple[tuple[int, int], Column]]:
    """What a column may say, with a rank: the lowest of a field takes it."""
    folded = fold(title)
    if folded in remembered:
        said = remembered[folded]
        known = said in Field.__members__.values()
        return [((0, 0), Column(index, title, Field(said), Confidence.CHOSEN))] if known else []
    if folded in _EXACT:
        field, rank = _EXACT[folded]
        return [((1, rank), Column(index, title, field, Confidence.EXACT))]
    likely = DOUBTFUL.get(folded) or _likely(folded)
    return [((2, 0), Column(index, title, likely, Confidence.LIKELY))] if likely else []


def _likely(folded: str) -> Field | None:
    words = {word for word in folded.split() if not word.isdecimal()}
    field = _WORDS.get(frozenset(words - NEUTRAL - COUNTING))
    # « Nb halls » counts the halls, it does not name them.
    return field if field in COUNTED or not words & COUNTING else None


def _refuse_twice(columns: Iterable[Column]) -> None:
    seen: dict[Field, Column] = {}
    for column in columns:
        if column.field is None:
            continue
        if column.field in seen:
            both = f"« {seen[column.field].title} » et « {column.title} »"
            message = f"{column.field.label} : choisissez une seule colonne entre {both}."
            raise Invalid("colonnes", message)
        seen[column.field] = column


_EXACT = {
    title: (field, rank) for field, titles in TITLES.items() for rank, title in enumerate(titles)
}
_WORDS = {
    words: field
    # The title with the fewest words set aside comes last, and wins.
    for title, (field, _) in sorted(_EXACT.items(), key=lambda known: -len(known[0].split()))
    if (words := frozenset(set(title.split()) - NEUTRAL - COUNTING))
}
