"""Addresses of the national return, cleaned (adresses du RPLS). Pure.

Rules of those who load the return: « NA », « Z », « NC » and « 999 » say nothing; a spreadsheet
has turned numbers into floats, powers of ten or hours (« 10 A » → « 10:00 AM »); `?` stands for
an accented E; the kind of street is INCONNUE, or written twice (domain 6.4).
"""

import re
from decimal import Decimal

NOTHING = frozenset({"", "NA", "N/A", "Z", "NC", "999", "NULL", "-"})
_HOUR = re.compile(r"(\d{1,2}):\d\d(?::\d\d)?(?:\.\d+)?( ?[AP]M)?", re.ASCII | re.IGNORECASE)
# Signed, as spreadsheets sign it: « 12E3 » is a code.
_FLOAT = re.compile(r"\d+[.,]\d+(?:[eE]\+0?\d{1,2})?|\d[eE]\+0?\d{1,2}", re.ASCII)
_UNKNOWN_KINDS = frozenset({"INCONNUE", "INCONNU", "AUTRE"})
_REPETITIONS = {"B": "bis", "T": "ter", "Q": "quater"}
_SHORT_KINDS = {
    "ALL": "ALLEE", "AV": "AVENUE", "BD": "BOULEVARD", "CHE": "CHEMIN", "CRS": "COURS",
    "IMP": "IMPASSE", "LOT": "LOTISSEMENT", "MTE": "MONTEE", "PAS": "PASSAGE", "PL": "PLACE",
    "QU": "QUAI", "R": "RUE", "RES": "RESIDENCE", "RTE": "ROUTE", "SQ": "SQUARE",
}  # fmt: skip


def said(cell: str) -> str:
    """The cell's text, empty when it says nothing."""
    text = " ".join(cell.split())
    return "" if text.upper() in NOTHING else text


def plain_code(cell: str) -> str:
    """A code as it was before a spreadsheet: « 12.0 », « 1.1144e+006 »."""
    text = said(cell)
    if not _FLOAT.fullmatch(text):
        return text
    value = Decimal(text.replace(",", "."))
    return str(int(value)) if value == value.to_integral_value() else text


def number_in_street(numvoie: str, indrep: str) -> str:
    """« 12 bis », from « 12.0 » or « 12:00 PM » too."""
    text, repetition = said(numvoie), said(indrep)
    hour = _HOUR.fullmatch(text)
    number = _from_hour(int(hour[1]), bool(hour[2])) if hour else plain_code(text).lstrip("0")
    return f"{number} {_REPETITIONS.get(repetition.upper(), repetition)}".strip()


def street(typvoie: str, nomvoie: str) -> str:
    """« RUE CHOPIN », its kind once."""
    kind = said(typvoie).replace("?", "E").upper()
    kind = "" if kind in _UNKNOWN_KINDS else _SHORT_KINDS.get(kind, kind)
    words = said(nomvoie).replace("?", "E").upper().split()
    while len(words) > 1 and kind and _SHORT_KINDS.get(words[0], words[0]) == kind:
        words.pop(0)
    if not words:
        return ""
    return " ".join([kind, *words] if kind else words)


def _from_hour(hour: int, halved: bool) -> str:
    # « 10 P » became 22:00, shown « 10:00 PM »: the number is the hour on a twelve-hour clock.
    return str(hour if halved else (hour - 1) % 12 + 1)
