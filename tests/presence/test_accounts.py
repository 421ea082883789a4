"""Accounts: passwords, second factor, links, sessions, tokens."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pyotp
import pytest

from presence.accounts import credentials, passwords, second_factor, services
from presence.accounts.identity import Identity, call, identity_of_session, identity_of_token
from presence.kernel.errors import Invalid, NotFound
from tenants.roles import Permission, Role
from tests.mailbox import link_in, received
from tests.presence.people import (
    AGENT,
    DIRECTOR,
    DPO,
    NEW,
    OTHER,
    opened,
    person,
)
from tests.worlds import World


@pytest.fixture(autouse=True)
def product(demo: World) -> Iterator[None]:
    """The product on a demonstration of one's own."""
    with demo.app.app_context():
        yield


@pytest.mark.parametrize(
    "weak",
    [
        "court",
        "onze caract",
        "azertyuiop12",
        "motdepasse123",
        "Claire Martin 1",
        "aaaaaaaaaaaaaaaa",
    ],
)
def test_a_guessable_password_is_refused(weak: str) -> None:
    with pytest.raises(Invalid):
        passwords.accept(weak, frozenset(), ["claire.martin@opac38.example", "Claire Martin"])


@pytest.mark.parametrize("good", [NEW, "x7#Kp2!vQz9w", "voilà une phrase bien longue " * 4])
def test_a_password_needs_no_composition_and_may_be_long(good: str) -> None:
    assert passwords.matches(passwords.accept(good, frozenset(), []), good)


def test_an_administrator_needs_sixteen_characters() -> None:
    fifteen = "x7#Kp2!vQz9w_4T"
    passwords.accept(fifteen, frozenset({Role.FINANCE}), [])

    with pytest.raises(Invalid, match="16"):
        passwords.accept(fifteen, frozenset({Role.MANAGEMENT}), [])


def test_changing_the_password_ends_other_sessions_and_every_token(demo: World) -> None:
    elsewhere, here = opened(demo, DIRECTOR), opened(demo, DIRECTOR)
    token = credentials.issue_token(here.identity, 1)

    passwords.change(here.identity, demo.password, OTHER, here.secret)

    assert identity_of_session(here.secret) is not None
    assert identity_of_session(elsewhere.secret) is None
    assert identity_of_token(token) is None
    assert services.sign_in(DIRECTOR, demo.password) is None


def test_changing_the_password_asks_for_the_former_one(demo: World) -> None:
    here = opened(demo, DIRECTOR)

    with pytest.raises(Invalid):
        passwords.change(here.identity, "autre chose que cela", OTHER, here.secret)

    assert opened(demo, DIRECTOR)


def test_a_session_that_waits_for_a_code_opens_nothing(demo: World) -> None:
    waiting = opened(demo, DPO)

    assert waiting.code_due
    assert identity_of_session(waiting.secret) is None


def test_a_right_code_opens_another_session_and_serves_once(demo: World) -> None:
    code = pyotp.TOTP(demo.servers.secrets.demo_totp).now()

    first = services.pass_code(opened(demo, DPO).secret, code)
    again = services.pass_code(opened(demo, DPO).secret, code)

    assert first is not None
    assert identity_of_session(first.secret) is not None
    assert again is None


def test_a_code_of_another_session_or_secret_is_refused(demo: World) -> None:
    waiting = opened(demo, DPO)

    assert services.pass_code(waiting.secret, pyotp.TOTP(pyotp.random_base32()).now()) is None
    with pytest.raises(Invalid):
        services.pass_code("another session's secret, never opened", "123456")


def test_five_wrong_codes_end_the_waiting_session(demo: World) -> None:
    waiting = opened(demo, DPO)
    for _ in range(5):
        assert services.pass_code(waiting.secret, "000000") is None

    right = pyotp.TOTP(demo.servers.secrets.demo_totp).now()
    with pytest.raises(Invalid):
        services.pass_code(waiting.secret, right)


def test_a_code_is_accepted_one_step_late_and_no_more() -> None:
    secret = pyotp.random_base32()
    now = time.time()
    totp = pyotp.TOTP(secret)

    accepted = [
        second_factor.step_of(secret, totp.at(now + shift), now) is not None
        for shift in (-90, -30, 0, 30, 90)
    ]

    assert accepted == [False, True, True, True, False]


def test_a_recovery_code_serves_once_and_is_stored_hashed(demo: World) -> None:
    identity = _enrolled(demo)
    codes = second_factor.renew_codes(identity)
    stored = demo.scalar("select string_agg(code_hash, ' ') from presence.recovery_code")

    waiting = opened(demo, AGENT)
    used = services.pass_code(waiting.secret, codes[0].lower())
    again = services.pass_code(opened(demo, AGENT).secret, codes[0])

    assert used is not None
    assert again is None
    assert second_factor.state_of(identity).codes_left == 9
    assert codes[1].replace("-", "") not in str(stored)


def test_the_shared_secret_is_sealed_in_the_database(demo: World) -> None:
    stored = demo.scalar("select second_factor_secret from presence.account where email = %s", DPO)

    assert isinstance(stored, bytes)
    assert demo.servers.secrets.demo_totp.encode() not in stored


