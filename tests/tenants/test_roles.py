"""The table of rights: which door opens for whom."""

import pytest

from tenants.roles import (
    ADMINISTRATORS,
    PERMISSION_LABELS,
    RIGHTS,
    ROLE_LABELS,
    OrganisationKind,
    Permission,
    Role,
    holders,
    needs_second_factor,
    permissions_of,
)

BAILLEUR, PRESTATAIRE = OrganisationKind.BAILLEUR, OrganisationKind.PRESTATAIRE


@pytest.mark.parametrize("permission", list(Permission))
def test_every_door_opens_for_somebody(permission: Permission) -> None:
    assert holders(permission)


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_french_name(role: Role) -> None:
    assert ROLE_LABELS[role]


@pytest.mark.parametrize("permission", list(Permission))
def test_every_permission_has_a_french_name(permission: Permission) -> None:
    assert PERMISSION_LABELS[permission]


@pytest.mark.parametrize("kind", list(OrganisationKind))
def test_nobody_without_a_role_opens_a_door(kind: OrganisationKind) -> None:
    assert permissions_of(kind, []) == frozenset()


@pytest.mark.parametrize("kind", list(OrganisationKind))
def test_every_organisation_has_somebody_who_administers_it(kind: OrganisationKind) -> None:
    administering = {
        role for role, opened in RIGHTS[kind].items() if Permission.MANAGE_MEMBERS in opened
    }

    assert administering
    assert administering <= ADMINISTRATORS


def test_a_reader_opens_the_bilan_only_and_the_territory_shares_it() -> None:
    for kind in (OrganisationKind.COMMUNE, OrganisationKind.STATE):
        assert permissions_of(kind, [Role.READER]) == {Permission.READ_BILAN}
    assert permissions_of(OrganisationKind.TERRITORY, [Role.READER]) == {
        Permission.READ_BILAN,
        Permission.SHARE_BILAN,
    }


@pytest.mark.parametrize(
    "permission",
    [Permission.FOLLOW_UP, Permission.READ_SHARES, Permission.MANAGE_MONEY,
     Permission.SIGN_AGREEMENT, Permission.READ_FIGURES, Permission.READ_ISOLATION],
)  # fmt: skip
def test_a_prestataire_never_opens_follow_up_nor_money(permission: Permission) -> None:
    assert PRESTATAIRE not in holders(permission)


def test_a_role_of_another_kind_of_organisation_opens_nothing() -> None:
    assert permissions_of(BAILLEUR, [Role.AGENT, Role.TEAM_LEADER, Role.OPERATOR]) == frozenset()


def test_follow_up_is_for_proximity_only() -> None:
    assert holders(Permission.FOLLOW_UP) == {BAILLEUR: frozenset({Role.PROXIMITY})}


def test_one_role_among_several_is_enough() -> None:
    opened = permissions_of(PRESTATAIRE, [Role.AGENT, Role.TEAM_LEADER])

    assert Permission.CLOSE_EVENING in opened


@pytest.mark.parametrize("role", [Role.AGENT, Role.TEAM_LEADER, Role.CARETAKER, Role.SECTOR])
def test_the_field_is_offered_a_second_factor_and_not_forced(role: Role) -> None:
    assert not needs_second_factor(PRESTATAIRE, [role])


@pytest.mark.parametrize("role", [Role.MANAGEMENT, Role.FINANCE, Role.PROXIMITY, Role.DPO])
def test_whoever_administers_or_reads_files_needs_a_second_factor(role: Role) -> None:
    assert needs_second_factor(BAILLEUR, [role])


def test_the_coordinator_needs_a_second_factor_and_a_partner_does_not() -> None:
    assert needs_second_factor(OrganisationKind.TERRITORY, [Role.READER])
    assert not needs_second_factor(OrganisationKind.COMMUNE, [Role.READER])
