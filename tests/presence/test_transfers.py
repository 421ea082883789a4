"""A residence is sold on a date: the buyer starts empty, the seller keeps its past."""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from presence.field.queries import visits
from presence.finance.queries import share_of
from presence.finance.services import AmountEntry, KeyEntry, adopt_key, enter_amount
from presence.kernel.errors import Conflict, Invalid
from presence.kernel.nomenclature import AmountStatus, KeyBasis
from presence.patrimoine import places
from presence.patrimoine import queries as patrimoine
from presence.planning.queries import places_due
from presence.transfers import services
from presence.transfers.services import Asked, Taken, new_secret
from tests.factories.places import a_residence
from tests.factories.visits import a_visit
from tests.presence.scene import EVENING, Scene

NEW_YEAR = date(2014, 1, 1)
KEY = KeyEntry(uuid4(), KeyBasis.DWELLINGS, date(2013, 1, 1))


def sold(scene: Scene, on: date = NEW_YEAR, key: UUID | None = None) -> str:
    secret = new_secret()
    asked = Asked(key or uuid4(), secret, (scene.alpha[0].residence_id,), on)
    with scene.world.bailleur("ALPHA") as session:
        services.offer(session, asked)
    return secret


def taken(scene: Scene, secret: str, key: UUID | None = None) -> Taken:
    with scene.world.bailleur("BETA") as session:
        found = services.take(session, secret, "Agence Nord", key or uuid4())
    scene.world.run_jobs()
    return found


def total(scene: Scene, day: date) -> int:
    found = 0
    for code in ("ALPHA", "BETA"):
        with scene.world.bailleur(code) as session:
            found += sum(patrimoine.covered_on(session, day, scene.scheme_id).values())
    return found


def test_the_buyer_has_the_place_from_the_day_and_nothing_of_its_past(scene: Scene) -> None:
    scene.record(a_visit(scene.alpha[0]))

    found = taken(scene, sold(scene))

    with scene.world.bailleur("BETA") as session:
        place = patrimoine.residence(session, found.residence_ids[0])
        assert place
        assert (place.name, place.dwellings) == ("Résidence R001", 30)
        assert place.covered_from_on == NEW_YEAR
        assert visits(session, EVENING) == []


def test_the_seller_keeps_its_past_to_read(scene: Scene) -> None:
    scene.record(a_visit(scene.alpha[0]))

    taken(scene, sold(scene))

    place = scene.alpha[0].residence_id
    with scene.world.bailleur("ALPHA") as session:
        kept = patrimoine.residence(session, place)
        assert kept
        assert (kept.archive_reason, kept.covered_to_on) == ("sold", NEW_YEAR)
        assert [v.residence_id for v in visits(session, EVENING)] == [place]
    with pytest.raises(Conflict), scene.world.bailleur("ALPHA") as session:
        places.change_residence(session, place, {"name": "Autre"})


def test_the_territorys_totals_do_not_move(scene: Scene) -> None:
    days = (EVENING, date(2013, 12, 31), NEW_YEAR, date(2014, 6, 1))
    before = [total(scene, day) for day in days]

    taken(scene, sold(scene))

    assert [total(scene, day) for day in days] == before == [40, 40, 40, 40]


def test_the_evening_of_the_day_is_due_at_the_buyers_and_the_one_before_at_the_sellers(
    scene: Scene,
) -> None:
    taken(scene, sold(scene))

    counts = {}
    for code in ("ALPHA", "BETA"):
        with scene.world.bailleur(code) as session:
            counts[code] = [
                len(places_due(session, day, scene.scheme_id))
                for day in (date(2013, 12, 31), NEW_YEAR)
            ]
    assert counts == {"ALPHA": [2, 0], "BETA": [2, 4]}


def test_the_sharing_key_follows_the_date(scene: Scene) -> None:
    cost = AmountEntry(
        uuid4(), "Prestation", date(2014, 1, 1), date(2014, 12, 31), 3_650_000, AmountStatus.ACTUAL
    )
    with scene.world.scheme() as session:
        adopt_key(session, KEY)
        enter_amount(session, cost)
    scene.world.run_jobs()

    a_residence(scene.world, "ALPHA", code="R009", dwellings=30)
    taken(scene, sold(scene, date(2014, 7, 2)))

    with scene.world.bailleur("ALPHA") as session:
        share = share_of(session, scene.scheme_id, 2014, scene.world.ids["ALPHA"])
    assert share
    assert [(s.from_on, s.own_weight, s.total_weight) for s in share.slices] == [
        (date(2014, 1, 1), 60, 70), (date(2014, 7, 2), 30, 70),
    ]  # fmt: skip


