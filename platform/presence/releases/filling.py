"""Tables filled with what may be shown (tableaux), each with its finding as a title. Pure.

Titles and sentences are made from the cells of the table alone: nothing withheld can slip into
words.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from statistics import median

from presence.disclosure.cells import Key
from presence.kernel import formats
from presence.releases.content import Cell, Row, Table
from presence.releases.layouts import PARTIAL, Layout

# Of a cell that is hidden, whatever hides it: naming the rule would tell of the figure.
HIDDEN = "secret statistique"
WHY = (
    "n.\u00a0c.\u00a0: non communicable. La case est masquée pour protéger les personnes, ou "
    "parce qu'elle permettrait d'en retrouver une autre."
)
MOST = 80
Reason = Callable[[Key], str]


def fill(
    layout: Layout, shown: Collection[Key], values: Mapping[Key, int], reason: Reason
) -> Table:
    """The table of a layout: a figure where its key is shown, else why it is not."""

    def figure(key: Key) -> int | None:
        return values[key] if key in shown else None

    rows = tuple(
        Row(
            code,
            label,
            tuple(_cell(layout, code, column.code, figure, reason) for column in layout.columns),
        )
        for code, label in layout.rows
    )
    over = next((key for key in (layout.over or {}).values() if isinstance(key, Key)), None)
    total = figure(over) if over else None
    table = Table(
        id=layout.id,
        title="",
        measure=layout.measure,
        head=layout.head,
        columns=layout.columns,
        rows=_ordered(layout, rows),
        chart=layout.chart,
        notes=_notes(layout, rows),
        grain=layout.grain,
        indicators=tuple(sorted({key.indicator for key in layout.keys.values()})),
        total=total,
        median=_median(layout, rows),
    )
    return _titled(table)


def _cell(
    layout: Layout, row: str, column: str, figure: Callable[[Key], int | None], reason: Reason
) -> Cell:
    key = layout.keys[row, column]
    value = figure(key)
    if value is None:
        return Cell(None, reason(key))
    over = (layout.over or {}).get(column)
    whole = figure(layout.keys[row, over]) if isinstance(over, str) else over and figure(over)
    return Cell(value, None, permille(value, whole) if whole else None)


def permille(part: int, whole: int) -> int:
    """`1330, 1430` → 930: a share in thousandths, halves up, in whole numbers."""
    return (part * 2000 + whole) // (2 * whole)


def _ordered(layout: Layout, rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Ranked tables from the largest; withheld cells in the order of their names."""
    if layout.chart != "ranked" or layout.id == "hours":
        return rows
    return tuple(sorted(rows, key=lambda row: (-(row.cells[0].value or -1), row.label)))


def _notes(layout: Layout, rows: tuple[Row, ...]) -> tuple[str, ...]:
    hidden = any(cell.value is None for row in rows for cell in row.cells)
    return (*layout.notes, *((WHY,) if hidden else ()))


def _median(layout: Layout, rows: tuple[Row, ...]) -> int | None:
    """Of whole months, when each of them is shown."""
    values = [row.cells[0].value for row in rows if not row.code.endswith(PARTIAL)]
    if layout.chart != "columns" or not values or None in values:
        return None
    return round(median(value for value in values if value is not None))


def _titled(table: Table) -> Table:
    return replace(table, title=_FINDINGS.get(table.id, _leading)(table) or table.measure)


def _months(table: Table) -> str | None:
    values = [row.cells[0].value for row in table.rows if not row.code.endswith(PARTIAL)]
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return None
    span = f"De {formats.number(min(known))} à {formats.number(max(known))} interventions par mois"
    return span if table.median is None else f"{span}, médiane {formats.number(table.median)}"


def _actions(table: Table) -> str | None:
    first = table.rows[0].cells[0].permille
    if first is not None and first > MOST * 10:
        return "La médiation accompagne presque toutes les interventions"
    return "Ce qui a été fait pendant les interventions"


def _hours(table: Table) -> str | None:
    """The two hours in a row that hold most."""
    if table.chart == "heat":
        hours = [
            (c.label, [row.cells[n].value for row in table.rows])
            for n, c in enumerate(table.columns)
        ]
    else:
        hours = [(row.label, [row.cells[0].value]) for row in table.rows[:6]]
    if any(value is None for _, values in hours for value in values):
        return None
    sums = [sum(value or 0 for value in values) for _, values in hours]
    best = max(range(len(sums) - 1), key=lambda n: (sums[n] + sums[n + 1], -n))
    start = int(hours[best][0].split()[0])
    if not sum(sums):
        return None
    return f"Les interventions se concentrent entre {start} h et {start + 2} h"


def _coverage(table: Table) -> str | None:
    share = table.rows[0].cells[0].permille
    if share is None:
        return None
    return f"{formats.percent(share, 1000)} des passages recommandés ont été faits"


def _leading(table: Table) -> str | None:
    """The line that comes first, when it leads alone."""
    figures = [(row.label, row.cells[0].value or 0, row.cells[0].permille) for row in table.rows]
    ranked = sorted(figures, key=lambda item: -item[1])
    if not ranked or not ranked[0][1] or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
        return None
    name, value, share = ranked[0]
    if share is None:
        return f"{name} d'abord, {formats.number(value)}"
    return f"{name} d'abord, {formats.percent(share, 1000)} des interventions"


def _none(_: Table) -> str | None:
    return None


_FINDINGS: Mapping[str, Callable[[Table], str | None]] = {
    "months": _months,
    "actions": _actions,
    "hours": _hours,
    "coverage": _coverage,
    "crossing": _none,
    "police": _none,
    "calls": _none,
    "follow_ups": _none,
}
