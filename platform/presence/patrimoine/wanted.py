"""What is looked for in a list of residences (recherche et filtres), as conditions of SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, func, literal, select
from sqlalchemy.orm import Session

from presence.kernel.collation import folded, order_key, search_pattern
from presence.kernel.ownership import stated
from presence.patrimoine.models import Agency, Residence
from tenants.models import Commune

_Key = TypeVar("_Key", UUID, str)


class Perimeter(StrEnum):
    """Where a residence stands in the perimeter (périmètre)."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    TO_COME = "to_come"


@dataclass(frozen=True)
class Wanted:
    """What is looked for; None: no matter. `also` holds conditions that other rooms know of."""

    words: tuple[str, ...] = ()
    agency_id: UUID | None = None
    insee_code: str | None = None
    in_qpv: bool | None = None
    qpv_vintage: int | None = None
    perimeter: Perimeter | None = None
    archived: bool = False
    also: tuple[ColumnElement[bool], ...] = ()


@dataclass(frozen=True)
class Choices:
    """The agencies and the communes that hold residences: the name of each key, in French order.

    Read once and apart: joined to each row, their own policies would be checked for each row.
    """

    agencies: Mapping[UUID, str]
    communes: Mapping[str, str]


def choices(session: Session) -> Choices:
    """What the list can be narrowed to, as the context may see it."""
    held = session.execute(
        select(Residence.agency_id, Residence.insee_code)
        .where(*stated(session, Residence))
        .distinct()
    ).all()
    agencies = select(Agency.id, Agency.name).where(
        Agency.id.in_({row.agency_id for row in held}), *stated(session, Agency)
    )
    communes = select(Commune.insee_code, Commune.name).where(
        Commune.insee_code.in_({row.insee_code for row in held})
    )
    return Choices(_named(session, agencies), _named(session, communes))


def conditions(
    session: Session, around: Choices, wanted: Wanted, day: date
) -> list[ColumnElement[bool]]:
    """What a residence must satisfy to be wanted, as seen on a day."""
    gone = Residence.archived_on <= day
    still = Residence.archived_on.is_(None) | (Residence.archived_on > day)
    asked = [*stated(session, Residence), gone if wanted.archived else still, *wanted.also]
    if wanted.agency_id is not None:
        asked.append(Residence.agency_id == wanted.agency_id)
    if wanted.insee_code is not None:
        asked.append(Residence.insee_code == wanted.insee_code)
    if wanted.in_qpv is not None:
        none = Residence.qpv_name.is_(None)
        asked.append(~none if wanted.in_qpv else none)
    if wanted.qpv_vintage is not None:
        asked.append(Residence.qpv_vintage == wanted.qpv_vintage)
    if wanted.perimeter is not None:
        asked += _stands(wanted.perimeter, day)
    return asked + [_says(word, around) for word in wanted.words]


def _says(word: str, around: Choices) -> ColumnElement[bool]:
    said = func.concat_ws(
        " ", Residence.code, Residence.name, Residence.address, Residence.qpv_name
    )
    found = func.lower(said).regexp_match(search_pattern(word))
    there = [code for code, name in around.communes.items() if folded(word) in folded(name)]
    return Residence.insee_code.in_(there) | found if there else found


def covers(day: date) -> ColumnElement[bool]:
    """The condition that a residence is in the perimeter on a day."""
    return Residence.covered_during.bool_op("@>")(literal(day, Date()))


def _stands(perimeter: Perimeter, day: date) -> list[ColumnElement[bool]]:
    if perimeter is Perimeter.INSIDE:
        return [covers(day)]
    # The last period ends after today, and today is in none: one begins later.
    last = func.upper(Residence.covered_during)
    later = func.upper_inf(Residence.covered_during) | func.coalesce(last > day, False)
    return [~covers(day), later if perimeter is Perimeter.TO_COME else ~later]


def _named(session: Session, query: Select[_Key, str]) -> dict[_Key, str]:
    rows = sorted(session.execute(query), key=lambda row: order_key(row[1]))
    return {row[0]: row[1] for row in rows}
