"""Bare connections of the application's roles, and contexts good and bad to put on them."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg

from tenants.context import Context, Kind, SigningKey, settings_of
from tests.worlds import World

Row = tuple[object, ...]
Connection = psycopg.Connection[Row]


def enter(connection: Connection, settings: dict[str, str], *, local: bool = True) -> None:
    """Put settings on a connection's transaction."""
    for name, value in settings.items():
        connection.execute("select set_config(%s, %s, %s)", (name, value, local))


def signed(world: World, context: Context, *, age: float = 0.0) -> dict[str, str]:
    """A context as the product signs it, made some seconds ago."""
    return settings_of(context, world.servers.secrets.signing_key(), time.time() - age)


def bad_settings(  # noqa: PLR0911 - one line per way of being wrong
    world: World, kind: Kind, subject: int, name: str
) -> dict[str, str]:
    """A context that PostgreSQL must not believe."""
    context = Context(kind, None if kind in {Kind.OPERATOR, Kind.RELAY} else subject)
    good = signed(world, context)
    if name == "none":
        return {}
    if name == "expired":
        return signed(world, replace(context, seconds=1), age=10)
    if name == "truncated":
        return {key: value for key, value in good.items() if key != "app.mac"}
    if name == "cut_mac":
        return good | {"app.mac": good["app.mac"][:32]}
    if name == "stretched":
        return good | {"app.expires": str(int(time.time()) + 999_999)}
    if name == "empty":
        return dict.fromkeys(good, "")
    # Everything right but the key: who can set a setting can write any signature.
    return settings_of(context, SigningKey("k1", b"another key"))


BAD = ("none", "empty", "forged", "expired", "truncated", "cut_mac", "stretched")


def refused_or(connection: Connection, statement: str, *values: object) -> Row | None:
    """The first row of a statement, None if the role may not run it; nothing is kept."""
    try:
        with connection.transaction(force_rollback=True):
            return connection.execute(statement.encode(), values or None).fetchone()
    except psycopg.errors.InsufficientPrivilege:
        return None


def touched(connection: Connection, statement: str, *values: object) -> int:
    """How many rows a statement changes, 0 if the role may not run it; nothing is kept."""
    try:
        with connection.transaction(force_rollback=True):
            return connection.execute(statement.encode(), values or None).rowcount
    except psycopg.errors.InsufficientPrivilege:
        return 0


def copy_statement(world: World, table: str) -> str:
    """An insert of a row given as JSON, without the columns that PostgreSQL numbers."""
    with world.superuser() as connection:
        found = connection.execute(
            "select string_agg(quote_ident(attname), ', ') from pg_attribute "
            "where attrelid = %s::regclass and attnum > 0 and not attisdropped "
            "and attidentity = ''",
            (f"presence.{table}",),
        ).fetchone()
    columns = str(found and found[0])
    return (
        f"insert into presence.{table} ({columns}) "  # noqa: S608
        f"select {columns} from jsonb_populate_record(null::presence.{table}, %s::jsonb)"
    )


def a_row(world: World, table: str, where: str = "true", *values: object) -> str:
    """A row of a table, as JSON; an empty one if the table is empty."""
    with world.superuser() as connection:
        found = connection.execute(
            f"select to_jsonb(t) from presence.{table} t where {where} limit 1".encode(),  # noqa: S608
            values or None,
        ).fetchone()
    return json.dumps(found[0] if found else {})


@contextmanager
def acting(world: World, context: Context) -> Iterator[Connection]:
    """A bare connection of the context's role, in the context."""
    with world.login(context.kind) as connection:
        enter(connection, signed(world, context))
        yield connection
