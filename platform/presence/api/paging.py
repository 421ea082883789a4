"""Lists by pages: keyset, so that a page costs the same wherever it is, with an opaque cursor."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from uuid import UUID

from flask import current_app, g, request
from itsdangerous import BadSignature, URLSafeSerializer

from presence.kernel.errors import Invalid
from presence.schemas.fields import FIRST_YEAR, LAST_YEAR

Row = TypeVar("Row")
Key = tuple[Any, ...]
Page = dict[str, object]


def page(
    rows: Sequence[Row],
    limit: int,
    key: Callable[[Row], Key],
    dump: Callable[[Row], dict[str, object]],
) -> Page:
    """A page out of up to `limit + 1` rows: one too many says that there is a next page."""
    kept = rows[:limit]
    return {
        "items": [dump(row) for row in kept],
        "next_cursor": _encode(key(kept[-1])) if len(rows) > limit else None,
    }


def window(
    rows: Sequence[Row], asked: dict[str, Any], key: Callable[[Row], Key], *types: type
) -> list[Row]:
    """The rows of a page, out of a list that is small by nature and sorted by `key`."""
    after = cursor_of(asked, *types)
    left = rows if after is None else [row for row in rows if key(row) > after]
    return list(left[: asked["limit"] + 1])


def cursor_of(asked: dict[str, Any], *types: type) -> Key | None:
    """The key that a cursor stands for, None on the first page."""
    text: str | None = asked["cursor"]
    if text is None:
        return None
    try:
        values = _sealer().loads(text)
        if not isinstance(values, list) or len(values) != len(types):
            raise ValueError
        return tuple(_read(value, kind) for value, kind in zip(values, types, strict=True))
    except (BadSignature, ValueError, TypeError, AttributeError) as error:
        message = "Ce curseur n'est pas de cette liste : reprenez « next_cursor » tel quel."
        raise Invalid("cursor", message) from error


def _encode(key: Key) -> str:
    sealed = _sealer().dumps([_plain(value) for value in key])
    return sealed if isinstance(sealed, str) else sealed.decode()


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _sealer() -> URLSafeSerializer:
    """A cursor serves its reader, on its list, and nobody else (T47)."""
    salt = f"cursor {request.endpoint} {g.reader}"
    digest = {"digest_method": hashlib.sha256}
    return URLSafeSerializer(current_app.secret_key or "", salt=salt, signer_kwargs=digest)


def _read(value: Any, kind: type) -> object:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError
    if kind is str:
        return value
    if kind is UUID:
        return UUID(value)
    if kind is date:
        return _near(date.fromisoformat(value))
    instant: datetime = datetime.fromisoformat(value)
    return _near(instant.astimezone(UTC))


def _near(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError
    return day
