"""The one writing of a bilan, and its reading. Pure.

The hash of a bilan is taken over these bytes: the same facts always give the same ones.
"""

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

import orjson

from presence.kernel.keys import canonical
from presence.releases.content import Bilan

FORMAT = 1
Made = TypeVar("Made")
_READ: Mapping[Any, Callable[[str], Any]] = {
    UUID: UUID,
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
}


def write(bilan: Bilan) -> bytes:
    """The canonical bytes of a bilan."""
    told = _plain(bilan)
    assert isinstance(told, dict)  # noqa: S101 - a dataclass is told as a mapping
    return canonical({"format": FORMAT} | told)


def told(bilan: Bilan) -> bytes:
    """What a bilan says, whenever and under whatever number it was published.

    The fingerprint shown to readers is taken over these bytes: the same figures, words and
    definitions have the same one.
    """
    content = _plain(bilan)
    assert isinstance(content, dict)  # noqa: S101 - a dataclass is told as a mapping
    for name in ("release_id", "published_at", "cut_off_at"):
        content.pop(name)
    return canonical(content)


def read(sealed: bytes | str) -> Bilan:
    """The bilan that `write` wrote; raises `ValueError` on another format."""
    told = orjson.loads(sealed)
    if told.pop("format", None) != FORMAT:
        message = "this is not a bilan of a format that is read here"
        raise ValueError(message)
    return _made(Bilan, told)


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _made(kind: type[Made], told: Mapping[str, Any]) -> Made:
    return kind(**{name: _read(hint, told[name]) for name, hint in _hints(cast(Any, kind)).items()})


def _read(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    if get_origin(hint) in {Union, types.UnionType}:
        (hint,) = (kind for kind in get_args(hint) if kind is not type(None))
    if get_origin(hint) is tuple:
        assert isinstance(value, Sequence)  # noqa: S101 - written so by `write`
        return tuple(_read(get_args(hint)[0], item) for item in value)
    if is_dataclass(hint) and isinstance(hint, type):
        return _made(hint, value)
    return _READ[hint](value) if hint in _READ else value
