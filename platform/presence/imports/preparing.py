"""From a file to its plan (du fichier au plan): read, gathered, compared. Nothing is written."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from presence.imports.checking import sort_out
from presence.imports.columns import Columns, guess
from presence.imports.fields import Field
from presence.imports.holdings import gazetteer, own_siren, portfolio, rules_of
from presence.imports.items import Plan
from presence.imports.keeping import Choices, Kept
from presence.imports.plan import plan
from presence.imports.queries import remembered
from presence.imports.reading import Row, Table, read_table
from presence.imports.rows import parse
from presence.imports.rpls import TOLD_EVERY, Progress, gather
from presence.kernel.errors import Invalid
from presence.patrimoine import queries as patrimoine


@dataclass(frozen=True)
class Deposit:
    """A file as it was given: its name, its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True)
class ReadFile:
    """A file as read: what was recognised, its titles, what is kept of it and why."""

    format: str
    header: tuple[str, ...]
    kept: Kept
    choices: Choices


def read_deposit(
    session: Session,
    deposit: Deposit,
    choose: Callable[[Columns], Columns] = lambda columns: columns,
) -> ReadFile:
    """Read a file and keep its needed columns only, as guessed, remembered, then chosen."""
    table = read_table(deposit.content, deposit.name)
    columns = choose(guess(table.header, remembered(session, table.header)))
    indexes = tuple(column.index for column in columns.columns if not column.ignored)
    kept = Kept(table.keep(indexes), indexes)
    agencies = patrimoine.agency_names(session)
    choices = Choices(
        columns,
        frozenset(indexes),
        len(table.rows),
        agency=agencies[0] if len(agencies) == 1 else None,
    )
    return ReadFile(table.recognised, table.header, kept, choices)


def gathered(
    session: Session, kept: Kept, choices: Choices, progress: Progress | None = None
) -> tuple[Kept, Choices]:
    """The same once a national return is gathered by entrance; raises `Invalid` for another's."""
    if not choices.columns.rpls or kept.lines is not None:
        return kept, choices
    found = gather(kept.table, gazetteer(session), progress)
    own = own_siren(session)
    if own and found.sirens and own not in found.sirens:
        listed = ", ".join(sorted(found.sirens)[:3])
        message = f"Cette déclaration est celle d'un autre bailleur (SIREN {listed})."
        raise Invalid("fichier", message)
    told = {
        "dwellings": found.dwellings,
        "outside": found.outside,
        "gone": found.gone,
        "repeated": found.repeated,
    }
    return kept.gathered(found), replace(choices, told=told)


def planned(
    session: Session,
    kept: Kept,
    choices: Choices,
    repairs: Collection[str] = (),
    scheme_id: int | None = None,
) -> Plan:
    """What the file would do now; raises `Invalid` when a column is missing."""
    columns = kept.columns(choices.columns)
    if kept.lines is None:
        lines, faults = parse(kept.table, columns, gazetteer(session), frozenset(repairs))
    else:
        lines, faults = list(kept.lines), list(kept.faults)
    held = portfolio(session)
    lines, more = sort_out(lines, rules_of(session, held, scheme_id), columns.title_of)
    return plan(lines, [*faults, *more], held, agency=choices.agency, title_of=columns.title_of)


def watched(table: Table, progress: Progress) -> Table:
    """The same table, whose reading is told as it goes."""
    return replace(table, rows=_Watched(table.rows, progress))


class _Watched(tuple[Row, ...]):
    """Rows that tell how far they have been read."""

    progress: Progress

    def __new__(cls, rows: tuple[Row, ...], progress: Progress) -> "_Watched":
        made = super().__new__(cls, rows)
        made.progress = progress
        return made

    def __iter__(self) -> Iterator[Row]:
        total = len(self)
        for done, row in enumerate(super().__iter__(), start=1):
            yield row
            if done % TOLD_EVERY == 0 or done == total:
                self.progress(done, total)


def chosen(columns: Columns, choices: Mapping[int, Field | None]) -> Columns:
    """The columns with a person's choices, those that differ from the guess only."""
    held = {column.index: column.field for column in columns.columns}
    changed = {
        index: field
        for index, field in choices.items()
        if index not in held or held[index] is not field
    }
    return columns.choose(changed)
