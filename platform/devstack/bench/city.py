"""The city that is measured (city.sql), and the connections that measure it."""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from devstack.stack import Stack
from presence.migrating import migrate
from tenants.context import Context, Kind, settings_of

RELAY = Context(Kind.RELAY, seconds=3_600)

# A role that no policy touches: what a query costs with isolation left out.
BYPASS = "bench_bypass"
BENCH_SECONDS = 3_600
RECORDED = tuple(
    f"presence.{table}"
    for table in (
        "visit", "intervention", "intervention_action", "residence", "entrance", "daily_report",
        "evening_marker",
    )
)  # fmt: skip
Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True)
class City:
    """Where things are, and the one bailleur whose reads are measured."""

    stack: Stack
    first_on: date
    after_on: date
    bailleur: int
    prestataire: int
    scheme: int
    visits: int

    def connect(self) -> Connection:
        """A superuser's connection, which takes the role of each variant."""
        return psycopg.connect(self.stack.postgres.superuser_url("presence"), autocommit=True)

    def act_as(self, connection: Connection, context: Context) -> None:
        """Take a context's role and its signed settings, for the whole session."""
        sign(connection, context, self.stack)
        take_role(connection, context.kind.database_role)

    def as_bailleur(self) -> Context:
        """The context of the bailleur that is measured."""
        return Context(Kind.BAILLEUR, self.bailleur, seconds=BENCH_SECONDS)


def sign(connection: Connection, context: Context, stack: Stack) -> None:
    """Put a context's signed settings on a connection, for the whole session."""
    for name, value in settings_of(context, stack.secrets.signing_key()).items():
        connection.execute("select set_config(%s, %s, false)", (name, value))


def take_role(connection: Connection, role: str) -> None:
    """Change the session's role: variants compared in one backend share its core and caches."""
    connection.execute(sql.SQL("set role {}").format(sql.Identifier(role)))


def build(stack: Stack) -> City:
    """Create the database and fill it; the figures of all evenings are counted."""
    stack.create_database()
    migrate(stack.admin_url(), stack.secrets.signing_key())
    first_on, after_on = _year()
    started = time.perf_counter()
    with psycopg.connect(stack.postgres.superuser_url("presence"), autocommit=True) as connection:
        for name, day in (("first_on", first_on), ("after_on", after_on)):
            connection.execute("select set_config(%s, %s, false)", (f"bench.{name}", str(day)))
        # The fixed functions answer to the signed relay only.
        sign(connection, RELAY, stack)
        connection.execute(Path(__file__).with_name("city.sql").read_bytes())
        # The figures' tables are left out: told that they are empty, the planner would scan them
        # again for each row that the first count adds.
        connection.execute(f"vacuum analyze {', '.join(RECORDED)}")
        while _one(connection, "select count(*) from app.aggregate(2000)"):
            pass
        connection.execute("vacuum analyze")
        _open_bypass(connection)
        city = City(
            stack,
            first_on,
            after_on,
            bailleur=_one(connection, "select id from presence.organisation where code = 'B4'"),
            prestataire=_one(connection, "select id from presence.organisation where code = 'P'"),
            scheme=_one(connection, "select id from presence.scheme"),
            visits=_one(connection, "select count(*) from presence.visit"),
        )
    print(f"{city.visits} passages créés et comptés en {time.perf_counter() - started:.0f} s")
    return city


def _year() -> tuple[date, date]:
    """The twelve whole months before this one."""
    today = datetime.now(UTC).date().replace(day=1)
    return today.replace(year=today.year - 1), today


def _open_bypass(connection: Connection) -> None:
    connection.execute(f"create role {BYPASS} nologin bypassrls")
    connection.execute(f"grant usage on schema presence, app to {BYPASS}")
    connection.execute(f"grant select, insert, delete on all tables in schema presence to {BYPASS}")


def _one(connection: Connection, query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    if row is None:
        raise LookupError(query)
    return int(row[0])
