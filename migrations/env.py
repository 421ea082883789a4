"""Alembic environment: the migrator acts as the owner, one run at a time, never waiting long."""

import sqlalchemy as sa
from alembic import context

import presence.tables
from presence.settings import read_variable

LOCK_KEY = 7_346_215  # any constant: two migrations must not run at once


def url() -> str:
    """Where to migrate, as given by the caller or by the environment."""
    given = context.config.attributes.get("url") or read_variable("ADMIN_DATABASE_URL")
    return str(given).replace("postgresql://", "postgresql+psycopg://", 1)


def run() -> None:
    """Run the migrations in one transaction."""
    engine = sa.create_engine(url(), poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text("set role presence_owner"))
        connection.execute(sa.text("set lock_timeout = '5s'"))
        connection.execute(sa.text("set statement_timeout = '10min'"))
        connection.execute(sa.text(f"select pg_advisory_lock({LOCK_KEY})"))
        connection.execute(sa.text("create schema if not exists app"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=presence.tables.metadata,
            version_table_schema="app",
            include_schemas=True,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


if context.is_offline_mode():
    raise SystemExit("Les migrations demandent une base : donnez ADMIN_DATABASE_URL.")
run()
