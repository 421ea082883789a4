"""Costs, keys and the versions of a year's allocation, through the jobs."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from presence.finance.allocation import allocate
from presence.finance.queries import ExplainedShare, share_of
from presence.finance.services import AmountEntry, KeyEntry, adopt_key, enter_amount
from presence.kernel import outbox
from presence.kernel.errors import Conflict, Invalid
from presence.kernel.nomenclature import AmountStatus, Funder, KeyBasis
from tenants.roles import OrganisationKind
from tenants.scheme import join, schemes
from tests.factories.places import a_residence
from tests.factories.schemes import an_organisation
from tests.presence.scene import Scene

KEY = KeyEntry(uuid4(), KeyBasis.DWELLINGS, date(2013, 1, 1))
COST = AmountEntry(
    uuid4(), "Prestation", date(2013, 1, 1), date(2013, 12, 31), 4_000_000, AmountStatus.ACTUAL
)
GRANT = replace(COST, client_id=uuid4(), label="FIPD", amount_cents=1_000_000, funder=Funder.FIPD)


def enter(scene: Scene, *entries: AmountEntry, key: KeyEntry | None = None) -> None:
    with scene.world.scheme() as session:
        if key:
            adopt_key(session, key)
        for entry in entries:
            enter_amount(session, entry)
    scene.world.run_jobs()


def share(scene: Scene, code: str, year: int = 2013) -> ExplainedShare | None:
    bailleur_id = scene.world.ids[code]
    with scene.world.bailleur(code) as session:
        return share_of(session, scene.scheme_id, year, bailleur_id)


def versions(scene: Scene) -> Iterable[object]:
    return scene.world.scalar(  # type: ignore[return-value]
        "select array_agg((version, superseded_at is null)::text order by version) "
        "from presence.allocation"
    )


def test_the_net_cost_follows_the_covered_dwellings(scene: Scene) -> None:
    enter(scene, COST, GRANT, key=KEY)

    alpha, beta = share(scene, "ALPHA"), share(scene, "BETA")

    assert alpha
    assert beta
    assert (alpha.own_net_cents, beta.own_net_cents) == (2_250_000, 750_000)


def test_equal_shares_ignore_the_dwellings(scene: Scene) -> None:
    enter(scene, COST, key=replace(KEY, basis=KeyBasis.EQUAL))

    alpha = share(scene, "ALPHA")

    assert alpha
    assert alpha.own_net_cents == 2_000_000


def test_each_change_makes_a_version_and_keeps_the_former_one(scene: Scene) -> None:
    enter(scene, COST, key=KEY)
    enter(scene, GRANT)

    a_residence(scene.world, "BETA", code="R002", dwellings=20)
    scene.world.run_jobs()

    assert versions(scene) == ["(1,f)", "(2,f)", "(3,t)"]


def test_computing_again_what_did_not_change_makes_no_version(scene: Scene) -> None:
    enter(scene, COST, GRANT, key=KEY)

    for _ in range(2):
        with scene.world.scheme() as session:
            allocate(session, 2013, "rejeu")

    assert versions(scene) == ["(1,t)"]


def test_a_former_version_still_says_what_it_said(scene: Scene) -> None:
    enter(scene, COST, key=KEY)

    enter(scene, GRANT)

    assert (
        scene.world.scalar(
            "select sum(s.net_cents) from presence.allocation_share s join presence.allocation a "
            "on a.id = s.allocation_id where a.version = 1"
        )
        == 4_000_000
    )


def test_a_key_that_weighs_nothing_leaves_the_former_version_in_force(scene: Scene) -> None:
    enter(scene, COST, key=KEY)
    with scene.world.superuser() as connection:
        connection.execute("update presence.coverage set dwellings = 0")

    with scene.world.scheme() as session, pytest.raises(Invalid, match="ne pèse rien"):
        allocate(session, 2013, "logements retirés")

    assert versions(scene) == ["(1,t)"]


def test_what_cannot_be_shared_is_refused_when_it_is_entered(scene: Scene) -> None:
    with scene.world.superuser() as connection:
        connection.execute("update presence.coverage set dwellings = 0")

    with scene.world.scheme() as session:
        adopt_key(session, KEY)
    with pytest.raises(Invalid, match="ne pèse rien"), scene.world.scheme() as session:
        enter_amount(session, COST)

    assert scene.world.scalar("select count(*) from presence.cost") == 0
    assert scene.world.scalar("select count(*) from presence.basis_snapshot") == 0


def test_a_job_that_cannot_be_computed_fails_with_its_reason(scene: Scene) -> None:
    enter(scene, COST, key=KEY)
    with scene.world.superuser() as connection:
        connection.execute("update presence.coverage set dwellings = 0")

    with scene.world.bailleur("ALPHA") as session:
        outbox.announce(
            session,
            "patrimoine.bases_changed",
            scheme_id=scene.world.ids["scheme"],
            from_on=date(2013, 1, 1),
        )
    scene.world.run_jobs()

    assert (
        scene.world.scalar("select distinct error from presence.job where state = 'failed'")
        == "La clé ne pèse rien : aucun membre n'a de logement couvert."
    )


def test_a_year_without_a_key_is_refused(scene: Scene) -> None:
    with scene.world.scheme() as session:
        enter_amount(session, COST)

        with pytest.raises(Invalid, match="Aucune clé"):
            allocate(session, 2013, "coût")


def test_a_year_without_a_cost_has_no_allocation(scene: Scene) -> None:
    with scene.world.scheme() as session:
        assert allocate(session, 2013, "rien") is None


def test_a_forecast_amount_makes_a_forecast_allocation(scene: Scene) -> None:
    enter(scene, COST, replace(GRANT, status=AmountStatus.FORECAST), key=KEY)

    alpha = share(scene, "ALPHA")

    assert alpha
    assert alpha.status == "forecast"


def test_a_bailleur_reads_its_own_line_and_the_schemes_totals_only(scene: Scene) -> None:
    enter(scene, COST, GRANT, key=KEY)

    with scene.world.bailleur("BETA") as session:
        lines = session.execute(text("select bailleur_id from presence.allocation_share")).all()
    found = share(scene, "BETA")

    assert [row[0] for row in lines] == [scene.world.ids["BETA"]]
    assert found
    assert (found.net_cents, found.slices[0].total_weight) == (3_000_000, 40)


def test_who_was_no_member_reads_no_share(scene: Scene) -> None:
    with scene.world.operator() as session:
        an_organisation(session, OrganisationKind.BAILLEUR, "GAMMA")
    enter(scene, COST, key=KEY)

    assert share(scene, "GAMMA") is None


def test_a_member_that_joins_cuts_the_year(scene: Scene) -> None:
    enter(scene, COST, key=replace(KEY, basis=KeyBasis.EQUAL))
    with scene.world.operator() as session:
        gamma = an_organisation(session, OrganisationKind.BAILLEUR, "GAMMA")
        join(session, schemes(session)[0], gamma, from_on=date(2013, 7, 1))
        outbox.announce(
            session, "scheme.membership_changed",
            scheme_id=scene.scheme_id, from_on=date(2013, 7, 1),
        )  # fmt: skip

    scene.world.run_jobs()

    alpha = share(scene, "ALPHA")
    assert alpha
    assert [piece.own_weight for piece in alpha.slices] == [1, 1]
    assert [len(piece.member_names) for piece in alpha.slices] == [2, 3]


def test_an_amount_sent_twice_is_entered_once(scene: Scene) -> None:
    enter(scene, COST, COST, key=KEY)

    assert scene.count("cost") == 1


def test_a_known_amount_with_another_content_is_a_conflict(scene: Scene) -> None:
    enter(scene, COST, key=KEY)

    with pytest.raises(Conflict):
        enter(scene, replace(COST, amount_cents=1))


@pytest.mark.parametrize(
    "change",
    [
        {"to_on": date(2012, 12, 31)},
        {"to_on": date(2014, 1, 31)},
        {"amount_cents": -1},
        {"amount_cents": 10_000_000_001},
    ],
    ids=["ends first", "two years", "negative", "too much"],
)
def test_an_amount_that_makes_no_sense_is_refused(scene: Scene, change: dict[str, object]) -> None:
    with scene.world.scheme() as session, pytest.raises(Invalid):
        enter_amount(session, replace(COST, **change))  # type: ignore[arg-type]


def test_a_new_key_ends_the_open_one_the_day_before(scene: Scene) -> None:
    enter(scene, COST, key=KEY)

    enter(scene, key=KeyEntry(uuid4(), KeyBasis.EQUAL, date(2013, 7, 1)))

    alpha = share(scene, "ALPHA")
    assert alpha
    assert [(piece.from_on, piece.basis) for piece in alpha.slices] == [
        (date(2013, 1, 1), "dwellings"),
        (date(2013, 7, 1), "equal"),
    ]


def test_a_key_that_would_rewrite_the_past_is_refused(scene: Scene) -> None:
    enter(scene, key=replace(KEY, from_on=date(2013, 7, 1)))

    with scene.world.scheme() as session, pytest.raises(Conflict):
        adopt_key(session, replace(KEY, client_id=uuid4()))


def test_a_scheme_freezes_no_bases_but_its_own(scene: Scene) -> None:
    with pytest.raises(DBAPIError, match="not the signed scheme"), scene.world.scheme() as session:
        session.execute(
            text(
                "select app.snapshot_bases(:other, '2013-01-01', '2013-12-31', gen_random_uuid())"
            ),
            {"other": scene.scheme_id + 1},
        )

    assert scene.count("basis_snapshot") == 0
