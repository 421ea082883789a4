"""Reading one cell: its value, or what is wrong with it and what it probably was. Pure."""

import re
from collections.abc import Callable
from decimal import Decimal

from presence.imports.folding import fold
from presence.imports.lines import FaultKind
from presence.imports.reading import LONGEST_CELL
from presence.kernel.formats import number
from presence.patrimoine.identifiers import Malformed, ban_key, rnb_id

# The largest estates of France stay under this; a typing slip does not.
MOST_DWELLINGS = 5_000
MOST_TIMES = 7
# Geographies of the priority areas: decrees of December 2014 and December 2023.
VINTAGES = (2015, 2024)
# South, north, west, east: mainland, Guadeloupe, Martinique, Guyane, La Réunion, Mayotte.
BOUNDS = (
    (41.0, 51.5, -5.5, 10.0),
    (15.7, 16.6, -62.0, -60.9),
    (14.3, 15.0, -61.4, -60.7),
    (2.0, 6.0, -55.0, -51.5),
    (-21.5, -20.7, 55.1, 55.9),
    (-13.1, -12.5, 44.9, 45.4),
)
NO, YES = ("non", "n", "0", "faux", "hors qpv", "aucun"), ("oui", "o", "1", "vrai", "qpv")

_EMPTY = frozenset({"", "-", "–", "—"})
_FORMULA = ("=", "+", "-", "@")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_SPACED = re.compile(r"\d{1,3}(?: \d{3})+", re.ASCII)
# A spreadsheet signs the exponent: « 12E3 » is a code, « 1,2E+03 » was a number.
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+0?\d{1,2}", re.ASCII)
# Control signs, and those that are not seen or that turn the direction of writing.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)


class Faulty(ValueError):
    """A cell that cannot be taken as it is."""

    def __init__(self, kind: FaultKind, reason: str, repair: str | None = None) -> None:
        """A kind, a French sentence, and what the cell probably was."""
        super().__init__(reason)
        self.kind = kind
        self.reason = reason
        self.repair = repair


def clean(cell: str) -> str:
    """The cell's text on one line; a formula, an excess or a hidden sign is `Faulty`."""
    if not cell.isprintable() and _INVISIBLE.search(cell):
        repair = " ".join(_INVISIBLE.sub("", cell).split())
        raise Faulty(FaultKind.INVISIBLE, "Un caractère invisible est à retirer.", repair)
    if len(cell) > LONGEST_CELL:
        raise Faulty(FaultKind.TOO_LONG, f"{LONGEST_CELL} signes au plus sont admis.")
    text = " ".join(cell.split())
    if text in _EMPTY:
        return ""
    # Our own exports put an apostrophe before what a spreadsheet would compute.
    bare = text.removeprefix("'")
    if bare.startswith(_FORMULA) and not _NUMBER.fullmatch(bare):
        message = "Ce texte serait calculé par un tableur : remplacez la formule par sa valeur."
        raise Faulty(FaultKind.FORMULA, message)
    return text


def code(text: str) -> str:
    """A bailleur's own code."""
    if _SCIENTIFIC.fullmatch(text):
        repair = str(int(Decimal(text.replace(",", "."))))
        message = f"Un tableur a abrégé ce code : {repair} ? Des chiffres ont pu être perdus."
        raise Faulty(FaultKind.SCIENTIFIC, message, repair)
    return text


def dwellings(text: str) -> int:
    """A number of dwellings."""
    return whole(text, 0, MOST_DWELLINGS)


def times_per_week(text: str) -> int:
    """How many evenings a week."""
    return whole(text, 1, MOST_TIMES)


def qpv_vintage(text: str) -> int:
    """Which geography of the priority areas."""
    year = whole(text, 0, 9_999)
    if year not in VINTAGES:
        message = f"Millésime inconnu : {' ou '.join(map(str, VINTAGES))} est attendu."
        raise Faulty(FaultKind.QPV_VINTAGE, message)
    return year


def qpv(text: str) -> str | bool:
    """The name of a priority area, or only whether there is one."""
    folded = fold(text)
    return False if folded in NO else True if folded in YES else text


def whole(text: str, least: int, most: int) -> int:
    """A whole number, « 1 048 » included."""
    if text.isascii() and text.isdigit():
        digits = text
    elif _SPACED.fullmatch(text):
        digits = text.replace(" ", "")
    else:
        raise _not_whole(text, least, most)
    # Few digits first: int() refuses thousands of them.
    value = int(digits) if len(digits) <= 9 else most + 1
    if not least <= value <= most:
        raise Faulty(FaultKind.OUT_OF_BOUNDS, f"{_range(least, most)} est attendu.")
    return value


def coordinate(text: str) -> float:
    """Degrees, with a comma or a point; six decimals are ten centimetres."""
    if not _NUMBER.fullmatch(text):
        raise Faulty(FaultKind.NOT_A_NUMBER, "Des degrés sont attendus, comme 45,586.")
    return round(float(text.replace(",", ".")), 6)


def within_france(latitude: float, longitude: float) -> bool:
    """Whether a position is in the mainland or in an overseas department."""
    return any(
        south <= latitude <= north and west <= longitude <= east
        for south, north, west, east in BOUNDS
    )


def rnb(text: str) -> str:
    """An identifier of a building."""
    return _identifier(rnb_id, FaultKind.RNB_ID, text)


def ban(text: str) -> str:
    """A key of an address."""
    return _identifier(ban_key, FaultKind.BAN_KEY, text)


def _identifier(read: Callable[[str], str], kind: FaultKind, text: str) -> str:
    try:
        return read(text)
    except Malformed as error:
        raise Faulty(kind, error.reason, error.repair) from error


def _not_whole(text: str, least: int, most: int) -> Faulty:
    expected = f"{_range(least, most)} est attendu"
    if not _NUMBER.fullmatch(text):
        return Faulty(FaultKind.NOT_A_NUMBER, f"{expected}, en chiffres.")
    value = Decimal(text.replace(",", "."))
    kind = FaultKind.SCIENTIFIC if "e" in text.lower() else FaultKind.DECIMAL
    if value < least or value > most:
        return Faulty(FaultKind.OUT_OF_BOUNDS, f"{expected}.")
    repair = str(int(value)) if value == int(value) else None
    return Faulty(kind, f"{expected}{f' : {repair} ?' if repair else '.'}", repair)


def _range(least: int, most: int) -> str:
    return f"Un nombre entier de {number(least)} à {number(most)}"
