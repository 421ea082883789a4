"""The classification (classification): every column of every registered table, and its class.

Serialisers, exports, the log and retention ask here; nothing else says who may be given a column.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from tenants.classes import OWNER_KEYS, Classified, DataClass
from tenants.columns import Base
from tenants.context import Kind
from tenants.roles import OrganisationKind

Columns = Mapping[tuple[str, str], DataClass]
# In which kind of context an organisation's people act: CAPI, communes and State read figures.
CONTEXTS: Mapping[OrganisationKind, Kind] = {
    OrganisationKind.BAILLEUR: Kind.BAILLEUR,
    OrganisationKind.PRESTATAIRE: Kind.PRESTATAIRE,
    OrganisationKind.TERRITORY: Kind.FIGURES,
    OrganisationKind.COMMUNE: Kind.FIGURES,
    OrganisationKind.STATE: Kind.FIGURES,
    OrganisationKind.OPERATOR: Kind.OPERATOR,
}
_DISCREET = frozenset({DataClass.PERSONAL, DataClass.SECRET})


class Unclassified(Exception):
    """A table says nothing of its columns' classes, or speaks of a column that it has not."""


def classification() -> dict[tuple[str, str], DataClass]:
    """The class of every column, by table and column; raises `Unclassified`."""
    found: dict[tuple[str, str], DataClass] = {}
    for mapper in Base.registry.mappers:
        model = mapper.class_
        for column, data_class in classes_of(model).items():
            found[model.__tablename__, column] = data_class
    return found


def classes_of(model: Any) -> dict[str, DataClass]:
    """The class of each column of one table; raises `Unclassified`."""
    table = model.__table__
    declared = getattr(model, "__classes__", None)
    if not isinstance(declared, Classified):
        raise Unclassified(f"La table « {table.name} » ne classe pas ses colonnes.")
    columns = [column.name for column in table.columns]
    unknown = sorted(declared.named.keys() - set(columns))
    if unknown:
        raise Unclassified(f"La table « {table.name} » n'a pas de colonne {', '.join(unknown)}.")
    return {column: declared.of(column) for column in columns}


def columns_held(columns: Columns) -> dict[str, dict[str, DataClass]]:
    """The columns of each table; the owners' internal keys, which all rows bear, aside."""
    found: dict[str, dict[str, DataClass]] = {}
    for (table, column), data_class in columns.items():
        kept = found.setdefault(table, {})
        # `organisation.id` and `scheme.id` are what those keys point at.
        if column not in OWNER_KEYS and (column, data_class) != ("id", DataClass.SECRET):
            kept[column] = data_class
    return found


def discreet_names(columns: Columns) -> frozenset[str]:
    """Names of columns that are personal or secret wherever they stand: never in a log."""
    open_names = {name for (_, name), data_class in columns.items() if data_class not in _DISCREET}
    return frozenset(name for _, name in columns) - open_names


def columns_named(columns: Columns, tables: Iterable[str], name: str) -> dict[str, DataClass]:
    """The columns of that name among some tables, written « table.column »."""
    return {f"{table}.{name}": columns[table, name] for table in tables if (table, name) in columns}
