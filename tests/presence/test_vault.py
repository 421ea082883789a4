"""The vault: what is sealed opens on its own row, under its own key, and nowhere else."""

import base64
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from uuid import UUID

import pytest

from devstack.secrets_file import load_or_create
from presence.kernel import vault
from presence.kernel.vault import Sealed, Slot, Unopened, key_id_of, seal, unseal
from presence.settings import MissingVariable, VaultKeys, vault_keys

FIRST, SECOND = bytes(range(32)), bytes(range(1, 33))
SLOT = Slot("access_code", 7, UUID(int=1), UUID(int=2))
CODE = "38A41#"


@pytest.fixture(autouse=True)
def keys() -> Iterator[None]:
    """A vault of these tests' own; the former one comes back."""
    boxes, sealing = dict(vault._boxes), list(vault._sealing)
    vault.configure(VaultKeys(FIRST))
    yield
    vault._boxes.clear()
    vault._boxes.update(boxes)
    vault._sealing[:] = sealing


@pytest.mark.parametrize("code", [CODE, "é", "0", "x" * 63, "y" * 64, "z" * 200])
def test_what_is_sealed_opens_on_its_row(code: str) -> None:
    sealed = seal(code, SLOT)

    assert unseal(sealed, SLOT) == code


@pytest.mark.parametrize("code", [CODE, "x" * 63, "z" * 200])
def test_what_is_sealed_cannot_be_read(code: str) -> None:
    # A sign or two may be among random bytes by chance: one time in five for a single one.
    assert code.encode() not in seal(code, SLOT).content


def test_the_same_code_is_never_sealed_alike() -> None:
    assert seal(CODE, SLOT).content != seal(CODE, SLOT).content


def test_the_size_of_the_bytes_does_not_tell_the_code_s_length() -> None:
    assert len(seal("1", SLOT).content) == len(seal("123456789012", SLOT).content)


@pytest.mark.parametrize(
    "other",
    [
        replace(SLOT, table="site_note"),
        replace(SLOT, bailleur_id=8),
        replace(SLOT, residence_id=UUID(int=3)),
        replace(SLOT, row_id=UUID(int=4)),
    ],
    ids=["table", "bailleur", "residence", "row"],
)
def test_bytes_copied_to_another_row_open_nothing_there(other: Slot) -> None:
    sealed = seal(CODE, SLOT)

    with pytest.raises(Unopened, match="scellé pour ce lieu"):
        unseal(sealed, other)


@pytest.mark.parametrize("at", [0, 5, 20, -1])
def test_a_byte_that_was_changed_is_seen(at: int) -> None:
    sealed = seal(CODE, SLOT)
    spoiled = bytearray(sealed.content)
    spoiled[at] ^= 1

    with pytest.raises(Unopened):
        unseal(Sealed(sealed.key_id, bytes(spoiled)), SLOT)


@pytest.mark.parametrize("content", [b"", b"short", bytes(12), bytes(28)])
def test_bytes_that_nobody_sealed_are_refused(content: bytes) -> None:
    with pytest.raises(Unopened):
        unseal(Sealed(key_id_of(FIRST), content), SLOT)


def test_without_the_key_that_sealed_it_nothing_opens_and_the_key_is_named() -> None:
    sealed = seal(CODE, SLOT)
    vault.configure(VaultKeys(SECOND))

    with pytest.raises(Unopened, match=sealed.key_id):
        unseal(sealed, SLOT)


def test_another_key_under_the_same_id_opens_nothing() -> None:
    sealed = seal(CODE, SLOT)
    vault.configure(VaultKeys(SECOND))
    forged = Sealed(key_id_of(SECOND), sealed.content)

    with pytest.raises(Unopened):
        unseal(forged, SLOT)


def test_a_former_key_still_opens_and_the_new_one_seals() -> None:
    before = seal(CODE, SLOT)
    vault.configure(VaultKeys(SECOND, (FIRST,)))

    after = seal(CODE, SLOT)

    assert unseal(before, SLOT) == unseal(after, SLOT) == CODE
    assert (before.key_id, after.key_id) == (key_id_of(FIRST), key_id_of(SECOND))


def test_the_id_of_a_key_tells_nothing_of_it() -> None:
    assert FIRST.hex()[:8] not in key_id_of(FIRST)
    assert len(key_id_of(FIRST)) == 13


def test_the_keys_are_read_from_variables_or_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept = tmp_path / "vault_key"
    kept.write_text(f"{base64.b64encode(SECOND).decode()}\n", encoding="utf-8")
    monkeypatch.setenv("PRESENCE_VAULT_KEY_FILE", str(kept))
    monkeypatch.delenv("PRESENCE_VAULT_KEY", raising=False)
    monkeypatch.setenv("PRESENCE_VAULT_FORMER_KEYS", base64.b64encode(FIRST).decode())

    assert vault_keys() == VaultKeys(SECOND, (FIRST,))


@pytest.mark.parametrize("text", ["abc", "é", base64.b64encode(bytes(16)).decode()])
def test_a_key_that_is_none_stops_the_start_in_words(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("PRESENCE_VAULT_KEY", text)

    with pytest.raises(MissingVariable, match="PRESENCE_VAULT_KEY ne convient pas"):
        vault_keys()


def test_an_installation_of_before_the_vault_is_given_a_key_and_keeps_the_rest(
    tmp_path: Path,
) -> None:
    path = tmp_path / "secrets.json"
    made = load_or_create(path)
    former = asdict(made)
    del former["vault_key"]
    path.write_text(json.dumps(former), encoding="utf-8")

    completed = load_or_create(path)

    assert load_or_create(path) == completed
    assert asdict(completed) | {"vault_key": ""} == former | {"vault_key": ""}
    assert len(base64.b64decode(completed.vault_key)) == 32
    assert path.stat().st_mode & 0o777 == 0o600


def test_keys_are_not_shown_with_the_settings() -> None:
    assert repr(VaultKeys(FIRST, (SECOND,))) == "VaultKeys()"
