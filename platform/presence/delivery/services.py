"""Send again (renvoyer) and try a refused address again (réessayer). Bailleur's context."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from presence.audit.services import record
from presence.delivery.choices import mark_accepted
from presence.delivery.models import ReportDelivery
from presence.delivery.telling import announce_letters
from presence.delivery.transmissions import count_again
from presence.kernel import outbox
from presence.kernel.clock import now
from presence.kernel.errors import Conflict, NotFound
from presence.kernel.nomenclature import DeliveryState
from presence.kernel.ownership import stated
from tenants.database import context_of


def send_again(session: Session, delivery_id: UUID, key: UUID) -> UUID:
    """Send a letter once more to the same person; the key makes a double click one letter.

    Raises `NotFound`, and `Conflict` if the key served for something else or the first letter
    has not left yet.
    """
    source = _delivery(session, delivery_id)
    known = session.scalar(
        select(ReportDelivery).where(ReportDelivery.id == key, *stated(session, ReportDelivery))
    )
    if known is not None:
        if _what(known) != _what(source):
            raise Conflict("Cette demande a déjà servi pour un autre courriel.")
        return key
    if source.state == DeliveryState.QUEUED.value:
        raise Conflict("Ce courriel n'est pas encore parti : il part de lui-même.")
    if source.state == DeliveryState.BOUNCED.value:
        raise Conflict("L'adresse a été refusée : utilisez « Réessayer ».")
    session.add(
        ReportDelivery(
            id=key,
            bailleur_id=context_of(session).own_id,
            scheme_id=source.scheme_id,
            evening_on=source.evening_on,
            version=source.version,
            report_id=source.report_id,
            alert_id=source.alert_id,
            account_id=source.account_id,
            kind=source.kind,
            again=1 + _times(session, source),
            title=source.title,
        )
    )
    # The key of the line refuses two at once; the count must see it.
    session.flush()
    if source.report_id is not None:
        count_again(session, source.report_id)
    record(session, "delivery.sent_again", key, bailleur_id=context_of(session).own_id)
    announce_letters(session, {key: now(session)})
    return key


def try_again(session: Session, delivery_id: UUID) -> None:
    """Say that a refused address is right, and send its letter; twice is once."""
    row = _delivery(session, delivery_id)
    if row.state != DeliveryState.BOUNCED.value:
        return
    row.state, row.attempts, row.error = DeliveryState.QUEUED.value, 0, None
    row.since_at = row.not_before = now(session)
    session.flush()
    if row.report_id is not None:
        count_again(session, row.report_id)
    mark_accepted(session, row.account_id)
    record(session, "delivery.address_confirmed", delivery_id, bailleur_id=row.bailleur_id)
    announce_letters(session, {delivery_id: now(session)})


def _delivery(session: Session, delivery_id: UUID) -> ReportDelivery:
    row = session.scalar(
        select(ReportDelivery)
        .where(ReportDelivery.id == delivery_id, *stated(session, ReportDelivery))
        .with_for_update()
    )
    if row is None:
        raise NotFound
    return row


def _what(row: ReportDelivery) -> tuple[object, ...]:
    return (
        row.scheme_id, row.evening_on, row.version, row.account_id, row.kind, row.alert_id,
    )  # fmt: skip


def _times(session: Session, source: ReportDelivery) -> int:
    highest: int = (
        session.scalar(
            select(func.coalesce(func.max(ReportDelivery.again), 0)).where(
                ReportDelivery.scheme_id == source.scheme_id,
                ReportDelivery.evening_on == source.evening_on,
                ReportDelivery.version == source.version,
                ReportDelivery.account_id == source.account_id,
                ReportDelivery.kind == source.kind,
                ReportDelivery.alert_id.is_not_distinct_from(source.alert_id),
                *stated(session, ReportDelivery),
            )
        )
        or 0
    )
    return highest


def confirm_address(session: Session, account_id: UUID) -> None:
    """A person says that their address is right: what was refused leaves again."""
    mark_accepted(session, account_id)
    for delivery_id in session.scalars(
        select(ReportDelivery.id).where(
            ReportDelivery.account_id == account_id,
            ReportDelivery.state == DeliveryState.BOUNCED.value,
            *stated(session, ReportDelivery),
        )
    ).all():
        try_again(session, delivery_id)


def ask_trial(session: Session) -> None:
    """Announce a trial message (courriel d'essai) to whoever asks."""
    outbox.announce(session, "delivery.trial_asked")
