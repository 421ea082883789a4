"""G5: how PostgreSQL plans what the product asks, each page opened once under its own role."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from devstack.bench.city import BENCH_SECONDS, City, Connection
from devstack.bench.measure import Result
from devstack.bench.pages import statements
from devstack.bench.product import Statement, product
from devstack.bench.shards import clone, on_clone, owned_tables
from tenants.context import Context, Kind

_ROOTS: LiteralString = """
  select c.relname, r.relname from pg_class c
    join pg_class r on r.oid = coalesce(pg_partition_root(c.oid), c.oid)
   where c.relkind in ('r', 'p')
     and c.relnamespace in ('presence'::regnamespace, 'shards'::regnamespace)"""
# What says whose a row is, for each kind of context.
_OWNERS = {Kind.BAILLEUR: ("bailleur_id",), Kind.PRESTATAIRE: ("bailleur_id", "prestataire_id")}


@dataclass(frozen=True)
class Scan:
    """One access to a bailleur-owned table, in a plan."""

    table: str
    leaf: str
    index: str
    rows: str
    once: str
    # Run again for each row of another table.
    inner: bool
    # Partitions put aside only when the statement starts: no router could have known them.
    late: bool


def measure(city: City) -> list[Result]:
    """The product's statements on its tables, then on a clone spread by owner."""
    with product(city) as app, city.connect() as connection:
        asked, served = statements(city, connection, app)
        clone(connection)
        roots = {str(row[0]): str(row[1]) for row in connection.execute(_ROOTS)}
        # A small table is scanned whole whatever the query says: ask what the index would do.
        connection.execute("set enable_seqscan = off")
        plans = _Plans(city, connection, roots)
        owned = [one for one in asked if _named(one.text) & set(owned_tables())]
        bailleur = [one for one in owned if one.kind is Kind.BAILLEUR]
        pages = f"{served} pages servies"
        return [
            _result("propriétaire dans l'index ou vérifié une fois", owned, plans.owned, pages),
            _result("aucune vérification par ligne", owned, plans.verified_once),
            _result("bailleur : un seul fragment du clone", bailleur, plans.one_shard),
        ]


def _named(statement: str) -> set[str]:
    return set(re.findall(r"\bpresence\.(\w+)", statement))


def _result(
    what: str, asked: Sequence[Statement], fails: Callable[[Statement], set[str]], note: str = ""
) -> Result:
    """The share of statements without a fault, and the tables where the others have theirs."""
    faults = [fails(one) for one in asked]
    share = 100 * sum(not found for found in faults) / max(1, len(asked))
    tables = ", ".join(sorted(set().union(*faults)))
    told = f"{len(asked)} requêtes" + "".join(f" ; {part}" for part in (note, tables) if part)
    return Result("G5", what, [share], 100.0, at_least=True, unit="%", note=told)


class _Plans:
    """Explains statements under the role and the signed context of their kind."""

    def __init__(self, city: City, connection: Connection, roots: dict[str, str]) -> None:
        """One connection, which changes role with the statement."""
        self.city, self.connection, self.roots = city, connection, roots

    def owned(self, asked: Statement) -> set[str]:
        """The tables read without their owner in the index condition nor in a one-time filter."""
        owners = _OWNERS[asked.kind]
        return {
            scan.table
            for scan in self._scans(asked.kind, asked.text, asked)
            if not any(owner in scan.index for owner in owners)
            and not ("app.signed_" in scan.once and any(f"({o} = " in scan.rows for o in owners))
        }

    def verified_once(self, asked: Statement) -> set[str]:
        """The tables where the context is verified again for each row, theirs or another's."""
        return {
            scan.table
            for scan in self._scans(asked.kind, asked.text, asked)
            if "app.signed_" in scan.rows + (scan.index if scan.inner else "")
        }

    def one_shard(self, asked: Statement) -> set[str]:
        """The tables of which more than one shard stays in the plan."""
        leaves: dict[str, set[str]] = {}
        late = set()
        for scan in self._scans(asked.kind, on_clone(asked.text), asked):
            leaves.setdefault(scan.table, set()).add(scan.leaf)
            late |= {scan.table} if scan.late else set()
        return late | {table for table, found in leaves.items() if len(found) > 1}

    def _scans(self, kind: Kind, text: str, asked: Statement) -> list[Scan]:
        subject = self.city.bailleur if kind is Kind.BAILLEUR else self.city.prestataire
        self.connection.execute("reset role")
        self.city.act_as(self.connection, Context(kind, subject, seconds=BENCH_SECONDS))
        query = f"explain (format json, costs off) {text}".encode()
        row = self.connection.execute(query, asked.parameters).fetchone()
        owned = set(owned_tables())
        found = _walk(row[0][0]["Plan"], "", inner=False, late=False) if row else iter(())
        return [
            Scan(root, leaf, *conditions)
            for leaf, *conditions in found
            if (root := self.roots.get(leaf, leaf)) in owned
        ]


def _walk(node: dict[str, Any], once: str, *, inner: bool, late: bool) -> Iterator[tuple[Any, ...]]:
    once += node.get("One-Time Filter", "")
    late = late or "Subplans Removed" in node
    below = node.get("Plans", [])
    if "Relation Name" in node and node["Node Type"] != "ModifyTable":
        index = node.get("Index Cond", "") + "".join(part.get("Index Cond", "") for part in below)
        yield node["Relation Name"], index, node.get("Filter", ""), once, inner, late
    for part in below:
        again = node["Node Type"] == "Nested Loop" and part["Parent Relationship"] == "Inner"
        yield from _walk(part, once, inner=inner or again, late=late)
