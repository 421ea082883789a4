"""French order and search in SQL (ordre alphabétique, recherche sans accents).

Lower case, without accents, numbers by their value: « écluse » goes next to « Église »,
« Bâtiment 2 » before « Bâtiment 10 ». Computed by plain functions and compared byte by byte: not
every PostgreSQL is built with ICU, and an order must not depend on the one that serves.
"""

import re

from sqlalchemy import ColumnElement, SQLColumnExpression, case, collate, func

# Numbers are compared on as many digits; a longer one is an identifier, and these have one length.
DIGITS = 6
# Accents written apart from their letter, as some files have them.
_MARKS = "\u0300\u0301\u0302\u0303\u0308\u030a\u0327"
_VARIANTS = {
    "a": "àâäáãå", "c": "ç", "e": "éèêë", "i": "îïíì", "n": "ñ", "o": "ôöóòõ", "u": "ùûüú",
    "y": "ÿý", "'": "\u2019",
}  # fmt: skip
_LIGATURES = {"œ": "oe", "æ": "ae"}
_ACCENTED = "".join(_VARIANTS.values())
_PLAIN = "".join(plain * len(accented) for plain, accented in _VARIANTS.items())
_TABLE = str.maketrans(_ACCENTED, _PLAIN, _MARKS)
_NUMBER = re.compile("[0-9]+")


def folded(text: str) -> str:
    """« L'Œuvre » → « l'oeuvre »."""
    plain = text.lower()
    for ligature, letters in _LIGATURES.items():
        plain = plain.replace(ligature, letters)
    return plain.translate(_TABLE)


def order_key(text: str) -> str:
    """What texts are compared by; `sql_order_key` computes the same."""
    return _NUMBER.sub(lambda run: run[0].lstrip("0").zfill(DIGITS), folded(text))


def sql_order_key(text: SQLColumnExpression[str]) -> ColumnElement[str]:
    """The key of a column's text."""
    lowered: ColumnElement[str] = func.lower(text)
    bare = lowered
    for ligature, letters in _LIGATURES.items():
        bare = func.replace(bare, ligature, letters)
    bare = func.translate(bare, _ACCENTED + _MARKS, _PLAIN)
    # Looking for accents and numbers costs: most texts are spared it.
    unaccented = func.octet_length(text) == func.char_length(text)
    plain = case((unaccented, lowered), else_=bare)
    spread = func.regexp_replace(plain, "([0-9]+)", "0" * DIGITS + r"\1", "g")
    padded = func.regexp_replace(spread, f"(?<![0-9])0*([0-9]{{{DIGITS}}})", r"\1", "g")
    return collate(case((text.op("~")("[0-9]"), padded), else_=plain), "C")


def search_pattern(word: str) -> str:
    """A regular expression of PostgreSQL that finds a word in lower case, accents or not."""
    pattern = _spelled(folded(word))
    for ligature, letters in _LIGATURES.items():
        apart = _spelled(letters)
        pattern = pattern.replace(apart, f"(?:{apart}|{ligature})")
    return pattern


def _spelled(word: str) -> str:
    return "".join(map(_sign, word))


def _sign(sign: str) -> str:
    if sign in _VARIANTS:
        return f"[{sign}{_VARIANTS[sign]}][{_MARKS}]*"
    # What would mean something to the pattern is taken as it is written.
    return sign if sign.isalnum() else f"\\{sign}"
