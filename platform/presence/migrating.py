"""Bring the schema to the newest revision, and give PostgreSQL the context-signing key."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

import presence
from tenants.context import SigningKey
from tenants.installation import install_signing_key

# In a checkout `migrations/` stands beside `platform/`; the image keeps the same shape.
ROOT = Path(presence.__file__).resolve().parents[2]


def alembic_config(admin_url: str | None = None) -> Config:
    """Alembic's configuration, on the house's migrations."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    if admin_url:
        config.attributes["url"] = admin_url
    return config


def head() -> str:
    """The newest revision of the code."""
    return str(ScriptDirectory.from_config(alembic_config()).get_current_head())


def migrate(admin_url: str, key: SigningKey) -> None:
    """Upgrade to the newest revision, then install the signing key."""
    command.upgrade(alembic_config(admin_url), "head")
    install_signing_key(admin_url, key)
