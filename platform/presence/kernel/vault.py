"""Vault (coffre): access codes sealed under a key that the database never holds.

AES-256-GCM. The place of the row (table, bailleur, residence, id) is authenticated with what is
sealed: bytes copied to another row open nothing there. Each code keeps the id of its key, drawn
from the key itself; a new key seals from then on, and the former ones still open what is theirs.
"""

import hashlib
import os
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from presence.kernel.errors import Conflict
from presence.settings import VaultKeys

_NONCE = 12
# Filled up to a multiple of this, so that the size of the bytes does not tell the code's length.
_BLOCK = 64
_boxes: dict[str, AESGCM] = {}
_sealing: list[str] = []


class Unopened(Conflict):
    """The key is not there any more, or the bytes are not this row's: nothing was shown."""


@dataclass(frozen=True)
class Slot:
    """The one row where something sealed may be opened."""

    table: str
    bailleur_id: int
    residence_id: UUID
    row_id: UUID

    def mark(self) -> bytes:
        """What is authenticated with the secret."""
        return f"{self.table}|{self.bailleur_id}|{self.residence_id}|{self.row_id}".encode()


@dataclass(frozen=True)
class Sealed:
    """Sealed bytes, and the id of the key that sealed them."""

    key_id: str
    content: bytes


def key_id_of(key: bytes) -> str:
    """The id of a key: it follows from the key, and tells nothing of it."""
    return "v" + hashlib.sha256(b"presence vault key v1" + key).hexdigest()[:12]


def configure(keys: VaultKeys) -> None:
    """Say which keys this process seals and opens with."""
    _boxes.clear()
    _boxes.update({key_id_of(key): AESGCM(key) for key in (keys.current, *keys.former)})
    _sealing[:] = [key_id_of(keys.current)]


def seal(secret: str, slot: Slot) -> Sealed:
    """The secret, sealed for one row."""
    key_id = _sealing[0]
    nonce = os.urandom(_NONCE)
    plain = secret.encode()
    filled = plain.ljust(-(-(len(plain) + 1) // _BLOCK) * _BLOCK, b"\0")
    return Sealed(key_id, nonce + _boxes[key_id].encrypt(nonce, filled, slot.mark()))


def unseal(sealed: Sealed, slot: Slot) -> str:
    """What was sealed for that row; raises `Unopened`."""
    box = _boxes.get(sealed.key_id)
    if box is None:
        message = (
            f"Ce code ne s'ouvre pas : la clé qui l'a scellé ({sealed.key_id}) n'est plus là. "
            "Rendez-la au service, ou faites saisir le code de nouveau par le bailleur."
        )
        raise Unopened(message)
    content = bytes(sealed.content)
    try:
        filled = box.decrypt(content[:_NONCE], content[_NONCE:], slot.mark())
    except (InvalidTag, ValueError) as error:
        message = (
            "Ce code ne s'ouvre pas : ce qui est gardé ici n'a pas été scellé pour ce lieu. "
            "Faites-le saisir de nouveau par le bailleur."
        )
        raise Unopened(message) from error
    return filled.rstrip(b"\0").decode()
