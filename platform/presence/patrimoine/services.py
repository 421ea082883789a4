"""Create agencies, residences and their entrances; change what a residence weighs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4, uuid5

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.kernel import outbox
from presence.kernel.clock import today
from presence.kernel.errors import Conflict, Invalid
from presence.patrimoine.models import Agency, Building, Coverage, Entrance, Residence
from tenants.database import context_of
from tenants.models import Commune
from tenants.scheme import memberships, schemes

# The geography of the priority areas that a name belongs to when nothing else is said.
FIRST_VINTAGE = 2015


@dataclass(frozen=True)
class EntranceDraft:
    """What a bailleur says of a hall; `dwellings` is None when it was not counted."""

    name: str
    dwellings: int | None = None
    code: str | None = None
    address: str | None = None
    building: str | None = None
    building_code: str | None = None
    rnb_id: str | None = None
    ban_key: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    id: UUID | None = None
    moved_from_id: UUID | None = None


@dataclass(frozen=True)
class ResidenceDraft:
    """What a bailleur says of a residence; `entrances` are its halls, in order, or their names."""

    agency: str
    code: str
    name: str
    address: str
    insee_code: str
    dwellings: int
    qpv_name: str | None = None
    qpv_vintage: int | None = None
    entrances: tuple[EntranceDraft | str, ...] = ("Hall",)
    id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True)
class Covering:
    """The scheme that residences belong to, and the day its perimeter takes them in, if known."""

    scheme_id: int
    from_on: date | None


def create_residences(
    session: Session, drafts: Sequence[ResidenceDraft], covering: Covering | None
) -> list[Residence]:
    """Create residences with their entrances, all or none; the sharing bases change with them."""
    bailleur_id = _own_id(session)
    if covering and covering.scheme_id not in {scheme.id for scheme in schemes(session)}:
        raise Invalid("scheme", "Vous n'êtes pas membre de ce dispositif.")
    for insee_code, draft in {draft.insee_code: draft for draft in drafts}.items():
        refuse_unknown_commune(session, insee_code, f" (résidence {draft.code})")
    _refuse_known_codes(session, drafts)
    agencies = agencies_named(session, sorted({draft.agency for draft in drafts}))
    created = [
        Residence(
            bailleur_id=bailleur_id,
            id=draft.id,
            agency_id=agencies[draft.agency],
            code=draft.code,
            name=draft.name,
            address=draft.address,
            insee_code=draft.insee_code,
            dwellings=draft.dwellings,
            qpv_name=draft.qpv_name,
            qpv_vintage=(draft.qpv_vintage or FIRST_VINTAGE) if draft.qpv_name else None,
            scheme_id=covering.scheme_id if covering else None,
        )
        for draft in drafts
    ]
    session.add_all(created)
    # The entrances' foreign key needs the residences' rows.
    session.flush()
    for row, draft in zip(created, drafts, strict=True):
        add_entrances(session, row, draft.entrances)
        audit.record(session, "residence.created", row.id, bailleur_id=bailleur_id, code=row.code)
    if covering and covering.from_on is not None:
        cover(session, created, covering.scheme_id, covering.from_on)
    return created


def add_entrances(
    session: Session, residence: Residence, drafts: Sequence[EntranceDraft | str], after: int = 0
) -> list[Entrance]:
    """Create a residence's halls, and the buildings that they name, after a rank."""
    whole = [EntranceDraft(draft) if isinstance(draft, str) else draft for draft in drafts]
    buildings = _buildings(session, residence, whole)
    rows = [
        Entrance(
            bailleur_id=residence.bailleur_id,
            id=draft.id or uuid5(residence.id, draft.name),
            residence_id=residence.id,
            scheme_id=residence.scheme_id,
            building_id=buildings.get(draft.building or ""),
            name=draft.name,
            rank=rank,
            code=draft.code,
            address=draft.address,
            dwellings=draft.dwellings,
            rnb_id=draft.rnb_id,
            ban_key=draft.ban_key,
            latitude=draft.latitude,
            longitude=draft.longitude,
            moved_from_id=draft.moved_from_id,
        )
        for rank, draft in enumerate(whole, start=after + 1)
    ]
    session.add_all(rows)
    session.flush()
    return rows


