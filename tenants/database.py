"""The only place that opens a session, sets the context and commits.

One session has one context and uses the engine of that context's role; another context is
another session. Services flush, the edge wraps them in `transaction(context)`, which commits
when the block ends well and rolls everything back otherwise.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from psycopg.rows import namedtuple_row
from sqlalchemy import Connection, Engine, PoolResetState, event, text
from sqlalchemy.orm import (
    ORMExecuteState,
    Session,
    SessionTransaction,
    with_loader_criteria,
)

from tenants.columns import Base, Placed
from tenants.context import Context, Kind, SigningKey, settings_of
from tenants.errors import NoContext

_SET_CONTEXT = text(
    "select "
    + ", ".join(
        f"set_config('app.{name}', :{name}, true)"
        for name in (
            "kind", "bailleur_id", "bailleur_ids", "subject", "account", "expires", "key_id", "mac",
            "backend",
        )
    )
)  # fmt: skip


class ContextSession(FlaskSession):
    """A session that cannot begin without a context."""

    def get_bind(self, *_args: Any, **_kwargs: Any) -> Engine:
        """The engine of the context's database role, whatever the table."""
        engine: Engine = db.engines[context_of(self).kind.value]
        return engine


db = SQLAlchemy(
    model_class=Base, session_options={"class_": ContextSession}, disable_autonaming=True
)
_keys: dict[str, SigningKey] = {}


def configure(key: SigningKey) -> None:
    """Say which key signs contexts in this process."""
    _keys["current"] = key


def signing_key() -> SigningKey:
    """The key that signs contexts in this process."""
    return _keys["current"]


def context_of(session: Session) -> Context:
    """The one context of a session; raises `NoContext` if it was opened without any."""
    context = session.info.get("context")
    if not isinstance(context, Context):
        message = "Aucun contexte : la session ne peut rien lire."
        raise NoContext(message)
    return context


@event.listens_for(ContextSession, "after_begin")
def _set_context(session: Session, _: SessionTransaction, connection: Connection) -> None:
    # The driver knows its backend: binding the context to it costs no round trip.
    driver: Any = connection.connection.driver_connection
    backend = driver.info.backend_pid
    settings = settings_of(context_of(session), _keys["current"], backend=backend)
    connection.execute(
        _SET_CONTEXT, {name.removeprefix("app."): value for name, value in settings.items()}
    )


def restrict(session: Session, residence_ids: Iterable[UUID]) -> None:
    """Narrow a session to some residences: every later query of it shows theirs only."""
    session.info["reach"] = tuple(residence_ids)


def reach_of(session: Session) -> tuple[UUID, ...] | None:
    """The residences that a session was narrowed to, None when it reaches them all."""
    reach: tuple[UUID, ...] | None = session.info.get("reach")
    return reach


# For the rare query that must look past it: `session.execute(query, execution_options=BEYOND)`.
BEYOND = {"beyond_reach": True}


@event.listens_for(ContextSession, "do_orm_execute")
def _stay_within_reach(state: ORMExecuteState) -> None:
    reach = state.session.info.get("reach")
    if reach is None or not state.is_select or state.execution_options.get("beyond_reach"):
        return
    placed = (m.class_ for m in Base.registry.mappers if issubclass(m.class_, Placed))
    state.statement = state.statement.options(
        *(with_loader_criteria(kept, kept.within(reach), include_aliases=True) for kept in placed)
    )


@contextmanager
def transaction(context: Context) -> Iterator[Session]:
    """One transaction in one context: committed if the block ends well, rolled back if not."""
    with db.session.session_factory(info={"context": context}) as session, session.begin():
        yield session


# Nobody at a page waits longer for a lock, nor holds a query longer (T38); jobs have their own
# limits, and the relay's night may wait for another night to end.
_PEOPLE = "-c lock_timeout=4s -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s"
_KINDS_OF_PEOPLE = {Kind.BAILLEUR, Kind.PRESTATAIRE, Kind.FIGURES, Kind.OPERATOR}


# The same settings, as the driver itself takes them.
_SET_CONTEXT_ONCE = b"select " + b", ".join([b"set_config(%s, %s, true)"] * 9)


def read_once(
    context: Context, statement: LiteralString, parameters: Mapping[str, object] | None = None
) -> list[Any]:
    """The rows of one query, in one round trip: what a pipeline sends is one transaction."""
    pooled = db.engines[context.kind.value].raw_connection()
    try:
        driver: Any = pooled.driver_connection
        settings = settings_of(context, _keys["current"], backend=driver.info.backend_pid)
        # Outside autocommit psycopg would send a BEGIN of its own and wait for the answer.
        driver.autocommit = True
        with driver.pipeline():
            driver.execute(_SET_CONTEXT_ONCE, [part for pair in settings.items() for part in pair])
            cursor: psycopg.Cursor[Any] = driver.cursor(row_factory=namedtuple_row)
            cursor.execute(statement, parameters)
        # Local settings end with their transaction: the pool has nothing to forget.
        pooled.info["forgotten"] = True
        return cursor.fetchall()
    finally:
        pooled.close()


@event.listens_for(Engine, "begin")
def _may_keep_settings(connection: Connection) -> None:
    connection.connection.info.pop("forgotten", None)


@event.listens_for(Engine, "commit")
def _commit_and_forget(connection: Connection) -> None:
    # One message for both; the driver's own commit then finds nothing left to do.
    pooled: Any = connection.connection
    # Engines of others (migrations, tests) commit by themselves.
    if pooled.info.get("ours"):
        pooled.driver_connection.execute("commit; reset all", prepare=False)
        pooled.info["forgotten"] = True


def engine_options(kind: Kind | None = None) -> dict[str, Any]:
    """Options of an engine: no ping (a round trip each time), connections renewed instead."""
    limits = {"options": _PEOPLE} if kind in _KINDS_OF_PEOPLE else {}
    return {
        "pool_size": 5,
        "max_overflow": 5,
        "pool_recycle": 1800,
        "pool_events": [(_mark, "connect"), (_forget_settings, "reset")],
        # An error's message never quotes what was bound to the statement.
        "hide_parameters": True,
        "connect_args": {"connect_timeout": 5, "application_name": "presence", **limits},
    }


def _mark(_connection: Any, record: Any) -> None:
    record.info["ours"] = True


def _forget_settings(connection: Any, record: Any, state: PoolResetState) -> None:
    # A second net: what a statement set for the whole session does not reach the next borrower.
    if state.terminate_only:
        return
    forgotten = record.info.pop("forgotten", False)
    connection.rollback()
    if forgotten:
        connection.autocommit = False
        return
    connection.autocommit = True
    connection.execute("reset all")
    connection.autocommit = False


def engine_urls(database_url: str, passwords: dict[Kind, str]) -> dict[str, str]:
    """One address per kind, from an address without user and each role's password."""
    scheme, rest = database_url.split("://", 1)
    scheme = {"postgresql": "postgresql+psycopg"}.get(scheme, scheme)
    return {
        kind.value: f"{scheme}://{kind.database_role}:{password}@{rest}"
        for kind, password in passwords.items()
    }
