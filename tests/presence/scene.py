"""The scene that the rooms' tests play on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from presence.daily_reports.closing import close_evening
from presence.field.rules import VisitReport
from presence.field.services import ItemOutcome, take_in
from presence.patrimoine.queries import Hall
from tests.worlds import World

EVENING = date(2013, 12, 4)


@dataclass(frozen=True)
class Scene:
    """A world, its scheme, and each bailleur's halls."""

    world: World
    scheme_id: int
    alpha: tuple[Hall, ...]
    beta: tuple[Hall, ...]

    def record(self, *visits: VisitReport) -> list[ItemOutcome]:
        """Send visits as the prestataire's phone does."""
        with self.world.prestataire() as session:
            return take_in(session, visits)

    def close(self, evening_on: date = EVENING) -> None:
        """Close an evening and work off what follows."""
        with self.world.prestataire() as session:
            close_evening(session, self.scheme_id, evening_on, signer="Nadia")
        self.world.run_jobs()

    def count(self, table: str, where: str = "true") -> int:
        """How many rows there really are."""
        return int(str(self.world.scalar(f"select count(*) from presence.{table} where {where}")))  # noqa: S608


def statuses(outcomes: Sequence[ItemOutcome]) -> list[str]:
    """What became of each item."""
    return [outcome.status for outcome in outcomes]
