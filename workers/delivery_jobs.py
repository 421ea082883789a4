"""The jobs that announcements about letters and reminders ask for."""

from collections.abc import Iterable

from tenants.context import Kind
from tenants.models import OutboxLine
from workers.jobs import JobSpec


def tell_evening(line: OutboxLine) -> Iterable[JobSpec]:
    """Tell a bailleur's people of an evening that is over."""
    said = line.payload
    evening = f"{said['bailleur_id']}:{said['scheme_id']}:{said['evening_on']}"
    yield JobSpec(
        key=f"delivery:{evening}:{said['slot']}",
        task="workers.delivery.tell_evening",
        kind=Kind.BAILLEUR,
        subject=int(str(said["bailleur_id"])),
        parameters={"scheme_id": said["scheme_id"], "evening_on": said["evening_on"]},
    )


def tell_amended(line: OutboxLine) -> Iterable[JobSpec]:
    """Tell that a report was amended, if a figure changed."""
    said = line.payload
    if said["figures_changed"]:
        yield JobSpec(
            key=f"amended:{line.subject}:{said['report_id']}",
            task="workers.delivery.tell_amended",
            kind=Kind.BAILLEUR,
            subject=line.subject,
            parameters={"scheme_id": said["scheme_id"], "evening_on": said["evening_on"]},
        )


def tell_grave(line: OutboxLine) -> Iterable[JobSpec]:
    """Tell a bailleur's people of a grave fact, at once."""
    # The job looks at the bailleur's own row: an announcement that is not true does nothing.
    said = line.payload
    yield JobSpec(
        key=f"grave:{said['bailleur_id']}:{said['intervention_id']}",
        task="workers.delivery.tell_grave",
        kind=Kind.BAILLEUR,
        subject=int(str(said["bailleur_id"])),
        parameters={
            "intervention_id": said["intervention_id"],
            "evening_on": said["evening_on"],
            "prestataire_id": line.subject,
        },
    )


def send_letters(line: OutboxLine) -> Iterable[JobSpec]:
    """Send a batch of letters, at their hour."""
    yield JobSpec(
        key=f"letters:{line.id}",
        task="workers.delivery.send",
        kind=Kind.BAILLEUR,
        # The announcer that PostgreSQL checked: its own letters only.
        subject=line.subject,
        parameters={"deliveries": line.payload["deliveries"]},
        delay_seconds=float(str(line.payload["delay_seconds"])),
    )


def send_trial(line: OutboxLine) -> Iterable[JobSpec]:
    """Send a trial message to the one who asks."""
    # One a minute and person: a button pressed twice sends one message.
    yield JobSpec(
        key=f"trial:{line.account_id}:{line.announced_at:%Y-%m-%dT%H:%M}",
        task="workers.delivery.send_trial",
        kind=Kind.BAILLEUR,
        subject=line.subject,
        account_id=line.account_id,
    )


def look_at_evening(line: OutboxLine) -> Iterable[JobSpec]:
    """Look whether an evening is signed."""
    said = line.payload
    evening = f"{said['prestataire_id']}:{said['scheme_id']}:{said['evening_on']}"
    yield JobSpec(
        key=f"reminder:{evening}:{said['slot']}",
        task="workers.reminders.look",
        kind=Kind.PRESTATAIRE,
        subject=int(str(said["prestataire_id"])),
        parameters={
            "scheme_id": said["scheme_id"],
            "evening_on": said["evening_on"],
            "slot": said["slot"],
        },
    )


def remind(line: OutboxLine) -> Iterable[JobSpec]:
    """Remind each person who signs."""
    said = line.payload
    for account_id in said["people"]:  # type: ignore[attr-defined]
        yield JobSpec(
            key=f"remind:{said['scheme_id']}:{said['evening_on']}:{said['slot']}:{account_id}",
            task="workers.reminders.remind",
            kind=Kind.PRESTATAIRE,
            subject=line.subject,
            parameters={
                "scheme_id": said["scheme_id"],
                "evening_on": said["evening_on"],
                "slot": said["slot"],
                "account_id": account_id,
            },
        )
