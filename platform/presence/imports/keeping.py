"""What is kept of a file (ce qui est gardé) from its deposit to the end of its undoing. Pure.

The cells of the needed columns, nothing else; of a national return, once it is gathered, the
entrances and the refused lines. The titles of the other columns are kept to be shown as left out.
"""

import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import orjson

from presence.imports.columns import Column, Columns, Confidence
from presence.imports.fields import Field
from presence.imports.items import Counts
from presence.imports.lines import EntranceLine, FaultKind, LineFault
from presence.imports.reading import Table
from presence.imports.rpls import Gathered


@dataclass(frozen=True)
class Kept:
    """The needed columns of a file, and where each stood in it; the entrances once gathered."""

    table: Table
    indexes: tuple[int, ...]
    lines: tuple[EntranceLine, ...] | None = None
    faults: tuple[LineFault, ...] = ()

    def pack(self) -> bytes:
        """As the database holds it."""
        content: dict[str, object] = {
            "table": self.table.to_json(),
            "indexes": list(self.indexes),
            "lines": None if self.lines is None else [asdict(line) for line in self.lines],
            "faults": [asdict(fault) for fault in self.faults],
        }
        return zlib.compress(orjson.dumps(content))

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        """What `pack` wrote."""
        content = orjson.loads(zlib.decompress(packed))
        lines = content["lines"]
        return cls(
            Table.from_json(content["table"]),
            tuple(content["indexes"]),
            None if lines is None else tuple(EntranceLine(**line) for line in lines),
            tuple(
                LineFault(**{**fault, "kind": FaultKind(fault["kind"])})
                for fault in content["faults"]
            ),
        )

    def columns(self, chosen: Columns) -> Columns:
        """The choices of the kept columns, at their places in the kept table."""
        by_index = {column.index: column for column in chosen.columns}
        return replace(
            chosen,
            columns=tuple(
                replace(by_index[index], index=place) for place, index in enumerate(self.indexes)
            ),
        )

    def gathered(self, found: Gathered) -> Self:
        """The same once a return is gathered: no line of a dwelling is left but the refused."""
        wrong = {fault.line for fault in found.faults}
        rows = tuple(row for row in self.table.rows if row[0] in wrong)
        return replace(
            self,
            table=replace(self.table, rows=rows),
            lines=tuple(found.lines),
            faults=tuple(found.faults),
        )


@dataclass(frozen=True)
class Choices:
    """What was chosen for a file: its columns, which of them are kept, the agency of new places.

    `told` counts what a return left out; `counts` are the plan's.
    """

    columns: Columns
    kept: frozenset[int]
    lines: int
    agency: str | None = None
    told: Mapping[str, int] | None = None
    counts: Counts | None = None

    def to_json(self) -> dict[str, object]:
        """As the database holds it."""
        return {
            "columns": [_column_json(column) for column in self.columns.columns],
            "rpls": self.columns.rpls,
            "kept": sorted(self.kept),
            "lines": self.lines,
            "agency": self.agency,
            "told": dict(self.told) if self.told else None,
            "counts": asdict(self.counts) if self.counts else None,
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """What `to_json` wrote."""
        columns = tuple(_column(index, told) for index, told in enumerate(content["columns"]))
        counts = content["counts"]
        return cls(
            Columns(columns, rpls=content["rpls"]),
            frozenset(content["kept"]),
            content["lines"],
            content["agency"],
            content["told"],
            Counts(**counts) if counts else None,
        )


def _column_json(column: Column) -> dict[str, object]:
    return {
        "title": column.title,
        "field": column.field.value if column.field else None,
        "confidence": column.confidence.value if column.confidence else None,
        "needed": column.needed,
    }


def _column(index: int, told: Mapping[str, Any]) -> Column:
    return Column(
        index,
        told["title"],
        Field(told["field"]) if told["field"] else None,
        Confidence(told["confidence"]) if told["confidence"] else None,
        told["needed"],
    )
