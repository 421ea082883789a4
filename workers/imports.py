"""Imports of places (imports de patrimoine): long files read, long plans applied, off the pages.

Reading tells its progress in short transactions of its own: whoever waits sees it move. Writing is
one transaction, all or nothing.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from presence.imports.confirming import apply_confirmed
from presence.imports.services import note_progress, read_file
from presence.onboarding.queries import covering_of_new_places
from tenants.database import context_of, transaction
from workers.scoping import Parameters, job


@job("workers.imports.read")
def read(session: Session, parameters: Parameters) -> dict[str, object]:
    """Gather and compare a file that waits to be read."""
    import_id = UUID(parameters["place_import"])
    context = context_of(session)

    def tell(done: int, total: int) -> None:
        with transaction(context) as own:
            note_progress(own, import_id, done, total)

    return {"state": read_file(session, import_id, tell)}


@job("workers.imports.apply")
def apply(session: Session, parameters: Parameters) -> dict[str, object]:
    """Apply a plan that was confirmed, if nothing changed since."""
    import_id = UUID(parameters["place_import"])
    return {"state": apply_confirmed(session, import_id, covering_of_new_places(session))}
