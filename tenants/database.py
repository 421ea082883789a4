"""The only place that opens a session, sets the context and commits.

One session has one context and uses the engine of that context's role; another context is
another session. Services flush, the edge wraps them in `transaction(context)`, which commits
when the block ends well and rolls everything back otherwise.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Connection, Engine, PoolResetState, event, text
from sqlalchemy.orm import Session, SessionTransaction

from tenants.columns import Base
from tenants.context import Context, Kind, SigningKey, settings_of
from tenants.errors import NoContext

_SET_CONTEXT = text(
    "select "
    + ", ".join(
        f"set_config('app.{name}', :{name}, true)"
        for name in (
            "kind", "bailleur_id", "bailleur_ids", "subject", "account", "expires", "key_id", "mac",
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


def context_of(session: Session) -> Context:
    """The one context of a session; raises `NoContext` if it was opened without any."""
    context = session.info.get("context")
    if not isinstance(context, Context):
        message = "Aucun contexte : la session ne peut rien lire."
        raise NoContext(message)
    return context


@event.listens_for(ContextSession, "after_begin")
def _set_context(session: Session, _: SessionTransaction, connection: Connection) -> None:
    settings = settings_of(context_of(session), _keys["current"])
    connection.execute(
        _SET_CONTEXT, {name.removeprefix("app."): value for name, value in settings.items()}
    )


@contextmanager
def transaction(context: Context) -> Iterator[Session]:
    """One transaction in one context: committed if the block ends well, rolled back if not."""
    with db.session.session_factory(info={"context": context}) as session, session.begin():
        yield session


def engine_options() -> dict[str, Any]:
    """Options of every engine: no ping (a round trip each time), connections renewed instead."""
    return {
        "pool_size": 5,
        "max_overflow": 5,
        "pool_recycle": 1800,
        "pool_events": [(_forget_settings, "reset")],
        "connect_args": {"connect_timeout": 5, "application_name": "presence"},
    }


def _forget_settings(connection: Any, _record: object, state: PoolResetState) -> None:
    # A second net: what a statement set for the whole session does not reach the next borrower.
    if state.terminate_only:
        return
    connection.rollback()
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
