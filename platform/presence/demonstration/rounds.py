"""Rounds of tonight, published, and of tomorrow, a draft: drawn without a search, hence alike."""

from datetime import timedelta
from uuid import UUID, uuid5

from presence.demonstration.cast import Cast
from presence.kernel.clock import today
from presence.rounds.drafting import ask_for_rounds, draw_rounds
from presence.rounds.publishing import publish_rounds
from tenants.context import Context, Kind
from tenants.database import transaction

NAMESPACE = UUID("3a0f0d6e-1b5c-4e83-9d0a-7c5b2e9f4d10")


def seed_rounds(cast: Cast) -> None:
    """Prepare two evenings as the team leader would; the first one is published."""
    with transaction(Context(Kind.PRESTATAIRE, cast.prestataire)) as session:
        tonight = today(session)
        for evening_on in (tonight, tonight + timedelta(days=1)):
            key = uuid5(NAMESPACE, evening_on.isoformat())
            plan_id = ask_for_rounds(session, cast.scheme_id, evening_on, key).id
            draw_rounds(session, plan_id, engine="greedy")
            if evening_on == tonight:
                publish_rounds(session, plan_id)
