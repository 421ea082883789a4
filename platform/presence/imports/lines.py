"""What a file says, line by line, and what is wrong in it (lignes, rejets). Pure.

A line speaks of one entrance, or of a whole residence; its dwellings are then of the one or of
the other. `None` is what the line does not say: an absent column or an empty cell.
"""

from dataclasses import dataclass

from presence.kernel.nomenclature import Coded


class FaultKind(Coded):
    """What is wrong in a cell or a line (motif de rejet)."""

    MISSING = "missing", "Valeur manquante"
    SURPLUS = "surplus", "Plus de valeurs que de colonnes"
    TOO_LONG = "too_long", "Texte trop long"
    INVISIBLE = "invisible", "Caractère invisible"
    FORMULA = "formula", "Formule de tableur"
    NOT_A_NUMBER = "not_a_number", "Nombre attendu"
    DECIMAL = "decimal", "Nombre à virgule"
    SCIENTIFIC = "scientific", "Notation scientifique d'un tableur"
    OUT_OF_BOUNDS = "out_of_bounds", "Nombre hors limites"
    LOST_ZERO = "lost_zero", "Zéro retiré par un tableur"
    POSTAL_CODE = "postal_code", "Code postal"
    COMMUNE = "commune", "Commune inconnue"
    COMMUNE_MISMATCH = "commune_mismatch", "Commune et codes en désaccord"
    RNB_ID = "rnb_id", "Identifiant RNB"
    BAN_KEY = "ban_key", "Clé BAN"
    POSITION = "position", "Position"
    QPV_VINTAGE = "qpv_vintage", "Millésime du QPV"
    DUPLICATE = "duplicate", "Doublon dans le fichier"
    CONTRADICTION = "contradiction", "Lignes qui se contredisent"
    OTHER_ADDRESS = "other_address", "Adresse propre à l'entrée"
    ARCHIVED = "archived", "Lieu archivé"
    TAKEN = "taken", "Nom ou référence déjà pris"
    COMPANION = "companion", "Autre ligne refusée"


@dataclass(frozen=True, slots=True)
class LineFault:
    """Why a line is refused: where, what was read, what to do; `repair` is a proposed value.

    `column` is the title as in the file; `code` the residence's, empty when it cannot be read.
    """

    line: int
    column: str
    value: str
    kind: FaultKind
    reason: str
    repair: str | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class EntranceLine:
    """What a line says of a residence and of one of its entrances (entrée, or none named).

    `per_entrance`: the line speaks of the entrance, its dwellings and visits are the entrance's.
    `rough`: written without case or accents, so that it never replaces what reads the same.
    """

    line: int
    code: str
    name: str | None = None
    entrance: str | None = None
    per_entrance: bool = False
    rough: bool = False
    agency: str | None = None
    address: str | None = None
    insee_code: str | None = None
    in_qpv: bool | None = None
    qpv_name: str | None = None
    qpv_vintage: int | None = None
    dwellings: int | None = None
    building_code: str | None = None
    building_name: str | None = None
    entrance_code: str | None = None
    entrance_address: str | None = None
    rnb_id: str | None = None
    ban_key: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    times_per_week: int | None = None
