"""Read what a form or an address gives: dates, hours, keys, codes; raise `Invalid` in French."""

from datetime import date, time
from typing import TypeVar
from uuid import UUID

from presence.kernel.errors import Invalid
from presence.kernel.nomenclature import Coded

Member = TypeVar("Member", bound=Coded)


def date_of(text: str | None, field: str) -> date:
    """A date written 2013-12-04."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        day = date.min
    if not 2000 <= day.year <= 2100 or day.isoformat() != text:
        message = f"« {text or ''} » n'est pas une date : écrivez-la sous la forme 2013-12-04."
        raise Invalid(field, message)
    return day


def hour_of(text: str | None, field: str) -> time:
    """An hour written 20:42."""
    try:
        return time.fromisoformat(text or "").replace(tzinfo=None)
    except ValueError as error:
        raise Invalid(field, "Donnez une heure sous la forme 20:42.") from error


def uuid_of(text: str | None, field: str) -> UUID:
    """A key."""
    try:
        return UUID(text or "")
    except ValueError as error:
        raise Invalid(field, "La page a expiré : rechargez-la et recommencez.") from error


def member(nomenclature: type[Member], text: str | None, field: str) -> Member:
    """A code of a nomenclature."""
    try:
        return nomenclature(text or "")
    except ValueError as error:
        raise Invalid(field, "Choisissez une réponse dans la liste.") from error


def members(nomenclature: type[Member], texts: list[str], field: str) -> tuple[Member, ...]:
    """Several codes of a nomenclature, in its own order."""
    chosen = {member(nomenclature, text, field) for text in texts}
    return tuple(item for item in nomenclature if item in chosen)
