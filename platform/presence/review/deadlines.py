"""When a report was due (délai), whether it was on time, and the exceptions that were granted.

A report is on time when its evening was signed before the e-mails leave, at 07:00 the morning
after. An exception is explicit: between two dates, for a reason, granted by the bailleur.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.daily_reports.models import DailyReport
from presence.kernel.clock import evening_instant, first_of_month, last_of_month, now
from presence.kernel.errors import Conflict, Invalid
from presence.kernel.keys import fingerprint
from presence.kernel.ownership import stated
from presence.kernel.plain import literal
from presence.planning.stored import served_by
from presence.review.models import DeadlineException
from presence.review.records import ExceptionLine
from tenants.database import context_of
from tenants.scheme import contracts

# The morning after: the hour at which e-mails leave (screens.md §3, « 07:00 envoi »).
DUE_AT = time(7, 0)
MOST_REASON = 280
MOST_DAYS = 31


@dataclass(frozen=True)
class ExceptionDraft:
    """A delay that a bailleur grants, both days included."""

    client_id: UUID
    scheme_id: int
    from_on: date
    to_on: date
    reason: str


@dataclass(frozen=True)
class Punctuality:
    """A month of reports: on time, late, never received, excused by an exception."""

    month_on: date
    on_time: int
    late: int
    missing: int
    excused: int

    @property
    def counted(self) -> int:
        """What the rate is taken over: the excused evenings are left out."""
        return self.on_time + self.late + self.missing


def deadline(evening_on: date) -> datetime:
    """The instant by which an evening is to be signed."""
    return evening_instant(evening_on, DUE_AT)


def grant_exception(session: Session, draft: ExceptionDraft) -> DeadlineException:
    """Grant a delay (bailleur's context), once per key; raises `Invalid`, `Conflict`."""
    digest = fingerprint({name: str(value) for name, value in vars(draft).items()})
    known = session.scalar(
        select(DeadlineException).where(
            DeadlineException.id == draft.client_id, *stated(session, DeadlineException)
        )
    )
    if known is not None:
        if known.content_hash != digest:
            raise Conflict("Cette clé a déjà servi pour un autre délai.")
        return known
    reason = " ".join(literal(draft.reason).split())
    if not reason or len(reason) > MOST_REASON:
        raise Invalid("reason", f"Dites pourquoi, en {MOST_REASON} caractères au plus.")
    if not 0 <= (draft.to_on - draft.from_on).days <= MOST_DAYS:
        raise Invalid("to_on", f"Un délai va d'un jour à un autre, {MOST_DAYS} jours au plus.")
    prestataire_id = next(
        (
            contract.prestataire_id
            for contract in contracts(session)
            if contract.scheme_id == draft.scheme_id and draft.from_on in contract.valid_during
        ),
        None,
    )
    if prestataire_id is None:
        raise Invalid("from_on", "Aucun contrat ne couvre cette date.")
    row = DeadlineException(
        id=draft.client_id,
        bailleur_id=context_of(session).own_id,
        prestataire_id=prestataire_id,
        scheme_id=draft.scheme_id,
        from_on=draft.from_on,
        to_on=draft.to_on,
        reason=reason,
        account_id=context_of(session).account,
        content_hash=digest,
    )
    session.add(row)
    session.flush()
    audit.record(session, "deadline.excused", row.id, bailleur_id=row.bailleur_id)
    return row


def exceptions(session: Session) -> list[ExceptionLine]:
    """The exceptions that the context may see, the newest first."""
    query = (
        select(DeadlineException)
        .where(*stated(session, DeadlineException))
        .order_by(DeadlineException.from_on.desc(), DeadlineException.id)
    )
    return [
        ExceptionLine(row.id, row.bailleur_id, row.from_on, row.to_on, row.reason, row.granted_at)
        for row in session.scalars(query.limit(200))
    ]


def punctuality(session: Session, month_on: date) -> Punctuality:
    """How many of a month's reports were on time, as the context may see them.

    An evening that was due and has no report once its deadline is past is missing, never absent.
    """
    start = first_of_month(month_on)
    signed = {
        (row.bailleur_id, row.scheme_id, row.evening_on): row.signed_at
        for row in session.execute(
            select(
                DailyReport.bailleur_id, DailyReport.scheme_id, DailyReport.evening_on,
                DailyReport.signed_at,
            ).where(
                DailyReport.version == 1,
                DailyReport.evening_on >= start,
                DailyReport.evening_on <= last_of_month(start),
                *stated(session, DailyReport),
            )
        )
    }  # fmt: skip
    granted = exceptions(session)
    evenings = signed.keys() | _evenings_due(session, start)
    excused = {key for key in evenings if _excused(granted, key[0], key[2])}
    on_time = sum(key in signed and signed[key] <= deadline(key[2]) for key in evenings - excused)
    missing = len((evenings - excused) - signed.keys())
    late = len(evenings - excused) - on_time - missing
    return Punctuality(start, on_time, late, missing, len(excused))


def _evenings_due(session: Session, start: date) -> set[tuple[int, int, date]]:
    """The evenings of a month served under a running contract whose deadline is past."""
    instant = now(session)
    found: set[tuple[int, int, date]] = set()
    for contract in contracts(session):
        served = served_by(session, contract.scheme_id)
        for offset in range((last_of_month(start) - start).days + 1):
            day = start + timedelta(days=offset)
            if day in contract.valid_during and deadline(day) < instant and served(day):
                found.add((contract.bailleur_id, contract.scheme_id, day))
    return found


def _excused(granted: Sequence[ExceptionLine], bailleur_id: int, evening_on: date) -> bool:
    return any(
        row.bailleur_id == bailleur_id and row.from_on <= evening_on <= row.to_on for row in granted
    )
