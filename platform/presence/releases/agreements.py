"""Propose, sign and withdraw a sharing agreement (accord de partage) between the bailleurs."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.disclosure.cells import Key
from presence.kernel import outbox
from presence.kernel.clock import now
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.formats import long_date, paris_date
from presence.releases.indicators import DICTIONARY
from presence.releases.models import AgreementSignature, SharingAgreement
from tenants.database import context_of

WORDING = (
    "En signant, vous acceptez que les totaux du dispositif soient publiés. Tant que vous n'êtes "
    "que deux bailleurs, l'autre pourra calculer vos chiffres par soustraction. Un retrait vaut "
    "pour les bilans à venir, pas pour ceux qui sont déjà publiés."
)
# How fine an agreement opens: the territory, its months, its communes, their priority areas.
GRAINS = ("scheme", "month", "commune", "qpv")
AUDIENCE = "CAPI, communes et État"


def propose_agreement(
    session: Session,
    *,
    indicators: Iterable[str],
    from_on: date,
    grains: Collection[str] = GRAINS,
) -> SharingAgreement:
    """Propose an agreement to the members of the scheme (scheme's context).

    Raises `Invalid` for an indicator or a grain that does not exist.
    """
    indicators = sorted(indicators)
    if unknown := [code for code in indicators if code.partition(":")[0] not in DICTIONARY]:
        raise Invalid("indicators", f"Indicateur inconnu : {unknown[0]}.")
    if not grains or not set(grains) <= set(GRAINS):
        raise Invalid("grains", f"Les mailles sont : {', '.join(GRAINS)}.")
    row = SharingAgreement(
        id=uuid4(),
        scheme_id=_subject(session),
        indicators=indicators,
        grains=[grain for grain in GRAINS if grain in grains],
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


@dataclass(frozen=True)
class Opening:
    """An agreement in force that everybody has signed: what it opens, and how fine."""

    indicators: frozenset[str]
    grains: frozenset[str]
    sentence: str

    def opens(self, key: Key, from_on: date, to_on: date) -> bool:
        """Whether it opens a cell of a bilan of that period; `action` opens `action:mediation`."""
        family = key.indicator.partition(":")[0]
        named = key.indicator in self.indicators or family in self.indicators
        return named and _grain(key, from_on, to_on) in self.grains


def openings(session: Session, contributors: Collection[int], at: datetime) -> list[Opening]:
    """The agreements in force at an instant, that every contributor of a bilan had signed."""
    day = paris_date(at)
    found = []
    for agreement in session.scalars(
        select(SharingAgreement).order_by(SharingAgreement.proposed_at, SharingAgreement.id)
    ):
        signed = set(
            session.scalars(
                select(AgreementSignature.bailleur_id).where(
                    AgreementSignature.agreement_id == agreement.id,
                    AgreementSignature.signed_at <= at,
                    or_(
                        AgreementSignature.withdrawn_at.is_(None),
                        AgreementSignature.withdrawn_at > at,
                    ),
                )
            )
        )
        if day in agreement.valid_during and contributors and set(contributors) <= signed:
            found.append(
                Opening(
                    frozenset(agreement.indicators),
                    frozenset(agreement.grains),
                    _sentence(agreement, len(contributors)),
                )
            )
    return found


def _sentence(agreement: SharingAgreement, signed: int) -> str:
    since = agreement.valid_during.lower
    dated = f" valable depuis le {long_date(since, weekday=False)}" if since else ""
    return f"Accord de partage{dated}, signé par les {signed} bailleurs contributeurs."


def _grain(key: Key, from_on: date, to_on: date) -> str:
    if "/" in key.area:
        return "qpv"
    if key.area:
        return "commune"
    return "scheme" if (key.from_on, key.to_on) == (from_on, to_on) else "month"


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
