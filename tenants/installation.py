"""Install the database roles and the context-signing key on a PostgreSQL server.

Run once by a superuser (roles, database), then by the migrator (key). Every step may be run
again: what is there is left as it is, passwords are set to those given.
"""

from collections.abc import Mapping
from datetime import datetime

import psycopg
from psycopg import sql

from tenants.context import Kind, SigningKey

OWNER = "presence_owner"
MIGRATOR = "presence_migrator"
AGGREGATOR = "presence_aggregator"
_LOGIN_ATTRIBUTES = "login nosuperuser nobypassrls nocreaterole nocreatedb noinherit noreplication"
_GROUP_ATTRIBUTES = "nologin nosuperuser nobypassrls nocreaterole nocreatedb noinherit"


def install_roles(
    superuser_url: str, passwords: Mapping[Kind, str], migrator_password: str
) -> None:
    """Create the roles of `actors.md`; those of the application own nothing and join nothing."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        known = {row[0] for row in connection.execute("select rolname from pg_roles")}
        for role in (OWNER, AGGREGATOR):
            if role not in known:
                _run(connection, "create role {} " + _GROUP_ATTRIBUTES, role)
        logins = {kind.database_role: password for kind, password in passwords.items()}
        for role, password in (logins | {MIGRATOR: migrator_password}).items():
            if role not in known:
                _run(connection, "create role {} " + _LOGIN_ATTRIBUTES, role)
            connection.execute(
                sql.SQL("alter role {} password {}").format(
                    sql.Identifier(role), sql.Literal(password)
                )
            )
        # SET only, never INHERIT: the owner acts as the aggregator by saying so, and rows that
        # the aggregator may read stay closed to it.
        _run(connection, "grant {} to {} with inherit false, set true", OWNER, MIGRATOR)
        _run(connection, "grant {} to {} with inherit false, set true", AGGREGATOR, OWNER)
        # A parallel worker's leader, without which a bound context is not believed in it.
        _run(connection, "grant {} to {} with inherit true, set false", "pg_read_all_stats", OWNER)


def install_database(superuser_url: str, database: str, template: str = "template0") -> None:
    """Create a database that only the house's roles may enter, if it is not there yet."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        found = connection.execute("select 1 from pg_database where datname = %s", (database,))
        if not found.fetchone():
            _run(connection, "create database {} owner {} template {}", database, OWNER, template)
        _run(connection, "revoke all on database {} from public", database)
        for role in [kind.database_role for kind in Kind] + [MIGRATOR]:
            _run(connection, "grant connect on database {} to {}", database, role)


def install_signing_key(admin_url: str, key: SigningKey) -> None:
    """Give PostgreSQL the pads of the key that signs contexts; the owner alone may."""
    inner, outer = key.pads()
    with psycopg.connect(admin_url) as connection:
        connection.execute(f"set local role {OWNER}")
        connection.execute("select set_config('app.key_id', %s, true)", (key.key_id,))
        connection.execute(
            "insert into presence.signing_key (key_id, inner_pad, outer_pad) values (%s, %s, %s) "
            "on conflict (key_id) do update set inner_pad = excluded.inner_pad, "
            "outer_pad = excluded.outer_pad",
            (key.key_id, inner, outer),
        )


def signing_keys(admin_url: str) -> list[tuple[str, datetime | None]]:
    """Each key's name and when it was or will be retired, the oldest name first."""
    with psycopg.connect(admin_url) as connection:
        connection.execute(f"set local role {OWNER}")
        connection.execute("select set_config('app.key_id', '*', true)")
        rows = connection.execute(
            "select key_id, retired_at from presence.signing_key order by key_id"
        )
        return [(str(key_id), retired_at) for key_id, retired_at in rows]


def retire_signing_key(admin_url: str, key_id: str, seconds: int) -> bool:
    """Retire a key in some seconds; False if it is not live, or if it is the last one that is."""
    live = [name for name, retired_at in signing_keys(admin_url) if retired_at is None]
    if key_id not in live or len(live) == 1:
        return False
    with psycopg.connect(admin_url) as connection:
        connection.execute(f"set local role {OWNER}")
        connection.execute("select set_config('app.key_id', %s, true)", (key_id,))
        connection.execute(
            "update presence.signing_key set retired_at = statement_timestamp() "
            "+ make_interval(secs => %s) where key_id = %s",
            (seconds, key_id),
        )
    return True


def shift_business_clock(admin_url: str, starts_at: str | None) -> None:
    """Make business time start at an instant (ISO 8601) and run; None gives real time back."""
    with psycopg.connect(admin_url) as connection:
        connection.execute(f"set local role {OWNER}")
        connection.execute("delete from presence.business_clock")
        if starts_at is not None:
            connection.execute(
                "insert into presence.business_clock (id, shift) "
                "values (1, %s::timestamptz - clock_timestamp())",
                (starts_at,),
            )


def _run(connection: psycopg.Connection[tuple[object, ...]], statement: str, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
