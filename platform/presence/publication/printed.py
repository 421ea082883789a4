"""The bilan on paper (PDF): tagged, for archives, the same bytes each time."""

import hashlib
from pathlib import Path

from presence.charts.drawing import draw
from presence.kernel import formats
from presence.kernel.typesetting import typeset
from presence.publication import words
from presence.releases import sealed
from presence.releases.content import Bilan, Definition, Section, Table
from presence.releases.wording import period_label

TEMPLATE = Path(__file__).with_name("print") / "bilan.typ"
# A wider table is typeset smaller; beyond, its columns are told in the workbook only.
MOST_COLUMNS = 9


def pdf(bilan: Bilan) -> bytes:
    """The PDF of a bilan; raises `NotTypeset`."""
    return typeset(
        TEMPLATE.read_text(encoding="utf-8"), page_data(bilan), moment=bilan.published_at
    )


def page_data(bilan: Bilan) -> dict[str, object]:
    """Every word and picture of the pages."""
    mark = hashlib.sha256(sealed.told(bilan)).hexdigest()
    period = period_label(bilan.from_on, bilan.to_on)
    edited = formats.long_date(formats.paris_date(bilan.published_at), weekday=False)
    return {
        "title": words.title(bilan),
        "scheme": bilan.scheme,
        "territory": bilan.territory,
        "period": period,
        "head": f"{bilan.scheme} · {bilan.territory}",
        "foot": [f"{words.title(bilan)} · version {bilan.version}",
                 f"publié le {edited} · empreinte {mark[:12]}"],
        "answer": bilan.answer,
        "paragraphs": list(bilan.paragraphs),
        "facts": [{"figure": f.figure, "label": f.label, "note": f.note} for f in bilan.facts],
        "completeness": words.completeness(bilan),
        "opening": _opening(bilan, period),
        "sections": [_section(section, period) for section in bilan.sections],
        "method": words.method(bilan),
        "definitions": [_definition(item) for item in bilan.definitions],
        "fingerprint": mark,
        "version": f"Version {bilan.version}, {bilan.reason}. Logiciel {bilan.code_version}.",
    }  # fmt: skip


def _opening(bilan: Bilan, period: str) -> dict[str, object] | None:
    """The picture of the first page."""
    table = bilan.table("actions")
    return _table(table, period) if table and draw(table) else None


def _section(section: Section, period: str) -> dict[str, object]:
    return {
        "title": section.title,
        "paragraphs": list(section.paragraphs),
        "tables": [_table(table, period) for table in section.tables],
    }


def _table(table: Table, period: str) -> dict[str, object]:
    drawn = draw(table)
    columns = table.columns[:MOST_COLUMNS]
    return {
        "title": table.title,
        "measure": words.measured(table, period),
        "picture": drawn.decode() if drawn else None,
        "alt": f"{table.title}. Les chiffres sont dans le tableau qui suit.",
        "head": [table.head, *(column.label for column in columns)],
        "rows": [
            [
                row.label,
                *(
                    _cell(words.figure(column, cell), words.share(table, cell))
                    for column, cell in zip(columns, row.cells, strict=False)
                ),
            ]
            for row in table.rows
        ],
        "notes": [*table.notes, *([table.grain] if table.grain else [])],
        "wide": len(columns) > 6,
    }


def _cell(figure: str, share: str) -> str:
    return f"{figure}  ({share})" if share else figure


def _definition(item: Definition) -> dict[str, str]:
    over = f" ÷ {item.denominator}" if item.denominator else ""
    several = " Plusieurs réponses possibles." if item.several else ""
    return {
        "label": item.label,
        "text": f"{item.definition} Calcul\u00a0: {item.numerator}{over}.{several} "
        f"Version {item.version}. Source\u00a0: {item.source}.",
    }
