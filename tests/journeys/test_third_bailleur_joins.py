"""A third bailleur joins on 1 July: shares of the year, through the outbox and a job."""

from datetime import date
from uuid import uuid4

import pytest

from presence.finance.queries import ExplainedShare, share_of
from presence.finance.services import AmountEntry, KeyEntry, adopt_key, enter_amount
from presence.kernel import outbox
from presence.kernel.nomenclature import AmountStatus, Funder, KeyBasis
from tenants.provisioning import onboard_bailleur
from tenants.scheme import schemes
from tests.factories.schemes import a_scheme
from tests.worlds import World

START, END, JULY = date(2013, 1, 1), date(2013, 12, 31), date(2013, 7, 1)


@pytest.fixture
def paid(world: World) -> World:
    """Two members, an equal key, 70 000 € less 32 800 € for 2013, allocated."""
    a_scheme(world)
    with world.scheme() as session:
        adopt_key(session, KeyEntry(uuid4(), KeyBasis.EQUAL, START))
        for label, cents, funder in (
            ("Prestation", 7_000_000, None),
            ("FIPD", 3_280_000, Funder.FIPD),
        ):
            enter_amount(
                session,
                AmountEntry(uuid4(), label, START, END, cents, AmountStatus.ACTUAL, funder),
            )
    world.run_jobs()
    return world


def share(world: World, code: str) -> ExplainedShare:
    ids = world.ids
    with world.bailleur(code) as session:
        found = share_of(session, ids["scheme"], 2013, ids[code])
    assert found
    return found


def gamma_joins(world: World) -> None:
    with world.operator() as session:
        scheme = schemes(session)[0]
        onboard_bailleur(session, scheme, name="Gamma", code="GAMMA", from_on=JULY)
        outbox.announce(session, "scheme.membership_changed", scheme_id=scheme.id, from_on=JULY)
    world.run_jobs()


def test_each_pays_the_days_it_was_a_member(paid: World) -> None:
    gamma_joins(paid)

    shares = [share(paid, code).own_net_cents for code in ("ALPHA", "BETA", "GAMMA")]

    assert shares == [1_547_452, 1_547_452, 625_096]


def test_the_former_version_stays_superseded_by_the_new_one(paid: World) -> None:
    before = share(paid, "ALPHA")

    gamma_joins(paid)

    after = share(paid, "ALPHA")
    assert (before.own_net_cents, after.version) == (1_860_000, before.version + 1)
    assert paid.scalar(
        "select superseded_at is not null from presence.allocation where version = %s",
        before.version,
    )


def test_the_newcomer_reads_nothing_of_the_days_before_it_came(paid: World) -> None:
    gamma_joins(paid)

    found = share(paid, "GAMMA")

    assert [piece.own_net_cents for piece in found.slices] == [0, 625_096]
