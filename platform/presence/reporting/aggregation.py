"""Nightly aggregation (agrégation): the relay's side of the fixed function `app.aggregate`."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from presence.kernel.clock import now
from presence.reporting.models import Run

NIGHTLY = "aggregation"
# One statement counts this many bailleur-evenings: a long back-fill can be resumed.
BATCH = 2_000


@dataclass(frozen=True)
class CountedEvening:
    """What was counted for one bailleur's evening: figures, and the version they make."""

    bailleur: UUID
    evening_on: date
    rows: int
    version: int


def count_evenings(session: Session, only_on: date | None = None) -> list[CountedEvening]:
    """Count again the evenings touched since the last time, one batch (relay's context).

    Nothing touched is ever left out, however old: an evening keeps its marker until it is
    counted. With `only_on`, that evening is counted whether or not it was touched.
    """
    rows = session.execute(select(text("*")).select_from(func.app.aggregate(BATCH, only_on)))
    return [CountedEvening(*row) for row in rows]


def register_run(
    session: Session, due_on: date, started_at: datetime, counted: list[CountedEvening]
) -> None:
    """Write a nightly run in the register; a second run of the same night adds to its line."""
    line = {
        "id": func.gen_random_uuid(),
        "name": NIGHTLY,
        "due_on": due_on,
        "started_at": started_at,
        "finished_at": now(session),
        "evenings": len(counted),
        "row_count": sum(item.rows for item in counted),
        "attempts": 1,
    }
    statement = insert(Run).values(line)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["name", "due_on"],
            set_={
                "finished_at": statement.excluded.finished_at,
                "evenings": Run.evenings + statement.excluded.evenings,
                "row_count": Run.row_count + statement.excluded.row_count,
                "attempts": Run.attempts + 1,
            },
        )
    )
