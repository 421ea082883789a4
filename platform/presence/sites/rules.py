"""Rules of the site sheet (règles de la fiche de site): what may be written, what follows. Pure.

Free text is short (500 characters at most, CNIL's own habit for comments on places) and on one
line. What a spreadsheet would take for a formula never starts it.
"""

import re
import unicodedata
from datetime import date

from presence.kernel.errors import Invalid

MOST_NOTE = 500
MOST_LINE = 120
MOST_CODE = 40
_BLANKS = re.compile(r"[ \t\r\n]+")
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# Controls, marks that change what is read, halves of characters, what Unicode does not name.
_FORBIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_SEPARATORS = re.compile(r"[\s.\-()]")
_ABROAD = re.compile(r"^(?:\+33|0033)0?")
_NUMBER = re.compile(r"0[1-9][0-9]{8}")


def written(text: str, field: str, most: int = MOST_LINE) -> str:
    """A text of somebody's own, on one line; raises `Invalid`."""
    told = one_line(text, field, most)
    if told.startswith(_FORMULA):
        message = "Ne commencez pas par « = », « + », « - » ou « @ » : un tableur y lit un calcul."
        raise Invalid(field, message)
    return told


def one_line(text: str, field: str, most: int) -> str:
    """A text on one line, neither empty nor too long, whose every sign is shown."""
    told = _BLANKS.sub(" ", text).strip()
    if not told:
        raise Invalid(field, "Écrivez quelque chose, ou laissez tout le formulaire.")
    if len(told) > most:
        raise Invalid(field, f"Au plus {most} caractères : il y en a {len(told)}.")
    if any(unicodedata.category(letter) in _FORBIDDEN for letter in told):
        raise Invalid(field, "Ce texte contient un caractère invisible : tapez-le à la main.")
    return told


def french_number(text: str) -> str:
    """A French telephone number, by pairs: « 04 76 00 00 00 »; raises `Invalid`."""
    digits = _ABROAD.sub("0", _SEPARATORS.sub("", text))
    if not (digits.isascii() and _NUMBER.fullmatch(digits)):
        message = "Donnez un numéro français à dix chiffres, par exemple 04 76 00 00 00."
        raise Invalid("phone", message)
    return " ".join(digits[at : at + 2] for at in range(0, 10, 2))


def code_text(code: str, label: str) -> str:
    """An access code as it is typed at the door; its label must not hold it."""
    told = one_line(code, "code", MOST_CODE)
    if told.casefold() in label.casefold():
        raise Invalid("label", "L'intitulé se lit partout : n'y écrivez pas le code.")
    return told


def end_when_replaced(starts_on: date, ends_on: date | None, from_on: date) -> date:
    """Where a version ends once another one begins: never later than it did.

    One that had not begun applies to no evening: it ends on the day it would have begun.
    """
    return min(ends_on or date.max, max(starts_on, from_on))


def applies(starts_on: date, ends_on: date | None, evening_on: date) -> bool:
    """Whether a version is the one of an evening."""
    return starts_on <= evening_on and (ends_on is None or evening_on < ends_on)
