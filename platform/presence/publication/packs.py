"""Packs of one commune (dossiers CLSPD et GUSP): another bilan, so that the same writers print it.

Made from the frozen bilan alone: what it withholds stays withheld here, and nothing finer than
its own tables can be told. Statistics only: a pack names no person, no building.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from presence.kernel import formats
from presence.kernel.nomenclature import Equipment
from presence.releases.content import Bilan, Cell, Column, Fact, Row, Section, Table
from presence.releases.wording import ACTIVITY

# Themes of the GUSP, by equipment. Ours, after the GUSP charters read: to be named by the commune.
THEMES: Mapping[str, tuple[Equipment, ...]] = {
    "Éclairage et électricité": (Equipment.LIGHTING, Equipment.ELECTRICAL),
    "Accès et fermetures": (
        Equipment.DOOR, Equipment.LOCK, Equipment.INTERCOM, Equipment.PARKING_GATE,
        Equipment.GLASS, Equipment.MAILBOXES,
    ),
    "Ascenseurs et escaliers": (Equipment.LIFT, Equipment.STAIRS),
    "Propreté et déchets": (
        Equipment.BIN_ROOM, Equipment.BULKY_WASTE, Equipment.PEST, Equipment.TAG,
    ),
    "Sécurité et fuites": (Equipment.FIRE_SAFETY, Equipment.LEAK),
    "Autres": (Equipment.OTHER,),
}  # fmt: skip
CONFIDENTIAL = (
    "Document statistique\u00a0: aucun fait nominatif n'y figure. Les situations individuelles "
    "se traitent dans les groupes restreints, hors de ce logiciel."
)


def clspd(bilan: Bilan, insee_code: str) -> Bilan | None:
    """The commune's pack for its security council (CLSPD); None for a commune not covered."""
    row = _commune(bilan, insee_code)
    if row is None:
        return None
    tables = [
        _only(bilan, "communes", insee_code), _only(bilan, "qpv", insee_code),
        _only(bilan, "crossing", insee_code), _only(bilan, "coverage", insee_code),
    ]  # fmt: skip
    whole = [bilan.table(name) for name in ("hours", "police", "actions")]
    sections = (
        Section("territories", row.label, (), tuple(table for table in tables if table)),
        Section(
            "actions", "Dans l'ensemble du territoire",
            ("Ces tableaux portent sur tout le dispositif, pas sur la commune.",),
            tuple(table for table in whole if table),
        ),
    )  # fmt: skip
    return _pack(bilan, row, "CLSPD", sections)


def gusp(bilan: Bilan, insee_code: str) -> Bilan | None:
    """The commune's pack for its urban management (GUSP): anomalies by theme, visits, places."""
    row = _commune(bilan, insee_code)
    if row is None:
        return None
    tables = [_only(bilan, "qpv", insee_code), _only(bilan, "coverage", insee_code)]
    themes = _themes(bilan)
    sections = (
        Section("territories", row.label, (), tuple(table for table in tables if table)),
        Section(
            "service", "Anomalies techniques, ensemble du territoire", (),
            (themes,) if themes else (),
        ),
    )  # fmt: skip
    return _pack(bilan, row, "GUSP", sections)


def communes_of(bilan: Bilan) -> list[tuple[str, str]]:
    """The communes that have a pack: Insee code and name."""
    table = bilan.table("communes")
    return [(row.code, row.label) for row in table.rows] if table else []


def _pack(bilan: Bilan, row: Row, council: str, sections: tuple[Section, ...]) -> Bilan:
    table = bilan.table("communes")
    columns = table.columns if table else ()
    cells = dict(zip((column.code for column in columns), row.cells, strict=True))
    found = cells["interventions"]
    told = (
        f"{row.label}\u00a0: {formats.count(found.value, 'intervention')}."
        if found.value is not None
        else f"{row.label}\u00a0: chiffres non communicables ({found.withheld})."
    )
    return replace(
        bilan,
        scheme=f"{council} · {bilan.scheme}",
        territory=row.label,
        answer=told,
        paragraphs=(*_attention(bilan, row, cells), CONFIDENTIAL, ACTIVITY),
        facts=tuple(_facts(columns, row)),
        totals=tuple(
            Row(column.code, column.label, (cell,))
            for column, cell in zip(columns, row.cells, strict=True)
        ),
        sections=tuple(section for section in sections if section.tables),
        years=(),
    )


def _attention(bilan: Bilan, row: Row, cells: Mapping[str, Cell]) -> Iterable[str]:
    """Three points at most, from shown figures alone."""
    points = []
    share = cells["interventions"].permille
    if share is not None:
        points.append(
            f"La commune compte {formats.percent(share, 1000)} des interventions du territoire"
        )
    coverage = bilan.table("coverage")
    kept = next((r for r in coverage.rows if r.code == row.code), None) if coverage else None
    if kept and kept.cells[0].permille is not None:
        done = formats.percent(kept.cells[0].permille, 1000)
        points.append(f"{done} des passages recommandés y ont été faits")
    hours = bilan.table("hours")
    if hours and hours.title.startswith("Les interventions se concentrent"):
        points.append(f"{hours.title[:1].lower()}{hours.title[1:]} dans l'ensemble du territoire")
    if points:
        listed = "\u00a0; ".join(points)
        yield f"Points d'attention\u00a0: {listed}."


def _facts(columns: tuple[Column, ...], row: Row) -> Iterable[Fact]:
    for column, cell in zip(columns, row.cells, strict=True):
        figure = "n.\u00a0c." if cell.value is None else formats.number(cell.value)
        yield Fact(figure, column.label.lower(), row.label)


def _commune(bilan: Bilan, insee_code: str) -> Row | None:
    table = bilan.table("communes")
    return next((row for row in table.rows if row.code == insee_code), None) if table else None


def _only(bilan: Bilan, name: str, insee_code: str) -> Table | None:
    """A table's lines of one commune and of its priority areas."""
    table = bilan.table(name)
    if table is None:
        return None
    rows = tuple(
        row for row in table.rows if row.code.partition("|")[0].partition("/")[0] == insee_code
    )
    return replace(table, rows=rows, title=table.measure, chart=None) if rows else None


def _themes(bilan: Bilan) -> Table | None:
    """Anomalies by theme; a theme with a withheld equipment is withheld."""
    table = bilan.table("anomalies")
    if table is None:
        return None
    known = {row.code: row.cells[0] for row in table.rows}
    rows = []
    for theme, equipment in THEMES.items():
        cells = [known[f"anomaly:{e.value}"] for e in equipment if f"anomaly:{e.value}" in known]
        hidden = next((cell.withheld for cell in cells if cell.value is None), None)
        if cells:
            total = None if hidden else sum(cell.value or 0 for cell in cells)
            rows.append(Row(theme, theme, (Cell(total, hidden),)))
    return replace(
        table, id="themes", title="Anomalies techniques par thème", head="Thème", rows=tuple(rows)
    )
