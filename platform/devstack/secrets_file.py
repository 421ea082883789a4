"""The installation's secrets: made at the first start, kept in a private file."""

import base64
import json
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pyotp

from tenants.context import Kind, SigningKey


@dataclass(frozen=True)
class Secrets:
    """Everything that must be the same at the next start."""

    superuser: str
    migrator: str
    roles: dict[str, str]
    redis: str
    secret_key: str
    context_key_id: str
    context_key: str
    demo_password: str
    # The second factor that one account of the demonstration keeps (base 32).
    demo_totp: str = ""
    # Seals the access codes (32 bytes, base 64).
    vault_key: str = ""

    def role_passwords(self) -> dict[Kind, str]:
        """The password of each context kind's database role."""
        return {Kind(name): password for name, password in self.roles.items()}

    def signing_key(self) -> SigningKey:
        """The key that signs contexts."""
        return SigningKey(self.context_key_id, bytes.fromhex(self.context_key))


def load_or_create(path: Path) -> Secrets:
    """The secrets of this installation."""
    if path.exists():
        known = Secrets(**json.loads(path.read_text(encoding="utf-8")))
        # Made by a version that had no vault.
        return known if known.vault_key else _kept(path, replace(known, vault_key=_vault_key()))
    made = Secrets(
        superuser=secrets.token_hex(24),
        migrator=secrets.token_hex(24),
        roles={kind.value: secrets.token_hex(24) for kind in Kind},
        redis=secrets.token_hex(24),
        secret_key=secrets.token_hex(32),
        context_key_id="k1",
        context_key=secrets.token_hex(32),
        # Read on a screen and typed: four groups of letters and digits that cannot be confused.
        demo_password="-".join(
            "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(5))
            for _ in range(4)
        ),
        demo_totp=pyotp.random_base32(),
        vault_key=_vault_key(),
    )
    return _kept(path, made)


def _vault_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _kept(path: Path, made: Secrets) -> Secrets:
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(json.dumps(asdict(made), indent=1), encoding="utf-8")
    return made


def write_private(path: Path, values: dict[str, str]) -> None:
    """Write NAME=value lines that only their owner may read, all at once."""
    partial = path.with_suffix(".partial")
    partial.touch(mode=0o600)
    partial.chmod(0o600)
    partial.write_text("".join(f"{name}={value}\n" for name, value in values.items()), "utf-8")
    partial.rename(path)
