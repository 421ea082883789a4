"""The servers of one pytest run: started by its first process, reached by the others."""

import base64
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from devstack.mail import serve
from devstack.processes import free_port
from devstack.secrets_file import Secrets, load_or_create
from devstack.stack import Stack
from presence.settings import MailRelay, Settings, VaultKeys
from tenants.database import engine_urls

# Two templates, the workers' copies, the write-ahead log: some 220 MB were seen, with two workers.
ROOM_BYTES = 4 * 2**30


@dataclass(frozen=True)
class Servers:
    """Where the run's PostgreSQL and Valkey are; plain values, so that workers can be told."""

    home: str
    postgres_port: int
    valkey_port: int
    smtp_port: int

    def to_text(self) -> str:
        """The same, for another process."""
        return json.dumps([self.home, self.postgres_port, self.valkey_port, self.smtp_port])

    @classmethod
    def from_text(cls, text: str) -> "Servers":
        """What `to_text` wrote."""
        return cls(*json.loads(text))

    @property
    def secrets(self) -> Secrets:
        """Passwords and keys of the run."""
        return load_or_create(Path(self.home) / "secrets.json")

    def superuser_url(self, database: str = "postgres") -> str:
        """Address for the superuser."""
        word = self.secrets.superuser
        return f"postgresql://postgres:{word}@127.0.0.1:{self.postgres_port}/{quote(database)}"

    def admin_url(self, database: str) -> str:
        """Address for the migrator."""
        word = self.secrets.migrator
        return f"postgresql://presence_migrator:{word}@127.0.0.1:{self.postgres_port}/{database}"

    def redis_url(self, number: int = 0) -> str:
        """Address of one of Valkey's numbered databases."""
        return f"redis://:{self.secrets.redis}@127.0.0.1:{self.valkey_port}/{number}"

    def settings(self, database: str, redis_number: int = 0) -> Settings:
        """The product's settings on one database."""
        secrets = self.secrets
        return Settings(
            environment="development",
            database_urls=engine_urls(
                f"postgresql://127.0.0.1:{self.postgres_port}/{database}",
                secrets.role_passwords(),
            ),
            redis_url=self.redis_url(redis_number),
            secret_key=secrets.secret_key,
            context_key=secrets.signing_key(),
            vault=VaultKeys(base64.b64decode(secrets.vault_key)),
            public_url="http://127.0.0.1:8000",
            mail=MailRelay(f"smtp://127.0.0.1:{self.smtp_port}", "presence@presence.example"),
        )

    def environment(self, database: str, redis_number: int = 0) -> dict[str, str]:
        """The variables of a process of Présence on one database."""
        secrets = self.secrets
        return {
            "DATABASE_URL": f"postgresql://127.0.0.1:{self.postgres_port}/{database}",
            **{f"DB_PASSWORD_{kind.name}": word for kind, word in secrets.role_passwords().items()},
            "REDIS_URL": self.redis_url(redis_number),
            "CONTEXT_KEY_ID": secrets.context_key_id,
            "CONTEXT_KEY": secrets.context_key,
            "SECRET_KEY": secrets.secret_key,
            "PRESENCE_VAULT_KEY": secrets.vault_key,
            "SMTP_URL": f"smtp://127.0.0.1:{self.smtp_port}",
        }

    @property
    def mail_folder(self) -> Path:
        """Where the run's SMTP server keeps what it gets."""
        return Path(self.home) / "mail"


def _memory() -> Path | None:
    """The folder that Linux keeps in memory, where it has room: a test copies a database a second.

    None, the ordinary temporary folder, anywhere else.
    """
    folder = Path("/dev/shm")  # noqa: S108 - a private folder is made in it
    roomy = folder.is_dir() and shutil.disk_usage(folder).free >= ROOM_BYTES
    return folder if roomy and "TMPDIR" not in os.environ else None


class RunningStack:
    """Both servers, in a folder of their own that goes with them."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="presence-tests-", dir=_memory()))
        self.stack = Stack(self.home, durable=False)
        self.stack.start()
        self.smtp_port = free_port()
        self.mail = serve(f"smtp://127.0.0.1:{self.smtp_port}", self.home / "mail")

    @property
    def servers(self) -> Servers:
        """Where they are."""
        return Servers(
            str(self.home), self.stack.postgres.port, self.stack.valkey.port, self.smtp_port
        )

    def stop(self) -> None:
        """Stop them and leave nothing behind."""
        self.mail.stop()
        self.stack.stop()
        for folder in {self.stack.places.servers, self.home}:
            shutil.rmtree(folder, ignore_errors=True)


def worker_number() -> int:
    """0 for the only process, 1, 2… for xdist's workers."""
    name = os.environ.get("PYTEST_XDIST_WORKER", "")
    return int(name.removeprefix("gw")) + 1 if name else 0
