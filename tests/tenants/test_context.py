"""A context lives as long as its transaction, and is believed only while it is signed."""

import psycopg
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from presence.field.models import Visit
from tenants.context import RELAY, Context, Kind, SigningKey, settings_of
from tenants.database import db, transaction
from tenants.errors import NoContext
from tests.tenants.doors import acting, enter, signed
from tests.worlds import World

COUNT = "select count(*) from presence.visit"


def opac(world: World) -> Context:
    return Context(Kind.BAILLEUR, world.ids["OPAC38"])


@pytest.mark.parametrize("ending", ["commit", "rollback", "error"])
def test_a_context_ends_with_its_transaction(shared_demo: World, ending: str) -> None:
    with shared_demo.login(Kind.BAILLEUR) as connection:
        enter(connection, signed(shared_demo, opac(shared_demo)))
        before = connection.execute(COUNT.encode()).fetchone()
        if ending == "commit":
            connection.commit()
        elif ending == "rollback":
            connection.rollback()
        else:
            with pytest.raises(psycopg.errors.DivisionByZero):
                connection.execute("select 1 / 0")
            connection.rollback()

        after = connection.execute(COUNT.encode()).fetchone()

    assert before != (0,)
    assert after == (0,)


def test_a_context_set_inside_a_savepoint_goes_with_it(shared_demo: World) -> None:
    with shared_demo.login(Kind.BAILLEUR) as connection:
        connection.execute("select 1")
        with connection.transaction(force_rollback=True):
            enter(connection, signed(shared_demo, opac(shared_demo)))

        after = connection.execute(COUNT.encode()).fetchone()

    assert after == (0,)


def test_a_session_setting_left_in_the_pool_is_overwritten_by_the_next_context(
    demo: World,
) -> None:
    ids = demo.ids
    foreign = signed(demo, Context(Kind.BAILLEUR, ids["PLURALIS"]))
    with demo.app.app_context(), db.engines["bailleur"].connect() as connection:
        for name, value in foreign.items():
            connection.execute(
                text("select set_config(:name, :value, false)"), {"name": name, "value": value}
            )
        connection.connection.driver_connection.commit()  # type: ignore[union-attr]

    with demo.bailleur("OPAC38") as session:
        seen = session.scalars(select(Visit.bailleur_id).distinct()).all()

    assert seen == [ids["OPAC38"]]


def test_a_session_setting_left_in_the_pool_is_gone_when_the_connection_comes_back(
    demo: World,
) -> None:
    foreign = signed(demo, Context(Kind.BAILLEUR, demo.ids["PLURALIS"]))
    with demo.app.app_context():
        engine = db.engines["bailleur"]
        with engine.connect() as connection:
            for name, value in foreign.items():
                connection.execute(
                    text("select set_config(:name, :value, false)"), {"name": name, "value": value}
                )
            connection.connection.driver_connection.commit()  # type: ignore[union-attr]

        with engine.connect() as connection:
            seen = connection.scalar(text(COUNT))

    assert seen == 0


def test_a_core_connection_has_no_context(shared_demo: World) -> None:
    with shared_demo.app.app_context(), db.engines["bailleur"].connect() as connection:
        assert connection.scalar(text(COUNT)) == 0


def test_a_session_without_a_context_cannot_begin(shared_demo: World) -> None:
    with (
        shared_demo.app.app_context(),
        db.session.session_factory() as session,
        pytest.raises(NoContext),
    ):
        session.scalar(text(COUNT))


def test_a_failed_block_leaves_nothing(demo: World) -> None:
    before = demo.scalar("select count(*) from presence.organisation")

    with pytest.raises(ZeroDivisionError), demo.operator() as session:  # noqa: PT012
        session.execute(
            text(
                "insert into presence.organisation (public_id, kind, name, code) "
                "values (gen_random_uuid(), 'bailleur', 'X', 'X')"
            )
        )
        raise ZeroDivisionError

    assert demo.scalar("select count(*) from presence.organisation") == before


