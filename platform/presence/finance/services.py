"""Enter costs and subsidies, adopt a sharing key, open the years' totals. Scheme's context.

Costs, subsidies and keys are entered by the lead bailleur's finance; each change is announced, and
the worker computes the allocation again (`allocation.py`).
"""

from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.finance.allocation import refuse_what_cannot_be_shared
from presence.finance.models import (
    Cost,
    SchemeYearTotal,
    SharingKey,
    Subsidy,
)
from presence.finance.queries import years_touched
from presence.kernel import outbox
from presence.kernel.clock import now
from presence.kernel.errors import Conflict, Invalid
from presence.kernel.keys import fingerprint
from presence.kernel.nomenclature import AmountStatus, Funder, KeyBasis
from tenants.database import context_of

# A hundred million euros: above it is a slip of the keyboard, and sums still fit 64 bits.
MOST_CENTS = 10_000_000_000


@dataclass(frozen=True)
class AmountEntry:
    """A cost, or a subsidy when it has a funder, as entered."""

    client_id: UUID
    label: str
    from_on: date
    to_on: date
    amount_cents: int
    status: AmountStatus
    funder: Funder | None = None


@dataclass(frozen=True)
class KeyEntry:
    """A sharing key as entered: what it weighs, and from when to when (excluded)."""

    client_id: UUID
    basis: KeyBasis
    from_on: date
    to_on: date | None = None


def enter_amount(session: Session, entry: AmountEntry) -> Cost | Subsidy:
    """Enter a cost or a subsidy, once per key."""
    if entry.to_on < entry.from_on:
        raise Invalid("to_on", "La période finit avant de commencer.")
    if entry.from_on.year != entry.to_on.year:
        raise Invalid("to_on", "Un montant tient dans une année civile : coupez-le en deux.")
    if not 0 <= entry.amount_cents <= MOST_CENTS:
        raise Invalid(
            "amount_cents", "Le montant est un nombre de centimes, de 0 à 100 millions d'euros."
        )
    digest = fingerprint(asdict(entry))
    table: type[Cost] | type[Subsidy] = Cost if entry.funder is None else Subsidy
    key = {"id": entry.client_id, "scheme_id": _scheme_id(session)}
    known: Cost | Subsidy | None = (
        session.get(Cost, key) if entry.funder is None else session.get(Subsidy, key)
    )
    if known is not None:
        _same(known, digest)
        return known
    values: dict[str, object] = {
        "scheme_id": _scheme_id(session),
        "id": entry.client_id,
        "label": entry.label,
        "from_on": entry.from_on,
        "to_on": entry.to_on,
        "amount_cents": entry.amount_cents,
        "status": entry.status.value,
        "account_id": context_of(session).account,
        "content_hash": digest,
    }
    if entry.funder is not None:
        values["funder"] = entry.funder.value
    row = table(**values)
    session.add(row)
    _changed(session, row.id, "amount.entered", entry.from_on, entry.to_on)
    return row


def adopt_key(session: Session, entry: KeyEntry) -> SharingKey:
    """Adopt a sharing key; an open-ended former key ends the day before."""
    if entry.to_on is not None and entry.to_on <= entry.from_on:
        raise Invalid("to_on", "La clé finit avant de commencer.")
    digest = fingerprint(asdict(entry))
    known = session.scalar(select(SharingKey).where(SharingKey.id == entry.client_id))
    if known is not None:
        _same(known, digest)
        return known
    period = Range(entry.from_on, entry.to_on)
    overlapping = session.scalars(
        select(SharingKey).where(SharingKey.valid_during.overlaps(period))
    )
    for former in overlapping:
        start, end = former.valid_during.lower, former.valid_during.upper
        if end is not None or start is None or start >= entry.from_on:
            message = "Une autre clé couvre déjà une partie de la période."
            raise Conflict(message)
        former.valid_during = Range(start, entry.from_on)
    # The former key must be cut before the new one is checked against it.
    session.flush()
    row = SharingKey(
        scheme_id=_scheme_id(session),
        id=entry.client_id,
        basis=entry.basis.value,
        valid_during=period,
        account_id=context_of(session).account,
        content_hash=digest,
    )
    session.add(row)
    _changed(session, row.id, "key.adopted", entry.from_on, entry.to_on)
    return row


def publish_year_totals(session: Session) -> None:
    """Let partners read the years' totals, as a sharing agreement in force allows."""
    session.execute(
        update(SchemeYearTotal)
        .where(SchemeYearTotal.published_at.is_(None))
        .values(published_at=now(session))
    )


def withdraw_year_totals(session: Session) -> None:
    """Close the years' totals to partners again."""
    session.execute(update(SchemeYearTotal).values(published_at=None))


def _same(row: Cost | Subsidy | SharingKey, digest: str) -> None:
    if row.content_hash != digest:
        raise Conflict("Cette clé a déjà servi pour un autre contenu.")


def _changed(
    session: Session, object_id: UUID, act: str, from_on: date, to_on: date | None
) -> None:
    session.flush()
    refuse_what_cannot_be_shared(session, years_touched(session, from_on, to_on))
    scheme_id = _scheme_id(session)
    audit.record(session, act, object_id, scheme_id=scheme_id)
    outbox.announce(
        session, "finance.basis_changed", scheme_id=scheme_id, from_on=from_on, to_on=to_on
    )


def _scheme_id(session: Session) -> int:
    return context_of(session).own_id
