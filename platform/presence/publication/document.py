"""The text of a bilan for those who must edit it (DOCX)."""

import io
from datetime import UTC

from docx import Document
from docx.document import Document as Written
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt

from presence.kernel.archives import fixed
from presence.publication import words
from presence.releases.content import Bilan, Table
from presence.releases.wording import period_label


def docx(bilan: Bilan) -> bytes:
    """The document of a bilan: headings, sentences, tables; no author's name."""
    document = Document()
    _prepare(document, bilan)
    document.add_heading(words.title(bilan), 0)
    document.add_paragraph(f"{bilan.scheme} · {bilan.territory}")
    for text in (bilan.answer, *bilan.paragraphs, words.completeness(bilan)):
        document.add_paragraph(text)
    period = period_label(bilan.from_on, bilan.to_on)
    for section in bilan.sections:
        document.add_heading(section.title, 1)
        for text in section.paragraphs:
            document.add_paragraph(text)
        for table in section.tables:
            _table(document, table, period)
    document.add_heading("Périmètre, limites et méthode", 1)
    for text in words.method(bilan):
        document.add_paragraph(text, style="List Bullet")
    document.add_heading("Dictionnaire des indicateurs", 1)
    for item in bilan.definitions:
        document.add_paragraph(f"{item.label} (version {item.version}) : {item.definition}")
    out = io.BytesIO()
    document.save(out)
    return fixed(out.getvalue(), bilan.published_at)


def _prepare(document: Written, bilan: Bilan) -> None:
    """Our language and title, nobody's name, the instant of publication."""
    style = document.styles["Normal"]
    style.font.size = Pt(10.5)
    language = style.element.get_or_add_rPr().makeelement(qn("w:lang"), {qn("w:val"): "fr-FR"})
    style.element.get_or_add_rPr().append(language)
    known = document.core_properties
    instant = bilan.published_at.astimezone(UTC).replace(tzinfo=None)
    known.title, known.author, known.language = words.title(bilan), "", "fr-FR"
    known.last_modified_by, known.comments = "", ""
    known.created = known.modified = instant


def _table(document: Written, table: Table, period: str) -> None:
    document.add_heading(table.title, 2)
    document.add_paragraph(words.measured(table, period))
    made = document.add_table(rows=1, cols=1 + len(table.columns), style="Light Grid Accent 1")
    for cell, text in zip(
        made.rows[0].cells, (table.head, *(c.label for c in table.columns)), strict=True
    ):
        cell.text = text
    _repeat_head(made)
    for row in table.rows:
        cells = made.add_row().cells
        cells[0].text = row.label
        for place, column, cell in zip(cells[1:], table.columns, row.cells, strict=True):
            share = words.share(table, cell)
            figure = words.figure(column, cell)
            place.text = f"{figure} ({share})" if share else figure
            place.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for note in (*table.notes, *([table.grain] if table.grain else [])):
        document.add_paragraph(note)


def _repeat_head(made: object) -> None:
    """The first line is a header: told again on each page, and to a screen reader."""
    properties = made.rows[0]._tr.get_or_add_trPr()  # type: ignore[attr-defined]
    properties.append(properties.makeelement(qn("w:tblHeader"), {qn("w:val"): "true"}))
