"""The whole demonstration, as published: twenty-two months, through the services and the jobs."""

import pytest

from presence.demonstration.facts import facts
from presence.finance.queries import share_of
from presence.releases.content import Bilan
from presence.releases.queries import bilan, releases
from tests.stack import Servers
from tests.worlds import EMPTY, World, cloned, seed_demonstration


def published(world: World) -> Bilan:
    with world.reader() as session:
        row = releases(session)[0]
        found = bilan(session, row.id)
    assert found
    return found


@pytest.mark.timeout(600)
def test_the_demonstration_gives_exactly_the_published_figures(servers: Servers) -> None:
    with cloned(servers, EMPTY) as world:
        seed_demonstration(world, facts())

        release = published(world)

        ids = world.ids
        shares = []
        for code in ("OPAC38", "PLURALIS"):
            with world.bailleur(code) as session:
                found = share_of(session, ids["scheme"], 2012, ids[code])
                shares.append(found and found.own_net_cents)
        unfinished = world.scalar("select count(*) from presence.job where state <> 'done'")

    assert {
        name: release.total(name).value
        for name in ("interventions", "action:mediation", "action:house_rules_reminder",
                     "action:police_request", "families_summoned")
    } == {
        "interventions": 1430, "action:mediation": 1330, "action:house_rules_reminder": 175,
        "action:police_request": 100, "families_summoned": 20,
    }  # fmt: skip
    assert (release.completeness.due, release.completeness.signed) == (669, 668)
    assert shares == [2_306_400, 1_413_600]
    assert unfinished == 0
