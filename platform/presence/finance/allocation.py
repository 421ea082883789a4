"""Compute a year's allocation (répartition): who pays what, by slice. Scheme's context.

Run by the worker whenever a membership, a key, a base, a cost or a subsidy changes. A version
that would say the same as the one in force is not written: replaying changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.finance.models import (
    Allocation,
    AllocationShare,
    AllocationSlice,
    BasisSnapshot,
    Cost,
    SchemeYearTotal,
    SharingKey,
    Subsidy,
)
from presence.finance.rules import (
    Amount,
    NobodyPays,
    Period,
    SharedSlice,
    Slice,
    SubsidyAboveCost,
    cut,
    split_net_cost,
)
from presence.kernel.clock import now
from presence.kernel.errors import Invalid
from presence.kernel.keys import fingerprint
from presence.kernel.money import WeighsNothing
from presence.kernel.nomenclature import AmountStatus, KeyBasis
from tenants.database import context_of
from tenants.models import Membership
from tenants.scheme import memberships


class NoKey(Invalid):
    """A slice of the year has members and no sharing key yet."""


def refuse_what_cannot_be_shared(session: Session, years: Iterable[int]) -> None:
    """Try each year and undo it; raises `Invalid` if what was just entered cannot be shared.

    A key that is still to be adopted is no refusal: costs and keys are entered in either order.
    """
    for year in years:
        trial = session.begin_nested()
        try:
            allocate(session, year, "essai")
        except NoKey:
            pass
        finally:
            trial.rollback()


def allocate(session: Session, year: int, reason: str) -> Allocation | None:
    """Compute a year's allocation; a new version if anything changed, None without any cost.

    Raises `Invalid` when it cannot be computed: the version in force then stays in force.
    """
    scheme_id = _scheme_id(session)
    # Two changes at once: the second waits, then computes from what the first one committed.
    session.execute(select(func.pg_advisory_xact_lock(scheme_id, year)))
    whole = Period(date(year, 1, 1), date(year, 12, 31))
    costs = _amounts(session, Cost, whole)
    subsidies = _amounts(session, Subsidy, whole)
    if not costs:
        return None
    members = memberships(session, scheme_id)
    allocation_id = uuid4()
    slices, bases = _slices(session, whole, members, allocation_id)
    try:
        shared = split_net_cost([a for a, _ in costs], [a for a, _ in subsidies], slices)
    except (WeighsNothing, NobodyPays, SubsidyAboveCost) as error:
        raise Invalid("key", str(error)) from error
    forecast = any(status == AmountStatus.FORECAST for _, status in (*costs, *subsidies))
    status = AmountStatus.FORECAST if forecast else AmountStatus.ACTUAL
    return _write(session, _Computed(allocation_id, year, reason, status, shared, bases, members))


@dataclass(frozen=True)
class _Computed:
    allocation_id: UUID
    year: int
    reason: str
    status: AmountStatus
    shared: list[SharedSlice]
    bases: list[KeyBasis]
    members: list[Membership]

    @property
    def gross_cents(self) -> int:
        return sum(piece.gross_cents for piece in self.shared)

    @property
    def net_cents(self) -> int:
        return sum(piece.net_cents for piece in self.shared)

    def fingerprint(self) -> str:
        """What makes two computations the same."""
        return fingerprint(
            {
                "status": self.status.value,
                "bases": [basis.value for basis in self.bases],
                "slices": [
                    {
                        "from": str(piece.period.from_on),
                        "to": str(piece.period.to_on),
                        "gross": piece.gross_cents,
                        "net": piece.net_cents,
                        "shares": {
                            str(member): [share.weight, share.gross_cents, share.net_cents]
                            for member, share in piece.shares.items()
                        },
                    }
                    for piece in self.shared
                ],
            }
        )


def _slices(
    session: Session, whole: Period, members: list[Membership], allocation_id: UUID
) -> tuple[list[Slice], list[KeyBasis]]:
    keys = list(session.scalars(select(SharingKey)))
    boundaries: set[date] = set()
    for period in [m.valid_during for m in members] + [k.valid_during for k in keys]:
        boundaries |= {day for day in (period.lower, period.upper) if day}
    if any(key.basis == KeyBasis.DWELLINGS for key in keys):
        # A residence that enters, leaves, is sold or counted again weighs from that day on.
        days = func.app.base_dates(_scheme_id(session), whole.from_on, whole.to_on)
        boundaries |= set(session.scalars(select(days)))
    slices, bases = [], []
    for piece in cut(whole, boundaries):
        key = next((k for k in keys if piece.from_on in k.valid_during), None)
        present = [m.bailleur_id for m in members if piece.from_on in m.valid_during]
        if key is None and present:
            message = f"Aucune clé de répartition le {piece.from_on:%d/%m/%Y}."
            raise NoKey("key", message)
        basis = KeyBasis(key.basis) if key else KeyBasis.EQUAL
        slices.append(Slice(piece, _weights(session, basis, piece, present, allocation_id)))
        bases.append(basis)
    return slices, bases


def _weights(
    session: Session, basis: KeyBasis, period: Period, present: list[int], allocation_id: UUID
) -> dict[int, int]:
    """What each member weighs over a slice, from quantities frozen by the fixed function."""
    if not present:
        return {}
    session.execute(
        select(
            func.app.snapshot_bases(
                _scheme_id(session), period.from_on, period.to_on, allocation_id
            )
        )
    )
    if basis is KeyBasis.EQUAL:
        return dict.fromkeys(present, 1)
    rows = session.execute(
        select(BasisSnapshot.bailleur_id, BasisSnapshot.dwellings).where(
            BasisSnapshot.taken_for == allocation_id, BasisSnapshot.from_on == period.from_on
        )
    )
    return {row.bailleur_id: row.dwellings for row in rows}


def _write(session: Session, computed: _Computed) -> Allocation:
    scheme_id = _scheme_id(session)
    current = session.scalar(
        select(Allocation).where(
            Allocation.year == computed.year, Allocation.superseded_at.is_(None)
        )
    )
    digest = computed.fingerprint()
    if current is not None and current.fingerprint == digest:
        return current
    if current is not None:
        current.superseded_at = now(session)
        # The former version steps down before the new one claims the year.
        session.flush()
    row = Allocation(
        scheme_id=scheme_id,
        id=computed.allocation_id,
        year=computed.year,
        version=current.version + 1 if current else 1,
        reason=computed.reason,
        status=computed.status.value,
        gross_cents=computed.gross_cents,
        grant_cents=computed.gross_cents - computed.net_cents,
        net_cents=computed.net_cents,
        fingerprint=digest,
    )
    session.add(row)
    session.flush()
    _write_slices(session, scheme_id, computed)
    _write_totals(session, scheme_id, computed)
    audit.record(
        session,
        "allocation.computed",
        row.id,
        scheme_id=scheme_id,
        year=computed.year,
        version=row.version,
        reason=computed.reason,
    )
    return row


def _write_slices(session: Session, scheme_id: int, computed: _Computed) -> None:
    names = {member.bailleur_id: member.bailleur_name for member in computed.members}
    key = {"scheme_id": scheme_id, "allocation_id": computed.allocation_id}
    for piece, basis in zip(computed.shared, computed.bases, strict=True):
        session.add(
            AllocationSlice(
                **key,
                from_on=piece.period.from_on,
                to_on=piece.period.to_on,
                basis=basis.value,
                gross_cents=piece.gross_cents,
                grant_cents=piece.grant_cents,
                net_cents=piece.net_cents,
                total_weight=piece.total_weight,
                member_names=sorted(names[member] for member in piece.shares),
            )
        )
    session.flush()
    session.add_all(
        AllocationShare(
            **key,
            from_on=piece.period.from_on,
            bailleur_id=member,
            weight=share.weight,
            gross_cents=share.gross_cents,
            grant_cents=share.grant_cents,
            net_cents=share.net_cents,
            rounding_cents=share.rounding_cents,
        )
        for piece in computed.shared
        for member, share in piece.shares.items()
    )
    session.flush()


def _write_totals(session: Session, scheme_id: int, computed: _Computed) -> None:
    totals = session.get(SchemeYearTotal, {"scheme_id": scheme_id, "year": computed.year})
    if totals is None:
        totals = SchemeYearTotal(scheme_id=scheme_id, year=computed.year)
        session.add(totals)
    totals.status = computed.status.value
    totals.cost_cents = computed.gross_cents
    totals.net_cents = computed.net_cents
    totals.grant_cents = computed.gross_cents - computed.net_cents
    session.flush()


def _amounts(
    session: Session, table: type[Cost] | type[Subsidy], whole: Period
) -> list[tuple[Amount, str]]:
    rows = session.execute(
        select(table.amount_cents, table.from_on, table.to_on, table.status).where(
            table.from_on <= whole.to_on, table.to_on >= whole.from_on
        )
    )
    return [(Amount(row[0], Period(row[1], row[2])), row[3]) for row in rows]


def _scheme_id(session: Session) -> int:
    return context_of(session).own_id
