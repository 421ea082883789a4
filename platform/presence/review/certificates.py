"""Certificate of service (attestation de service fait): what a prestataire keeps of a month.

Dates, hours, numbers of visits, building codes: no free text, no resident, no photo (security.md
§6). It is sealed in the bailleur's context from the bailleur's rows, and stays readable by the
prestataire after the contract's end. Amounts come with invoices, which do not exist yet.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.review.models import ServiceCertificate
from presence.field.service_days import ServiceDay, service_days
from presence.kernel.clock import first_of_month, last_of_month
from presence.kernel.errors import NotFound
from presence.kernel.keys import canonical
from presence.kernel.ownership import stated
from tenants.database import context_of
from tenants.models import Organisation
from tenants.scheme import contracts
from tenants.scheme import scheme as scheme_of

FORMAT = 1


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
    days = service_days(session, scheme_id, prestataire_id, first, last_of_month(first))
    if not days:
        return None
    content = canonical(
        {
            "format": FORMAT,
            "bailleur": bailleur.name,
            "scheme": scheme.name,
            "month": f"{month_on:%Y-%m}",
            "evenings": [_line(day) for day in days],
            "totals": {
                "evenings": len(days),
                "visits": sum(day.visits for day in days),
                "not_done": sum(day.not_done for day in days),
            },
        }
    )
    return _keep(session, prestataire_id, scheme_id, first, content)


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
    last = session.scalar(
        select(ServiceCertificate)
        .where(
            ServiceCertificate.bailleur_id == bailleur_id,
            ServiceCertificate.prestataire_id == prestataire_id,
            ServiceCertificate.scheme_id == scheme_id,
            ServiceCertificate.month_on == month_on,
        )
        .order_by(ServiceCertificate.version.desc())
        .limit(1)
    )
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


def _line(day: ServiceDay) -> dict[str, object]:
    return {
        "evening": day.evening_on.isoformat(),
        "first_at": day.first_at.astimezone(UTC).isoformat(),
        "last_at": day.last_at.astimezone(UTC).isoformat(),
        "visits": day.visits,
        "not_done": day.not_done,
        "buildings": list(day.residence_codes),
    }


def _listed(row: ServiceCertificate) -> SealedCertificate:
    return SealedCertificate(
        row.id, row.bailleur_id, row.prestataire_id, row.scheme_id, row.month_on, row.version,
        row.sealed_at, row.content, row.content_hash,
    )  # fmt: skip
