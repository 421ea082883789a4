"""The words of a cell and of what names a bilan, the same in every document. Pure."""

from presence.kernel import formats
from presence.releases.content import Bilan, Cell, Column, Table
from presence.releases.wording import period_label

WITHHELD = "n.\u00a0c."
# Under so many, a share tells less than the count.
LEAST_FOR_SHARE = 20


def figure(column: Column, cell: Cell) -> str:
    """A figure in its unit, or « n. c. »."""
    if cell.value is None:
        return WITHHELD
    return formats.euros(cell.value) if column.unit == "cents" else formats.number(cell.value)


def share(table: Table, cell: Cell) -> str:
    """A share, with one decimal from a thousand on; empty when there is none to tell."""
    if cell.permille is None or (table.total is not None and table.total < LEAST_FOR_SHARE):
        return ""
    return formats.percent(cell.permille, 1000, 1 if (table.total or 1000) >= 1000 else 0)


def title(bilan: Bilan) -> str:
    """« Bilan février 2012 – novembre 2013 »."""
    return f"Bilan\u00a0: {period_label(bilan.from_on, bilan.to_on)}"


def name(bilan: Bilan, extension: str) -> str:
    """The name of a file: `bilan_2012-02_2013-11_v1.pdf`."""
    return f"bilan_{bilan.from_on:%Y-%m}_{bilan.to_on:%Y-%m}_v{bilan.version}.{extension}"


def measured(table: Table, period: str) -> str:
    """What a table measures, its n and its period."""
    size = "" if table.total is None else f" · n\u00a0=\u00a0{formats.number(table.total)}"
    return f"{table.measure}{size} · {period}"


def completeness(bilan: Bilan) -> str:
    """« 571 soirées signées sur 572 · … · données arrêtées le … »."""
    told = bilan.completeness
    left_out = f" ({'; '.join(told.excluded)})" if told.excluded else ""
    dwellings = bilan.perimeter.dwellings
    cut_off = formats.long_date(formats.paris_date(bilan.cut_off_at), weekday=False)
    parts = [
        f"{formats.number(told.signed)} soirées signées sur {formats.number(told.due)}{left_out}",
        formats.count(bilan.perimeter.members, "bailleur"),
        f"données arrêtées le {cut_off} à {formats.hour(bilan.cut_off_at)}",
    ]
    if dwellings is not None:
        parts.insert(2, formats.count(dwellings, "logement couvert", "logements couverts"))
    return " · ".join(parts)


def method(bilan: Bilan) -> list[str]:
    """Perimeter, limits, rules and agreements, one sentence each."""
    perimeter = bilan.perimeter
    told = [f"Bailleurs\u00a0: {', '.join(perimeter.names)}."]
    if perimeter.communes:
        told.append(f"Communes\u00a0: {', '.join(perimeter.communes)}.")
    told += [f"{move}." for move in perimeter.moves]
    return [*told, *bilan.limits, *bilan.policy, *bilan.agreements]
