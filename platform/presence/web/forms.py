"""Read what a form or an address gives: dates, hours, keys, codes; raise `Invalid` in French."""

import re
from datetime import date, time
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from presence.kernel.errors import Invalid
from presence.kernel.nomenclature import Coded

Member = TypeVar("Member", bound=Coded)
Chosen = TypeVar("Chosen", bound=StrEnum)


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


def member_of(kind: type[Chosen], text: str | None, field: str) -> Chosen:
    """A member of any enumeration of codes."""
    try:
        return kind(text or "")
    except ValueError as error:
        raise Invalid(field, "Choisissez une réponse dans la liste.") from error


def whole(text: str | None, field: str, *, least: int, most: int) -> int:
    """A whole number between two bounds."""
    told = (text or "").strip()
    if not (told.isascii() and told.isdigit() and least <= int(told[:9]) <= most):
        raise Invalid(field, f"Donnez un nombre entier de {least} à {most}.")
    return int(told)


def decimal(text: str | None, field: str, *, most: int) -> float | None:
    """Degrees, with a comma or a point; None when nothing is written."""
    told = (text or "").strip().replace(",", ".")
    if not told:
        return None
    if not re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]{1,8})?", told) or abs(float(told)) > most:
        raise Invalid(field, f"Donnez des degrés décimaux, de -{most} à {most} (45,5861).")
    return float(told)


def members(nomenclature: type[Member], texts: list[str], field: str) -> tuple[Member, ...]:
    """Several codes of a nomenclature, in its own order."""
    chosen = {member(nomenclature, text, field) for text in texts}
    return tuple(item for item in nomenclature if item in chosen)
