"""Schemes (dispositifs): who takes part, from when to when, served by whom.

Periods are half-open: `[from, to)`, `to` None meaning « no end known ». Overlaps are refused by
the database; the message is made here, before it has to.
"""

from collections.abc import Iterable
from datetime import date, time
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from tenants.errors import TenancyError
from tenants.models import (
    Contract,
    Membership,
    Organisation,
    Scheme,
    SchemeReader,
    ServiceWindow,
)
from tenants.roles import OrganisationKind

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)


class OverlappingPeriod(TenancyError):
    """A membership or a contract already covers part of the period."""


class WrongOrganisation(TenancyError):
    """An organisation of another kind was given, or a period that ends before it starts."""


def create_scheme(
    session: Session,
    *,
    name: str,
    territory: Organisation,
    lead_bailleur: Organisation,
    oncall_number: str,
) -> Scheme:
    """Create a scheme on a territory, led by one bailleur (bailleur chef de file)."""
    row = Scheme(
        name=name,
        territory_id=territory.id,
        territory_name=territory.name,
        lead_bailleur_id=lead_bailleur.id,
        oncall_number=oncall_number,
    )
    session.add(row)
    session.flush()
    return row


def open_window(
    session: Session,
    scheme: Scheme,
    *,
    opens_at: time,
    closes_at: time,
    from_on: date,
    weekdays: Iterable[int] = EVERY_DAY,
) -> None:
    """Fix the evenings' hours (Paris time) from a date; weekdays are ISO, 1 = Monday."""
    session.add(
        ServiceWindow(
            scheme_id=scheme.id,
            opens_at=opens_at,
            closes_at=closes_at,
            weekdays=sorted(weekdays),
            valid_during=Range(from_on, None),
        )
    )
    session.flush()


def join(
    session: Session,
    scheme: Scheme,
    bailleur: Organisation,
    *,
    from_on: date,
    to_on: date | None = None,
) -> Membership:
    """Make a bailleur a member between two dates; raises `OverlappingPeriod`."""
    _require(bailleur, OrganisationKind.BAILLEUR, from_on, to_on)
    period = Range(from_on, to_on)
    if session.scalar(
        select(func.count())
        .select_from(Membership)
        .where(
            Membership.scheme_id == scheme.id,
            Membership.bailleur_id == bailleur.id,
            Membership.valid_during.overlaps(period),
        )
    ):
        message = (
            f"{bailleur.name} est déjà membre de « {scheme.name} » sur une partie de la période."
        )
        raise OverlappingPeriod(message)
    row = Membership(
        scheme_id=scheme.id,
        bailleur_id=bailleur.id,
        bailleur_name=bailleur.name,
        valid_during=period,
    )
    session.add(row)
    session.flush()
    return row


def sign_contract(
    session: Session,
    scheme: Scheme,
    *,
    bailleur: Organisation,
    prestataire: Organisation,
    from_on: date,
    to_on: date,
) -> Contract:
    """Entrust a bailleur's evenings to a prestataire; raises `OverlappingPeriod`.

    The months of the contract get their partitions, so that visits can be recorded.
    """
    _require(prestataire, OrganisationKind.PRESTATAIRE, from_on, to_on)
    period = Range(from_on, to_on)
    if session.scalar(
        select(func.count())
        .select_from(Contract)
        .where(
            Contract.scheme_id == scheme.id,
            Contract.bailleur_id == bailleur.id,
            Contract.valid_during.overlaps(period),
        )
    ):
        message = f"{bailleur.name} a déjà un contrat dans « {scheme.name} » sur cette période."
        raise OverlappingPeriod(message)
    row = Contract(
        scheme_id=scheme.id,
        bailleur_id=bailleur.id,
        prestataire_id=prestataire.id,
        valid_during=period,
        bailleur_name=bailleur.name,
        prestataire_name=prestataire.name,
    )
    session.add(row)
    session.flush()
    session.execute(select(func.app.prepare_months(from_on, to_on)))
    return row


def end_contract(session: Session, contract_id: UUID, on: date) -> Contract | None:
    """End a contract on a date (excluded), earlier or later than foreseen; None if unknown.

    A date that has come closes the prestataire's eyes at the next statement.
    """
    row = session.scalar(select(Contract).where(Contract.id == contract_id))
    if row is None:
        return None
    if row.valid_during.lower is not None and on <= row.valid_during.lower:
        message = "Un contrat finit après avoir commencé : donnez une date plus tardive."
        raise WrongOrganisation(message)
    row.valid_during = Range(row.valid_during.lower, on)
    session.flush()
    return row


def admit_reader(session: Session, scheme: Scheme, reader: Organisation) -> None:
    """Let an organisation read the scheme's published figures."""
    session.add(SchemeReader(scheme_id=scheme.id, organisation_id=reader.id))
    session.flush()


def scheme(session: Session, scheme_id: int) -> Scheme | None:
    """A scheme that the context may see."""
    return session.get(Scheme, scheme_id)


def schemes(session: Session) -> list[Scheme]:
    """The schemes that the context may see, by name."""
    return list(session.scalars(select(Scheme).order_by(Scheme.name, Scheme.id)))


def memberships(session: Session, scheme_id: int) -> list[Membership]:
    """The memberships of a scheme that the context may see, in order of arrival."""
    rows = session.scalars(select(Membership).where(Membership.scheme_id == scheme_id))
    return sorted(rows, key=lambda m: (m.valid_during.lower or date.min, m.bailleur_id))


def contracts(session: Session) -> list[Contract]:
    """The contracts that the context may see."""
    return list(session.scalars(select(Contract)))


def windows(session: Session, scheme_id: int) -> list[ServiceWindow]:
    """The service windows of a scheme, in order."""
    rows = session.scalars(select(ServiceWindow).where(ServiceWindow.scheme_id == scheme_id))
    live = [row for row in rows if not row.valid_during.isempty]
    return sorted(live, key=lambda row: row.valid_during.lower or date.min)


def _require(
    organisation: Organisation, kind: OrganisationKind, from_on: date, to_on: date | None
) -> None:
    if not organisation.is_a(kind):
        message = f"{organisation.name} n'est pas un {kind.value}."
        raise WrongOrganisation(message)
    if to_on is not None and to_on <= from_on:
        message = "La date de fin doit suivre la date de début."
        raise WrongOrganisation(message)
