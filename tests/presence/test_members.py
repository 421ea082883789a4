"""Members: invitations, roles, dates, the last administrator, the journal."""

from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import psycopg
import pytest

from presence.accounts import credentials, services
from presence.accounts.identity import identity_of_session, identity_of_token
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.members import queries
from presence.members import services as members
from presence.members.services import GrantDraft
from tenants.context import Kind
from tenants.errors import NotPermitted
from tenants.roles import Role
from tests.mailbox import link_in, received
from tests.presence.people import (
    AGENT,
    DIRECTOR,
    NEW,
    address,
    invited,
    opened,
    person,
    person_with,
)
from tests.worlds import World


@pytest.fixture(autouse=True)
def product(demo: World) -> Iterator[None]:
    """The product on a demonstration of one's own."""
    with demo.app.app_context():
        yield


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
