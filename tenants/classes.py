"""Classes of data (classes de données): each column of each table is in exactly one. Pure.

A table says the class of its columns by a default and its exceptions, in `__classes__`. Two
families of names have their class whatever the table: the owners' internal keys, which never
leave, and the names by which a row points at a person.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class DataClass(StrEnum):
    """Who may be given a column, and what logs, exports and retention do with it."""

    # Anyone may know it, or it tells nothing of anybody: reference data, names of organisations,
    # published figures, metadata of the platform.
    PUBLIC = "public"
    # What a bailleur and its prestataire share about the places that are served.
    OPERATIONAL = "operational"
    # The bailleur's own: families summoned, money, its figures.
    LANDLORD_ONLY = "landlord-only"
    # About a person who signs in: kept inside the person's own organisation.
    PERSONAL = "personal"
    # Given to nobody: hashes of secrets, signing keys, the owners' internal keys.
    SECRET = "secret"  # noqa: S105 - a class's name


CLASS_LABELS = {
    DataClass.PUBLIC: "Publique",
    DataClass.OPERATIONAL: "Opérationnelle",
    DataClass.LANDLORD_ONLY: "Réservée au bailleur",
    DataClass.PERSONAL: "Personnelle",
    DataClass.SECRET: "Secrète",
}
_SHARED = frozenset({DataClass.PUBLIC, DataClass.OPERATIONAL})
# What each kind of context may be given, by the kind's name. Which rows is PostgreSQL's business:
# `landlord-only` are the bailleur's own, `personal` the people of one's own organisation.
# Nobody reads through `scheme` and `relay`: their jobs give counts and letters.
GIVEN: Mapping[str, frozenset[DataClass]] = {
    "bailleur": _SHARED | {DataClass.LANDLORD_ONLY, DataClass.PERSONAL},
    "prestataire": _SHARED | {DataClass.PERSONAL},
    "figures": frozenset({DataClass.PUBLIC}),
    "operator": frozenset({DataClass.PUBLIC}),
    "scheme": frozenset(),
    "relay": frozenset(),
}
# Small integers that nobody sees (actors.md): outside, an organisation and a scheme have a
# `public_id`. Secret wherever they stand.
OWNER_KEYS = frozenset(
    {
        "bailleur_id", "prestataire_id", "scheme_id", "organisation_id", "territory_id",
        "lead_bailleur_id", "buyer_id", "subject",
    }
)  # fmt: skip
# By these names a row says who did it, or whom it is about.
PEOPLE = frozenset({"account_id", "actor_id", "granted_by", "invited_by", "signer"})
_ALWAYS = dict.fromkeys(OWNER_KEYS, DataClass.SECRET) | dict.fromkeys(PEOPLE, DataClass.PERSONAL)


@dataclass(frozen=True)
class Classified:
    """The classes of a table's columns: a default, and the columns that are named."""

    default: DataClass
    named: Mapping[str, DataClass]

    def of(self, column: str) -> DataClass:
        """The class of one column."""
        return _ALWAYS.get(column) or self.named.get(column, self.default)


def classified(
    default: DataClass,
    *,
    public: Iterable[str] = (),
    operational: Iterable[str] = (),
    landlord_only: Iterable[str] = (),
    personal: Iterable[str] = (),
    secret: Iterable[str] = (),
) -> Classified:
    """A table's classes; free text and documents are named, even where the default would do."""
    groups = dict(
        zip(DataClass, (public, operational, landlord_only, personal, secret), strict=True)
    )
    named: dict[str, DataClass] = {}
    for kind, columns in groups.items():
        for column in columns:
            if column in named or column in _ALWAYS:
                raise ValueError(f"« {column} » a déjà une classe.")
            named[column] = kind
    return Classified(default, named)
