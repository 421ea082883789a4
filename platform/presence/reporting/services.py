"""Propose and sign a sharing agreement; open a release and publish it.

A release is frozen once published; a later change makes a new version. Publishing runs in the
scheme's context, from contributions that only this job reads.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.finance import services as finance
from presence.kernel import outbox
from presence.kernel.clock import now, today
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.keys import fingerprint
from presence.reporting.indicators import INDICATORS, MONTHLY, PERIMETER
from presence.reporting.models import (
    AgreementSignature,
    Contribution,
    Release,
    ReleaseCell,
    SharingAgreement,
)
from presence.reporting.privacy import Cell, protect
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


def open_release(session: Session, from_on: date, to_on: date, reason: str) -> Release:
    """Open the next version of a period's release (scheme's context); whole months only."""
    if from_on.day != 1 or to_on < from_on or (to_on.month == _next_day(to_on).month):
        raise Invalid("period", "Un bilan va du premier jour d'un mois au dernier d'un autre.")
    newest = session.scalar(
        select(func.max(Release.version)).where(Release.from_on == from_on, Release.to_on == to_on)
    )
    row = Release(
        id=uuid4(),
        scheme_id=_subject(session),
        from_on=from_on,
        to_on=to_on,
        version=(newest or 0) + 1,
        reason=reason,
    )
    session.add(row)
    session.flush()
    return row


def publish_due_releases(session: Session) -> list[Release]:
    """Publish every open release whose period is over (scheme's context); twice = once."""
    # Two nightly jobs at once: the second finds nothing left to publish.
    session.execute(select(func.pg_advisory_xact_lock(_subject(session), 0)))
    due = session.scalars(
        select(Release)
        .where(Release.published_at.is_(None), Release.to_on < today(session))
        .order_by(Release.from_on, Release.to_on, Release.version)
    )
    published = []
    for release in list(due):
        filled = session.scalar(select(func.app.contribute(release.id)))
        # Evenings of the period are still to be counted: the night will publish it.
        if filled is not None and filled >= 0:
            published.append(_publish(session, release))
    return published


def republish_after_agreement(session: Session) -> list[Release]:
    """Open a new version of each published release, then publish: the agreement has changed."""
    current = session.scalars(
        select(Release).where(Release.published_at.is_not(None), Release.superseded_at.is_(None))
    )
    for release in list(current):
        open_release(session, release.from_on, release.to_on, "accord de partage modifié")
    return publish_due_releases(session)


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


def _publish(session: Session, release: Release) -> Release:
    session.refresh(release)
    agreed = agreed_indicators(session)
    cells = _cells(session, release.id, agreed)
    former = session.scalar(
        select(Release).where(
            Release.from_on == release.from_on,
            Release.to_on == release.to_on,
            Release.published_at.is_not(None),
            Release.superseded_at.is_(None),
        )
    )
    if former is not None:
        former.superseded_at = now(session)
    session.add_all(
        ReleaseCell(
            id=uuid4(),
            scheme_id=release.scheme_id,
            release_id=release.id,
            indicator=indicator,
            month_on=month_on,
            value=cell.value,
            withheld=cell.withheld,
        )
        for (indicator, month_on), cell in cells.items()
    )
    release.published_at = release.cut_off_at = now(session)
    release.perimeter = {"members": len(_members_during(session, release))}
    release.content_hash = fingerprint(
        {f"{i} {m or ''}".strip(): [cell.value, cell.withheld] for (i, m), cell in cells.items()}
    )
    if "finance" in agreed:
        finance.publish_year_totals(session)
    else:
        finance.withdraw_year_totals(session)
    session.flush()
    audit.record(
        session,
        "release.published",
        release.id,
        scheme_id=release.scheme_id,
        version=release.version,
        content_hash=release.content_hash,
    )
    return release


def _cells(
    session: Session, release_id: UUID, agreed: frozenset[str]
) -> dict[tuple[str, date | None], Cell]:
    brought: dict[tuple[str, date | None], dict[int, int]] = {
        (indicator, None): {} for indicator in (*INDICATORS, *PERIMETER)
    }
    months: dict[tuple[str, date | None], dict[int, int]] = defaultdict(dict)
    for row in session.scalars(select(Contribution).where(Contribution.release_id == release_id)):
        whole = brought.get((row.indicator, None))
        if whole is None:
            continue
        whole[row.bailleur_id] = whole.get(row.bailleur_id, 0) + row.value
        if row.indicator in MONTHLY:
            months[row.indicator, row.month_on][row.bailleur_id] = row.value
    return {
        key: protect(key[0], values, agreed=key[0] in agreed)
        for key, values in (brought | months).items()
    }


def _members_during(session: Session, release: Release) -> set[int]:
    return {
        m.bailleur_id
        for m in memberships(session, release.scheme_id)
        if (m.valid_during.lower or date.min) <= release.to_on
        and (m.valid_during.upper or date.max) > release.from_on
    }


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


def _next_day(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)
