"""Coverage (périmètre), dated: a residence enters, leaves, is counted again from a day on.

A period that has begun is never rewritten: what a past month says stays said. The evening of a
change has not begun when it is written down, so no sealed report contradicts it.
"""

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.kernel.clock import evening_of, now
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.patrimoine.models import Coverage, Residence
from presence.patrimoine.services import announce_bases, keep_covered
from tenants.database import context_of
from tenants.scheme import memberships, schemes

# A residence of the largest estates of France stays under this; a typing slip does not.
MOST_DWELLINGS = 5_000
NO_PERIOD: Range[date] = Range(empty=True)


def enter_perimeter(
    session: Session, residence_id: UUID, from_on: date, dwellings: int | None = None
) -> Coverage:
    """Take a residence into the perimeter from a day, with its dwellings of that time."""
    row = own_residence(session, residence_id)
    refuse_past(session, from_on, "from_on")
    scheme_id = _scheme_for(session, row, from_on)
    following = [p for p in periods(session, row) if p.valid_during.upper is None]
    later = [_starts(p) for p in periods(session, row) if _starts(p) >= from_on]
    if any(from_on in p.valid_during for p in periods(session, row)) or following:
        message = "La résidence est déjà dans le périmètre à cette date."
        raise Conflict(message)
    made = _period(row, scheme_id, Range(from_on, min(later, default=None)), dwellings)
    session.add(made)
    _changed(session, row, "residence.covered", scheme_id, from_on)
    return made


def leave_perimeter(session: Session, residence_id: UUID, on: date) -> None:
    """Take a residence out of the perimeter from a day; what it was before stays."""
    row = own_residence(session, residence_id)
    refuse_past(session, on, "on")
    touched = [p for p in periods(session, row) if not _ends_by(p, on)]
    if not touched:
        message = "La résidence n'est pas dans le périmètre à cette date."
        raise Conflict(message)
    for period in touched:
        begun = _starts(period) < on
        period.valid_during = Range(_starts(period), on) if begun else NO_PERIOD
    _changed(session, row, "residence.uncovered", touched[0].scheme_id, on)


def count_dwellings(session: Session, residence_id: UUID, dwellings: int, from_on: date) -> bool:
    """Count a residence's dwellings again from a day; whether anything changed."""
    row = own_residence(session, residence_id)
    if not 0 <= dwellings <= MOST_DWELLINGS:
        message = f"Le nombre de logements va de 0 à {MOST_DWELLINGS}."
        raise Invalid("dwellings", message)
    changed = row.dwellings != dwellings
    row.dwellings = dwellings
    current = next((p for p in periods(session, row) if from_on in p.valid_during), None)
    if current is None or current.dwellings == dwellings:
        session.flush()
        return changed
    refuse_past(session, from_on, "from_on")
    if _starts(current) == from_on:
        current.dwellings = dwellings
    else:
        rest = Range(from_on, current.valid_during.upper)
        current.valid_during = Range(_starts(current), from_on)
        # The former period must be cut before the new one is checked against it.
        session.flush()
        session.add(_period(row, current.scheme_id, rest, dwellings))
    _changed(session, row, "residence.counted", current.scheme_id, from_on)
    return True


def state_coverage(
    session: Session,
    residence_id: UUID,
    from_on: date,
    *,
    covered: bool,
    dwellings: int | None = None,
) -> None:
    """Say what holds from a day: in the perimeter with its dwellings, or out. Twice is once."""
    row = own_residence(session, residence_id)
    current = next((p for p in periods(session, row) if from_on in p.valid_during), None)
    if not covered:
        out = current is None and any(
            p.valid_during.upper == from_on for p in periods(session, row)
        )
        if not out:
            leave_perimeter(session, residence_id, from_on)
        return
    if dwellings is not None:
        count_dwellings(session, residence_id, dwellings, from_on)
    if current is None:
        enter_perimeter(session, residence_id, from_on, dwellings)


def periods(session: Session, residence: Residence) -> list[Coverage]:
    """The periods of a residence's coverage, in order."""
    rows = session.scalars(
        select(Coverage).where(
            Coverage.bailleur_id == residence.bailleur_id,
            Coverage.residence_id == residence.id,
        )
    )
    return sorted((row for row in rows if not row.valid_during.isempty), key=_starts)


def own_residence(session: Session, residence_id: UUID, *, archived: bool = False) -> Residence:
    """A residence to change: `NotFound` if it is another's, `Conflict` once it is archived."""
    row = session.scalar(
        select(Residence).where(
            Residence.bailleur_id == context_of(session).own_id, Residence.id == residence_id
        )
    )
    if row is None:
        raise NotFound
    if row.archived_on is not None and not archived:
        message = (
            f"Résidence archivée le {row.archived_on:%d/%m/%Y} : elle se lit, sans se changer."
        )
        raise Conflict(message)
    return row


def refuse_past(session: Session, day: date, field: str) -> None:
    """Refuse a day whose evening has begun: its report may already be signed."""
    begun = evening_of(now(session))
    if day <= begun:
        message = (
            f"Donnez une date après le {begun:%d/%m/%Y} : les soirées commencées ne changent plus."
        )
        raise Invalid(field, message)


def _scheme_for(session: Session, residence: Residence, day: date) -> int:
    known = [scheme.id for scheme in schemes(session)]
    members = [
        scheme_id
        for scheme_id in known
        if any(day in member.valid_during for member in memberships(session, scheme_id))
    ]
    # `scheme_id` is the owner's part of the row's key to the prestataire: fixed once.
    if residence.scheme_id in members:
        return residence.scheme_id
    message = "Votre organisme n'est pas membre du dispositif de cette résidence à cette date."
    raise Invalid("from_on", message)


def _period(
    residence: Residence, scheme_id: int, during: Range[date], dwellings: int | None
) -> Coverage:
    return Coverage(
        bailleur_id=residence.bailleur_id,
        id=uuid4(),
        residence_id=residence.id,
        scheme_id=scheme_id,
        valid_during=during,
        dwellings=residence.dwellings if dwellings is None else dwellings,
    )


def _changed(session: Session, residence: Residence, act: str, scheme_id: int, on: date) -> None:
    session.flush()
    keep_covered(session, [residence.id])
    audit.record(session, act, residence.id, bailleur_id=residence.bailleur_id, on=str(on))
    announce_bases(session, scheme_id, on)


def _starts(period: Coverage) -> date:
    return period.valid_during.lower or date.min


def _ends_by(period: Coverage, on: date) -> bool:
    return period.valid_during.upper is not None and period.valid_during.upper <= on
