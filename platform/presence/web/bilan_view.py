"""What the bilan's page shows beside its content: drawings, the words of each cell."""

from base64 import b64encode
from dataclasses import dataclass

from presence.charts.drawing import draw
from presence.kernel import formats
from presence.releases.content import Bilan, Cell, Column, Table
from presence.releases.wording import period_label

# Under so many, a share tells less than the count.
LEAST_FOR_SHARE = 20


@dataclass(frozen=True)
class View:
    """The period in words, and the drawing of each table that has one, as a `data:` address."""

    period: str
    drawings: dict[str, str]

    def words(self, column: Column, cell: Cell) -> str:
        """A shown figure, in its unit."""
        value = cell.value or 0
        return formats.euros(value) if column.unit == "cents" else formats.number(value)

    def share(self, table: Table, cell: Cell) -> str:
        """A share, one decimal from a thousand on; nothing under twenty."""
        if cell.permille is None or (table.total is not None and table.total < LEAST_FOR_SHARE):
            return ""
        return formats.percent(cell.permille, 1000, 1 if (table.total or 1000) >= 1000 else 0)


def view_of(bilan: Bilan) -> View:
    """The view of a bilan."""
    drawings = {}
    for table in bilan.tables():
        drawn = draw(table)
        if drawn is not None:
            drawings[table.id] = f"data:image/svg+xml;base64,{b64encode(drawn).decode()}"
    return View(period_label(bilan.from_on, bilan.to_on), drawings)
