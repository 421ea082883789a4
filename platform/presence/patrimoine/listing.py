"""The list of residences (liste des résidences): found, ordered, counted and cut into pages.

Comparing accents and numbers is dear on thousands of rows. So the rows are first counted by the
coarse part of their order (the first letter, the commune, the dwellings), which is cheap, then
only the parts that the page meets are put in order: a page costs nearly the same in a long list.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    SQLColumnExpression,
    case,
    func,
    select,
)
from sqlalchemy.orm import Session

from presence.kernel.collation import order_key, sql_order_key
from presence.kernel.nomenclature import ArchiveReason
from presence.kernel.ownership import stated
from presence.patrimoine.listed import Listed
from presence.patrimoine.models import Entrance, Residence
from presence.patrimoine.wanted import Choices, Wanted, conditions, covers

PAGE = 50


class Sort(StrEnum):
    """What a list is ordered by (tri)."""

    NAME = "name"
    CODE = "code"
    COMMUNE = "commune"
    DWELLINGS = "dwellings"


@dataclass(frozen=True)
class Order:
    """An order, and whether it runs backwards."""

    by: Sort = Sort.NAME
    descending: bool = False


@dataclass(frozen=True)
class Totals:
    """All that was found, on every page; `covered` counts those in the perimeter today."""

    residences: int
    dwellings: int
    covered: int


@dataclass(frozen=True)
class _Part:
    value: Any
    rank: Any
    totals: Totals


@dataclass(frozen=True)
class Found:
    """A page of what was found: the last one when a later one was asked for."""

    places: tuple[Listed, ...]
    totals: Totals
    page: int
    pages: int


def listed(
    session: Session, around: Choices, wanted: Wanted, order: Order, page: int, day: date
) -> Found:
    """A page of the residences that are wanted, and what they come to altogether."""
    asked = conditions(session, around, wanted, day)
    parts = _counted(session, asked, around, order.by, day)
    totals = Totals(
        sum(part.totals.residences for part in parts),
        sum(part.totals.dwellings for part in parts),
        sum(part.totals.covered for part in parts),
    )
    pages = max(1, -(-totals.residences // PAGE))
    page = min(page, pages)
    met, skipped = _met(parts, order, (page - 1) * PAGE)
    query = _ordered(around, order).where(*asked, _coarse(order.by).in_(met))
    rows = session.execute(query.offset(skipped).limit(PAGE))
    return Found(tuple(_listed(row, around) for row in rows), totals, page, pages)


def every(
    session: Session, around: Choices, wanted: Wanted, order: Order, day: date
) -> list[Listed]:
    """All the residences that are wanted, in order."""
    asked = conditions(session, around, wanted, day)
    rows = session.execute(_ordered(around, order).where(*asked))
    return [_listed(row, around) for row in rows]


def halls_counted(session: Session, residence_ids: Collection[UUID], day: date) -> dict[UUID, int]:
    """How many halls each residence has on a day; one without any is absent."""
    rows = session.execute(
        select(Entrance.residence_id, func.count())
        .where(
            Entrance.residence_id.in_(residence_ids),
            Entrance.archived_on.is_(None) | (Entrance.archived_on > day),
            *stated(session, Entrance),
        )
        .group_by(Entrance.residence_id)
    )
    return {row[0]: row[1] for row in rows}


def _coarse(by: Sort) -> SQLColumnExpression[Any]:
    """The coarse part of an order."""
    return {
        Sort.NAME: func.left(Residence.name, 1),
        Sort.CODE: func.left(Residence.code, 1),
        Sort.COMMUNE: Residence.insee_code,
        Sort.DWELLINGS: Residence.dwellings,
    }[by]


def _rank(around: Choices, by: Sort, value: Any) -> Any:
    """What orders the parts as the whole order would."""
    if by is Sort.COMMUNE:
        return list(around.communes).index(value)
    return value if by is Sort.DWELLINGS else order_key(value)[:1]


def _counted(
    session: Session,
    asked: Sequence[ColumnElement[bool]],
    around: Choices,
    by: Sort,
    day: date,
) -> list[_Part]:
    query: Select[*tuple[Any, ...]] = (
        select(
            _coarse(by).label("part"),
            func.count(),
            func.sum(Residence.dwellings),
            func.count().filter(covers(day)),
        )
        .where(*asked)
        .group_by("part")
    )
    return [
        _Part(value, _rank(around, by, value), Totals(*counts))
        for value, *counts in session.execute(query)
    ]


def _met(parts: Sequence[_Part], order: Order, offset: int) -> tuple[list[Any], int]:
    """The parts that a page meets, and how many of their rows come before it.

    Parts of one rank (« E » and « É ») are met together: the order mixes their rows.
    """
    met: list[Any] = []
    before = seen = 0
    ranked = sorted(parts, key=lambda part: part.rank, reverse=order.descending)
    for _, alike in groupby(ranked, key=lambda part: part.rank):
        mixed = list(alike)
        size = sum(part.totals.residences for part in mixed)
        if seen + size <= offset:
            before += size
        elif seen < offset + PAGE:
            met += [part.value for part in mixed]
        seen += size
    return met, offset - before


def _ordered(around: Choices, order: Order) -> Select[*tuple[Any, ...]]:
    keys = _keys(around, order.by)
    return select(
        Residence.id,
        Residence.code,
        Residence.name,
        Residence.address,
        Residence.insee_code,
        Residence.agency_id,
        Residence.dwellings,
        Residence.qpv_name,
        Residence.qpv_vintage,
        Residence.covered_during,
        Residence.archived_on,
        Residence.archive_reason,
    ).order_by(keys[0].desc() if order.descending else keys[0], *keys[1:], Residence.code)


def _keys(around: Choices, by: Sort) -> list[SQLColumnExpression[Any]]:
    """What rows are compared by; what costs is computed only where it tells them apart."""
    if by is Sort.CODE:
        return [sql_order_key(Residence.code)]
    name = sql_order_key(Residence.name)
    if by is Sort.COMMUNE and around.communes:
        ranks = {code: rank for rank, code in enumerate(around.communes)}
        return [case(ranks, value=Residence.insee_code), name]
    return [Residence.dwellings, name] if by is Sort.DWELLINGS else [name]


def _listed(row: Row[Any], around: Choices) -> Listed:
    return Listed(
        id=row.id,
        code=row.code,
        name=row.name,
        address=row.address,
        commune=around.communes.get(row.insee_code, ""),
        insee_code=row.insee_code,
        agency=around.agencies.get(row.agency_id, ""),
        dwellings=row.dwellings,
        qpv_name=row.qpv_name,
        qpv_vintage=row.qpv_vintage,
        covered_during=tuple(row.covered_during),
        archived_on=row.archived_on,
        archive_reason=ArchiveReason(row.archive_reason) if row.archive_reason else None,
    )
