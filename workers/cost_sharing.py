"""Recompute allocations (quotes-parts) when a membership, a base, a cost or a key changes."""

from datetime import date

from sqlalchemy.orm import Session

from presence.finance.allocation import allocate
from presence.finance.queries import years_touched
from workers.scoping import Parameters, job, require_member


@job("workers.cost_sharing.reallocate")
def reallocate(session: Session, parameters: Parameters) -> dict[str, object]:
    """Allocate again every year that a change touches, in the scheme's context."""
    require_member(session, parameters.get("announcer"))
    to_on = parameters["to_on"]
    years = years_touched(
        session,
        date.fromisoformat(parameters["from_on"]),
        date.fromisoformat(to_on) if to_on else None,
    )
    made = [allocate(session, year, parameters["reason"]) for year in years]
    return {"versions": {str(row.year): row.version for row in made if row is not None}}
