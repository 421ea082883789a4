"""Memberships and contracts: dated, half-open, never overlapping."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tenants import registry
from tenants.roles import OrganisationKind
from tenants.scheme import (
    OverlappingPeriod,
    WrongOrganisation,
    contracts,
    join,
    memberships,
    schemes,
    sign_contract,
    windows,
)
from tests.factories.schemes import a_scheme, an_organisation
from tests.worlds import World

JANUARY, JULY, NEXT = date(2014, 1, 1), date(2014, 7, 1), date(2015, 1, 1)


def test_a_membership_that_overlaps_another_is_refused(world: World) -> None:
    a_scheme(world, bailleurs=("ALPHA",), from_on=JANUARY, to_on=NEXT)

    with world.operator() as session:
        alpha = an_organisation(session, OrganisationKind.BAILLEUR, "ALPHA")

        with pytest.raises(OverlappingPeriod, match="déjà membre"):
            join(session, schemes(session)[0], alpha, from_on=JULY)


def test_a_membership_may_start_the_day_another_ends(world: World) -> None:
    a_scheme(world, bailleurs=("ALPHA",))
    with world.operator() as session:
        beta = registry.register(session, kind=OrganisationKind.BAILLEUR, name="B", code="B")
        scheme = schemes(session)[0]
        join(session, scheme, beta, from_on=JANUARY, to_on=JULY)

        join(session, scheme, beta, from_on=JULY)

    with world.scheme() as session:
        days = [m.valid_during for m in memberships(session, world.ids["scheme"])]
        assert [JULY in period for period in days] == [True, False, True]


def test_postgresql_refuses_the_overlap_that_the_service_would_miss(world: World) -> None:
    a_scheme(world, bailleurs=("ALPHA",))

    with pytest.raises(IntegrityError, match="ex_membership_no_overlap"), world.operator() as s:
        s.execute(
            text(
                "insert into presence.membership select gen_random_uuid(), bailleur_id, "
                "bailleur_name, '[2013-06-01,)', scheme_id from presence.membership"
            )
        )


def test_a_contract_that_overlaps_another_is_refused(world: World) -> None:
    a_scheme(world, bailleurs=("ALPHA",), from_on=JANUARY, to_on=NEXT)

    with world.operator() as session:
        alpha = an_organisation(session, OrganisationKind.BAILLEUR, "ALPHA")
        other = an_organisation(session, OrganisationKind.PRESTATAIRE, "AUTRE")

        with pytest.raises(OverlappingPeriod, match="a déjà un contrat"):
            sign_contract(
                session, schemes(session)[0], bailleur=alpha, prestataire=other,
                from_on=JULY, to_on=NEXT,
            )  # fmt: skip


def test_a_contract_may_start_the_day_another_ends(world: World) -> None:
    a_scheme(world, bailleurs=("ALPHA",), from_on=JANUARY, to_on=JULY)

    with world.operator() as session:
        alpha = an_organisation(session, OrganisationKind.BAILLEUR, "ALPHA")
        other = an_organisation(session, OrganisationKind.PRESTATAIRE, "AUTRE")
        sign_contract(
            session, schemes(session)[0], bailleur=alpha, prestataire=other,
            from_on=JULY, to_on=NEXT,
        )  # fmt: skip

        held = [JULY in row.valid_during for row in contracts(session)]

    assert sorted(held) == [False, True]


def test_a_period_that_ends_before_it_starts_is_refused(world: World) -> None:
    a_scheme(world)

    with world.operator() as session:
        gamma = an_organisation(session, OrganisationKind.BAILLEUR, "GAMMA")

        with pytest.raises(WrongOrganisation, match="doit suivre"):
            join(session, schemes(session)[0], gamma, from_on=JULY, to_on=JULY)


def test_only_a_bailleur_joins(world: World) -> None:
    a_scheme(world)

    with world.operator() as session:
        presta = an_organisation(session, OrganisationKind.PRESTATAIRE, "PRESTA")

        with pytest.raises(WrongOrganisation, match="n'est pas"):
            join(session, schemes(session)[0], presta, from_on=JULY)


def test_signing_a_contract_prepares_the_months_it_covers(world: World) -> None:
    a_scheme(world, from_on=JANUARY, to_on=JULY)

    made = world.scalar(
        "select string_agg(relname, ' ' order by relname) from pg_class "
        "where relname ~ '^visit_\\d' and relkind = 'r'"
    )

    assert made == " ".join(f"visit_2014_{month:02d}" for month in range(1, 8))


def test_the_window_in_force_is_the_one_of_that_day(world: World) -> None:
    scheme_id = a_scheme(world, from_on=JANUARY, to_on=NEXT)

    with world.scheme() as session:
        (window,) = windows(session, scheme_id)
        period = window.valid_during

    assert date(2013, 12, 31) not in period
    assert JANUARY in period
