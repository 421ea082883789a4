"""Write, or say in French that somebody else was first: the database has the last word."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from presence.kernel.errors import Conflict

USED_KEY = "Cette clé a déjà servi pour un autre enregistrement."
# A unique key, an exclusion constraint.
_TAKEN = frozenset({"23505", "23P01"})


@contextmanager
def unless_taken(session: Session, told: str) -> Iterator[None]:
    """Flush what the block writes; raises `Conflict` when a key or a period is already taken."""
    try:
        with session.begin_nested():
            yield
            session.flush()
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) in _TAKEN:
            raise Conflict(told) from error
        raise
