"""Propose, sign and withdraw a sharing agreement (accord de partage) between the bailleurs."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.kernel import outbox
from presence.kernel.clock import now, today
from presence.kernel.errors import Conflict, NotFound
from presence.releases.models import AgreementSignature, SharingAgreement
from tenants.database import context_of
from tenants.scheme import memberships

WORDING = (
    "En signant, vous acceptez que les totaux du dispositif soient publiés. Tant que vous n'êtes "
    "que deux bailleurs, l'autre pourra calculer vos chiffres par soustraction. Un retrait vaut "
    "pour les bilans à venir, pas pour ceux qui sont déjà publiés."
)
AUDIENCE = "CAPI, communes et État"


def propose_agreement(
    session: Session, *, indicators: Iterable[str], from_on: date
) -> SharingAgreement:
    """Propose an agreement to the members of the scheme (scheme's context)."""
    row = SharingAgreement(
        id=uuid4(),
        scheme_id=_subject(session),
        indicators=sorted(indicators),
        audience=AUDIENCE,
        wording=WORDING,
        valid_during=Range(from_on, None),
    )
    session.add(row)
    session.flush()
    audit.record(session, "agreement.proposed", row.id, scheme_id=row.scheme_id)
    return row


def sign_agreement(session: Session, agreement_id: UUID) -> AgreementSignature:
    """Sign for one's own bailleur (bailleur's context); signing twice changes nothing."""
    agreement = _agreement(session, agreement_id)
    known = _own_signature(session, agreement_id)
    if known is not None:
        return known
    row = AgreementSignature(
        scheme_id=agreement.scheme_id,
        agreement_id=agreement_id,
        bailleur_id=_subject(session),
        signed_at=now(session),
        account_id=context_of(session).account,
    )
    session.add(row)
    _agreement_changed(session, agreement, "agreement.signed")
    return row


def withdraw_signature(session: Session, agreement_id: UUID) -> None:
    """Withdraw one's signature: releases published from now on no longer rest on it."""
    agreement = _agreement(session, agreement_id)
    signature = _own_signature(session, agreement_id)
    if signature is None:
        raise Conflict("Votre signature n'est pas en cours : il n'y a rien à retirer.")
    signature.withdrawn_at = now(session)
    _agreement_changed(session, agreement, "agreement.withdrawn")


def agreed_indicators(session: Session) -> frozenset[str]:
    """The indicators that an agreement in force, signed by every member, opens."""
    day = today(session)
    scheme_id = _subject(session)
    members = {m.bailleur_id for m in memberships(session, scheme_id) if day in m.valid_during}
    opened: set[str] = set()
    for agreement in session.scalars(select(SharingAgreement)):
        if day not in agreement.valid_during:
            continue
        signed = set(
            session.scalars(
                select(AgreementSignature.bailleur_id).where(
                    AgreementSignature.agreement_id == agreement.id,
                    AgreementSignature.withdrawn_at.is_(None),
                )
            )
        )
        if members and members <= signed:
            opened |= set(agreement.indicators)
    return frozenset(opened)


def _agreement(session: Session, agreement_id: UUID) -> SharingAgreement:
    row = session.scalar(select(SharingAgreement).where(SharingAgreement.id == agreement_id))
    if row is None:
        raise NotFound
    return row


def _own_signature(session: Session, agreement_id: UUID) -> AgreementSignature | None:
    return session.scalar(
        select(AgreementSignature).where(
            AgreementSignature.agreement_id == agreement_id,
            AgreementSignature.bailleur_id == _subject(session),
            AgreementSignature.withdrawn_at.is_(None),
        )
    )


def _agreement_changed(session: Session, agreement: SharingAgreement, act: str) -> None:
    session.flush()
    audit.record(session, act, agreement.id, bailleur_id=_subject(session))
    outbox.announce(session, "reporting.agreement_changed", scheme_id=agreement.scheme_id)


def _subject(session: Session) -> int:
    return context_of(session).own_id
