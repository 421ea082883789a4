"""Change a sheet (corriger une fiche): freely before the signature, by two people after it.

What was stays written beside what is, with who, when and why. PostgreSQL applies the change
(`app.apply_sheet_change`), and refuses one that nobody else approved once the evening is signed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from presence.anomalies.withdrawals import withdraw_sightings
from presence.audit import services as audit
from presence.field.closures import AmendmentDue, announce_amendment, closure_of, hold_evening
from presence.field.models import EveningMarker, SheetChange
from presence.field.rules import InterventionReport, VisitReport
from presence.field.sheets import Sheet, interventions_of, sheet_of
from presence.kernel.clock import evening_of, now
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.keys import fingerprint
from presence.kernel.nomenclature import AmendmentCause, ChangeState, VisitResult
from presence.kernel.ownership import stated
from presence.kernel.plain import literal
from tenants.database import context_of

MOST_REASON = 280
_TELLING = {VisitResult.ANOMALY.value, VisitResult.INTERVENTION.value}


@dataclass(frozen=True)
class Draft:
    """A change as somebody asks for it; `after` None withdraws the sheet."""

    client_id: UUID
    evening_on: date
    sheet_id: UUID
    after: InterventionReport | VisitReport | None
    started_at: datetime | None
    reason: str
    author: str
    dispute_id: UUID | None = None


def propose_change(session: Session, draft: Draft) -> SheetChange:
    """Change a sheet: applied at once while the evening is open, else left to be approved.

    Once per key. Raises `NotFound`, `Invalid` (what is wrong in the new sheet), `Conflict`.
    """
    digest = fingerprint({"sheet": draft.sheet_id, "after": repr(draft.after),
                          "at": draft.started_at, "reason": draft.reason})  # fmt: skip
    known = change(session, draft.client_id)
    if known is not None:
        if known.content_hash != digest:
            raise Conflict("Cette clé a déjà servi pour une autre correction.")
        return known
    sheet = sheet_of(session, draft.sheet_id, draft.evening_on)
    account = context_of(session).account
    if sheet is None or account is None:
        raise NotFound
    reason = _reason(draft.reason)
    after = _after(sheet, draft)
    if after == sheet.values:
        raise Invalid("reason", "Rien ne change : la fiche dit déjà cela.")
    if _pending(session, draft.sheet_id):
        raise Conflict("Une correction de cette fiche attend déjà d'être approuvée.")
    # Against a signature that is being given: either the change is in it, or it needs approval.
    hold_evening(session, sheet.scheme_id, sheet.evening_on, alone=False)
    signed = closure_of(session, sheet.scheme_id, sheet.evening_on) is not None
    row = SheetChange(
        id=draft.client_id,
        prestataire_id=context_of(session).own_id,
        scheme_id=sheet.scheme_id,
        bailleur_id=sheet.bailleur_id,
        evening_on=sheet.evening_on,
        sheet=sheet.kind,
        sheet_id=sheet.id,
        act="withdraw" if draft.after is None else "revise",
        before=_kept(session, sheet, draft),
        after=dict(after),
        reason=reason,
        dispute_id=draft.dispute_id,
        state=(ChangeState.PROPOSED if signed else ChangeState.APPLIED).value,
        author_id=account,
        author=draft.author,
        content_hash=digest,
    )
    session.add(row)
    session.flush()
    audit.record(session, "sheet.change_proposed", row.id, bailleur_id=row.bailleur_id)
    if not signed:
        _apply(session, row)
    return row


def approve_change(session: Session, change_id: UUID, approver: str) -> SheetChange:
    """Approve a change, by somebody else than its author; the reports are then amended.

    Raises `NotFound`, or `Conflict` for the author and for a change that was decided already.
    """
    row = _to_decide(session, change_id)
    account = context_of(session).account
    if account is None or account == row.author_id:
        raise Conflict("La personne qui rectifie ne peut pas approuver sa propre correction.")
    row.state = ChangeState.APPLIED.value
    row.approver_id, row.approver, row.decided_at = account, approver, now(session)
    session.flush()
    _apply(session, row)
    cause = AmendmentCause.DISPUTE if row.dispute_id else AmendmentCause.CORRECTION
    due = AmendmentDue(cause, row.reason, f"{row.author}, approuvé par {approver}")
    announce_amendment(session, (row.scheme_id, row.evening_on), [row.bailleur_id], due)
    return row


def refuse_change(session: Session, change_id: UUID, approver: str) -> SheetChange:
    """Refuse a change, or take one's own back: the sheet stays as it is."""
    row = _to_decide(session, change_id)
    row.state = ChangeState.REFUSED.value
    if context_of(session).account != row.author_id:
        row.approver_id, row.approver = context_of(session).account, approver
    row.decided_at = now(session)
    session.flush()
    audit.record(session, "sheet.change_refused", row.id, bailleur_id=row.bailleur_id)
    return row


