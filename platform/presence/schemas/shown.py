"""What a shape shows (ce qu'une forme montre): each of its fields is a column, hence has a class.

A shape names the tables that it shows; a field bears the name of one of their columns, or is said
to be another column, or is computed and given a class. The door asks when it makes a route, and
refuses one that would give a column to somebody who may not have it (ADR 0013).
"""

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Any

from marshmallow import Schema, fields

from tenants.classes import GIVEN, DataClass
from tenants.classification import CONTEXTS, Columns, columns_named
from tenants.context import Kind
from tenants.roles import Permission, holders


class ShowsTooMuch(Exception):
    """A route would give, or a view gave, what its shape may not show."""


class Shown:
    """The tables that a shape shows, and its fields that are not named as their columns.

    A field given as text is a column (`table.column`, or a column of the tables); given as a class
    it is computed. A personal field is shown across organisations for a reason only: `because`.
    """

    def __init__(
        self,
        *tables: str,
        because: Mapping[str, str] | None = None,
        **named: str | DataClass,
    ) -> None:
        self.tables = tables
        self.because = because or {}
        self.named = named

    def classes_of(self, field: str, columns: Columns) -> Mapping[str, DataClass]:
        """The columns that a field shows, each with its class; none if nobody knows it."""
        said = self.named.get(field, field)
        if isinstance(said, DataClass):
            return {field: said}
        table, _, column = said.rpartition(".")
        return columns_named(columns, (table,) if table else self.tables, column)

    def refused(self, field: str, kinds: Collection[Kind], columns: Columns) -> Iterator[str]:
        """Why a field may not be shown to these kinds, if it may not."""
        found = self.classes_of(field, columns)
        if not found:
            yield f"{field} n'est ni une colonne de {', '.join(self.tables)}, ni déclaré calculé"
        for column, data_class in found.items():
            if data_class is DataClass.PERSONAL and field not in self.because:
                yield f"{field} montre {column} (personal) sans dire pourquoi"
            refused = sorted(kind for kind in kinds if data_class not in GIVEN[kind])
            if refused:
                yield f"{field} montre {column} ({data_class}) à : {', '.join(refused)}"


def kinds_behind(permission: Permission) -> frozenset[Kind]:
    """The kinds of context that a permission opens a door to."""
    return frozenset(CONTEXTS[kind] for kind in holders(permission))


def require(shape: type[Schema], permission: Permission, columns: Columns) -> None:
    """Raise `ShowsTooMuch` unless all that open the door may be given all that the shape shows."""
    refusals = list(_refusals(shape, kinds_behind(permission), columns))
    if refusals:
        raise ShowsTooMuch(f"{permission} : " + " ; ".join(refusals))


def only(shape: type[Schema], content: Any) -> None:
    """Raise `ShowsTooMuch` if an answer holds a key that its shape does not declare."""
    if not isinstance(content, dict):
        return
    known = _keys(shape)
    unknown = content.keys() - known.keys()
    if unknown:
        raise ShowsTooMuch(f"{shape.__name__} ne déclare pas : {', '.join(sorted(unknown))}")
    for key, value in content.items():
        inner = known[key]
        if inner is not None:
            for part in value if isinstance(value, list) else (value,):
                only(inner, part)


@cache
def _keys(shape: type[Schema]) -> dict[str, type[Schema] | None]:
    """The keys of a shape in JSON, each with the shape inside it."""
    return {field.data_key or name: _inner(field) for name, field in shape._declared_fields.items()}


def _refusals(shape: type[Schema], kinds: Collection[Kind], columns: Columns) -> Iterator[str]:
    shown = getattr(shape, "shows", None)
    if not isinstance(shown, Shown):
        yield f"{shape.__name__} ne dit pas ce qu'elle montre"
        return
    for name, field in shape._declared_fields.items():
        inner = _inner(field)
        if inner is not None:
            yield from _refusals(inner, kinds, columns)
        else:
            yield from (f"{shape.__name__}.{told}" for told in shown.refused(name, kinds, columns))


def _inner(field: fields.Field[Any]) -> type[Schema] | None:
    """The shape inside a field, when it holds one or several objects."""
    if isinstance(field, fields.List):
        field = field.inner
    if not isinstance(field, fields.Nested):
        return None
    return type(field.schema)
