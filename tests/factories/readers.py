"""People of a bailleur who are written to about its evenings."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy import select

from presence.accounts.identity import Grant, Identity
from presence.accounts.services import NewAccount, open_account
from presence.delivery.choices import Choice, choose
from presence.kernel.nomenclature import ReportChoice
from tenants.models import Organisation
from tenants.roles import Role
from tests.worlds import World

PASSWORD = "cheval agrafe pile soleil"  # noqa: S105 - of an account that lives for one test


def a_reader(
    world: World,
    code: str = "ALPHA",
    role: Role = Role.FINANCE,
    *,
    residences: Sequence[UUID] = (),
    domain: str = "bailleur.example",
) -> Identity:
    """A person with one role; the address is theirs alone."""
    with world.operator() as session:
        organisation = session.scalars(select(Organisation).where(Organisation.code == code)).one()
        session.expunge(organisation)
    with world.app.app_context():
        return open_account(
            organisation,
            NewAccount(
                f"p{uuid4().hex[:12]}@{domain}",
                "Lou Lecture",
                PASSWORD,
                (Grant(role, residences=tuple(residences)),),
            ),
        )


def chooses(
    world: World, person: Identity, rhythm: ReportChoice, code: str = "ALPHA", **more: object
) -> None:
    """Make a person choose."""
    with world.bailleur(code) as session:
        choose(session, person.account_id, Choice(rhythm, **({"urgent": True} | more)))  # type: ignore[arg-type]
