"""What can go wrong, said in the domain's words. The message is the French sentence shown."""

from collections.abc import Sequence
from dataclasses import dataclass

# PostgreSQL's classes of refusal that mean « someone else was first »: a unique key, a foreign key,
# an exclusion constraint.
CAME_SECOND = frozenset({"23505", "23503", "23P01"})


@dataclass(frozen=True)
class Fault:
    """One fault: the field (or line) it is in, and what to do about it."""

    field: str
    message: str


class DomainError(Exception):
    """Base of every refusal: nothing was written."""

    def __init__(self, message: str, faults: Sequence[Fault] = ()) -> None:
        """A sentence, and the faults one by one when there are several."""
        super().__init__(message)
        self.message = message
        self.faults = tuple(faults)


class NotFound(DomainError):
    """No such thing for this actor: another's and an unknown one are the same."""

    def __init__(
        self, message: str = "Cette page n'existe pas ou ne vous est pas ouverte."
    ) -> None:
        """Always the same sentence."""
        super().__init__(message)


class Invalid(DomainError):
    """What was given cannot be accepted; the faults name the fields."""

    def __init__(self, field: str, message: str) -> None:
        """One fault, in one field."""
        super().__init__(message, (Fault(field, message),))

    @classmethod
    def several(cls, message: str, faults: Sequence[Fault]) -> "Invalid":
        """Several faults at once."""
        error = cls("", message)
        error.faults = tuple(faults)
        return error


class Conflict(DomainError):
    """It contradicts what is already there: closed, known with other content, overlapping."""
