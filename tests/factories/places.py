"""Residences and their entrances."""

from collections.abc import Sequence
from datetime import date

from presence.patrimoine.queries import Hall, entrances
from presence.patrimoine.services import Covering, ResidenceDraft, create_residences
from presence.planning.frequency import Frequency
from presence.planning.services import set_frequency
from tests.factories.schemes import FROM
from tests.worlds import World


def a_residence(
    world: World,
    bailleur: str,
    *,
    scheme_id: int | None = None,
    code: str = "R001",
    dwellings: int = 10,
    times_per_week: int = 7,
    halls: Sequence[str] = ("Hall 1", "Hall 2"),
    from_on: date = FROM,
) -> list[Hall]:
    """A residence covered by a scheme (the first one); its halls, in order."""
    covering = world.ids["scheme"] if scheme_id is None else scheme_id
    draft = ResidenceDraft(
        agency="Agence",
        code=code,
        name=f"Résidence {code}",
        address="1 rue Basse",
        insee_code="38053",
        dwellings=dwellings,
        entrances=tuple(halls),
    )
    with world.bailleur(bailleur) as session:
        (row,) = create_residences(session, [draft], Covering(covering, from_on))
        set_frequency(session, row.id, Frequency(times_per_week), from_on=from_on)
        return entrances(session, [row.id])