def test_a_retired_key_opens_nothing(demo: World) -> None:
    with acting(demo, opac(demo)) as connection:
        before = connection.execute(COUNT.encode()).fetchone()
        with demo.superuser() as superuser:
            superuser.execute("update presence.signing_key set retired_at = now()")

        after = connection.execute(COUNT.encode()).fetchone()

    assert before != (0,)
    assert after == (0,)


def test_a_context_expires_inside_its_transaction(shared_demo: World) -> None:
    context = Context(Kind.BAILLEUR, shared_demo.ids["OPAC38"], seconds=1)
    with shared_demo.login(Kind.BAILLEUR) as connection:
        enter(connection, signed(shared_demo, context))
        before = connection.execute(COUNT.encode()).fetchone()
        connection.execute("select pg_sleep(1.2)")

        after = connection.execute(COUNT.encode()).fetchone()

    assert before != (0,)
    assert after == (0,)


def test_an_ended_contract_closes_the_next_statement(demo: World) -> None:
    ids = demo.ids
    with acting(demo, Context(Kind.PRESTATAIRE, ids["PRESTA"])) as connection:
        statement = b"select count(*) from presence.visit where bailleur_id = %s"
        before = connection.execute(statement, (ids["PLURALIS"],)).fetchone()
        with demo.superuser() as superuser:
            superuser.execute(
                "update presence.contract set valid_during = daterange('2012-01-01', '2013-12-05') "
                "where bailleur_id = %s",
                (ids["PLURALIS"],),
            )

        after = connection.execute(statement, (ids["PLURALIS"],)).fetchone()
        kept = connection.execute(statement, (ids["OPAC38"],)).fetchone()

    assert before != (0,)
    assert after == (0,)
    assert kept != (0,)


def test_the_sessions_of_two_bailleurs_share_no_object(shared_demo: World) -> None:
    ids = shared_demo.ids
    with shared_demo.app.app_context():
        with transaction(Context(Kind.BAILLEUR, ids["OPAC38"])) as session:
            found = session.scalars(select(Visit).limit(1)).one()
            key = (found.evening_on, found.id, found.bailleur_id)
        with transaction(Context(Kind.BAILLEUR, ids["PLURALIS"])) as session:
            seen = session.scalar(select(func.count()).where(Visit.id == key[1]))

    assert seen == 0


@pytest.mark.parametrize("kind", [Kind.BAILLEUR, Kind.PRESTATAIRE, Kind.SCHEME, Kind.FIGURES])
def test_a_context_of_somebody_needs_to_say_whose(kind: Kind) -> None:
    with pytest.raises(ValueError, match="demande un sujet"):
        Context(kind)


def test_a_context_without_a_subject_has_no_own_id() -> None:
    with pytest.raises(ValueError, match="n'a pas de sujet"):
        _ = RELAY.own_id


def test_two_keys_sign_differently() -> None:
    context = Context(Kind.SCHEME, 7)

    one, other = (settings_of(context, SigningKey("k", word), 0.0) for word in (b"a", b"b"))

    assert one["app.mac"] != other["app.mac"]


def test_a_wrongly_typed_setting_shows_nothing(shared_demo: World) -> None:
    settings = signed(shared_demo, opac(shared_demo)) | {"app.bailleur_id": "1 or true"}

    with shared_demo.login(Kind.BAILLEUR) as connection:
        enter(connection, settings)
        seen = connection.execute(COUNT.encode()).fetchone()

    assert seen == (0,)


def test_an_announcement_in_anothers_name_is_refused(shared_demo: World) -> None:
    ids = shared_demo.ids

    with pytest.raises(DBAPIError, match="row-level security"), shared_demo.bailleur("OPAC38") as s:
        s.execute(
            text(
                "insert into presence.outbox (id, topic, kind, subject, payload) values "
                "(gen_random_uuid(), 'patrimoine.bases_changed', 'bailleur', :other, '{}')"
            ),
            {"other": ids["PLURALIS"]},
        )
