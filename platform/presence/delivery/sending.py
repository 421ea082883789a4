"""Send one letter (courriel): lock its line, speak to the relay, write down what became of it.

One small transaction per letter. Between the server's « 250 » and our commit a killed worker
leaves the line « to send »: the letter leaves again under the same Message-ID (ADR 0020).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from presence.daily_reports import sealed
from presence.daily_reports.queries import report_content
from presence.daily_reports.summary import Summary, summarise
from presence.daily_reports.wording import NightState
from presence.delivery import letters, timing
from presence.delivery.alerts import alert, grave_fact
from presence.delivery.choices import Choice, mark_refused
from presence.delivery.models import ReportDelivery
from presence.delivery.recipients import Recipient, reach
from presence.delivery.telling import choices, week
from presence.kernel.clock import now
from presence.kernel.mail import Connection, Message, NotDelivered, Refused, message_id
from presence.kernel.nomenclature import DeliveryKind, DeliveryState
from presence.kernel.ownership import stated
from tenants.roles import Permission


@dataclass(frozen=True)
class Desk:
    """What a batch is sent with: whom there is, the dialogue, where links lead."""

    people: Mapping[UUID, Recipient]
    relay: Connection
    public_url: str
    # A report is read once for everybody who reads the same of it; it never changes.
    read: dict[tuple[UUID, frozenset[UUID] | None], Summary] = field(default_factory=dict)


def send(session: Session, delivery_id: UUID, desk: Desk) -> datetime | None:
    """Send one letter, unless it was; the hour of its next attempt, if it needs one."""
    row = session.scalar(
        select(ReportDelivery)
        .where(
            ReportDelivery.id == delivery_id,
            ReportDelivery.state == DeliveryState.QUEUED.value,
            *stated(session, ReportDelivery),
        )
        # Another worker has it: it is being sent.
        .with_for_update(skip_locked=True)
    )
    if row is None:
        return None
    instant = now(session)
    if row.not_before > instant:
        return row.not_before
    person = desk.people.get(row.account_id)
    body = None if person is None else _text(session, row, person, desk)
    if person is None or body is None:
        # The account was closed, or its roles no longer open this, since the line was written.
        row.state, row.error = DeliveryState.FAILED.value, "NoLongerEntitled"
        session.flush()
        return None
    choice = choices(session, [person])[person.account_id]
    return _hand_over(session, row, Message(person.email, row.title, body, row.id), desk, choice)


def _hand_over(
    session: Session, row: ReportDelivery, letter: Message, desk: Desk, choice: Choice
) -> datetime | None:
    row.attempts += 1
    row.message_id = message_id(row.id)
    try:
        if choice.address_refused_at is not None:
            raise Refused("AddressRefused")
        desk.relay.send(letter)
    except Refused as error:
        row.state, row.error = DeliveryState.BOUNCED.value, str(error)
        session.flush()
        mark_refused(session, row.account_id)
        return None
    except NotDelivered as error:
        return _put_off(session, row, str(error), choice)
    row.state, row.error = DeliveryState.SENT.value, None
    row.sent_at = func.app.now()
    session.flush()
    return None


def _put_off(session: Session, row: ReportDelivery, error: str, choice: Choice) -> datetime | None:
    instant = now(session)
    row.error = error
    if instant - row.since_at >= timing.GIVE_UP_AFTER:
        row.state = DeliveryState.FAILED.value
        session.flush()
        return None
    later = instant + timing.wait(row.attempts)
    if row.kind != DeliveryKind.URGENT.value:
        later = timing.leaves_at(later, choice.quiet_from, choice.quiet_to)
    row.not_before = later
    session.flush()
    return later


def _text(session: Session, row: ReportDelivery, person: Recipient, desk: Desk) -> str | None:
    """The letter's body as this person may read it; None if nothing is left of it for them."""
    kind, own, url = DeliveryKind(row.kind), reach(session, person), desk.public_url
    night = f"{url}/cette-nuit?soiree={row.evening_on.isoformat()}"
    if kind is DeliveryKind.MISSING:
        return letters.missing_text(row.evening_on, night)
    if kind is DeliveryKind.URGENT and row.alert_id is not None:
        raised = alert(session, row.alert_id)
        if own is not None and raised.residence_id not in own:
            return None
        return letters.urgent_text(grave_fact(session, raised), f"{url}/alertes/{row.alert_id}")
    if kind is DeliveryKind.WEEKLY:
        told = [evening.summary(own) for evening in week(session, row.scheme_id, row.evening_on)]
        lines = [item.subject for item in told if item.state is not NightState.NO_ROUND]
        return letters.weekly_text(lines, f"{url}/cette-nuit")
    summary = _summary(session, row.report_id, own, desk) if row.report_id else None
    if summary is None:
        return None
    whole = own is None and person.may(Permission.READ_REPORTS)
    link = f"{url}/rapports-journaliers/{row.report_id}" if whole else night
    return letters.evening_text(summary, row.version, link)


def _summary(
    session: Session, report_id: UUID, own: frozenset[UUID] | None, desk: Desk
) -> Summary | None:
    if (report_id, own) not in desk.read:
        found = report_content(session, report_id)
        if found is None:
            return None
        content = sealed.read(found[1])
        desk.read[report_id, own] = summarise(content if own is None else content.within(own))
    return desk.read[report_id, own]