def current_covering(session: Session) -> Covering | None:
    """The scheme that covers new residences: the only one that the bailleur belongs to today."""
    day = today(session)
    current = [
        scheme.id
        for scheme in schemes(session)
        if any(day in member.valid_during for member in memberships(session, scheme.id))
    ]
    return Covering(current[0], day) if len(current) == 1 else None


def announce_bases(session: Session, scheme_id: int, from_on: date) -> None:
    """Tell finance that covered dwellings changed from a date."""
    outbox.announce(session, "patrimoine.bases_changed", scheme_id=scheme_id, from_on=from_on)


def _own_id(session: Session) -> int:
    return context_of(session).own_id


def refuse_unknown_commune(session: Session, insee_code: str, of: str = "") -> None:
    """Raise `Invalid` for a code that is no commune's."""
    if session.get(Commune, insee_code) is None:
        raise Invalid("insee_code", f"Commune inconnue : « {insee_code} »{of}.")


def _refuse_known_codes(session: Session, drafts: Sequence[ResidenceDraft]) -> None:
    codes = [draft.code for draft in drafts]
    taken = set(session.scalars(select(Residence.code).where(Residence.code.in_(codes))))
    for code in sorted(taken):
        message = f"Une résidence porte déjà le code « {code} »."
        raise Conflict(message)


def agencies_named(session: Session, names: Sequence[str]) -> dict[str, UUID]:
    """The id of each agency, created if it is not there yet."""
    bailleur_id = _own_id(session)
    known = {
        row.name: row.id
        for row in session.scalars(select(Agency).where(Agency.bailleur_id == bailleur_id))
    }
    made = [Agency(bailleur_id=bailleur_id, id=uuid4(), name=n) for n in names if n not in known]
    session.add_all(made)
    session.flush()
    return known | {row.name: row.id for row in made}


def _buildings(
    session: Session, residence: Residence, drafts: Sequence[EntranceDraft]
) -> dict[str, UUID]:
    named = {draft.building: draft.building_code for draft in drafts if draft.building}
    if not named:
        return {}
    known = {
        row.name: row.id
        for row in session.scalars(
            select(Building).where(
                Building.bailleur_id == residence.bailleur_id,
                Building.residence_id == residence.id,
            )
        )
    }
    made = [
        Building(
            bailleur_id=residence.bailleur_id,
            id=uuid5(residence.id, f"building {name}"),
            residence_id=residence.id,
            scheme_id=residence.scheme_id,
            code=code,
            name=name,
        )
        for name, code in named.items()
        if name not in known
    ]
    session.add_all(made)
    session.flush()
    return known | {row.name: row.id for row in made}


def cover(session: Session, rows: Sequence[Residence], scheme_id: int, from_on: date) -> None:
    """Take residences into a scheme's perimeter from a day, with their dwellings of now."""
    session.add_all(
        Coverage(
            bailleur_id=row.bailleur_id,
            id=uuid4(),
            residence_id=row.id,
            scheme_id=scheme_id,
            valid_during=Range(from_on, None),
            dwellings=row.dwellings,
        )
        for row in rows
    )
    session.flush()
    keep_covered(session, [row.id for row in rows])
    announce_bases(session, scheme_id, from_on)


def keep_covered(session: Session, residence_ids: Sequence[UUID]) -> None:
    """Copy the periods of coverage to the residences: what the prestataire's policy compares."""
    periods = (
        select(func.range_agg(Coverage.valid_during))
        .where(
            Coverage.bailleur_id == Residence.bailleur_id,
            Coverage.residence_id == Residence.id,
        )
        .scalar_subquery()
    )
    session.execute(
        update(Residence)
        .where(Residence.bailleur_id == _own_id(session), Residence.id.in_(residence_ids))
        .values(covered_during=func.coalesce(periods, text("'{}'")))
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
