"""A running scheme of two bailleurs, each with a residence of two halls."""

import pytest

from tests.factories.places import a_residence
from tests.factories.schemes import a_scheme
from tests.presence.scene import Scene
from tests.worlds import World


@pytest.fixture
def scene(world: World) -> Scene:
    """ALPHA and BETA served by PRESTA since 2013; it is the morning of 5 December 2013."""
    scheme_id = a_scheme(world)
    return Scene(
        world,
        scheme_id,
        tuple(a_residence(world, "ALPHA", dwellings=30)),
        tuple(a_residence(world, "BETA", dwellings=10)),
    )
