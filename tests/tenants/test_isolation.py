"""Every table of the catalogue × every role: a new table is tested the day it is born."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psycopg
import pytest

from tenants.context import Context, Kind
from tests.house.catalogue import BAILLEUR_TABLES, KINDS, Row, rows
from tests.tenants.doors import (
    BAD,
    Connection,
    a_row,
    acting,
    bad_settings,
    copy_statement,
    enter,
    refused_or,
    signed,
    touched,
)
from tests.worlds import World

TABLES = sorted(KINDS)
ROLES = list(Kind)
# Filled and emptied by the night, or by nobody in this demonstration.
EMPTY = {"evening_marker"}
SUBJECTS = {
    Kind.BAILLEUR: "OPAC38",
    Kind.PRESTATAIRE: "PRESTA",
    Kind.SCHEME: "scheme",
    Kind.FIGURES: "CAPI",
}
Door = Callable[[Kind], Connection]


def readable(world: World, role: str) -> set[str]:
    return {
        str(row[0])
        for row in rows(
            world,
            "select table_name from information_schema.role_table_grants "
            "where table_schema = 'presence' and grantee = %s and privilege_type = 'SELECT'",
            role,
        )
    }


def holding(world: World, column: str) -> set[str]:
    found = rows(
        world,
        "select table_name from information_schema.columns "
        "where table_schema = 'presence' and column_name = %s",
        column,
    )
    return {str(row[0]) for row in found} & set(TABLES)


def all_rows(world: World, table: str, where: str, *values: object) -> int:
    return int(str(world.scalar(f"select count(*) from presence.{table} where {where}", *values)))  # noqa: S608


@pytest.fixture(scope="module")
def door(shared_demo: World) -> Iterator[Door]:
    """One bare connection per role, shared by the tests of this module, always rolled back."""
    with ExitStack() as stack:
        opened: dict[Kind, Connection] = {}

        def of(kind: Kind) -> Connection:
            if kind not in opened:
                opened[kind] = stack.enter_context(shared_demo.login(kind))
            opened[kind].rollback()
            return opened[kind]

        yield of


@pytest.fixture(scope="module")
def ids(shared_demo: World) -> dict[str, int]:
    return shared_demo.ids


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("kind", ROLES)
def test_without_a_valid_context_no_table_shows_a_row(
    shared_demo: World, door: Door, ids: dict[str, int], kind: Kind, bad: str
) -> None:
    connection = door(kind)
    subject = ids[SUBJECTS.get(kind, "scheme")]
    enter(connection, bad_settings(shared_demo, kind, subject, bad))

    seen = {
        table: refused_or(connection, f"select count(*) from presence.{table}")  # noqa: S608
        for table in TABLES
    }

    assert {table: row for table, row in seen.items() if row not in {None, (0,)}} == {}


@pytest.mark.parametrize("kind", ROLES)
@pytest.mark.parametrize("table", TABLES)
def test_without_a_context_no_table_takes_a_row(
    shared_demo: World, door: Door, table: str, kind: Kind
) -> None:
    connection = door(kind)
    statement, line = copy_statement(shared_demo, table), a_row(shared_demo, table)

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement.encode(), (line,))


@pytest.mark.parametrize("table", BAILLEUR_TABLES)
def test_a_bailleur_sees_its_rows_and_none_of_the_other(
    shared_demo: World, door: Door, ids: dict[str, int], table: str
) -> None:
    connection = door(Kind.BAILLEUR)
    enter(connection, signed(shared_demo, Context(Kind.BAILLEUR, ids["OPAC38"])))
    own = all_rows(shared_demo, table, "bailleur_id = %s", ids["OPAC38"])
    others = all_rows(shared_demo, table, "bailleur_id = %s", ids["PLURALIS"])

    seen = refused_or(
        connection,
        f"select count(*) filter (where bailleur_id = %s), "  # noqa: S608
        f"count(*) filter (where bailleur_id <> %s) from presence.{table}",
        ids["OPAC38"],
        ids["OPAC38"],
    )

    assert others or table in EMPTY
    assert seen is None if table in EMPTY else seen == (own, 0)


def test_a_bailleur_sees_nobody_elses_id_in_any_table_it_may_read(
    shared_demo: World, door: Door, ids: dict[str, int]
) -> None:
    connection = door(Kind.BAILLEUR)
    enter(connection, signed(shared_demo, Context(Kind.BAILLEUR, ids["OPAC38"])))
    tables = holding(shared_demo, "bailleur_id") & readable(shared_demo, "presence_bailleur")

    seen = {
        table: refused_or(
            connection,
            f"select count(*) from presence.{table} where bailleur_id <> %s",  # noqa: S608
            ids["OPAC38"],
        )
        for table in tables
    }

    assert len(seen) > 15
    assert {table: row for table, row in seen.items() if row != (0,)} == {}


@pytest.mark.parametrize("table", BAILLEUR_TABLES)
def test_a_bailleur_changes_and_removes_nothing_of_the_other(
    shared_demo: World, door: Door, ids: dict[str, int], table: str
) -> None:
    connection = door(Kind.BAILLEUR)
    enter(connection, signed(shared_demo, Context(Kind.BAILLEUR, ids["OPAC38"])))
    columns = [
        str(row[0])
        for row in rows(
            shared_demo,
            "select column_name from information_schema.column_privileges "
            "where table_schema = 'presence' and table_name = %s "
            "and grantee = 'presence_bailleur' and privilege_type = 'UPDATE'",
            table,
        )
    ] or ["bailleur_id"]

    changed = [
        touched(
            connection,
            f"update presence.{table} set {column} = {column} where bailleur_id = %s",  # noqa: S608
            ids["PLURALIS"],
        )
        for column in columns
    ]
    removed = touched(
        connection,
        f"delete from presence.{table} where bailleur_id = %s",  # noqa: S608
        ids["PLURALIS"],
    )

    assert (set(changed), removed) == ({0}, 0)


@pytest.mark.parametrize("table", BAILLEUR_TABLES)
def test_a_bailleur_writes_no_row_in_the_name_of_the_other(
    shared_demo: World, door: Door, ids: dict[str, int], table: str
) -> None:
    connection = door(Kind.BAILLEUR)
    enter(connection, signed(shared_demo, Context(Kind.BAILLEUR, ids["OPAC38"])))
    statement = copy_statement(shared_demo, table)
    line = a_row(shared_demo, table, "bailleur_id = %s", ids["PLURALIS"])

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement.encode(), (line,))


@pytest.mark.parametrize("column", ["bailleur_id", "prestataire_id", "scheme_id"])
@pytest.mark.parametrize("kind", ROLES)
def test_no_row_changes_hands(
    shared_demo: World, door: Door, ids: dict[str, int], kind: Kind, column: str
) -> None:
    connection = door(kind)
    subject = None if kind in {Kind.OPERATOR, Kind.RELAY} else ids[SUBJECTS[kind]]
    enter(connection, signed(shared_demo, Context(kind, subject)))
    allowed = []

    for table in sorted(holding(shared_demo, column)):
        try:
            with connection.transaction(force_rollback=True):
                connection.execute(f"update presence.{table} set {column} = {column}".encode())  # noqa: S608
        except psycopg.errors.InsufficientPrivilege:
            continue
        allowed.append(table)

    assert allowed == []


@pytest.mark.parametrize(
    "table",
    ["summons", "follow_up", "follow_up_step", "cost", "subsidy", "allocation",
     "allocation_share", "sharing_agreement", "agreement_signature", "membership",
     "daily_figure", "monthly_figure"],
)  # fmt: skip
def test_a_prestataire_has_no_business_with_follow_up_money_and_agreements(
    shared_demo: World, door: Door, ids: dict[str, int], table: str
) -> None:
    connection = door(Kind.PRESTATAIRE)
    enter(connection, signed(shared_demo, Context(Kind.PRESTATAIRE, ids["PRESTA"])))

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"select 1 from presence.{table}".encode())  # noqa: S608


def test_a_prestataire_sees_the_bailleurs_under_contract_and_no_other(
    shared_demo: World, door: Door, ids: dict[str, int]
) -> None:
    connection = door(Kind.PRESTATAIRE)
    enter(connection, signed(shared_demo, Context(Kind.PRESTATAIRE, ids["PRESTA"])))

    seen = connection.execute("select distinct bailleur_id from presence.residence").fetchall()

    assert {row[0] for row in seen} == {ids["OPAC38"], ids["PLURALIS"]}


def test_a_narrowed_context_shows_one_bailleur_only(
    shared_demo: World, door: Door, ids: dict[str, int]
) -> None:
    connection = door(Kind.PRESTATAIRE)
    narrowed = Context(Kind.PRESTATAIRE, ids["PRESTA"], bailleurs=(ids["PLURALIS"],))
    enter(connection, signed(shared_demo, narrowed))

    seen = connection.execute("select distinct bailleur_id from presence.visit").fetchall()

    assert seen == [(ids["PLURALIS"],)]


def test_a_context_cannot_widen_itself_beyond_the_contracts(
    shared_demo: World, door: Door, ids: dict[str, int]
) -> None:
    connection = door(Kind.PRESTATAIRE)
    widened = Context(Kind.PRESTATAIRE, ids["PRESTA"], bailleurs=(ids["BAILLEURC"],))
    enter(connection, signed(shared_demo, widened))

    named = connection.execute("select app.signed_bailleurs()").fetchone()
    seen = connection.execute("select count(*) from presence.residence").fetchone()

    assert (named, seen) == (([],), (0,))


def test_a_context_of_one_kind_opens_nothing_on_another_kinds_engine(
    shared_demo: World, door: Door, ids: dict[str, int]
) -> None:
    connection = door(Kind.PRESTATAIRE)
    enter(connection, signed(shared_demo, Context(Kind.BAILLEUR, ids["OPAC38"])))

    seen = connection.execute("select count(*) from presence.visit").fetchone()

    assert seen == (0,)


def test_partners_read_published_figures_and_nothing_else(shared_demo: World) -> None:
    assert readable(shared_demo, "presence_figures") == {
        "release", "release_cell", "scheme", "scheme_year_total",
    }  # fmt: skip


def test_partners_never_write(shared_demo: World) -> None:
    found = rows(
        shared_demo,
        "select table_name from information_schema.role_table_grants "
        "where grantee = 'presence_figures' and privilege_type <> 'SELECT'",
    )

    assert found == []


def test_the_owner_itself_sees_no_row_without_a_context(shared_demo: World) -> None:
    seen: dict[str, Row | None] = {}
    with psycopg.connect(shared_demo.admin_url) as connection:
        connection.execute("set role presence_owner")
        for table in TABLES:
            seen[table] = connection.execute(
                f"select count(*) from presence.{table}".encode()  # noqa: S608
            ).fetchone()

    # The shift of the clock belongs to nobody.
    assert {table for table, row in seen.items() if row != (0,)} == {"business_clock"}


@pytest.mark.parametrize("kind", ROLES)
@pytest.mark.parametrize(
    "statement",
    ["set role presence_owner", "set role presence_aggregator",
     "set session authorization postgres",
     "alter table presence.visit disable row level security", "truncate presence.visit",
     "create policy open on presence.visit using (true)", "create table presence.mine (a int)",
     "create temp table mine (a int)", "copy (select 1) to program 'true'",
     "select pg_read_file('/etc/passwd')", "select * from presence.visit_2013_11",
     "select app.verify()", "select * from app.alembic_version",
     "create function app.f() returns int language sql as 'select 1'"],
)  # fmt: skip
def test_an_application_role_cannot_lift_itself(door: Door, kind: Kind, statement: str) -> None:
    connection = door(kind)

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement.encode())


@pytest.mark.parametrize("kind", ROLES)
def test_turning_row_security_off_shows_nothing(door: Door, kind: Kind) -> None:
    connection = door(kind)
    connection.execute("set row_security = off")

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select * from presence.scheme, presence.visit, presence.job")


@pytest.mark.parametrize("mode", ["auto", "force_generic_plan", "force_custom_plan"])
def test_a_prepared_statement_follows_the_context_not_its_plan(
    shared_demo: World, ids: dict[str, int], mode: str
) -> None:
    seen = []
    with shared_demo.login(Kind.BAILLEUR) as connection:
        connection.execute(f"set plan_cache_mode = {mode}".encode())
        connection.execute("prepare own as select distinct bailleur_id from presence.visit")
        connection.execute("savepoint start")

        for turn in range(16):
            subject = ids["OPAC38" if turn % 2 else "PLURALIS"]
            enter(connection, signed(shared_demo, Context(Kind.BAILLEUR, subject)))
            seen.append((subject, connection.execute("execute own").fetchall()))

    assert [found for _, found in seen] == [[(subject,)] for subject, _ in seen]


def test_the_ids_that_a_row_may_point_at_tell_nothing_of_the_others(
    shared_demo: World, ids: dict[str, int]
) -> None:
    others = shared_demo.scalar(
        "select id from presence.residence where bailleur_id = %s limit 1", ids["PLURALIS"]
    )
    states = []
    for residence in (str(others), "00000000-0000-4000-8000-000000000000"):
        with acting(shared_demo, Context(Kind.BAILLEUR, ids["OPAC38"])) as connection:
            with pytest.raises(psycopg.Error) as caught:
                connection.execute(
                    "insert into presence.visit_frequency "
                    "(bailleur_id, id, residence_id, times_per_week, valid_during) "
                    "values (%s, gen_random_uuid(), %s, 1, '[2014-01-01,)')",
                    (ids["OPAC38"], residence),
                )
            message = str(caught.value).replace(residence, "…")
            states.append((caught.value.sqlstate, message))

    assert states[0] == states[1]
