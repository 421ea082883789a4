"""Imports of places as a bailleur's person makes them, up to a plan or to its end."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from presence.field.usage import entrances_in_use
from presence.imports import confirming, services
from presence.imports.confirming import Confirmation
from presence.imports.preparing import Deposit
from presence.imports.queries import ImportView, import_view
from presence.onboarding.queries import covering_of_new_places
from tests.factories.patrimoine_files import csv_file
from tests.worlds import World

HEADER = (
    "code", "nom", "adresse", "insee", "agence", "bâtiment", "hall", "réf entrée", "logements",
    "passages",
)  # fmt: skip
USUAL = {
    "code": "N1", "nom": "Les Lilas", "adresse": "1 rue Haute", "insee": "38053",
    "agence": "Centre", "logements": "10", "passages": "3",
}  # fmt: skip


def hall(name: str, **said: str) -> tuple[str, ...]:
    """A line of an entrance, with what is said by column (`logements`, `bâtiment`, …)."""
    values = USUAL | {"hall": name} | {key.replace("_", " "): text for key, text in said.items()}
    return tuple(values.get(title, "") for title in HEADER)


def lines(*rows: Sequence[str], header: Sequence[str] = HEADER) -> bytes:
    """A file of these lines."""
    return csv_file(header, rows)


def deposited(
    world: World, content: bytes, bailleur: str = "ALPHA", key: UUID | None = None
) -> UUID:
    """A file taken in; the import's id."""
    with world.bailleur(bailleur) as session:
        return services.take_in(
            session, key or uuid4(), Deposit("places.csv", content), covering_of_new_places(session)
        ).id


def seen(world: World, import_id: UUID, bailleur: str = "ALPHA") -> ImportView:
    """An import as its bailleur sees it."""
    with world.bailleur(bailleur) as session:
        return import_view(session, import_id)


def confirmed(
    world: World,
    import_id: UUID,
    bailleur: str = "ALPHA",
    archived: Sequence[UUID] = (),
    typed: int | None = None,
) -> ImportView:
    """The plan shown, confirmed."""
    with world.bailleur(bailleur) as session:
        confirm_shown(session, import_id, archived, typed)
    return seen(world, import_id, bailleur)


def confirm_shown(
    session: Session, import_id: UUID, archived: Sequence[UUID] = (), typed: int | None = None
) -> None:
    """Confirm whatever plan is shown."""
    shown = import_view(session, import_id).fingerprint or ""
    asked = Confirmation(shown, tuple(archived), typed)
    confirming.confirm(session, import_id, asked, covering_of_new_places(session))


def applied(world: World, content: bytes, bailleur: str = "ALPHA") -> UUID:
    """A file taken in and confirmed at once."""
    key = deposited(world, content, bailleur)
    confirmed(world, key, bailleur)
    return key


def undone(world: World, import_id: UUID, bailleur: str = "ALPHA") -> ImportView:
    """An import, undone."""
    with world.bailleur(bailleur) as session:
        confirming.undo(session, import_id, entrances_in_use)
    return seen(world, import_id, bailleur)


def with_amberieu(world: World) -> None:
    """One commune of the Ain beside the territory's: its postal code begins with a zero."""
    with world.superuser() as connection:
        connection.execute(
            "insert into presence.commune (insee_code, name, siren, postal_codes, population) "
            "values ('01004', 'Ambérieu-en-Bugey', '210100046', '{01500}', 13839) "
            "on conflict do nothing"
        )
