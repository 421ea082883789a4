"""Sealing (scellement): secrets that must be read again are encrypted, never stored bare.

Fernet (AES-128-CBC and HMAC-SHA256), under a key derived from SECRET_KEY: the database alone, or
one of its backups, opens nothing.
"""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_boxes: dict[str, Fernet] = {}
_marks: dict[str, bytes] = {}


class Unreadable(Exception):
    """Sealed under another key, or not sealed at all."""


def configure(secret_key: str) -> None:
    """Say under which key this process seals."""
    derived = HKDF(SHA256(), 32, salt=None, info=b"presence sealing v1").derive(secret_key.encode())
    _boxes["current"] = Fernet(base64.urlsafe_b64encode(derived))
    keyed = HKDF(SHA256(), 32, salt=None, info=b"presence marks v1").derive(secret_key.encode())
    _marks["current"] = keyed


def seal(secret: bytes) -> bytes:
    """The secret, encrypted."""
    return _boxes["current"].encrypt(secret)


def mark(secret: str) -> str:
    """What is stored of a short secret: an HMAC, so that the database alone allows no guessing."""
    return hmac.new(_marks["current"], secret.encode(), hashlib.sha256).hexdigest()


def unseal(sealed: bytes) -> bytes:
    """What was sealed; raises `Unreadable`."""
    try:
        return _boxes["current"].decrypt(bytes(sealed))
    except InvalidToken as error:
        message = "Ce secret n'a pas été scellé avec la clé de ce service."
        raise Unreadable(message) from error
