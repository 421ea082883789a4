"""A context is believed by the connection it was made for, in threads and processes too."""

import multiprocessing
import threading
import time

import psycopg
import pytest
from sqlalchemy import select, text

from presence.field.models import Visit
from tenants.context import RELAY, Context, Kind, SigningKey, settings_of
from tenants.database import configure, db, read_once, signing_key, transaction
from tenants.installation import install_signing_key, retire_signing_key, signing_keys
from tests.tenants.doors import Connection, enter
from tests.worlds import World

COUNT = "select count(*) from presence.visit"


def bound(world: World, context: Context, connection: Connection) -> dict[str, str]:
    """A context as the product makes it for one connection."""
    return settings_of(
        context, world.servers.secrets.signing_key(), backend=connection.info.backend_pid
    )


def opac(world: World) -> Context:
    return Context(Kind.BAILLEUR, world.ids["OPAC38"])


def seen(connection: Connection) -> object:
    row = connection.execute(COUNT.encode()).fetchone()
    return row and row[0]


def test_a_context_is_believed_where_it_was_made(shared_demo: World) -> None:
    with shared_demo.login(Kind.BAILLEUR) as connection:
        enter(connection, bound(shared_demo, opac(shared_demo), connection))

        assert seen(connection) != 0


def test_a_context_replayed_on_another_connection_shows_nothing(shared_demo: World) -> None:
    with shared_demo.login(Kind.BAILLEUR) as first, shared_demo.login(Kind.BAILLEUR) as second:
        taken = bound(shared_demo, opac(shared_demo), first)
        enter(second, taken)
        replayed = seen(second)
        # Without its binding, or bound to the thief's own connection, its signature is wrong.
        enter(second, taken | {"app.backend": ""})
        stripped = seen(second)
        enter(second, taken | {"app.backend": str(second.info.backend_pid)})
        rebound = seen(second)

    assert (replayed, stripped, rebound) == (0, 0, 0)


def test_the_product_binds_every_context_it_makes(shared_demo: World) -> None:
    with shared_demo.bailleur("OPAC38") as session:
        said = session.scalar(text("select current_setting('app.backend')"))
        own = session.scalar(text("select pg_backend_pid()::text"))

    assert said == own


def test_a_bound_context_is_believed_in_a_parallel_worker(shared_demo: World) -> None:
    with shared_demo.login(Kind.BAILLEUR) as connection:
        connection.execute("set debug_parallel_query = on")
        enter(connection, bound(shared_demo, opac(shared_demo), connection))

        found = connection.execute("select app.signed_bailleur()").fetchone()

    assert found == (shared_demo.ids["OPAC38"],)


def test_another_connections_number_is_not_believed_in_a_parallel_worker(
    shared_demo: World,
) -> None:
    with shared_demo.login(Kind.BAILLEUR) as first, shared_demo.login(Kind.BAILLEUR) as second:
        second.execute("set debug_parallel_query = on")
        enter(second, bound(shared_demo, opac(shared_demo), first))

        found = second.execute("select app.signed_bailleur()").fetchone()

    assert found == (None,)


def test_threads_do_not_mix_their_contexts(shared_demo: World) -> None:
    ids = {code: shared_demo.ids[code] for code in ("OPAC38", "PLURALIS")}
    owners: dict[str, set[int]] = {code: set() for code in ids}
    app = shared_demo.app

    def read(code: str) -> None:
        with app.app_context():
            for _ in range(15):
                with transaction(Context(Kind.BAILLEUR, ids[code])) as session:
                    owners[code] |= set(session.scalars(select(Visit.bailleur_id).distinct()))

    threads = [threading.Thread(target=read, args=(code,)) for code in [*ids, *ids]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert owners == {code: {key} for code, key in ids.items()}


def _read_in_a_fork(
    url: str, settings: dict[str, str], answers: "multiprocessing.Queue[object]"
) -> None:
    with psycopg.connect(url) as connection:
        enter(connection, settings)
        answers.put(seen(connection))


def test_a_prefork_child_inherits_no_context(shared_demo: World) -> None:
    fork = multiprocessing.get_context("fork")
    answers: multiprocessing.Queue[object] = fork.Queue()
    urls = shared_demo.servers.settings(shared_demo.database).database_urls
    url = urls[Kind.BAILLEUR.value].replace("+psycopg", "")
    with shared_demo.login(Kind.BAILLEUR) as parent:
        taken = bound(shared_demo, opac(shared_demo), parent)
        enter(parent, taken)

        child = fork.Process(target=_read_in_a_fork, args=(url, taken, answers))
        child.start()
        found = answers.get(timeout=30)
        child.join()

        assert seen(parent) != 0
    assert found == 0


def test_reading_once_leaves_nothing_on_the_connection(demo: World) -> None:
    context = opac(demo)
    with demo.app.app_context():
        rows = read_once(context, "select count(*) as visits from presence.visit")
        with pytest.raises(psycopg.errors.UndefinedTable):
            read_once(context, "select * from presence.nothing")
        with db.engines["bailleur"].connect() as connection:
            left = connection.scalar(text(COUNT))
            said = connection.scalar(text("select current_setting('app.mac', true)"))

    assert rows[0].visits != 0
    assert (left, said or "") == (0, "")


def test_reading_once_sees_the_contexts_rows_only(shared_demo: World) -> None:
    with shared_demo.app.app_context():
        rows = read_once(
            opac(shared_demo), "select distinct bailleur_id as owner from presence.visit"
        )

    assert [row.owner for row in rows] == [shared_demo.ids["OPAC38"]]


def test_a_key_is_replaced_while_both_versions_serve(demo: World) -> None:
    former = demo.servers.secrets.signing_key()
    newer = SigningKey("k-next", b"n" * 32)
    install_signing_key(demo.admin_url, newer)
    try:
        counts = [_visits_with(demo, key) for key in (former, newer, former, newer)]
        assert retire_signing_key(demo.admin_url, former.key_id, 0)
        after = (_visits_with(demo, former), _visits_with(demo, newer))
        last = retire_signing_key(demo.admin_url, newer.key_id, 0)
        names = {name: bool(retired) for name, retired in signing_keys(demo.admin_url)}
    finally:
        configure(former)

    assert min(counts) > 0
    assert after[0] == 0
    assert after[1] == counts[0]
    assert last is False, "the last key cannot be retired"
    assert names == {former.key_id: True, "k-next": False}


def test_a_key_may_be_retired_later(demo: World) -> None:
    install_signing_key(demo.admin_url, SigningKey("k-next", b"n" * 32))

    retire_signing_key(demo.admin_url, "k1", 3600)

    assert _visits_with(demo, demo.servers.secrets.signing_key()) > 0


def test_a_context_lives_a_minute_at_most(shared_demo: World) -> None:
    made = settings_of(opac(shared_demo), signing_key_of(shared_demo))

    assert int(made["app.expires"]) - time.time() <= 60


def signing_key_of(world: World) -> SigningKey:
    with world.app.app_context(), transaction(RELAY):
        return signing_key()


def _visits_with(world: World, key: SigningKey) -> int:
    configure(key)
    with world.bailleur("OPAC38") as session:
        return int(session.scalar(text(COUNT)) or 0)
