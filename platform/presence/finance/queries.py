"""A bailleur's share with everything that explains it; the years' totals."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.finance.models import (
    Allocation,
    AllocationShare,
    AllocationSlice,
    Cost,
    SchemeYearTotal,
    SharingKey,
    Subsidy,
)
from presence.kernel.nomenclature import KeyBasis


@dataclass(frozen=True)
class ExplainedSlice:
    """A slice as its member may read it: the scheme's totals, its own line, the others as one."""

    from_on: date
    to_on: date
    basis: str
    gross_cents: int
    grant_cents: int
    net_cents: int
    total_weight: int
    member_names: tuple[str, ...]
    own_weight: int
    own_gross_cents: int
    own_grant_cents: int
    own_net_cents: int
    own_rounding_cents: int

    @property
    def others_net_cents(self) -> int:
        """What the other members pay, together."""
        return self.net_cents - self.own_net_cents


@dataclass(frozen=True)
class ExplainedShare:
    """A year's share of one bailleur, and its proof."""

    allocation_id: UUID
    year: int
    version: int
    reason: str
    status: str
    computed_at: datetime
    gross_cents: int
    grant_cents: int
    net_cents: int
    slices: tuple[ExplainedSlice, ...]

    @property
    def own_net_cents(self) -> int:
        """The share (quote-part)."""
        return sum(piece.own_net_cents for piece in self.slices)

    @property
    def own_gross_cents(self) -> int:
        """The share before subsidies."""
        return sum(piece.own_gross_cents for piece in self.slices)

    @property
    def own_grant_cents(self) -> int:
        """The part of the subsidies."""
        return sum(piece.own_grant_cents for piece in self.slices)

    @property
    def rounding_cents(self) -> int:
        """The cents that the largest remainders added."""
        return sum(piece.own_rounding_cents for piece in self.slices)


def allocated_years(session: Session, scheme_id: int) -> list[int]:
    """The years that have an allocation in force, oldest first."""
    return list(
        session.scalars(
            select(Allocation.year)
            .where(Allocation.scheme_id == scheme_id, Allocation.superseded_at.is_(None))
            .order_by(Allocation.year)
        )
    )


def share_of(
    session: Session, scheme_id: int, year: int, bailleur_id: int
) -> ExplainedShare | None:
    """A bailleur's share of a year, None if the year is not allocated or it is no member then."""
    head = session.scalar(
        select(Allocation).where(
            Allocation.scheme_id == scheme_id,
            Allocation.year == year,
            Allocation.superseded_at.is_(None),
        )
    )
    if head is None:
        return None
    rows = session.execute(
        select(AllocationSlice, AllocationShare)
        .outerjoin(
            AllocationShare,
            (AllocationShare.scheme_id == AllocationSlice.scheme_id)
            & (AllocationShare.allocation_id == AllocationSlice.allocation_id)
            & (AllocationShare.from_on == AllocationSlice.from_on)
            & (AllocationShare.bailleur_id == bailleur_id),
        )
        .where(AllocationSlice.scheme_id == scheme_id, AllocationSlice.allocation_id == head.id)
        .order_by(AllocationSlice.from_on)
    ).all()
    if not any(share for _, share in rows):
        return None
    return ExplainedShare(
        allocation_id=head.id,
        year=head.year,
        version=head.version,
        reason=head.reason,
        status=head.status,
        computed_at=head.computed_at,
        gross_cents=head.gross_cents,
        grant_cents=head.grant_cents,
        net_cents=head.net_cents,
        slices=tuple(_explained(piece, share) for piece, share in rows),
    )


def _explained(piece: AllocationSlice, share: AllocationShare | None) -> ExplainedSlice:
    return ExplainedSlice(
        from_on=piece.from_on,
        to_on=piece.to_on,
        basis=piece.basis,
        gross_cents=piece.gross_cents,
        grant_cents=piece.grant_cents,
        net_cents=piece.net_cents,
        total_weight=piece.total_weight,
        member_names=tuple(piece.member_names),
        own_weight=share.weight if share else 0,
        own_gross_cents=share.gross_cents if share else 0,
        own_grant_cents=share.grant_cents if share else 0,
        own_net_cents=share.net_cents if share else 0,
        own_rounding_cents=share.rounding_cents if share else 0,
    )


def amounts_of_year(session: Session, scheme_id: int, year: int) -> list[Cost | Subsidy]:
    """The costs then the subsidies that touch a year, in order of date."""
    found: list[Cost | Subsidy] = []
    for table in (Cost, Subsidy):
        found += session.scalars(
            select(table)
            .where(
                table.scheme_id == scheme_id,
                table.from_on <= date(year, 12, 31),
                table.to_on >= date(year, 1, 1),
            )
            .order_by(table.from_on, table.id)
        )
    return found


def keys_of_year(session: Session, scheme_id: int, year: int) -> list[SharingKey]:
    """The sharing keys in force during a year, in order of date."""
    rows = session.scalars(select(SharingKey).where(SharingKey.scheme_id == scheme_id))
    days = (date(year, 1, 1), date(year, 12, 31))
    touching = [
        key
        for key in rows
        if (key.valid_during.lower or date.min) <= days[1]
        and (key.valid_during.upper or date.max) > days[0]
    ]
    return sorted(touching, key=lambda key: key.valid_during.lower or date.min)


def year_totals(session: Session, scheme_id: int) -> list[SchemeYearTotal]:
    """The years' totals that the context may read, oldest first; never to be summed."""
    return list(
        session.scalars(
            select(SchemeYearTotal)
            .where(SchemeYearTotal.scheme_id == scheme_id)
            .order_by(SchemeYearTotal.year)
        )
    )


def years_touched(session: Session, from_on: date, to_on: date | None) -> list[int]:
    """The years with a cost that a change between two dates touches (scheme's context)."""
    years = {row[0].year for row in session.execute(select(Cost.from_on).distinct())}
    last = to_on.year if to_on else max(years, default=from_on.year)
    return sorted(year for year in years if from_on.year <= year <= last)


def key_in_force(session: Session, scheme_id: int, day: date) -> KeyBasis | None:
    """What the sharing key weighs on a day, None without a key."""
    basis = session.scalar(
        select(SharingKey.basis).where(
            SharingKey.scheme_id == scheme_id, SharingKey.valid_during.contains(day)
        )
    )
    return KeyBasis(basis) if basis is not None else None
