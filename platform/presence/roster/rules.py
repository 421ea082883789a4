"""What the roster allows: valid cards, their numbers, weeks. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from presence.kernel.errors import Invalid
from presence.kernel.nomenclature import Coded

# Département, end of validity, file: « 038-2018-07-12-20130012345 », as the CNAPS writes them.
CARD_NUMBER = re.compile(r"(0[0-9]{2}|02[AB]|97[0-9])-[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9]{11}")
CARD_EXAMPLE = "038-2018-07-12-20130012345"
# Told two months before it expires: time to ask for the renewal.
WARNED_BEFORE = timedelta(days=60)
DAYS = 7
MOST_NAME = 80


class SwapAnswer(Coded):
    """What is answered to a swap (réponse)."""

    ACCEPTED = "accepted", "Accepter"
    REFUSED = "refused", "Refuser"


@dataclass(frozen=True)
class Expiry:
    """Something that expires: a card, a training."""

    what: str
    on: date


def card_holds(valid_until: date | None, day: date) -> bool:
    """Whether a card still holds on a day, its last day included; a mediator may have none."""
    return valid_until is None or day <= valid_until


def card_refusal(name: str, valid_until: date | None, evening_on: date, today: date) -> str | None:
    """Why a card keeps its holder from an evening (L612-20 CSI), None if it does not."""
    if valid_until is None or card_holds(valid_until, evening_on):
        return None
    told = f"La carte {of(name)} "
    if valid_until < today:
        return f"{told}a expiré le {valid_until:%d/%m/%Y} : renouvelez-la avant de l'affecter."
    return (
        f"{told}expire le {valid_until:%d/%m/%Y}, avant cette soirée : "
        "renouvelez-la avant de l'affecter."
    )


def card_number_of(text: str) -> str | None:
    """A card's number in its one writing, None when it is not one."""
    number = text.strip().upper().replace(" ", "").removeprefix("CAR-")
    return number if CARD_NUMBER.fullmatch(number) else None


def alerts(expiries: Iterable[Expiry], today: date) -> tuple[Expiry, ...]:
    """What has expired or soon will, the most urgent first."""
    found = [expiry for expiry in expiries if expiry.on <= today + WARNED_BEFORE]
    return tuple(sorted(found, key=lambda expiry: (expiry.on, expiry.what)))


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def days_of_week(monday: date) -> list[date]:
    """The seven evenings of a week."""
    return [monday + timedelta(days=n) for n in range(DAYS)]


def of(name: str) -> str:
    """« de Karim », « d'Omar »."""
    return f"d'{name}" if name[:1].upper() in "AEIOUYÉÈÊÎÔ" else f"de {name}"


def line_of(text: str, field: str, told: str, *, most: int = MOST_NAME) -> str:
    """A line of text without spare spaces; raises `Invalid` with the sentence that is told."""
    line = " ".join(text.split())
    if not 2 <= len(line) <= most or not line.isprintable():
        raise Invalid(field, told)
    return line
