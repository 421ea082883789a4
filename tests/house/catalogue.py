"""What the live catalogue of a migrated database says, as plain values."""

import re
from collections.abc import Iterable

import psycopg

import presence.tables
from tenants.columns import TableKind
from tenants.context import Kind
from tenants.rls import kinds
from tests.worlds import World

LOGINS = tuple(kind.database_role for kind in Kind)
PARTITION = re.compile(r"_\d{4}_\d{2}$")
assert presence.tables.metadata  # every table is registered: the book is complete
KINDS = kinds()
BAILLEUR_TABLES = sorted(name for name, kind in KINDS.items() if kind is TableKind.BAILLEUR)

Row = tuple[object, ...]


def rows(world: World, statement: str, *values: object) -> list[Row]:
    """What the superuser reads."""
    with world.superuser() as connection:
        return connection.execute(statement.encode(), values or None).fetchall()


def names(world: World, statement: str, *values: object) -> set[str]:
    """The first column, as a set of words."""
    return {str(row[0]) for row in rows(world, statement, *values)}


def parent(table: str) -> str:
    """The table that a partition belongs to, or the table itself."""
    return PARTITION.sub("", table)


def policies(connection: psycopg.Connection[Row]) -> dict[tuple[str, str], Row]:
    """Every policy of the schema: command, roles and normalised expressions."""
    found = connection.execute(
        "select tablename, policyname, lower(cmd), roles::text, qual, with_check, permissive "
        "from pg_policies where schemaname = 'presence'"
    )
    return {(str(row[0]), str(row[1])): row[2:] for row in found}


def words(values: Iterable[object]) -> list[str]:
    """Sorted words."""
    return sorted(str(value) for value in values)
