"""The demonstration's people, signed in and invited through the product."""

from uuid import uuid4

from presence.accounts import services
from presence.accounts.identity import Identity
from presence.accounts.services import Opened
from presence.members import services as members
from presence.members.services import GrantDraft
from tenants.roles import Role
from tests.mailbox import link_in, received
from tests.worlds import World

DIRECTOR, DPO, AGENT = (
    "responsable@opac38.example",
    "dpo@opac38.example",
    "agent@prestataire.example",
)
NEW = "cheval agrafe pile soleil"
OTHER = "tambour brume quai lavande"


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


def person_with(email: str, password: str) -> Identity:
    found = services.sign_in(email, password)
    assert found is not None
    return found.identity
