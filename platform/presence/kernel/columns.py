"""Column checks shared by the rooms' tables."""

from sqlalchemy import CheckConstraint

from presence.kernel.nomenclature import Coded


def codes(column: str, nomenclature: type[Coded]) -> CheckConstraint:
    """A check that a column holds one of a nomenclature's codes.

    Text and a check, not a native enum: comparing enums is not leakproof, so no index would be
    used under row security.
    """
    listed = ", ".join(f"'{member.value}'" for member in nomenclature)
    return CheckConstraint(f"{column} in ({listed})", name=column)
