"""Field types of the API, strict and speaking French.

Stricter than marshmallow's own: one writing per value, so that what a machine sends twice is
compared as the same content, and nothing reaches PostgreSQL that it could not store.
"""

import re
from datetime import UTC, date, datetime, time
from enum import Enum as AnyEnum
from typing import Any
from uuid import UUID

from marshmallow import fields, validate

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_HOUR = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_DIGITS = re.compile(r"[0-9]{1,9}")
# Outside, it is a typing slip; and calendar arithmetic never leaves what dates can hold.
FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST_CHARACTERS = 200


def french(**messages: str) -> dict[str, Any]:
    """Messages that replace marshmallow's own, by their names there."""
    return messages


class _French(fields.Field[Any]):
    default_error_messages = french(
        required="Donnée obligatoire.",
        null="La valeur « null » n'est pas acceptée.",
        validator_failed="Valeur refusée.",
    )


class Text(_French, fields.String):
    """A line of text, trimmed, never empty."""

    default_error_messages = french(
        invalid="Un texte est attendu.",
        invalid_utf8="Ce texte n'est pas en UTF-8.",
        unstorable="Ce texte contient un caractère interdit.",
        empty="Un texte non vide est attendu.",
    )

    def __init__(
        self,
        *,
        least: int = 1,
        most: int = MOST_CHARACTERS,
        written: validate.Regexp | None = None,
        **kwargs: Any,
    ) -> None:
        length = validate.Length(min=least, max=most, error=f"Au plus {most} caractères.")
        super().__init__(validate=[length, written] if written else length, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = " ".join(super()._deserialize(value, attr, data, **kwargs).split(" ")).strip()
        if any(ord(letter) < 32 or 0xD800 <= ord(letter) <= 0xDFFF for letter in text):
            raise self.make_error("unstorable")
        if not text:
            raise self.make_error("empty")
        return text


class Id(_French, fields.UUID):
    """An identifier: a UUID in its usual writing."""

    default_error_messages = french(invalid_uuid="Un identifiant (UUID) est attendu.")

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> UUID:
        if not isinstance(value, str) or not _UUID.fullmatch(value):
            raise self.make_error("invalid_uuid")
        return UUID(value)


class Day(_French, fields.Date):
    """A date, `AAAA-MM-JJ`."""

    default_error_messages = french(
        invalid="Une date est attendue, écrite AAAA-MM-JJ.",
        format="Une date est attendue, écrite AAAA-MM-JJ.",
        range=f"L'année va de {FIRST_YEAR} à {LAST_YEAR}.",
    )

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise self.make_error("invalid")
        day = super()._deserialize(value, attr, data, **kwargs)
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise self.make_error("range")
        return day


class Month(_French, fields.Date):
    """A month, `AAAA-MM`, given as its first day."""

    default_error_messages = french(
        invalid="Un mois est attendu, écrit AAAA-MM.",
        format="Un mois est attendu, écrit AAAA-MM.",
        range=f"L'année va de {FIRST_YEAR} à {LAST_YEAR}.",
    )

    def __init__(self, **kwargs: Any) -> None:
        # Documented as what it is: marshmallow's own would be a date.
        written = {"format": "year-month", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"}
        super().__init__(metadata=written, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or not _MONTH.fullmatch(value):
            raise self.make_error("invalid")
        day = super()._deserialize(f"{value}-01", attr, data, **kwargs)
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise self.make_error("range")
        return day


class Instant(_French, fields.AwareDateTime):
    """An instant with its time zone (ISO 8601), kept in UTC."""

    default_error_messages = french(
        invalid="Un instant ISO 8601 est attendu, par exemple 2013-12-04T20:42:00+01:00.",
        invalid_awareness="L'heure doit porter son fuseau (par exemple +01:00).",
        format="Un instant ISO 8601 est attendu.",
        range=f"L'année va de {FIRST_YEAR} à {LAST_YEAR}.",
    )

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str) or "T" not in value.upper():
            raise self.make_error("invalid")
        instant = super()._deserialize(value, attr, data, **kwargs)
        if not FIRST_YEAR <= instant.year <= LAST_YEAR:
            raise self.make_error("range")
        return instant.astimezone(UTC)


class Hour(_French, fields.Time):
    """An hour of the day in Paris, `HH:MM`."""

    default_error_messages = french(
        invalid="Une heure est attendue, écrite HH:MM.",
        format="Une heure est attendue, écrite HH:MM.",
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", metadata={"pattern": "^[0-2][0-9]:[0-5][0-9]$"}, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> time:
        if not isinstance(value, str) or not _HOUR.fullmatch(value):
            raise self.make_error("invalid")
        hour: time = super()._deserialize(value, attr, data, **kwargs)
        return hour


class Degrees(_French, fields.Float):
    """A latitude or a longitude, in decimal degrees."""

    default_error_messages = french(invalid="Un nombre est attendu, en degrés décimaux.")

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        bounds = validate.Range(min=-most, max=most, error=f"De -{most} à {most} degrés.")
        super().__init__(validate=bounds, allow_nan=False, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.make_error("invalid")
        return float(super()._deserialize(value, attr, data, **kwargs))


class Whole(_French, fields.Integer):
    """A whole number between two bounds; `from_text` accepts digits, as a query string holds."""

    default_error_messages = french(
        invalid="Un nombre entier est attendu.",
        too_large="Ce nombre est trop grand.",
    )

    def __init__(self, *, least: int, most: int, from_text: bool = False, **kwargs: Any) -> None:
        bounds = validate.Range(
            min=least, max=most, error=f"Un nombre entier de {least} à {most} est attendu."
        )
        self._from_text = from_text
        super().__init__(validate=bounds, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if self._from_text and isinstance(value, str) and _DIGITS.fullmatch(value):
            return int(value)
        # 222.0 is a whole number for JSON; true is none, and 12.7 is never cut down to 12.
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("invalid")
        return value


class Code(_French, fields.Enum):  # type: ignore[type-arg]
    """A code of the shared nomenclature."""

    default_error_messages = french(unknown="Code inconnu. Codes admis : {choices}.")

    def __init__(self, nomenclature: type[AnyEnum], **kwargs: Any) -> None:
        super().__init__(nomenclature, by_value=fields.String, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> AnyEnum:
        if not isinstance(value, str):
            raise self.make_error("unknown", choices=self.choices_text)
        found: AnyEnum = super()._deserialize(value, attr, data, **kwargs)
        return found


class Flag(_French, fields.Boolean):
    """Yes or no: JSON's own; `from_text` accepts their words, as a query string holds."""

    default_error_messages = french(invalid="Vrai ou faux (true ou false) est attendu.")

    def __init__(self, *, from_text: bool = False, **kwargs: Any) -> None:
        self._from_text = from_text
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        if self._from_text and value in {"true", "false"}:
            return bool(value == "true")
        # 1 and « yes » are no booleans for JSON.
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Number(_French, fields.Float):
    """A decimal number, written and never read."""


class Several(_French, fields.List):  # type: ignore[type-arg]
    """A list of bounded length."""

    default_error_messages = french(invalid="Une liste est attendue.")

    def __init__(self, item: fields.Field[Any], *, most: int | None = None, **kwargs: Any) -> None:
        if most is not None:
            kwargs["validate"] = validate.Length(max=most, error=f"Au plus {most} éléments.")
        super().__init__(item, **kwargs)


class Part(_French, fields.Nested):
    """An object inside another."""

    default_error_messages = french(type="Un objet est attendu.")


class LoosePart(Part):
    """Documented as an object of that shape, read one by one later: one bad item sinks alone."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        return value


class Free(_French, fields.Dict):
    """An object whose keys are not fixed here."""
