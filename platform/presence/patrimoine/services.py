"""Create agencies, residences and their entrances; change what a residence weighs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.kernel import outbox
from presence.kernel.clock import today
from presence.kernel.errors import Conflict, Invalid
from presence.patrimoine.models import Agency, Entrance, Residence
from tenants.database import context_of
from tenants.models import Commune
from tenants.scheme import memberships, schemes


@dataclass(frozen=True)
class ResidenceDraft:
    """What a bailleur says of a residence; `entrances` are the names of its halls, in order."""

    agency: str
    code: str
    name: str
    address: str
    insee_code: str
    dwellings: int
    qpv_name: str | None = None
    entrances: tuple[str, ...] = ("Hall",)
    id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True)
class Coverage:
    """The scheme that covers residences, and from when."""

    scheme_id: int
    from_on: date


def create_residences(
    session: Session, drafts: Sequence[ResidenceDraft], coverage: Coverage | None
) -> list[Residence]:
    """Create residences with their entrances, all or none; the sharing bases change with them."""
    bailleur_id = _own_id(session)
    if coverage and coverage.scheme_id not in {scheme.id for scheme in schemes(session)}:
        raise Invalid("scheme", "Vous n'êtes pas membre de ce dispositif.")
    _refuse_unknown_communes(session, drafts)
    _refuse_known_codes(session, drafts)
    agencies = _agencies(session, bailleur_id, sorted({draft.agency for draft in drafts}))
    created = []
    for draft in drafts:
        row = Residence(
            bailleur_id=bailleur_id,
            id=draft.id,
            agency_id=agencies[draft.agency].id,
            code=draft.code,
            name=draft.name,
            address=draft.address,
            insee_code=draft.insee_code,
            dwellings=draft.dwellings,
            qpv_name=draft.qpv_name,
            scheme_id=coverage.scheme_id if coverage else None,
            covered_from_on=coverage.from_on if coverage else None,
        )
        session.add(row)
        created.append(row)
    # The entrances' foreign key needs the residences' rows.
    session.flush()
    session.add_all(
        Entrance(
            bailleur_id=bailleur_id,
            id=uuid5(row.id, name),
            residence_id=row.id,
            scheme_id=row.scheme_id,
            name=name,
            rank=rank,
        )
        for row, draft in zip(created, drafts, strict=True)
        for rank, name in enumerate(draft.entrances, start=1)
    )
    session.flush()
    for row in created:
        audit.record(session, "residence.created", row.id, bailleur_id=bailleur_id, code=row.code)
    if coverage:
        announce_bases(session, coverage)
    return created


def current_coverage(session: Session) -> Coverage | None:
    """The scheme that covers new residences: the only one that the bailleur belongs to today."""
    day = today(session)
    current = [
        scheme.id
        for scheme in schemes(session)
        if any(day in member.valid_during for member in memberships(session, scheme.id))
    ]
    return Coverage(current[0], day) if len(current) == 1 else None


def announce_bases(session: Session, coverage: Coverage) -> None:
    """Tell finance that covered dwellings changed from a date."""
    outbox.announce(
        session, "patrimoine.bases_changed", scheme_id=coverage.scheme_id, from_on=coverage.from_on
    )


def _own_id(session: Session) -> int:
    return context_of(session).own_id


def _refuse_unknown_communes(session: Session, drafts: Sequence[ResidenceDraft]) -> None:
    asked = {draft.insee_code for draft in drafts}
    known = set(session.scalars(select(Commune.insee_code).where(Commune.insee_code.in_(asked))))
    for draft in drafts:
        if draft.insee_code not in known:
            message = f"Commune inconnue : « {draft.insee_code} » (résidence {draft.code})."
            raise Invalid("insee_code", message)


def _refuse_known_codes(session: Session, drafts: Sequence[ResidenceDraft]) -> None:
    codes = [draft.code for draft in drafts]
    taken = set(session.scalars(select(Residence.code).where(Residence.code.in_(codes))))
    for code in sorted(taken):
        message = f"Une résidence porte déjà le code « {code} »."
        raise Conflict(message)


def _agencies(session: Session, bailleur_id: int, names: list[str]) -> dict[str, Agency]:
    known = {
        row.name: row
        for row in session.scalars(select(Agency).where(Agency.bailleur_id == bailleur_id))
    }
    for name in names:
        if name not in known:
            known[name] = Agency(bailleur_id=bailleur_id, name=name)
            session.add(known[name])
    session.flush()
    return known
