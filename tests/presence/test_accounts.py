"""Accounts and members: passwords, second factor, links, rights, the last administrator."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import psycopg
import pyotp
import pytest

from presence.accounts import credentials, passwords, second_factor, services
from presence.accounts.identity import Identity, call, identity_of_session, identity_of_token
from presence.accounts.services import Opened
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.members import queries
from presence.members import services as members
from presence.members.services import GrantDraft
from tenants.context import Kind
from tenants.errors import NotPermitted
from tenants.roles import Permission, Role
from tests.mailbox import link_in, received
from tests.worlds import World

DIRECTOR, DPO, AGENT = (
    "responsable@opac38.example",
    "dpo@opac38.example",
    "agent@prestataire.example",
)
NEW = "cheval agrafe pile soleil"
OTHER = "tambour brume quai lavande"


@pytest.fixture(autouse=True)
def product(demo: World) -> Iterator[None]:
    """The product on a demonstration of one's own."""
    with demo.app.app_context():
        yield


def opened(world: World, email: str, password: str | None = None) -> Opened:
    found = services.sign_in(email, password or world.password)
    assert found is not None
    return found


def person(world: World, email: str) -> Identity:
    return opened(world, email).identity


def invited(world: World, email: str, *roles: Role) -> str:
    """The secret of an invitation mailed by OPAC 38's director."""
    members.invite(
        person(world, DIRECTOR),
        email=email,
        display_name="Léa Nouvelle",
        grants=[GrantDraft(role) for role in roles or (Role.FINANCE,)],
    )
    world.run_jobs()
    return link_in(received(world, email)[-1]).rsplit("/", 1)[1]


def address() -> str:
    return f"lea.{uuid4().hex[:8]}@opac38.example"


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


def test_the_secret_of_a_letter_is_nowhere_in_the_database(demo: World) -> None:
    secret = invited(demo, address())
    with demo.superuser() as connection:
        held = connection.execute(
            "select count(*) from presence.job where parameters::text like %s", (f"%{secret}%",)
        ).fetchone()
        stored = connection.execute(
            "select count(*) from presence.invitation where token_hash = %s", (secret,)
        ).fetchone()

    assert (held, stored) == ((0,), (0,))


def test_an_invitation_opens_one_account_of_its_address_and_organisation(demo: World) -> None:
    email = address()
    secret = invited(demo, email, Role.FINANCE)

    assert members.accept(secret, "Léa Nouvelle", NEW)
    assert members.accept(secret, "Léa Nouvelle", NEW) is False

    identity = person_with(email, NEW)
    assert identity.organisation_name == "OPAC 38"
    assert identity.roles == {Role.FINANCE}
    assert identity.email == email


def person_with(email: str, password: str) -> Identity:
    found = services.sign_in(email, password)
    assert found is not None
    return found.identity


def test_inviting_again_makes_the_former_link_void(demo: World) -> None:
    email = address()
    first = invited(demo, email)
    second = invited(demo, email, Role.PROXIMITY)

    assert members.welcome(first) is None
    assert members.welcome(second) is not None


def test_a_withdrawn_invitation_is_void(demo: World) -> None:
    email = address()
    secret = invited(demo, email)
    director = person(demo, DIRECTOR)
    (waiting,) = [i for i in queries.pending(director) if i.email == email]

    members.revoke_invitation(director, waiting.id)

    assert members.accept(secret, "Léa Nouvelle", NEW) is False


def test_another_organisations_invitation_is_one_that_does_not_exist(demo: World) -> None:
    email = address()
    invited(demo, email)
    (waiting,) = [i for i in queries.pending(person(demo, DIRECTOR)) if i.email == email]
    stranger = person(demo, "responsable@pluralis.example")

    with pytest.raises(NotFound):
        members.revoke_invitation(stranger, waiting.id)
    with pytest.raises(NotFound):
        members.send_again(stranger, waiting.id)


def test_inviting_an_address_known_elsewhere_tells_nothing(demo: World) -> None:
    secret = invited(demo, "responsable@pluralis.example")

    with pytest.raises(Conflict):
        members.accept(secret, "Hugo Bernard", NEW)
    assert person(demo, "responsable@pluralis.example").organisation_name == "Pluralis"


@pytest.mark.parametrize(
    "email", ["a b@c.example", "x@y.example\nBcc: z@y.example", "personne", ""]
)
def test_an_address_that_is_none_is_refused(demo: World, email: str) -> None:
    with pytest.raises(Invalid):
        members.invite(
            person(demo, DIRECTOR), email=email, display_name="Nom", grants=[GrantDraft(Role.DPO)]
        )


def test_a_role_of_another_kind_of_organisation_is_refused(demo: World) -> None:
    with pytest.raises(Invalid):
        members.invite(
            person(demo, DIRECTOR), email=address(), display_name="Nom",
            grants=[GrantDraft(Role.OPERATOR)],
        )  # fmt: skip


@pytest.mark.parametrize(
    ("email", "role"), [(AGENT, Role.AGENT), ("etat@isere.example", Role.READER)]
)
def test_only_an_administrator_invites_even_around_the_pages(
    demo: World, email: str, role: Role
) -> None:
    with pytest.raises(NotPermitted):
        members.invite(
            person(demo, email), email=address(), display_name="Nom", grants=[GrantDraft(role)]
        )


