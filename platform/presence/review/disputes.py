"""Dispute of a line (contestation): reasoned, dated, answered, settled; one at a time per line.

While it is not settled, the line is out of the « service fait ». The bailleur opens and settles,
the prestataire answers; nobody answers their own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.daily_reports import sealed
from presence.daily_reports.content import Located
from presence.daily_reports.queries import report_content
from presence.daily_reports.services import newest
from presence.daily_reports.summary import Row, summarise
from presence.kernel import outbox
from presence.kernel.clock import first_of_month, now, today
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.keys import fingerprint
from presence.kernel.ownership import stated
from presence.kernel.plain import literal
from presence.review.codes import DisputeReason, DisputeState
from presence.review.models import Dispute
from presence.review.records import DisputeLine
from presence.roster.saving import unless_taken
from tenants.database import context_of

MOST_TEXT = 280
# Days that the prestataire has to answer, proposed by the form.
ANSWER_DAYS = 7


@dataclass(frozen=True)
class DisputeDraft:
    """A line that a bailleur disputes, why, and by when an answer is expected."""

    client_id: UUID
    report_id: UUID
    line_id: UUID
    reason: DisputeReason
    details: str
    due_on: date


def open_dispute(session: Session, draft: DisputeDraft) -> Dispute:
    """Dispute a line of a report's newest version, once per key (bailleur's context).

    Raises `Invalid` (no such report or line, no details, a date that is past), `Conflict`.
    """
    digest = fingerprint({name: str(value) for name, value in vars(draft).items()})
    known = _row(session, draft.client_id)
    if known is not None:
        if known.content_hash != digest:
            raise Conflict("Cette clé a déjà servi pour une autre contestation.")
        return known
    found = report_content(session, draft.report_id)
    if found is None:
        raise Invalid("report_id", "Ce rapport n'existe pas ou ne vous est pas ouvert.")
    line, content = found
    last = newest(session, line.scheme_id, line.evening_on)
    if last is None or last.id != line.id:
        raise Conflict("Ce rapport a été remplacé : contestez sa version en vigueur.")
    kind, located, fact = _line(content, draft.line_id)
    if located.residence_id is None:
        raise Invalid("line_id", "Cette ligne ne nomme pas son lieu : elle ne peut être contestée.")
    details = _text(draft.details, "details", "Dites ce que vous contestez.")
    if draft.due_on < today(session):
        raise Invalid("due_on", "La date de réponse attendue est passée.")
    row = Dispute(
        id=draft.client_id,
        bailleur_id=context_of(session).own_id,
        prestataire_id=last.prestataire_id,
        scheme_id=last.scheme_id,
        report_id=last.id,
        evening_on=last.evening_on,
        residence_id=located.residence_id,
        line=kind,
        line_id=draft.line_id,
        place=located.place,
        fact=fact,
        reason=draft.reason.value,
        details=details,
        due_on=draft.due_on,
        state=DisputeState.OPEN.value,
        account_id=context_of(session).account,
        content_hash=digest,
    )
    with unless_taken(session, "Cette ligne est déjà contestée."):
        session.add(row)
    audit.record(session, "dispute.opened", row.id, bailleur_id=row.bailleur_id)
    return row


def answer_dispute(session: Session, dispute_id: UUID, answer: str) -> Dispute:
    """Answer a dispute (prestataire's context): the line is maintained, or corrected beside.

    Raises `NotFound`, `Invalid`, `Conflict` once it is settled.
    """
    row = _found(session, dispute_id)
    if row.state == DisputeState.SETTLED.value:
        raise Conflict("Cette contestation est déjà réglée.")
    row.answer = _text(answer, "answer", "Écrivez votre réponse.")
    row.state = DisputeState.ANSWERED.value
    row.answered_at, row.answered_by = now(session), context_of(session).account
    session.flush()
    audit.record(session, "dispute.answered", row.id, bailleur_id=row.bailleur_id)
    return row


def settle_dispute(session: Session, dispute_id: UUID, settlement: str) -> Dispute:
    """Settle a dispute (bailleur's context): `maintained`, `amended` or `withdrawn`, once.

    The line counts again as the newest version says it. Raises `NotFound`, `Invalid`, `Conflict`.
    """
    row = _found(session, dispute_id)
    if row.state == DisputeState.SETTLED.value:
        if row.settlement == settlement:
            return row
        raise Conflict("Cette contestation est déjà réglée.")
    if settlement not in {"maintained", "amended", "withdrawn"}:
        raise Invalid("settlement", "Choisissez comment la contestation est réglée.")
    if settlement == "maintained" and row.state != DisputeState.ANSWERED.value:
        raise Conflict("Le prestataire n'a pas encore répondu : retirez plutôt la contestation.")
    row.state, row.settlement = DisputeState.SETTLED.value, settlement
    row.settled_at, row.settled_by = now(session), context_of(session).account
    session.flush()
    audit.record(session, "dispute.settled", row.id, bailleur_id=row.bailleur_id)
    outbox.announce(
        session,
        "review.dispute_settled",
        prestataire_id=row.prestataire_id,
        scheme_id=row.scheme_id,
        month=first_of_month(row.evening_on),
    )
    return row


def settle_amended(session: Session, scheme_id: int, evening_on: date) -> int:
    """Settle what a dispute's own correction answered (bailleur's context): how many."""
    rows = session.scalars(
        select(Dispute).where(
            Dispute.scheme_id == scheme_id,
            Dispute.evening_on == evening_on,
            Dispute.state == DisputeState.ANSWERED.value,
            *stated(session, Dispute),
        )
    ).all()
    changed = [row for row in rows if _says_otherwise(session, row)]
    for row in changed:
        settle_dispute(session, row.id, "amended")
    return len(changed)


def _says_otherwise(session: Session, row: Dispute) -> bool:
    last = newest(session, row.scheme_id, row.evening_on)
    disputed = report_content(session, row.report_id)
    if last is None or disputed is None or last.id == row.report_id:
        return False
    former = _lines(disputed[1]).get(row.line_id)
    return _lines(last.content).get(row.line_id) != former


def dispute(session: Session, dispute_id: UUID) -> DisputeLine | None:
    """One dispute, None if it is another's or does not exist."""
    row = _row(session, dispute_id)
    return _told(row) if row else None


def disputes(
    session: Session,
    *,
    scheme_id: int | None = None,
    evening_on: date | None = None,
    unsettled: bool = False,
) -> list[DisputeLine]:
    """The disputes that the context may see, the first due first."""
    query = select(Dispute).where(*stated(session, Dispute)).order_by(Dispute.due_on, Dispute.id)
    if scheme_id is not None:
        query = query.where(Dispute.scheme_id == scheme_id)
    if evening_on is not None:
        query = query.where(Dispute.evening_on == evening_on)
    if unsettled:
        query = query.where(Dispute.state != DisputeState.SETTLED.value)
    return [_told(row) for row in session.scalars(query.limit(500))]


def _row(session: Session, dispute_id: UUID) -> Dispute | None:
    return session.scalar(
        select(Dispute).where(Dispute.id == dispute_id, *stated(session, Dispute))
    )


def _told(row: Dispute) -> DisputeLine:
    told = {field.name: getattr(row, field.name) for field in fields(DisputeLine)}
    return DisputeLine(
        **told | {"reason": DisputeReason(row.reason), "state": DisputeState(row.state)}
    )


def disputed_lines(session: Session, start: date, end: date) -> set[UUID]:
    """The lines that are disputed and not settled, between two evenings, both included."""
    return set(
        session.scalars(
            select(Dispute.line_id).where(
                Dispute.evening_on >= start,
                Dispute.evening_on <= end,
                Dispute.state != DisputeState.SETTLED.value,
                *stated(session, Dispute),
            )
        )
    )


def _found(session: Session, dispute_id: UUID) -> Dispute:
    row = session.scalar(
        select(Dispute).where(Dispute.id == dispute_id, *stated(session, Dispute)).with_for_update()
    )
    if row is None:
        raise NotFound
    return row


def _lines(written: bytes) -> dict[UUID, object]:
    content = sealed.read(written)
    groups: Iterable[Iterable[object]] = (content.visits, content.interventions, content.anomalies)
    return {line.id: line for group in groups for line in group}  # type: ignore[attr-defined]


def _line(written: bytes, line_id: UUID) -> tuple[str, Located, str]:
    """The kind of a line, where it is, and the fact as a reader knows it; raises `Invalid`."""
    content = sealed.read(written)
    rows: dict[UUID | None, Row] = {row.source_id: row for row in summarise(content).rows}
    for kind, group in (
        ("intervention", content.interventions),
        ("anomaly", content.anomalies),
        ("visit", content.visits),
    ):
        for line in group:
            if line.id == line_id:
                row = rows.get(line_id)
                return kind, line, row.fact if row else "Passage"
    for place in content.not_received:
        if place.entrance_id == line_id:
            return "not_received", place, "Passage non reçu"
    raise Invalid("line_id", "Cette ligne n'est pas dans le rapport.")


def _text(text: str, field: str, missing: str) -> str:
    told = " ".join(literal(text).split())
    if not told:
        raise Invalid(field, missing)
    if len(told) > MOST_TEXT:
        raise Invalid(field, f"Le texte tient en {MOST_TEXT} caractères.")
    return told
