"""Ask for a job (travail) from the relay's context: a row first, its message later (ADR 0004)."""

from uuid import uuid4

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tenants.context import Kind
from tenants.models import Job


def ask(session: Session, key: str, task: str, **parameters: object) -> None:
    """Write a relay job's row; a key that is there already is the same job."""
    session.execute(
        insert(Job)
        .values(
            id=uuid4(),
            key=key,
            task=task,
            kind=Kind.RELAY.value,
            subject=None,
            account_id=None,
            parameters=parameters,
        )
        .on_conflict_do_nothing(index_elements=["key"])
    )
