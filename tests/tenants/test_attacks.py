"""Attacks of the database that no catalogue shows: copies, oracles, errors, statistics, locks."""

from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text

from tenants.context import Context, Kind
from tests.house.catalogue import BAILLEUR_TABLES
from tests.tenants.doors import acting, enter, signed
from tests.worlds import World


def opac(world: World) -> Context:
    return Context(Kind.BAILLEUR, world.ids["OPAC38"])


def test_a_copy_takes_out_the_own_rows_only(shared_demo: World) -> None:
    own = shared_demo.ids["OPAC38"]
    with (
        acting(shared_demo, opac(shared_demo)) as connection,
        connection.cursor().copy(
            "copy (select bailleur_id from presence.residence) to stdout"
        ) as copy,
    ):
        taken = {int(row[0]) for row in copy.rows()}

    assert taken == {own}


def test_a_table_cannot_be_copied_around_its_policies(shared_demo: World) -> None:
    with (
        acting(shared_demo, opac(shared_demo)) as connection,
        connection.cursor().copy("copy presence.residence to stdout") as copy,
    ):
        lines = b"".join(bytes(block) for block in copy).decode().splitlines()

    count = shared_demo.scalar(
        "select count(*) from presence.residence where bailleur_id = %s", shared_demo.ids["OPAC38"]
    )
    assert len(lines) == count


def test_copying_in_the_name_of_another_is_refused(shared_demo: World) -> None:
    other = shared_demo.ids["PLURALIS"]
    with (
        acting(shared_demo, opac(shared_demo)) as connection,
        pytest.raises(psycopg.errors.FeatureNotSupported),
        connection.cursor().copy("copy presence.agency (bailleur_id, id, name) from stdin") as copy,
    ):
        copy.write_row((other, uuid4(), "copie"))


def test_a_unique_value_of_another_bailleur_is_free(demo: World) -> None:
    theirs = demo.scalar(
        "select code from presence.residence where bailleur_id = %s limit 1", demo.ids["PLURALIS"]
    )
    insert = b"insert into presence.agency (bailleur_id, id, name) values (%s, %s, %s)"
    name = demo.scalar(
        "select name from presence.agency where bailleur_id = %s limit 1", demo.ids["PLURALIS"]
    )
    with acting(demo, opac(demo)) as connection:
        done = [
            connection.execute(insert, (demo.ids["OPAC38"], uuid4(), value)).rowcount
            for value in (name, f"inconnue {theirs}")
        ]

    assert done == [1, 1]


@pytest.mark.parametrize("table", BAILLEUR_TABLES)
def test_an_error_in_an_expression_quotes_no_row_of_another(shared_demo: World, table: str) -> None:
    own = shared_demo.ids["OPAC38"]
    # Evaluated before the policy, the cast would fail on another's row and quote it.
    query = sql.SQL(
        "select count(*) from presence.{} t "
        "where case when t.bailleur_id <> {} then t::text::int = 0 else true end"
    ).format(sql.Identifier(table), own)
    with acting(shared_demo, opac(shared_demo)) as connection:
        try:
            connection.execute(query)
        except psycopg.errors.InsufficientPrivilege:
            return


@pytest.mark.parametrize("kind", list(Kind))
def test_statistics_show_no_value_of_a_table_of_rows(shared_demo: World, kind: Kind) -> None:
    with shared_demo.superuser() as connection:
        connection.execute("analyze presence.residence, presence.visit")
    with shared_demo.login(kind) as connection:
        found = connection.execute(
            "select count(*) from pg_stats where schemaname = 'presence'"
        ).fetchone()
        extended = connection.execute("select count(*) from pg_stats_ext").fetchone()

    assert (found, extended) == ((0,), (0,))


def test_the_house_notifies_nothing(shared_demo: World) -> None:
    found = shared_demo.scalar(
        "select count(*) from pg_proc where pronamespace in "
        "('app'::regnamespace, 'presence'::regnamespace) and prosrc ~* 'notify'"
    )

    assert found == 0


@pytest.mark.parametrize("mode", ["access exclusive", "exclusive", "share row exclusive"])
def test_a_role_cannot_lock_a_table_against_the_others(shared_demo: World, mode: str) -> None:
    with (
        shared_demo.login(Kind.FIGURES) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(f"lock table presence.release in {mode} mode".encode())


def test_nobody_at_a_page_waits_long_for_a_lock(demo: World) -> None:
    with psycopg.connect(demo.superuser_url) as holder:
        holder.execute("lock table presence.residence in access exclusive mode")
        with pytest.raises(Exception, match="lock timeout"), demo.bailleur("OPAC38") as session:
            session.execute(text("select count(*) from presence.residence"))
        holder.rollback()
    with demo.bailleur("OPAC38") as session:
        limit = session.scalar(text("select current_setting('lock_timeout')"))

    assert limit == "4s"


@pytest.mark.parametrize("kind", [Kind.BAILLEUR, Kind.PRESTATAIRE, Kind.FIGURES, Kind.OPERATOR])
def test_a_persons_query_cannot_run_for_ever(shared_demo: World, kind: Kind) -> None:
    subject = {Kind.BAILLEUR: "OPAC38", Kind.PRESTATAIRE: "PRESTA", Kind.FIGURES: "CAPI"}.get(kind)
    context = Context(kind, shared_demo.ids[subject] if subject else None)
    with shared_demo.acting(context) as session:
        limits = session.execute(
            text(
                "select current_setting('statement_timeout'), "
                "current_setting('idle_in_transaction_session_timeout')"
            )
        ).one()

    assert tuple(limits) == ("30s", "1min")


def test_a_prestataire_under_contract_cannot_move_a_visit_between_bailleurs(
    shared_demo: World,
) -> None:
    context = Context(Kind.PRESTATAIRE, shared_demo.ids["PRESTA"])
    with (
        acting(shared_demo, context) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(
            "update presence.visit set bailleur_id = %s", (shared_demo.ids["PLURALIS"],)
        )


def test_the_same_key_in_two_tenants_is_two_rows(demo: World) -> None:
    key = uuid4()
    for code in ("OPAC38", "PLURALIS"):
        with demo.login(Kind.BAILLEUR) as connection:
            enter(connection, signed(demo, Context(Kind.BAILLEUR, demo.ids[code])))
            connection.execute(
                "insert into presence.agency (bailleur_id, id, name) values (%s, %s, 'même clé')",
                (demo.ids[code], key),
            )
            connection.commit()

    assert demo.scalar("select count(*) from presence.agency where id = %s", key) == 2
