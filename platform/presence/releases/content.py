"""What a published bilan holds, typed. Pure.

The page, the PDF, the XLSX, the CSV, the DOCX, the API and the command are all made from one
`Bilan`, frozen at publication: they cannot say different figures. Its writing is `sealed.py`'s.
A table is the unit: its title is the finding, `measure` says what is counted, n and the period;
a chart is only another view of its rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

# How a table may also be drawn; None: a table only.
Chart = Literal["columns", "bars", "heat", "ranked", "coverage", "waterfall"]
# What a figure is counted in: a number of things, euro cents, thousandths (a percentage is 10).
Unit = Literal["count", "cents", "permille", "days", "minutes"]


@dataclass(frozen=True)
class Cell:
    """A figure, or None and why; `permille` is its share (930 is 93,0 %), None when it has none."""

    value: int | None
    withheld: str | None = None
    permille: int | None = None


@dataclass(frozen=True)
class Row:
    """A line of a table: its code, its French name, a cell for each column."""

    code: str
    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Column:
    """A column: its code, its French name, its unit; `share` says that its cells have a share."""

    code: str
    label: str
    unit: Unit = "count"
    share: bool = False


@dataclass(frozen=True)
class Table:
    """A table of the bilan, perhaps drawn too.

    `id` is stable (« actions », « months », « communes », « hours »…). `notes` stand under it
    (« une intervention peut comporter plusieurs actions… »); `grain` says why it is no finer.
    `total` is the n of its shares. `median` is drawn across columns.
    """

    id: str
    title: str
    measure: str
    head: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    chart: Chart | None = None
    notes: tuple[str, ...] = ()
    grain: str | None = None
    indicators: tuple[str, ...] = ()
    total: int | None = None
    median: int | None = None


@dataclass(frozen=True)
class Section:
    """A part of the bilan; ids are activity, service, actions, territories, follow_up, funding."""

    id: str
    title: str
    paragraphs: tuple[str, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class Fact:
    """A fact of the first page: « 1 430 », « interventions », « soit 65 par mois »."""

    figure: str
    label: str
    note: str


@dataclass(frozen=True)
class Definition:
    """An indicator as it was defined when the bilan was published (dictionnaire)."""

    code: str
    label: str
    unit: str
    definition: str
    numerator: str
    denominator: str | None
    several: bool
    version: int
    source: str


@dataclass(frozen=True)
class Perimeter:
    """What the bilan covers at the end of its period, and who joined or left during it."""

    members: int
    names: tuple[str, ...]
    residences: int | None
    dwellings: int | None
    communes: tuple[str, ...]
    qpv_vintage: int | None
    moves: tuple[str, ...] = ()


@dataclass(frozen=True)
class Completeness:
    """Evenings signed of evenings due (complétude), and what is left out of the figures."""

    due: int
    signed: int
    excluded: tuple[str, ...] = ()

    @property
    def missing(self) -> int:
        """Evenings due that nobody signed."""
        return self.due - self.signed


@dataclass(frozen=True)
class Year:
    """A calendar year's money, in cents: never summed with another's."""

    year: int
    status: Literal["actual", "forecast"]
    cost_cents: int
    grant_cents: int
    net_cents: int


@dataclass(frozen=True)
class Bilan:
    """The whole of a published bilan."""

    release_id: UUID
    scheme: str
    territory: str
    from_on: date
    to_on: date
    version: int
    reason: str
    published_at: datetime
    cut_off_at: datetime
    code_version: str
    answer: str
    paragraphs: tuple[str, ...]
    facts: tuple[Fact, ...]
    totals: tuple[Row, ...]
    completeness: Completeness
    perimeter: Perimeter
    sections: tuple[Section, ...]
    years: tuple[Year, ...]
    definitions: tuple[Definition, ...]
    limits: tuple[str, ...]
    policy: tuple[str, ...]
    agreements: tuple[str, ...]

    @property
    def months(self) -> int:
        """How many months the period holds."""
        return (
            (self.to_on.year - self.from_on.year) * 12 + self.to_on.month - self.from_on.month + 1
        )

    def total(self, code: str) -> Cell:
        """The period's figure of an indicator over the whole territory; raises `KeyError`."""
        for row in self.totals:
            if row.code == code:
                return row.cells[0]
        raise KeyError(code)

    def tables(self) -> Iterator[Table]:
        """Every table, in order."""
        for section in self.sections:
            yield from section.tables

    def table(self, name: str) -> Table | None:
        """A table by its id."""
        return next((table for table in self.tables() if table.id == name), None)