def test_the_same_key_again_is_told_the_same(scene: Scene) -> None:
    secret, key = sold(scene), uuid4()

    first, again = taken(scene, secret, key), taken(scene, secret, key)

    assert first == again
    assert scene.count("residence") == 3


def test_a_code_serves_once(scene: Scene) -> None:
    secret = sold(scene)
    taken(scene, secret)

    with pytest.raises(Invalid, match="n'ouvre aucune cession"):
        taken(scene, secret)

    assert scene.count("residence") == 3


@pytest.mark.parametrize("how", ["unknown", "own", "withdrawn", "past"])
def test_a_code_that_opens_nothing_always_says_the_same(scene: Scene, how: str) -> None:
    key = uuid4()
    secret = sold(scene, key=key)
    if how == "withdrawn":
        with scene.world.bailleur("ALPHA") as session:
            services.withdraw(session, key)
    if how == "past":
        scene.world.set_clock("2014-01-01T13:00:00+01:00")
    reader = "ALPHA" if how == "own" else "BETA"

    with (
        pytest.raises(Invalid, match="n'ouvre aucune cession"),
        scene.world.bailleur(reader) as session,
    ):
        services.read_offer(session, "zz" if how == "unknown" else secret)


def test_the_buyer_reads_the_places_and_nothing_else_before_it_takes_them(scene: Scene) -> None:
    secret = sold(scene)

    with scene.world.bailleur("BETA") as session:
        offer = services.read_offer(session, secret)

    assert (offer.seller_name, offer.dwellings) == ("Alpha", 30)
    assert set(offer.residences[0]) == {
        "id", "code", "name", "address", "insee_code", "dwellings", "qpv_name", "qpv_vintage",
        "entrances", "covered", "frequency",
    }  # fmt: skip


def test_nothing_signed_is_given_away(scene: Scene) -> None:
    asked = Asked(uuid4(), new_secret(), (scene.alpha[0].residence_id,), NEW_YEAR)

    with (
        pytest.raises(Invalid, match="05/01/2014 est signée"),
        scene.world.bailleur("ALPHA") as session,
    ):
        services.offer(session, asked, sealed_until=date(2014, 1, 5))

    assert scene.count("transfer") == 0


@pytest.mark.parametrize(
    ("change", "error", "told"),
    [({"effective_on": EVENING}, Invalid, "après le 04/12/2013"),
     ({"residence_ids": ()}, Invalid, "au moins une"),
     ({"residence_ids": (uuid4(),)}, Invalid, "n'existe pas")],
    ids=["past", "none", "unknown"],
)  # fmt: skip
def test_what_cannot_be_sold_is_refused(
    scene: Scene, change: dict[str, object], error: type[Exception], told: str
) -> None:
    asked = Asked(uuid4(), new_secret(), (scene.alpha[0].residence_id,), NEW_YEAR)

    with pytest.raises(error, match=told), scene.world.bailleur("ALPHA") as session:
        services.offer(session, replace(asked, **change))  # type: ignore[arg-type]

    assert scene.count("transfer") == 0


def test_a_residence_is_offered_once_at_a_time(scene: Scene) -> None:
    sold(scene)

    with pytest.raises(Conflict, match="en attente"):
        sold(scene)

    assert scene.count("transfer") == 1


def test_a_code_that_the_buyer_has_already_is_numbered(scene: Scene) -> None:
    found = taken(scene, sold(scene))

    with scene.world.bailleur("BETA") as session:
        place = patrimoine.residence(session, found.residence_ids[0])
    assert place
    assert place.code == "R001-2"


def test_the_sellers_journal_says_what_became_of_it(scene: Scene) -> None:
    taken(scene, sold(scene))

    acts = "act in ('residence.sold', 'transfer.offered') and bailleur_id = "
    assert scene.count("audit_entry", f"{acts}{scene.world.ids['ALPHA']}") == 2
    assert scene.count("transfer", "settled_at is not null") == 1


def test_the_database_gives_no_other_way_to_close_a_neighbours_coverage(scene: Scene) -> None:
    with scene.world.superuser() as connection:
        connection.execute("update presence.transfer set withdrawn_at = now()")
    sold(scene)

    with scene.world.bailleur("BETA") as session:
        found = session.connection().exec_driver_sql(
            "select count(*) from app.take_transfer('', 'Beta')"
        )
        assert found.scalar() == 0
