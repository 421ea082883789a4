"""What the bilan's page shows beside its content: drawings, the words of each cell."""

from dataclasses import dataclass

from markupsafe import Markup

from presence.charts.drawing import draw
from presence.kernel import formats
from presence.releases.content import Bilan, Cell, Column, Table
from presence.releases.wording import period_label

# Under so many, a share tells less than the count.
LEAST_FOR_SHARE = 20


@dataclass(frozen=True)
class View:
    """The period in words, and the drawing of each table that has one.

    A drawing is set inside the page, not beside it: that way it is written in the page's typeface.
    """

    period: str
    drawings: dict[str, Markup]

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
            # Ours, from figures and words that the product wrote: nobody typed anything of it.
            drawings[table.id] = Markup(drawn.decode())  # noqa: S704
    return View(period_label(bilan.from_on, bilan.to_on), drawings)
