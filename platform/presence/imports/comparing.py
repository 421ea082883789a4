"""What a residence would become (comparaison): its values, then its entrances. Pure.

What a file does not say is kept: an absent column and an empty cell never erase a value. The one
way to take a value off is to say so, « non » under the priority area.
"""

from collections.abc import Sequence

from presence.imports.fields import Field
from presence.imports.folding import fold
from presence.imports.items import Change, Value
from presence.imports.lines import EntranceLine
from presence.imports.portfolio import HeldEntrance, HeldResidence

# The geography in force since 1 January 2024 (decree 2023-1314), when a file says none.
CURRENT_VINTAGE = 2024
# A return says that a place is in a priority area, not in which.
UNNAMED_QPV = "Quartier prioritaire (nom à préciser)"

_NOT_TOLD = "Le total des logements n'est pas recalculé :"
_OF_RESIDENCE = (
    (Field.AGENCY, "agency"),
    (Field.NAME, "name"),
    (Field.ADDRESS, "address"),
    (Field.INSEE_CODE, "insee_code"),
)
_OF_ENTRANCE = (
    (Field.ENTRANCE_CODE, "entrance_code", "code"),
    (Field.ENTRANCE_ADDRESS, "entrance_address", "address"),
    (Field.BUILDING_CODE, "building_code", "building_code"),
    (Field.BUILDING_NAME, "building_name", "building_name"),
    (Field.RNB_ID, "rnb_id", "rnb_id"),
    (Field.BAN_KEY, "ban_key", "ban_key"),
    (Field.LATITUDE, "latitude", "latitude"),
    (Field.LONGITUDE, "longitude", "longitude"),
)
# The name of another place: another spelling is not another building.
_FOLDED = frozenset({Field.BUILDING_NAME})


def first_said(lines: Sequence[EntranceLine], name: str) -> object:
    """What the first of the lines that says it says."""
    return next((said for line in lines if (said := getattr(line, name)) is not None), None)


def residence_changes(lines: Sequence[EntranceLine], held: HeldResidence | None) -> list[Change]:
    """The changes of a residence's own values, its dwellings and visits apart."""
    rough = any(line.rough for line in lines)
    changes = []
    for field, name in _OF_RESIDENCE:
        said = first_said(lines, name)
        before = getattr(held, name) if held else None
        if _differs(field, before, said, rough=rough):
            changes.append(Change(field, before, _value(said)))
    return [*changes, *_qpv_changes(lines, held, rough=rough)]


def entrance_changes(line: EntranceLine, held: HeldEntrance | None, *, alone: bool) -> list[Change]:
    """The changes of an entrance's values; those of a residence of several only fill."""
    changes = []
    for field, said_name, held_name in _OF_ENTRANCE:
        said = getattr(line, said_name)
        before = getattr(held, held_name) if held else None
        only_fills = not (line.per_entrance or alone)
        if _differs(field, before, said, rough=line.rough) and not (
            only_fills and before is not None
        ):
            changes.append(Change(field, before, said))
    if line.building_code and not line.building_name and not (held and held.building_name):
        changes.append(Change(Field.BUILDING_NAME, None, line.building_code))
    counted = held.dwellings if held else None
    if line.per_entrance and line.dwellings is not None and line.dwellings != counted:
        changes.append(Change(Field.DWELLINGS, counted, line.dwellings))
    return changes


def total_dwellings(
    lines: Sequence[EntranceLine], absent: Sequence[HeldEntrance], *, whole: bool
) -> tuple[int | None, str | None]:
    """The residence's dwellings as the file gives them, or why they cannot be told.

    Entrances that the file does not name are kept, and so are their dwellings.
    """
    if not lines[0].per_entrance:
        return lines[0].dwellings, None
    said = [line.dwellings for line in lines if line.dwellings is not None]
    kept = [entrance.dwellings for entrance in absent if entrance.dwellings is not None]
    if not said:
        return None, None
    if not whole:
        return None, f"{_NOT_TOLD} une ligne de la résidence est refusée."
    if len(said) < len(lines):
        return None, f"{_NOT_TOLD} une ligne ne dit pas les siens."
    if len(kept) < len(absent):
        return None, f"{_NOT_TOLD} une entrée absente du fichier n'est pas comptée."
    return sum(said) + sum(kept), None


def shared_times(lines: Sequence[EntranceLine], *, partial: bool) -> int | None:
    """The visits a week of the whole residence: every one of its entrances has the same."""
    told = {line.times_per_week for line in lines}
    return told.pop() if len(told) == 1 and not (lines[0].per_entrance and partial) else None


def _qpv_changes(
    lines: Sequence[EntranceLine], held: HeldResidence | None, *, rough: bool
) -> list[Change]:
    before = (held.qpv_name, held.qpv_vintage) if held else (None, None)
    after = _qpv_after(lines, *before, rough=rough)
    fields = (Field.QPV_NAME, Field.QPV_VINTAGE)
    return [
        Change(field, old, new)
        for field, old, new in zip(fields, before, after, strict=True)
        if old != new
    ]


def _qpv_after(
    lines: Sequence[EntranceLine], name: str | None, vintage: int | None, *, rough: bool
) -> tuple[str | None, int | None]:
    """The priority area and its geography: both or none."""
    said_in = first_said(lines, "in_qpv")
    said_name = first_said(lines, "qpv_name")
    said_vintage = first_said(lines, "qpv_vintage")
    if said_in is False:
        return None, None
    if said_in is None and (said_vintage is None or name is None):
        return name, vintage
    same = not said_name or not _differs(Field.QPV_NAME, name, said_name, rough=rough)
    new_name = name if same and name else str(said_name or UNNAMED_QPV)
    kept_vintage = (vintage if same else None) or CURRENT_VINTAGE
    return new_name, said_vintage if isinstance(said_vintage, int) else kept_vintage


def _differs(field: Field, before: object, said: object, *, rough: bool) -> bool:
    if said is None or said == before:
        return False
    if before is None or not (rough or field in _FOLDED):
        return True
    return fold(str(before)) != fold(str(said))


def _value(said: object) -> Value:
    return said if isinstance(said, str | int | float) else None
