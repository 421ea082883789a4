"""Draw up an evening's rounds, in the prestataire's context."""

from uuid import UUID

from sqlalchemy.orm import Session

from presence.rounds.drafting import draw_rounds
from workers.scoping import Parameters, job


@job("workers.rounds.draw")
def draw(session: Session, parameters: Parameters) -> dict[str, object]:
    """Draw up what was asked for, once."""
    plan = draw_rounds(session, UUID(parameters["plan"]))
    return {"state": plan.state, "method": plan.method}
