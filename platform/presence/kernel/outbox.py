"""Outbox (boîte d'envoi): write what happened in the transaction that made it happen.

The relay of the workers reads it later. A context may announce only in its own name.
"""

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session

from tenants.database import context_of
from tenants.models import OutboxLine


def announce(session: Session, topic: str, **payload: object) -> None:
    """Announce a topic (room + past participle); the payload holds ids and dates only."""
    context = context_of(session)
    session.execute(
        insert(OutboxLine).values(
            id=uuid4(),
            topic=topic,
            kind=context.kind.value,
            subject=context.subject,
            account_id=context.account,
            payload={name: _plain(value) for name, value in payload.items()},
        )
    )


def _plain(value: object) -> object:
    if isinstance(value, date | UUID):
        return str(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
