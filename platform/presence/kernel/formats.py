"""French writing of dates, hours, numbers and money (Babel, plus what Babel misses).

Spaces inside a number are U+202F, before € and % U+00A0: a line never breaks inside a figure.
"""

import re
from datetime import date, datetime

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from presence.kernel.clock import PARIS

_LOCALE = Locale("fr", "FR")
_PLURAL = _LOCALE.plural_form


def number(value: int) -> str:
    """`1430` → « 1 430 »."""
    return format_decimal(value, locale=_LOCALE)


def euros(cents: int) -> str:
    """`2306400` → « 23 064,00 € »."""
    sign = "\u2212" if cents < 0 else ""
    whole, part = divmod(abs(cents), 100)
    return f"{sign}{format_decimal(whole, locale=_LOCALE)},{part:02d}\u00a0€"


def round_euros(cents: int) -> str:
    """`7000000` → « 70 000 € » when there are no cents."""
    return euros(cents).replace(",00", "")


def percent(part: int, whole: int, digits: int = 0) -> str:
    """`1330, 1430` → « 93 % »."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "") + "\u00a0%"
    return format_percent(part / whole, format=pattern, locale=_LOCALE) if whole else "—"


def count(value: int, singular: str, plural: str | None = None) -> str:
    """`0, "intervention"` → « 0 intervention »: in French zero is singular."""
    word = singular if _PLURAL(value) == "one" else (plural or singular + "s")
    return f"{number(value)}\u00a0{word}"


def long_date(day: date, *, weekday: bool = True, year: bool = True) -> str:
    """« mercredi 4 décembre 2013 »; the first of a month is « 1er »."""
    pattern = ("EEEE " if weekday else "") + "d MMMM" + (" y" if year else "")
    return _first(format_date(day, pattern, locale=_LOCALE), day)


def short_date(day: date) -> str:
    """« mer. 4 déc. »."""
    return _first(format_date(day, "EEE d MMM", locale=_LOCALE), day)


def numeric_date(day: date) -> str:
    """« 04/12/2013 »."""
    return day.strftime("%d/%m/%Y")


def month(day: date) -> str:
    """« février 2012 »."""
    return format_date(day, "MMMM y", locale=_LOCALE)


def short_month(day: date) -> str:
    """« févr. 2012 »."""
    return format_date(day, "MMM y", locale=_LOCALE)


def hour(instant: datetime) -> str:
    """« 20:42 », Paris time."""
    return instant.astimezone(PARIS).strftime("%H:%M")


def moment(instant: datetime) -> str:
    """« 04/12/2013 20:42 », Paris time."""
    return instant.astimezone(PARIS).strftime("%d/%m/%Y %H:%M")


def day_and_hour(instant: datetime) -> str:
    """« 04/12/2013 à 20:42 », Paris time."""
    return instant.astimezone(PARIS).strftime("%d/%m/%Y à %H:%M")


def paris_date(instant: datetime) -> date:
    """The Paris date of an instant."""
    return instant.astimezone(PARIS).date()


def night(evening_on: date, next_day: date) -> str:
    """« Nuit du mercredi 4 au jeudi 5 décembre 2013 »."""
    if evening_on.month == next_day.month:
        first = _first(format_date(evening_on, "EEEE d", locale=_LOCALE), evening_on)
    elif evening_on.year == next_day.year:
        first = long_date(evening_on, year=False)
    else:
        first = long_date(evening_on)
    return f"Nuit du {first} au {long_date(next_day)}"


def _first(text: str, day: date) -> str:
    # Babel writes « 1 mars »; French wants « 1er mars ».
    return re.sub(r"\b1\b", "1er", text, count=1) if day.day == 1 else text
