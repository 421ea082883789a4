"""Keys that their writer makes, and fingerprints of contents."""

import hashlib
import os
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime
from uuid import UUID

import orjson

_HIGH = ((1 << 64) - 1) << 64
_LOW = (1 << 62) - 1
_VARIANT = 0b10 << 62


def uuid7(milliseconds: int | None = None, entropy: bytes | None = None) -> UUID:
    """A UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then chance."""
    stamp = time.time_ns() // 1_000_000 if milliseconds is None else milliseconds
    chance = int.from_bytes(os.urandom(10) if entropy is None else entropy[:10], "big")
    high = (stamp << 16) | 0x7000 | (chance >> 68)
    return UUID(int=(high << 64) | _VARIANT | (chance & _LOW))


def derived_uuid(parent: UUID, name: str) -> UUID:
    """The id of a part of `parent`: same time, hence same index page; always the same."""
    digest = hashlib.sha256(parent.bytes + name.encode()).digest()
    return UUID(int=(parent.int & _HIGH) | _VARIANT | (int.from_bytes(digest[:8], "big") & _LOW))


def canonical(content: Mapping[str, object]) -> bytes:
    """The one writing of a content: sorted keys, no space, instants in UTC."""
    return orjson.dumps(content, _plain, orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    message = f"{type(value).__name__} has no canonical writing"
    raise TypeError(message)


def fingerprint(content: Mapping[str, object]) -> str:
    """SHA-256, in hexadecimal, of the canonical writing."""
    return hashlib.sha256(canonical(content)).hexdigest()
