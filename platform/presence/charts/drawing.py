"""Draw a table (SVG): the same picture on the page and in print.

One path: a Vega-Lite specification, rendered here with our own typeface and French numbers.
The same table always gives the same bytes.
"""

import re
from functools import lru_cache
from xml.sax.saxutils import escape

import vl_convert

from presence.charts.specs import spec_of
from presence.kernel.typesetting import FONTS
from presence.releases.content import Table

VEGA_LITE = "6.4"
_FRENCH = {
    "decimal": ",",
    "thousands": "\u202f",
    "grouping": [3],
    "currency": ["", "\u00a0€"],
    "percent": "\u00a0%",
}
vl_convert.register_font_directory(str(FONTS))


@lru_cache(maxsize=512)
def draw(table: Table) -> bytes | None:
    """The SVG of a table; None when it has no picture or everything in it is withheld."""
    plan = spec_of(table)
    if plan is None:
        return None
    drawn = vl_convert.vegalite_to_svg(plan, vl_version=VEGA_LITE, format_locale=_FRENCH)
    return _named(drawn, table).encode()


def _named(drawn: str, table: Table) -> str:
    """A title and a description inside, for whoever opens the picture alone.

    The renderer numbers its clipping shapes from the start of the process: they are numbered
    again, and named after the table, as several pictures stand on a page.
    """
    known: dict[str, str] = {}
    drawn = re.sub(
        r"\bclip\d+\b",
        lambda found: known.setdefault(found[0], f"clip-{table.id}-{len(known)}"),
        drawn,
    )
    # What the renderer says of its own parts, in English: the whole is one picture.
    drawn = re.sub(r' (?:role|aria-[a-z]+)="[^"]*"', "", drawn)
    words = f"<title>{escape(table.title)}</title><desc>{escape(table.measure)}</desc>"
    return re.sub(r"<svg([^>]*)>", lambda svg: f'<svg role="img"{svg[1]}>{words}', drawn, count=1)