def test_a_reset_does_not_bypass_the_second_factor(demo: World) -> None:
    passwords.ask_reset(DPO)
    demo.run_jobs()
    secret = link_in(received(demo, DPO)[-1]).rsplit("/", 1)[1]

    assert passwords.reset(secret, OTHER)

    waiting = opened(demo, DPO, OTHER)
    assert waiting.code_due
    assert identity_of_session(waiting.secret) is None


def test_a_reset_link_serves_once_and_closes_everything(demo: World) -> None:
    here = opened(demo, AGENT)
    token = credentials.issue_token(here.identity, 1)
    passwords.ask_reset(AGENT)
    demo.run_jobs()
    secret = link_in(received(demo, AGENT)[-1]).rsplit("/", 1)[1]

    assert passwords.reset(secret, OTHER)

    assert passwords.reset(secret, NEW) is False
    assert identity_of_session(here.secret) is None
    assert identity_of_token(token) is None


def test_a_reset_for_an_unknown_address_leaves_no_trace(demo: World) -> None:
    passwords.ask_reset("personne@nulle-part.example")
    demo.run_jobs()

    assert demo.scalar("select count(*) from presence.password_reset") == 0
    assert received(demo, "personne@nulle-part.example", patience=0.2) == []


def test_a_token_is_narrowed_to_its_scope_and_never_widened(demo: World) -> None:
    director = person(demo, DIRECTOR)

    narrowed = identity_of_token(
        credentials.issue_token(director, 1, "lecture", [Permission.READ_BILAN])
    )

    assert narrowed is not None
    assert narrowed.permissions == {Permission.READ_BILAN}
    with pytest.raises(Invalid):
        credentials.issue_token(director, 1, "trop", [Permission.OPERATE])
    with pytest.raises(Invalid):
        credentials.issue_token(director, 1, "rien", [])


def test_a_tokens_secret_is_not_stored_and_its_last_use_is(demo: World) -> None:
    director = person(demo, DIRECTOR)
    secret = credentials.issue_token(director, 7, "export")
    (before,) = [t for t in credentials.tokens(director) if t.name == "export"]

    identity_of_token(secret)

    (after,) = [t for t in credentials.tokens(director) if t.name == "export"]
    assert (before.used_at, after.used_at is not None) == (None, True)
    assert after.expires_at > datetime.now(UTC)
    assert demo.scalar("select count(*) from presence.api_token where token_hash = %s", secret) == 0


def test_a_revoked_token_is_dead_at_once_and_nobody_elses_is_touched(demo: World) -> None:
    director = person(demo, DIRECTOR)
    secret = credentials.issue_token(director, 7, "export")
    (token,) = [t for t in credentials.tokens(director) if t.name == "export"]

    with pytest.raises(NotFound):
        credentials.revoke_token(person(demo, AGENT), token.id)
    assert identity_of_token(secret) is not None
    credentials.revoke_token(director, token.id)

    assert identity_of_token(secret) is None


def test_sessions_are_listed_and_closed_one_by_one(demo: World) -> None:
    here, there = opened(demo, DIRECTOR), opened(demo, DIRECTOR)
    own = identity_of_session(here.secret)
    assert own is not None

    listed = credentials.open_sessions(own)
    other = identity_of_session(there.secret)
    assert other is not None
    assert other.credential_id is not None
    credentials.close_session(own, other.credential_id)

    assert sum(item.current for item in listed) == 1
    assert identity_of_session(there.secret) is None
    assert identity_of_session(here.secret) is not None
    with pytest.raises(NotFound):
        credentials.close_session(person(demo, AGENT), other.credential_id)


@pytest.mark.parametrize("column", ["seen_at", "expires_at"])
def test_a_session_ends_when_idle_or_too_old(demo: World, column: str) -> None:
    here = opened(demo, DIRECTOR)
    with demo.superuser() as connection:
        connection.execute(
            f"update presence.session_auth set {column} = now() - interval '13 hours'".encode()  # noqa: S608
        )

    assert identity_of_session(here.secret) is None


def test_the_fields_sessions_last_a_shift_and_the_offices_half_an_hour(demo: World) -> None:
    assert services.limits_of(person(demo, AGENT)) == (12 * 3600, 7 * 24 * 3600)
    assert services.limits_of(person(demo, "direction@prestataire.example")) == (1800, 12 * 3600)
    assert services.limits_of(person(demo, DIRECTOR)) == (1800, 12 * 3600)


def test_a_waiver_holds_outside_production_only(demo: World) -> None:
    director = person(demo, DIRECTOR)

    assert not director.owes_second_factor(production=False)
    assert director.owes_second_factor(production=True)


def test_an_unknown_function_argument_never_opens_another_key(demo: World) -> None:
    assert call("identity_of", UUID(int=0)) == []
    assert call("session_by_hash", "") == []


def _enrolled(world: World) -> Identity:
    identity = person(world, AGENT)
    secret = second_factor.new_secret()
    second_factor.enrol(identity, secret, pyotp.TOTP(secret).now())
    return identity
