"""Seal each bailleur's report of a closed evening, then the versions that cancel and replace it.

Each runs as a job in the bailleur's own context, whatever the others do; run twice, it is made
once. Sealed bytes never change: what is found out later makes another version.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.daily_reports import sealed
from presence.daily_reports.assembly import ReportHead, assemble
from presence.daily_reports.content import Content, Superseded
from presence.daily_reports.differences import differences, figures_changed
from presence.daily_reports.drafting import facts_of, head_of
from presence.daily_reports.models import DailyReport
from presence.field.models import EveningMarker
from presence.kernel import outbox
from presence.kernel.clock import now
from presence.kernel.errors import Invalid
from presence.kernel.nomenclature import AmendmentCause
from tenants.database import context_of
from tenants.scheme import contracts


@dataclass(frozen=True)
class Closing:
    """What a closure hands to each bailleur's job."""

    scheme_id: int
    prestataire_id: int
    evening_on: date
    signed_at: datetime
    signer: str


@dataclass(frozen=True)
class Amendment:
    """Why a report is to be looked at again, and in whose name."""

    scheme_id: int
    prestataire_id: int
    evening_on: date
    cause: AmendmentCause
    reason: str
    author: str


def seal_report(session: Session, closing: Closing) -> DailyReport:
    """Seal a bailleur's report of a closed evening, in that bailleur's context; twice = once."""
    _require_contract(session, closing.prestataire_id, closing.scheme_id, closing.evening_on)
    known = newest(session, closing.scheme_id, closing.evening_on)
    if known is not None:
        return known
    head = replace(
        head_of(session, closing.scheme_id, closing.evening_on),
        version=1,
        signed_at=closing.signed_at,
        signer=closing.signer,
    )
    row = _seal(session, closing.scheme_id, closing.prestataire_id, head)
    audit.record(
        session, "daily_report.sealed", row.id, bailleur_id=row.bailleur_id, number=row.number
    )
    return row


def amend_report(session: Session, amendment: Amendment) -> DailyReport | None:
    """Seal the version that cancels and replaces the last one, in the bailleur's context.

    None when there is nothing to say: no report yet (the one to come will hold everything), or
    no field that differs from the last version.
    """
    _require_contract(session, amendment.prestataire_id, amendment.scheme_id, amendment.evening_on)
    last = newest(session, amendment.scheme_id, amendment.evening_on)
    if last is None:
        return None
    before = sealed.read(last.content)
    head = replace(
        head_of(session, amendment.scheme_id, amendment.evening_on),
        version=last.version + 1,
        signed_at=last.signed_at,
        signer=last.signer,
    )
    facts = facts_of(session, amendment.scheme_id, amendment.evening_on, last.bailleur_id)
    changes = differences(before, assemble(head, facts))
    if not changes:
        return None
    supersedes = Superseded(
        number=last.number,
        content_hash=last.content_hash,
        cause=amendment.cause,
        reason=amendment.reason,
        author=amendment.author,
        at=now(session),
        changes=changes,
    )
    head = replace(head, supersedes=supersedes)
    row = _seal(session, amendment.scheme_id, amendment.prestataire_id, head)
    audit.record(
        session, "daily_report.amended", row.id, bailleur_id=row.bailleur_id, number=row.number
    )
    outbox.announce(
        session,
        "daily_reports.report_amended",
        report_id=row.id,
        scheme_id=row.scheme_id,
        evening_on=row.evening_on,
        figures_changed=figures_changed(before, sealed.read(row.content)),
    )
    return row


def newest(session: Session, scheme_id: int, evening_on: date) -> DailyReport | None:
    """The last version of the report of an evening (bailleur's context), None before sealing."""
    return session.scalar(
        select(DailyReport)
        .where(
            DailyReport.bailleur_id == context_of(session).own_id,
            DailyReport.scheme_id == scheme_id,
            DailyReport.evening_on == evening_on,
        )
        .order_by(DailyReport.version.desc())
        .limit(1)
    )


def _require_contract(
    session: Session, prestataire_id: int, scheme_id: int, evening_on: date
) -> None:
    # The announcement comes from the prestataire; the bailleur's own contract has the last word.
    if not any(
        contract.prestataire_id == prestataire_id
        and contract.scheme_id == scheme_id
        and evening_on in contract.valid_during
        for contract in contracts(session)
    ):
        message = f"Aucun contrat avec ce prestataire ne couvre la soirée du {evening_on:%d/%m/%Y}."
        raise Invalid("date", message)


def _seal(session: Session, scheme_id: int, prestataire_id: int, head: ReportHead) -> DailyReport:
    bailleur_id = context_of(session).own_id
    content: Content = assemble(head, facts_of(session, scheme_id, head.evening_on, bailleur_id))
    written = sealed.write(content)
    row = DailyReport(
        id=uuid4(),
        bailleur_id=bailleur_id,
        prestataire_id=prestataire_id,
        scheme_id=scheme_id,
        evening_on=head.evening_on,
        version=head.version,
        number=head.number,
        signed_at=head.signed_at,
        signer=head.signer,
        content=written,
        content_hash=hashlib.sha256(written).hexdigest(),
        cause=head.supersedes.cause.value if head.supersedes else None,
    )
    session.add(row)
    # The unique key decides between two jobs that run at once: the second one fails and, run
    # again, finds the first one's report.
    session.flush()
    session.execute(
        insert(EveningMarker).values(
            id=uuid4(), bailleur_id=bailleur_id, evening_on=head.evening_on
        )
    )
    return row
