"""Certificate of service (attestation de service fait): what a prestataire keeps of a month.

Dates, hours, numbers of visits, building codes: no free text, no resident, no photo (security.md
§6). It is sealed in the bailleur's context from the bailleur's rows, and stays readable by the
prestataire after the contract's end. Amounts come with invoices, which do not exist yet.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.kernel.clock import first_of_month
from presence.kernel.errors import NotFound
from presence.kernel.keys import canonical
from presence.kernel.ownership import stated
from presence.review.models import ServiceCertificate
from presence.review.service import service_of_month
from tenants.database import context_of
from tenants.models import Organisation
from tenants.scheme import contracts
from tenants.scheme import scheme as scheme_of

FORMAT = 2


@dataclass(frozen=True)
class SealedCertificate:
    """A certificate as listed: whose month, which version, its fingerprint."""

    id: UUID
    bailleur_id: int
    prestataire_id: int
    scheme_id: int
    month_on: date
    version: int
    sealed_at: datetime
    content: bytes
    content_hash: str


def seal_certificate(
    session: Session, prestataire_id: int, scheme_id: int, month_on: date
) -> SealedCertificate | None:
    """Seal a month in the bailleur's context; a new version only when something changed."""
    bailleur_id = context_of(session).own_id
    bailleur = session.get(Organisation, bailleur_id)
    scheme = scheme_of(session, scheme_id)
    served = [
        contract.valid_during
        for contract in contracts(session)
        if contract.prestataire_id == prestataire_id and contract.scheme_id == scheme_id
    ]
    if bailleur is None or scheme is None or not served:
        raise NotFound
    first = first_of_month(month_on)
    lines = service_of_month(session, scheme_id, prestataire_id, first)
    if not lines:
        return None
    content = canonical(
        {
            "format": FORMAT,
            "bailleur": bailleur.name,
            "scheme": scheme.name,
            "month": f"{month_on:%Y-%m}",
            "evenings": [line.as_sealed() for line in lines],
            "totals": {
                "evenings": len(lines),
                "visits": sum(line.visits for line in lines),
                "not_done": sum(line.not_done for line in lines),
                "disputed": sum(line.disputed for line in lines),
                "without_report": sum(line.report is None for line in lines),
            },
        }
    )
    return _keep(session, prestataire_id, scheme_id, first, content)


def reseal_certificate(
    session: Session, prestataire_id: int, scheme_id: int, month_on: date
) -> SealedCertificate | None:
    """Seal a month again when it was sealed already; None for a month that is not over yet."""
    if _last(session, prestataire_id, scheme_id, first_of_month(month_on)) is None:
        return None
    return seal_certificate(session, prestataire_id, scheme_id, month_on)


def certificates(session: Session) -> list[SealedCertificate]:
    """The certificates that the context may read, the newest month first."""
    rows = session.scalars(
        select(ServiceCertificate)
        .where(*stated(session, ServiceCertificate))
        .order_by(
            ServiceCertificate.month_on.desc(),
            ServiceCertificate.bailleur_id,
            ServiceCertificate.version.desc(),
        )
    )
    return [_listed(row) for row in rows]


def certificate(session: Session, certificate_id: UUID) -> SealedCertificate | None:
    """One certificate, None if it is another's or does not exist."""
    row = session.scalar(
        select(ServiceCertificate).where(
            ServiceCertificate.id == certificate_id, *stated(session, ServiceCertificate)
        )
    )
    return _listed(row) if row else None


def _keep(
    session: Session, prestataire_id: int, scheme_id: int, month_on: date, content: bytes
) -> SealedCertificate:
    bailleur_id = context_of(session).own_id
    last = _last(session, prestataire_id, scheme_id, month_on)
    digest = hashlib.sha256(content).hexdigest()
    if last is not None and last.content_hash == digest:
        return _listed(last)
    row = ServiceCertificate(
        id=uuid4(),
        bailleur_id=bailleur_id,
        prestataire_id=prestataire_id,
        scheme_id=scheme_id,
        month_on=month_on,
        version=1 if last is None else last.version + 1,
        content=content,
        content_hash=digest,
    )
    session.add(row)
    session.flush()
    session.refresh(row)
    audit.record(session, "certificate.sealed", row.id, bailleur_id=bailleur_id)
    return _listed(row)


def _last(
    session: Session, prestataire_id: int, scheme_id: int, month_on: date
) -> ServiceCertificate | None:
    return session.scalar(
        select(ServiceCertificate)
        .where(
            ServiceCertificate.bailleur_id == context_of(session).own_id,
            ServiceCertificate.prestataire_id == prestataire_id,
            ServiceCertificate.scheme_id == scheme_id,
            ServiceCertificate.month_on == month_on,
        )
        .order_by(ServiceCertificate.version.desc())
        .limit(1)
    )


def _listed(row: ServiceCertificate) -> SealedCertificate:
    return SealedCertificate(
        row.id, row.bailleur_id, row.prestataire_id, row.scheme_id, row.month_on, row.version,
        row.sealed_at, row.content, row.content_hash,
    )  # fmt: skip
