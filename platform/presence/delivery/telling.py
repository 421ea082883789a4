"""Decide who is told what of an evening, once (transmissions à envoyer). Bailleur's context.

The line written here is the promise: its key holds evening, version, person and object, so that a
morning run twice, or by two workers, writes each once. The letter itself is made when it leaves.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from presence.daily_reports.wording import NightState
from presence.delivery import letters, timing
from presence.delivery.choices import Choice, chosen, completed, usual
from presence.delivery.evenings import Evening, evening_as_known
from presence.delivery.models import ReportDelivery
from presence.delivery.recipients import Recipient, reach
from presence.delivery.transmissions import count_letters
from presence.kernel import outbox
from presence.kernel.clock import at_paris, now
from presence.kernel.nomenclature import DeliveryKind, ReportChoice
from presence.kernel.ownership import stated
from tenants.database import context_of
from tenants.roles import Permission

# Letters that one job sends over one dialogue with the relay.
BATCH = 20
MORNING = time(7, 0)
SUNDAY = 6


@dataclass(frozen=True)
class Told:
    """A line to write: whom, what, and when it may leave."""

    account_id: UUID
    scheme_id: int
    evening_on: date
    kind: DeliveryKind
    title: str
    not_before: datetime
    version: int = 1
    report_id: UUID | None = None
    alert_id: UUID | None = None


def tell_evening(
    session: Session, scheme_id: int, evening_on: date, people: Sequence[Recipient]
) -> int:
    """Tell an evening to those who want it and were not told yet; on Mondays, the week too."""
    evening = evening_as_known(session, scheme_id, evening_on)
    already = _told(session, scheme_id, evening_on)
    fresh = [person for person in people if person.account_id not in already]
    lines = list(_about(session, evening, fresh))
    if evening_on.weekday() == SUNDAY:
        lines += _about_week(session, scheme_id, evening_on, people)
    return write(session, lines)


def tell_amended(
    session: Session, scheme_id: int, evening_on: date, people: Sequence[Recipient]
) -> int:
    """Tell that a report was amended, at once; before seven the morning tells it."""
    if now(session) < at_paris(evening_on + timedelta(days=1), MORNING):
        return 0
    evening = evening_as_known(session, scheme_id, evening_on)
    return write(session, _about(session, evening, people))


def choices(session: Session, people: Sequence[Recipient]) -> dict[UUID, Choice]:
    """What each of these people wants."""
    rows = chosen(session, [person.account_id for person in people])
    return {
        person.account_id: completed(
            rows.get(person.account_id),
            usual(scoped=person.scoped, follows_up=person.may(Permission.FOLLOW_UP)),
        )
        for person in people
    }


def write(session: Session, lines: Iterable[Told]) -> int:
    """Write the lines that are not there yet, and announce their letters: how many."""
    listed = list(lines)
    if not listed:
        return 0
    values = [
        {
            "id": uuid4(),
            "bailleur_id": context_of(session).own_id,
            **vars(line),
            "kind": line.kind.value,
        }
        for line in listed
    ]
    written = session.execute(
        insert(ReportDelivery)
        .values(values)
        .on_conflict_do_nothing()
        .returning(ReportDelivery.id, ReportDelivery.not_before)
    ).all()
    count_letters(session, [row.id for row in written])
    announce_letters(session, {row.id: row.not_before for row in written})
    return len(written)


def announce_letters(session: Session, leaving: Mapping[UUID, datetime]) -> None:
    """Announce letters, by hour of departure and by batches."""
    instant = now(session)
    by_hour: dict[datetime, list[UUID]] = defaultdict(list)
    for delivery_id, not_before in leaving.items():
        by_hour[max(not_before, instant)].append(delivery_id)
    for hour, ids in sorted(by_hour.items()):
        for start in range(0, len(ids), BATCH):
            outbox.announce(
                session,
                "delivery.letters_queued",
                deliveries=ids[start : start + BATCH],
                delay_seconds=(hour - instant).total_seconds(),
            )


def _about(session: Session, evening: Evening, people: Sequence[Recipient]) -> Iterable[Told]:
    wanted, instant = choices(session, people), now(session)
    for person in people:
        choice = wanted[person.account_id]
        summary = evening.summary(reach(session, person))
        if choice.address_refused_at is not None or not timing.wants(choice.rhythm, summary):
            continue
        kind, version, report_id = DeliveryKind.MISSING, 1, None
        if evening.report is not None:
            version, report_id = evening.report.version, evening.report.id
            kind = letters.KIND_OF_VERSION[version == 1]
        yield Told(
            person.account_id,
            evening.scheme_id,
            evening.evening_on,
            kind,
            summary.subject,
            timing.leaves_at(instant, choice.quiet_from, choice.quiet_to),
            version,
            report_id,
        )


def _about_week(
    session: Session, scheme_id: int, sunday_on: date, people: Sequence[Recipient]
) -> list[Told]:
    wanted, instant = choices(session, people), now(session)
    weekly = [
        person
        for person in people
        if wanted[person.account_id].rhythm is ReportChoice.WEEKLY
        and wanted[person.account_id].address_refused_at is None
    ]
    if not weekly:
        return []
    evenings = week(session, scheme_id, sunday_on)
    lines = []
    for person in weekly:
        choice, own = wanted[person.account_id], reach(session, person)
        told = [
            summary
            for evening in evenings
            if (summary := evening.summary(own)).state is not NightState.NO_ROUND
        ]
        if told:
            title = letters.weekly_title(
                evenings[0].evening_on,
                sunday_on,
                len(told),
                sum(summary.figures.interventions for summary in told),
            )
            leaving = timing.leaves_at(instant, choice.quiet_from, choice.quiet_to)
            lines.append(
                Told(person.account_id, scheme_id, sunday_on, DeliveryKind.WEEKLY, title, leaving)
            )
    return lines


def week(session: Session, scheme_id: int, sunday_on: date) -> list[Evening]:
    """The seven evenings that end on a Sunday."""
    return [
        evening_as_known(session, scheme_id, sunday_on - timedelta(days=back))
        for back in range(SUNDAY, -1, -1)
    ]


def _told(session: Session, scheme_id: int, evening_on: date) -> set[UUID]:
    """Who was told a version of the evening: what follows it is the amendment's business."""
    return set(
        session.scalars(
            select(ReportDelivery.account_id).where(
                ReportDelivery.scheme_id == scheme_id,
                ReportDelivery.evening_on == evening_on,
                ReportDelivery.kind.in_((DeliveryKind.EVENING.value, DeliveryKind.AMENDED.value)),
                *stated(session, ReportDelivery),
            )
        )
    )