def test_roles_change_at_the_next_look(demo: World) -> None:
    email = address()
    members.accept(invited(demo, email, Role.FINANCE), "Léa Nouvelle", NEW)
    session = services.sign_in(email, NEW)
    assert session is not None

    members.set_grants(
        person(demo, DIRECTOR), session.identity.account_id, [GrantDraft(Role.PROXIMITY)]
    )

    found = identity_of_session(session.secret)
    assert found is not None
    assert found.roles == {Role.PROXIMITY}


def test_a_role_ends_on_its_date(demo: World) -> None:
    email = address()
    members.invite(
        person(demo, DIRECTOR), email=email, display_name="Léa",
        grants=[GrantDraft(Role.FINANCE, to_on=date(2013, 12, 6))],
    )  # fmt: skip
    demo.run_jobs()
    members.accept(link_in(received(demo, email)[-1]).rsplit("/", 1)[1], "Léa", NEW)
    before = person_with(email, NEW).roles

    demo.set_clock("2013-12-06T08:00:00+01:00")

    assert before == {Role.FINANCE}
    assert not person_with(email, NEW).roles


def test_nobody_changes_their_own_rights(demo: World) -> None:
    director = person(demo, DIRECTOR)

    with pytest.raises(Conflict):
        members.set_grants(director, director.account_id, [GrantDraft(Role.DPO)])


def test_the_database_refuses_a_role_given_to_oneself(demo: World) -> None:
    with demo.superuser() as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute("update presence.account_role set granted_by = account_id")


def test_the_last_administrator_cannot_leave(demo: World) -> None:
    director = person(demo, "responsable@pluralis.example")

    with pytest.raises(Conflict, match="dernier administrateur"):
        members.close_account(director, director.account_id)

    assert person(demo, "responsable@pluralis.example")


def test_an_administrator_with_an_end_is_not_counted_as_one_who_stays(demo: World) -> None:
    director = person(demo, "responsable@pluralis.example")
    email = address()
    members.invite(
        director, email=email, display_name="Intérim",
        grants=[GrantDraft(Role.ADMINISTRATOR, to_on=date(2014, 1, 1))],
    )  # fmt: skip
    demo.run_jobs()
    members.accept(link_in(received(demo, email)[-1]).rsplit("/", 1)[1], "Intérim", NEW)

    with pytest.raises(Conflict):
        members.close_account(director, director.account_id)


def test_a_closed_account_loses_sessions_and_tokens_at_once(demo: World) -> None:
    here = opened(demo, "gardien@opac38.example")
    token = credentials.issue_token(here.identity, 1)

    members.close_account(person(demo, DIRECTOR), here.identity.account_id)

    assert identity_of_session(here.secret) is None
    assert identity_of_token(token) is None
    assert services.sign_in("gardien@opac38.example", demo.password) is None


def test_an_account_of_another_organisation_does_not_exist(demo: World) -> None:
    stranger = person(demo, AGENT).account_id

    for target in (stranger, uuid4()):
        with pytest.raises(NotFound):
            members.close_account(person(demo, DIRECTOR), target)
        with pytest.raises(NotFound):
            members.set_grants(person(demo, DIRECTOR), target, [GrantDraft(Role.DPO)])


def test_the_operator_invites_the_first_administrator_only(demo: World) -> None:
    operator = person(demo, "operateur@presence.example")
    email = f"direction.{uuid4().hex[:6]}@bailleur-c.example"

    members.invite_first(operator, demo.ids["BAILLEURC"], email=email, name="Première Direction")
    demo.run_jobs()

    assert members.accept(link_in(received(demo, email)[-1]).rsplit("/", 1)[1], "Première", NEW)
    assert person_with(email, NEW).roles == {Role.MANAGEMENT}
    with pytest.raises(Conflict):
        members.invite_first(operator, demo.ids["BAILLEURC"], email=address(), name="Autre")
    with pytest.raises(NotPermitted):
        members.invite_first(
            person(demo, DIRECTOR), demo.ids["BAILLEURD"], email=address(), name="Non"
        )


def test_the_operator_can_no_longer_make_an_account(demo: World) -> None:
    with (
        demo.login(Kind.OPERATOR) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("insert into presence.account default values")


def test_the_security_journal_says_who_did_what_in_ones_own_organisation(demo: World) -> None:
    email = address()
    members.accept(invited(demo, email), "Léa Nouvelle", NEW)
    services.sign_in(email, "pas le bon du tout")

    lines = queries.journal(person(demo, DIRECTOR))
    elsewhere = queries.journal(person(demo, "responsable@pluralis.example"))

    acts = [(line.act, line.person, line.author) for line in lines]
    assert ("member.joined", "Léa Nouvelle", "Claire Martin") in acts
    assert ("session.refused", "Léa Nouvelle", None) in acts
    assert "Léa Nouvelle" not in {line.person for line in elsewhere}


def test_a_bailleur_knows_the_prestataires_people_by_card_only(demo: World) -> None:
    found = queries.cards(demo.ids["PRESTA"])

    assert {card.number for card in found} >= {"38-4471", "38-9026"}
    assert not any("Karim" in str(card) or "@" in str(card) for card in found)


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
