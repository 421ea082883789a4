"""The evening's closing, as the field knows it: held while sheets come in, told when they are late.

A sheet that is being taken in and a signature that is being given never cross: the first holds
the evening together with the other sheets, the second alone. Either the sheet is in the report,
or it finds the closure and announces that it is late.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from presence.field.models import EveningClosure
from presence.kernel import outbox
from presence.kernel.nomenclature import AmendmentCause
from tenants.database import context_of

# (scheme, bailleur, evening)
Touched = tuple[int, int, date]


def closure_of(session: Session, scheme_id: int, evening_on: date) -> EveningClosure | None:
    """The closure of an evening, None while it is open."""
    return session.scalar(
        select(EveningClosure).where(
            EveningClosure.scheme_id == scheme_id, EveningClosure.evening_on == evening_on
        )
    )


def hold_evening(session: Session, scheme_id: int, evening_on: date, *, alone: bool) -> None:
    """Hold an evening until the transaction ends: with other sheets, or alone to sign it."""
    name = f"evening:{context_of(session).own_id}:{scheme_id}:{evening_on.isoformat()}"
    key = func.hashtextextended(name, 0)
    lock = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
    session.execute(select(lock(key)))


def hold_evenings(session: Session, evenings: Iterable[tuple[int, date]]) -> None:
    """Hold several evenings with other sheets, always in the same order."""
    for scheme_id, evening_on in sorted(set(evenings)):
        hold_evening(session, scheme_id, evening_on, alone=False)


@dataclass(frozen=True)
class AmendmentDue:
    """Why the reports of an evening are to be looked at again, in whose name."""

    cause: AmendmentCause
    reason: str
    author: str = ""


LATE = AmendmentDue(AmendmentCause.LATE, AmendmentCause.LATE.label)


def announce_late(session: Session, touched: Iterable[Touched]) -> None:
    """Announce that facts came to evenings that are signed; their reports are looked at again."""
    found: dict[tuple[int, date], set[int]] = defaultdict(set)
    for scheme_id, bailleur_id, evening_on in touched:
        found[scheme_id, evening_on].add(bailleur_id)
    for (scheme_id, evening_on), bailleurs in sorted(found.items()):
        if closure_of(session, scheme_id, evening_on) is not None:
            announce_amendment(session, (scheme_id, evening_on), sorted(bailleurs), LATE)


def announce_amendment(
    session: Session, evening: tuple[int, date], bailleurs: list[int], due: AmendmentDue
) -> None:
    """Ask for the reports of a scheme's evening to be looked at again, one job per bailleur."""
    outbox.announce(
        session,
        "daily_reports.amendment_due",
        scheme_id=evening[0],
        evening_on=evening[1],
        bailleurs=bailleurs,
        cause=due.cause.value,
        reason=due.reason,
        author=due.author,
    )
