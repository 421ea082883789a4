"""The permission table: which door opens for whom."""

import pytest

from tenants.roles import GRANTED, ROLE_LABELS, Permission, Role, may


@pytest.mark.parametrize("permission", list(Permission))
def test_every_door_opens_for_somebody(permission: Permission) -> None:
    assert GRANTED[permission]


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_french_name(role: Role) -> None:
    assert ROLE_LABELS[role]


@pytest.mark.parametrize("permission", list(Permission))
def test_nobody_without_a_role_opens_a_door(permission: Permission) -> None:
    assert not may([], permission)


def test_a_reader_opens_the_balance_only() -> None:
    assert {p for p in Permission if may([Role.READER], p)} == {Permission.READ_BILAN}


@pytest.mark.parametrize(
    "permission",
    [Permission.FOLLOW_UP, Permission.READ_SHARES, Permission.MANAGE_MONEY,
     Permission.SIGN_AGREEMENT, Permission.READ_FIGURES],
)  # fmt: skip
@pytest.mark.parametrize("role", [Role.AGENT, Role.TEAM_LEADER])
def test_the_field_never_sees_follow_up_nor_money(role: Role, permission: Permission) -> None:
    assert not may([role], permission)


def test_one_role_among_several_is_enough() -> None:
    assert may([Role.AGENT, Role.TEAM_LEADER], Permission.CLOSE_EVENING)
