"""Typed settings, read once from the environment. Every variable may be given as NAME_FILE.

Run from a checkout while `make demo` serves, the `presence` command finds what it needs in
`$PRESENCE_HOME/run.env` and `admin.env` (default `.presence/`); the environment always wins.
"""

import base64
import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tenants.context import Kind, SigningKey
from tenants.database import engine_urls


class MissingVariable(Exception):
    """A variable that has no default is not set; the message names it, in French."""


@dataclass(frozen=True)
class MailRelay:
    """Where mail leaves: `smtp://[user:password@]host:port` or `smtps://…`, and who it is from."""

    url: str
    sender: str


@dataclass(frozen=True)
class VaultKeys:
    """Keys of the access codes' vault: the one that seals, the former ones that still open."""

    current: bytes = field(repr=False)
    former: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Settings:
    """What a process of Présence needs to know of the outside."""

    environment: str
    database_urls: dict[str, str]
    redis_url: str
    secret_key: str
    context_key: SigningKey
    vault: VaultKeys
    public_url: str
    mail: MailRelay
    # How many reverse proxies stand in front, each adding one X-Forwarded-For; none: 0.
    trusted_proxies: int = 0
    # Who is told of a weakness (security.txt, RFC 9116).
    security_contact: str = "mailto:securite@presence.example"
    # Said on every page of the demonstration; None where real people are served.
    banner: str | None = None

    @property
    def production(self) -> bool:
        """Whether real people are served: cookies are then bound to https."""
        return self.environment == "production"


def home() -> Path:
    """Where the demonstration keeps its files."""
    return Path(os.environ.get("PRESENCE_HOME") or ".presence")


def read_variable(name: str, default: str | None = None) -> str:
    """A variable: NAME, else the file NAME_FILE, else the run files, else the default."""
    if value := os.environ.get(name):
        return value
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            message = f"Le fichier de {name}_FILE (« {path} ») est illisible : {error.strerror}."
            raise MissingVariable(message) from error
    if value := _run_files(home()).get(name):
        return value
    if default is not None:
        return default
    message = (
        f"La variable {name} n'est pas définie : lancez « make demo » dans ce dossier, "
        f"ou donnez {name} (ou {name}_FILE)."
    )
    raise MissingVariable(message)


def load() -> Settings:
    """The settings of this process; raises `MissingVariable`."""
    passwords = {kind: read_variable(f"DB_PASSWORD_{kind.name}") for kind in Kind}
    return Settings(
        environment=read_variable("PRESENCE_ENV", "development"),
        database_urls=engine_urls(read_variable("DATABASE_URL"), passwords),
        redis_url=read_variable("REDIS_URL"),
        secret_key=read_variable("SECRET_KEY"),
        context_key=signing_key(),
        vault=vault_keys(),
        public_url=read_variable("PRESENCE_URL", "http://127.0.0.1:8000"),
        mail=mail_relay(),
        trusted_proxies=_proxies(read_variable("TRUSTED_PROXIES", "0")),
        security_contact=read_variable("SECURITY_CONTACT", "mailto:securite@presence.example"),
        banner=read_variable("PRESENCE_BANNER", "") or None,
    )


def mail_relay() -> MailRelay:
    """Where mail leaves and who it is from."""
    return MailRelay(
        read_variable("SMTP_URL", "smtp://127.0.0.1:1025"),
        read_variable("MAIL_FROM", "ne-pas-repondre@presence.example"),
    )


def _proxies(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:3]) <= 10):
        message = f"TRUSTED_PROXIES={text} n'est pas un nombre de 0 à 10."
        raise MissingVariable(message)
    return int(text)


def signing_key() -> SigningKey:
    """The key that signs contexts, as the environment gives it (secret in hexadecimal)."""
    return SigningKey(read_variable("CONTEXT_KEY_ID"), bytes.fromhex(read_variable("CONTEXT_KEY")))


def vault_keys() -> VaultKeys:
    """The keys that seal and open access codes, as the environment gives them."""
    former = read_variable("PRESENCE_VAULT_FORMER_KEYS", "")
    return VaultKeys(
        _vault_key("PRESENCE_VAULT_KEY", read_variable("PRESENCE_VAULT_KEY")),
        tuple(
            _vault_key("PRESENCE_VAULT_FORMER_KEYS", text)
            for text in former.replace(",", " ").split()
        ),
    )


def _vault_key(name: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:
        message = f"{name} ne convient pas : une clé est faite de 32 octets au hasard, en base64."
        raise MissingVariable(message)
    return key


@cache
def _run_files(folder: Path) -> dict[str, str]:
    values: dict[str, str] = {}
    for name in ("run.env", "admin.env"):
        path = folder / name
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except OSError:
            continue
        values |= dict(line.split("=", 1) for line in lines if "=" in line)
    return values
