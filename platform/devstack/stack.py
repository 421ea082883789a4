"""Both servers, started together, and the environment that a process of Présence needs."""

from pathlib import Path

from devstack.places import Places, prepare
from devstack.postgres import Postgres
from devstack.secrets_file import Secrets, load_or_create
from devstack.valkey import Valkey
from tenants.installation import install_database, install_roles

DATABASE = "presence"


class Stack:
    """A PostgreSQL and a Valkey under one home."""

    def __init__(self, home: Path, *, durable: bool) -> None:
        """Prepare the folders and the secrets; nothing runs yet."""
        self.places: Places = prepare(home)
        self.secrets: Secrets = load_or_create(self.places.home / "secrets.json")
        self.postgres = Postgres(self.places, self.secrets.superuser, durable=durable)
        self.valkey = Valkey(self.places, self.secrets.redis, durable=durable)

    def start(self) -> None:
        """Start both servers and install the database roles."""
        try:
            self.postgres.start()
            self.valkey.start()
            install_roles(
                self.postgres.superuser_url("postgres"),
                self.secrets.role_passwords(),
                self.secrets.migrator,
            )
        except BaseException:
            self.stop()
            raise

    def create_database(self, name: str = DATABASE, template: str = "template0") -> None:
        """Create a database that the house's roles may enter."""
        install_database(self.postgres.superuser_url("postgres"), name, template)

    def stop(self) -> None:
        """Stop both servers."""
        self.valkey.stop()
        self.postgres.stop()

    def admin_url(self, database: str = DATABASE) -> str:
        """The migrator's address."""
        return (
            f"postgresql://presence_migrator:{self.secrets.migrator}"
            f"@127.0.0.1:{self.postgres.port}/{database}"
        )

    def environment(self, database: str = DATABASE, redis_database: int = 0) -> dict[str, str]:
        """The variables of a process of Présence: no superuser, no migrator."""
        secrets = self.secrets
        return {
            "DATABASE_URL": f"postgresql://127.0.0.1:{self.postgres.port}/{database}",
            **{f"DB_PASSWORD_{kind.name}": word for kind, word in secrets.role_passwords().items()},
            "REDIS_URL": self.valkey.url(redis_database),
            "CONTEXT_KEY_ID": secrets.context_key_id,
            "CONTEXT_KEY": secrets.context_key,
            "SECRET_KEY": secrets.secret_key,
            "PRESENCE_VAULT_KEY": secrets.vault_key,
            "DEMO_PASSWORD": secrets.demo_password,
            "DEMO_TOTP_SECRET": secrets.demo_totp,
        }
