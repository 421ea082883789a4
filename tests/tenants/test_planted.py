"""What the planted defects (tests/mutants) showed that nobody was watching in the database."""

import psycopg
import pytest
from sqlalchemy import inspect, select, text

from presence.patrimoine.models import Residence
from tenants.context import Context, Kind, settings_of
from tenants.database import db, transaction
from tests.factories.places import a_residence
from tests.factories.schemes import a_scheme
from tests.house.catalogue import KINDS, names, rows
from tests.tenants.doors import BAD, acting, bad_settings, enter, refused_or
from tests.worlds import World

SUBJECTS = {
    Kind.BAILLEUR: "OPAC38",
    Kind.PRESTATAIRE: "PRESTA",
    Kind.SCHEME: "scheme",
    Kind.FIGURES: "CAPI",
}


def test_the_products_own_context_ends_with_its_transaction(demo: World) -> None:
    said = b"select coalesce(current_setting('app.mac', true), '')"
    with demo.bailleur("OPAC38") as session:
        raw = session.connection().connection.driver_connection
        assert raw is not None
        before = raw.execute(said).fetchone()
        raw.commit()

        after = raw.execute(said).fetchone()

    assert before != ("",)
    assert after == ("",)


def test_an_object_of_one_context_is_not_served_to_the_next(shared_demo: World) -> None:
    ids = shared_demo.ids
    with shared_demo.app.app_context():
        with transaction(Context(Kind.BAILLEUR, ids["OPAC38"])) as session:
            theirs = session.scalars(select(Residence).limit(1)).one()
            key = inspect(theirs).identity
        with transaction(Context(Kind.BAILLEUR, ids["PLURALIS"])) as session:
            served = session.get(Residence, key)

    assert key is not None
    assert served is None


@pytest.mark.parametrize("kind", list(Kind))
def test_the_planners_statistics_tell_nothing(shared_demo: World, kind: Kind) -> None:
    with shared_demo.superuser() as connection:
        connection.execute("analyze presence.visit")
    kept = shared_demo.scalar("select count(*) from pg_stats where schemaname = 'presence'")
    subject = shared_demo.ids[SUBJECTS[kind]] if kind in SUBJECTS else None

    with acting(shared_demo, Context(kind, subject)) as connection:
        seen = [
            refused_or(connection, f"select count(*) from {view} where schemaname = 'presence'")  # noqa: S608
            for view in ("pg_stats", "pg_stats_ext", "pg_stats_ext_exprs")
        ]
        raw = [
            refused_or(connection, f"select count(*) from {table}")  # noqa: S608
            for table in ("pg_statistic", "pg_statistic_ext_data")
        ]

    assert kept
    assert seen == [(0,)] * 3
    assert raw == [None] * 2


@pytest.mark.parametrize("kind", list(Kind))
def test_no_application_role_locks_a_table_against_the_others(
    shared_demo: World, kind: Kind
) -> None:
    locked = []
    with shared_demo.login(kind) as connection:
        for table in sorted(KINDS):
            try:
                with connection.transaction(force_rollback=True):
                    connection.execute(
                        f"lock table presence.{table} in access exclusive mode nowait".encode()
                    )
            except psycopg.errors.InsufficientPrivilege:
                continue
            locked.append(table)

    assert locked == []


def test_nothing_to_come_is_open_to_anybody(shared_demo: World) -> None:
    opened = rows(
        shared_demo,
        """select d.defaclrole::regrole::text, d.defaclobjtype, a.grantee::regrole::text
             from pg_default_acl d cross join lateral aclexplode(d.defaclacl) a
            where a.grantee <> d.defaclrole""",
    )
    # PostgreSQL opens new functions to everybody unless told otherwise.
    closed = names(
        shared_demo,
        """select defaclrole::regrole::text from pg_default_acl
            where defaclobjtype = 'f' and defaclnamespace = 0""",
    )

    assert opened == []
    assert "presence_owner" in closed


def test_nothing_happens_by_itself(shared_demo: World) -> None:
    found = names(
        shared_demo,
        """select tgname from pg_trigger where not tgisinternal
            union all select rulename from pg_rewrite r join pg_class c on c.oid = r.ev_class
             where c.relnamespace = 'presence'::regnamespace
            union all select evtname from pg_event_trigger""",
    )

    assert found == set()


def test_a_widened_context_names_no_bailleur(shared_demo: World) -> None:
    ids = shared_demo.ids
    named = (ids["BAILLEURC"], ids["OPAC38"])

    with acting(
        shared_demo, Context(Kind.PRESTATAIRE, ids["PRESTA"], bailleurs=named)
    ) as connection:
        seen = connection.execute("select app.signed_bailleurs()").fetchone()

    assert seen == ([ids["OPAC38"]],)


def test_a_badly_signed_prestataire_serves_no_bailleur(shared_demo: World) -> None:
    subject = shared_demo.ids["PRESTA"]
    seen = {}
    for bad in BAD:
        with shared_demo.login(Kind.PRESTATAIRE) as connection:
            enter(connection, bad_settings(shared_demo, Kind.PRESTATAIRE, subject, bad))
            found = connection.execute("select app.signed_bailleurs()").fetchone()
            seen[bad] = found and found[0]

    assert seen == dict.fromkeys(BAD)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_context_of_any_kind_serves_on_its_own_connection_only(
    shared_demo: World, kind: Kind
) -> None:
    subject = shared_demo.ids[SUBJECTS[kind]] if kind in SUBJECTS else None
    ask = {
        Kind.BAILLEUR: b"select app.signed_bailleur() is not null",
        Kind.PRESTATAIRE: b"select app.signed_bailleurs() is not null",
        Kind.OPERATOR: b"select app.signed_operator()",
        Kind.RELAY: b"select app.signed_relay()",
    }.get(kind, b"select app.signed_kind() is not null")
    with shared_demo.login(kind) as own, shared_demo.login(kind) as other:
        made = settings_of(
            Context(kind, subject),
            shared_demo.servers.secrets.signing_key(),
            backend=own.info.backend_pid,
        )
        enter(own, made)
        enter(other, made)

        believed = [connection.execute(ask).fetchone() for connection in (own, other)]

    assert believed == [(True,), (False,)]


def test_a_code_that_one_bailleur_gave_is_free_for_another(world: World) -> None:
    a_scheme(world)

    made = [a_residence(world, code, code="R-1") for code in ("ALPHA", "BETA")]

    assert len({hall.bailleur_id for halls in made for hall in halls}) == 2


@pytest.mark.parametrize("kind", [Kind.BAILLEUR, Kind.PRESTATAIRE, Kind.FIGURES, Kind.OPERATOR])
def test_every_engine_of_people_has_its_limits(shared_demo: World, kind: Kind) -> None:
    with shared_demo.app.app_context(), db.engines[kind.value].connect() as connection:
        names = ("lock_timeout", "statement_timeout")
        seen = [connection.scalar(text(f"show {name}")) for name in names]

    assert seen == ["4s", "30s"]
