"""Printed pages (composition des PDF): the one place that knows typst.

Every file is tagged, PDF/A-3a and PDF/UA-1 at once, in our own typeface, and the same data always
give the same bytes. Data reach a template as JSON: nothing that a person typed is ever markup.
"""

import struct
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import orjson
import typst

from presence.kernel.plain import literal

FONTS = Path(__file__).with_name("fonts")
REFUSED = "Le document n'a pas pu être mis en page. Réessayez dans une minute."
# What our typeface has no sign for: a file for archives may not hold an empty box.
UNKNOWN = "□"
# What every template starts with: its data, and the files that travel inside the page.
PRELUDE = """\
#let sent = json(bytes(sys.inputs.data))
#let data = sent.data
#for file in sent.attachments {
  pdf.attach(
    file.name, bytes(file.text),
    relationship: "source", mime-type: file.mime, description: file.description,
  )
}
"""


class NotTypeset(Exception):
    """The page could not be made; the sentence is for a reader, and nothing was written."""


@dataclass(frozen=True)
class Attachment:
    """A text file inside a PDF (pièce jointe)."""

    name: str
    text: str
    mime: str
    description: str


def typeset(
    template: str,
    data: Mapping[str, object],
    *,
    moment: datetime,
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """The PDF of a template's source and its data, dated `moment`; raises `NotTypeset`.

    In the template the data are `data`. Their texts lose the signs that print nothing.
    """
    sent = {"data": _printable(data), "attachments": [vars(file) for file in attachments]}
    try:
        made = typst.Compiler(root=FONTS, font_paths=fonts()).compile(
            (PRELUDE + template).encode(),
            format="pdf",
            sys_inputs={"data": orjson.dumps(sent).decode()},
            pdf_standards=["a-3a", "ua-1"],
            timestamp=int(moment.timestamp()),
        )
    except (RuntimeError, MemoryError, OSError) as error:
        raise NotTypeset(REFUSED) from error
    if not isinstance(made, bytes):
        raise NotTypeset(REFUSED)
    return made


def printable(text: str) -> str:
    """A text as our typeface can show it."""
    known = _letters()
    return "".join(sign if ord(sign) in known else UNKNOWN for sign in literal(text))


def _printable(value: object) -> object:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {name: _printable(inner) for name, inner in value.items()}
    if isinstance(value, Iterable):
        return [_printable(inner) for inner in value]
    return value


@cache
def fonts() -> typst.Fonts:
    """Our typeface, and no other: neither the machine's nor typst's, the same page everywhere."""
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )


@cache
def _letters() -> frozenset[int]:
    """The signs that every weight of the typeface has, but those for private use (PDF/A)."""
    fonts = [frozenset(_signs(font.read_bytes())) for font in sorted(FONTS.glob("*.ttf"))]
    shared = frozenset.intersection(*fonts)
    return frozenset(sign for sign in shared if unicodedata.category(chr(sign)) != "Co")


def _signs(font: bytes) -> Iterator[int]:
    """What a TrueType font has signs for: the table `cmap`, groups of format 12."""
    (tables,) = struct.unpack_from(">H", font, 4)
    records = (struct.unpack_from(">4s3I", font, 12 + 16 * rank) for rank in range(tables))
    cmap = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    (encodings,) = struct.unpack_from(">H", font, cmap + 2)
    for rank in range(encodings):
        _, _, at = struct.unpack_from(">HHI", font, cmap + 4 + 8 * rank)
        if struct.unpack_from(">H", font, cmap + at)[0] != 12:
            continue
        (groups,) = struct.unpack_from(">I", font, cmap + at + 12)
        for group in range(groups):
            first, last, _ = struct.unpack_from(">3I", font, cmap + at + 16 + 12 * group)
            yield from range(first, last + 1)
