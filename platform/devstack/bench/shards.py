"""A clone of the bailleur-owned tables, spread by hash of their owner: the distributed engine's."""

import re
from typing import LiteralString

from devstack.bench.city import Connection
from tenants.columns import BailleurOwned, Base

SCHEMA = "shards"
SHARDS = 4
_CREATE: LiteralString = """
  select format('create table shards.%%1$I (like presence.%%1$I including all) '
                'partition by hash (bailleur_id)', t) from unnest(%(tables)s::text[]) t
  union all
  select format('create table shards.%%1$I partition of shards.%%2$I '
                'for values with (modulus %%3$s, remainder %%4$s)',
                t || '_s' || n, t, %(shards)s, n)
    from unnest(%(tables)s::text[]) t, generate_series(0, %(shards)s - 1) n"""
# The policies, word for word: the plan must be the product's.
_PROTECT: LiteralString = """
  select format('alter table shards.%%I enable row level security', t)
    from unnest(%(tables)s::text[]) t
  union all
  select format('create policy %%I on shards.%%I for %%s to %%s%%s%%s', policyname, tablename, cmd,
                array_to_string(roles, ', '), ' using (' || qual || ')',
                ' with check (' || with_check || ')')
    from pg_policies where schemaname = 'presence' and tablename = any(%(tables)s)
  union all
  select format('grant select, insert, update, delete on shards.%%I to %%I', t, rolname)
    from unnest(%(tables)s::text[]) t, pg_roles where starts_with(rolname, 'presence_')
  union all
  select format('grant usage on schema shards to %%I', rolname)
    from pg_roles where starts_with(rolname, 'presence_')"""


def owned_tables() -> list[str]:
    """The tables whose rows are one bailleur's, as the models declare them."""
    return sorted(
        str(mapper.local_table.name)  # type: ignore[attr-defined]
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, BailleurOwned)
    )


def clone(connection: Connection) -> None:
    """Make the clone; PostgreSQL refuses it if a key of these tables lacks `bailleur_id`."""
    values = {"tables": owned_tables(), "shards": SHARDS}
    connection.execute("reset role")
    connection.execute("create schema shards")
    for query in (_CREATE, _PROTECT):
        for (statement,) in connection.execute(query, values).fetchall():
            connection.execute(statement)


def on_clone(statement: str) -> str:
    """The same statement, asked to the clone."""
    names = "|".join(owned_tables())
    return re.sub(rf"\bpresence\.({names})\b", rf"{SCHEMA}.\1", statement)
