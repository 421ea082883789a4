"""Which evenings are to be told, or still to be signed (annonces du matin). Operator's context.

The operator reads contracts and nothing else: it says of whom and of which evening, and each
party's own job looks at what happened.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy.orm import Session

from presence.kernel import outbox
from presence.kernel.clock import evening_of, now, today
from tenants.models import Contract
from tenants.scheme import contracts


def announce_evening_over(session: Session, slot: str) -> int:
    """Announce yesterday's evening to each bailleur under contract: how many."""
    evening_on = today(session) - timedelta(days=1)
    running = list(_running(session, evening_on))
    for contract in running:
        outbox.announce(
            session,
            "delivery.evening_over",
            bailleur_id=contract.bailleur_id,
            scheme_id=contract.scheme_id,
            evening_on=evening_on,
            slot=slot,
        )
    return len(running)


def announce_evening_to_close(session: Session) -> int:
    """Announce the evening that should be signed to each prestataire: how many."""
    instant = now(session)
    evening_on = evening_of(instant)
    slot = "evening" if evening_on == today(session) else "morning"
    parties = sorted({(c.prestataire_id, c.scheme_id) for c in _running(session, evening_on)})
    for prestataire_id, scheme_id in parties:
        outbox.announce(
            session,
            "delivery.evening_to_close",
            prestataire_id=prestataire_id,
            scheme_id=scheme_id,
            evening_on=evening_on,
            slot=slot,
        )
    return len(parties)


def _running(session: Session, evening_on: date) -> Iterator[Contract]:
    return (c for c in contracts(session) if evening_on in c.valid_during)
