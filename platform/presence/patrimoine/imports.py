"""Import residences from a CSV (UTF-8, `;`): read, report line by line, then all or nothing."""

import csv
import io
from collections.abc import Callable

from sqlalchemy.orm import Session

from presence.kernel.errors import Fault, Invalid
from presence.patrimoine.models import Residence
from presence.patrimoine.queries import communes, residences
from presence.patrimoine.services import Covering, ResidenceDraft, create_residences

COLUMNS = ("agence", "code", "nom", "adresse", "insee", "logements", "qpv", "entrees")
REQUIRED = ("agence", "code", "nom", "adresse", "insee", "logements")
# A residence of the largest estates of France stays under this; a typing slip does not.
MOST_DWELLINGS = 5_000
MOST_LINES = 5_000


def import_residences(
    session: Session, content: bytes, covering: Covering | None
) -> list[Residence]:
    """Create every residence of the file, or raise `Invalid` with each faulty line and why."""
    rows = _rows(content)
    known_communes = communes(session)
    seen = {place.code: "déjà dans votre patrimoine" for place in residences(session)}
    drafts, faults = [], []
    for number, row in rows:
        found = list(_faults(row, known_communes, seen))
        faults += [Fault(f"ligne {number}, {column}", why) for column, why in found]
        code = row["code"].strip()
        seen.setdefault(code, f"déjà à la ligne {number}")
        if not found:
            drafts.append(_draft(row))
    if faults:
        lines = len({fault.field.split(",")[0] for fault in faults})
        told = f"{lines} ligne{'s' if lines > 1 else ''} à corriger dans le fichier"
        message = f"Rien n'a été importé : {told}."
        raise Invalid.several(message, faults)
    if not drafts:
        raise Invalid("fichier", "Le fichier ne contient aucune résidence.")
    return create_residences(session, drafts, covering)


def _rows(content: bytes) -> list[tuple[int, dict[str, str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        message = f"Le fichier n'est pas en UTF-8 (ligne {line}) : enregistrez-le en « CSV UTF-8 »."
        raise Invalid(f"ligne {line}", message) from error
    if "\0" in text:
        raise Invalid("fichier", "Le fichier contient des octets nuls : ce n'est pas un CSV.")
    reader = csv.DictReader(io.StringIO(text), delimiter=";", restval="", restkey="surplus")
    header = _header(reader)
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        message = (
            f"Colonne manquante : {', '.join(missing)}. "
            f"Colonnes attendues, séparées par « ; » : {', '.join(COLUMNS)}."
        )
        raise Invalid("ligne 1", message)
    reader.fieldnames = header
    try:
        rows = [(reader.line_num, {"qpv": "", "entrees": ""} | row) for row in reader]
    except csv.Error as error:
        raise Invalid(
            f"ligne {reader.line_num}", "Ligne illisible : vérifiez les guillemets."
        ) from error
    if len(rows) > MOST_LINES:
        raise Invalid(
            "fichier", f"Le fichier dépasse {MOST_LINES} lignes : coupez-le en plusieurs."
        )
    return rows


def _header(reader: "csv.DictReader[str]") -> list[str]:
    try:
        return [name.strip().lower() for name in reader.fieldnames or []]
    except csv.Error as error:
        raise Invalid("ligne 1", "Ligne illisible : vérifiez les guillemets.") from error


def _faults(
    row: dict[str, str], communes_known: dict[str, str], seen: dict[str, str]
) -> list[tuple[str, str]]:
    faults = []
    if "surplus" in row:
        faults.append(("colonnes", "plus de valeurs que de colonnes"))
    faults += [(name, "valeur manquante") for name in REQUIRED if not (row[name] or "").strip()]
    if row["insee"].strip() and row["insee"].strip() not in communes_known:
        faults.append(("insee", f"commune inconnue : « {row['insee'].strip()} »"))
    if row["code"].strip() in seen:
        faults.append(("code", f"« {row['code'].strip()} » est {seen[row['code'].strip()]}"))
    dwellings = row["logements"].strip()
    # ASCII only: isdigit() also accepts « ² ».
    # Few digits first: int() refuses thousands of them.
    digits = dwellings.isascii() and dwellings.isdigit() and len(dwellings) <= 6
    if dwellings and not (digits and int(dwellings) <= MOST_DWELLINGS):
        faults.append(("logements", f"un nombre entier de 0 à {MOST_DWELLINGS} est attendu"))
    return faults


def _draft(row: dict[str, str]) -> ResidenceDraft:
    clean: Callable[[str], str] = lambda name: " ".join(row[name].split())  # noqa: E731
    names = tuple(dict.fromkeys(part.strip() for part in row["entrees"].split("|") if part.strip()))
    return ResidenceDraft(
        agency=clean("agence"),
        code=clean("code"),
        name=clean("nom"),
        address=clean("adresse"),
        insee_code=clean("insee"),
        dwellings=int(clean("logements")),
        qpv_name=clean("qpv") or None,
        entrances=names or ("Hall",),
    )