def change(session: Session, change_id: UUID) -> SheetChange | None:
    """One change, None if it is another's or does not exist."""
    return session.get(SheetChange, (change_id, context_of(session).own_id))


def changes(
    session: Session, *, state: ChangeState | None = None, evening_on: date | None = None
) -> list[SheetChange]:
    """The prestataire's changes, the newest first."""
    query = (
        select(SheetChange)
        .where(*stated(session, SheetChange))
        .order_by(SheetChange.proposed_at.desc(), SheetChange.id)
    )
    if state is not None:
        query = query.where(SheetChange.state == state.value)
    if evening_on is not None:
        query = query.where(SheetChange.evening_on == evening_on)
    return list(session.scalars(query.limit(200)))


def _apply(session: Session, row: SheetChange) -> None:
    session.execute(select(func.app.apply_sheet_change(row.id)))
    # What a sheet saw of anomalies goes with it, or with the result that told of them.
    if row.sheet == "visit" and row.after.get("result") not in _TELLING:
        withdraw_sightings(session, row.sheet_id, now(session))
    session.execute(
        insert(EveningMarker).values(
            id=uuid4(), bailleur_id=row.bailleur_id, evening_on=row.evening_on
        )
    )
    session.expire_all()
    audit.record(session, "sheet.changed", row.id, bailleur_id=row.bailleur_id)


def _to_decide(session: Session, change_id: UUID) -> SheetChange:
    row = session.scalar(
        select(SheetChange)
        .where(SheetChange.id == change_id, *stated(session, SheetChange))
        .with_for_update()
    )
    if row is None:
        raise NotFound
    if row.state != ChangeState.PROPOSED.value:
        raise Conflict("Cette correction est déjà décidée.")
    return row


def _pending(session: Session, sheet_id: UUID) -> bool:
    return (
        session.scalar(
            select(SheetChange.id).where(
                SheetChange.sheet_id == sheet_id,
                SheetChange.state == ChangeState.PROPOSED.value,
                *stated(session, SheetChange),
            )
        )
        is not None
    )


def _reason(text: str) -> str:
    told = " ".join(literal(text).split())
    if not told:
        raise Invalid("reason", "Dites pourquoi : le motif accompagne la correction.")
    if len(told) > MOST_REASON:
        raise Invalid("reason", f"Le motif tient en {MOST_REASON} caractères.")
    return told


def _after(sheet: Sheet, draft: Draft) -> Mapping[str, object]:
    if draft.after is None:
        if sheet.kind != "visit":
            raise Invalid("sheet", "On retire un passage entier, avec ses interventions.")
        return {}
    started_at = draft.started_at or sheet.started_at
    if evening_of(started_at) != sheet.evening_on:
        raise Invalid("started_at", "Une correction reste dans la même soirée.")
    return sheet.revised(started_at, draft.after)


def _kept(session: Session, sheet: Sheet, draft: Draft) -> dict[str, object]:
    """What the sheet said; of one that is withdrawn, everything: this row is all that remains."""
    if draft.after is not None:
        return dict(sheet.values)
    told = [dict(item.values) for item in interventions_of(session, sheet)]
    return dict(sheet.values) | {"entrance_id": str(sheet.entrance_id), "interventions": told}
