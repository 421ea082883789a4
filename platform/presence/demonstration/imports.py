"""The demonstration's imports: one that was applied and one that waits, for each bailleur.

What OPAC 38 has deposited is `data/patrimoine_exemple.csv`: a list as a French spreadsheet writes
it, with deliberate faults. Fictional, about places only.
"""

from importlib.resources import files
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from presence.demonstration.cast import Cast
from presence.imports.confirming import Confirmation, confirm
from presence.imports.preparing import Deposit
from presence.imports.services import take_in
from presence.onboarding.queries import covering_of_new_places
from tenants.context import Context, Kind
from tenants.database import transaction

NAMESPACE = UUID("b7e0f6c4-3a0e-4d0b-8a5d-6f1f2f9d3c57")
EXAMPLE = "patrimoine_exemple.csv"
TITLES = "code;nom;hall;réf entrée"
# The bailleur's own references of the halls of one residence.
REFERENCES = {
    "OPAC38": (
        "references_entrees.csv",
        ("R009;Le Verger;Hall 1;V-0901", "R009;Le Verger;Hall 2;V-0902"),
    ),
    "PLURALIS": (
        "references_halls.csv",
        ("R008;Les Mûriers;Hall 1;M-81", "R008;Les Mûriers;Hall 2;M-82"),
    ),
}
NEWER = (
    "code;nom;adresse;insee;logements;hall",
    "R014;La Garenne et son parc;20 rue de la Garenne;38553;;Hall",
    "R015;Les Saules;3 allée des Saules;38553;18;Hall 1",
    "R015;Les Saules;3 allée des Saules;38553;16;Hall 2",
    "R016;Le Colombier;7 rue du Colombier;38053;-2;Hall",
)


def seed_imports(cast: Cast) -> None:
    """Deposit both files of each bailleur, and confirm the first."""
    example = files("presence.demonstration").joinpath(f"data/{EXAMPLE}").read_bytes()
    newer = "\n".join(NEWER).encode("cp1252")
    for code, bailleur_id, second in (
        ("OPAC38", cast.opac38, Deposit(EXAMPLE, example)),
        ("PLURALIS", cast.pluralis, Deposit("nouvelles_residences.csv", newer)),
    ):
        name, rows = REFERENCES[code]
        first = Deposit(name, "\n".join((TITLES, *rows)).encode("cp1252"))
        with transaction(Context(Kind.BAILLEUR, bailleur_id)) as session:
            _apply(session, uuid5(NAMESPACE, f"{code} applied"), first)
            covering = covering_of_new_places(session)
            take_in(session, uuid5(NAMESPACE, f"{code} planned"), second, covering)


def _apply(session: Session, import_id: UUID, deposit: Deposit) -> None:
    covering = covering_of_new_places(session)
    row = take_in(session, import_id, deposit, covering)
    confirm(session, import_id, Confirmation(row.fingerprint or ""), covering)
