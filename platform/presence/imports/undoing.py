"""Undoing an import (annulation): what was before comes back; nothing is ever deleted.

A place that the import created is archived, and its code is freed with a word that says so; one
that was visited meanwhile, or that a round was to visit, stays. A value that somebody changed
since stays too. What stays is told, place by place.
"""

from collections.abc import Callable, Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from presence.imports.applying import OF_ENTRANCE, OF_RESIDENCE, Done
from presence.imports.fields import Field
from presence.imports.folding import fold
from presence.imports.holdings import effective_on, portfolio
from presence.imports.items import Change, EntranceItem, Item, Plan
from presence.imports.portfolio import HeldEntrance, HeldResidence
from presence.kernel.clock import today
from presence.kernel.formats import numeric_date
from presence.kernel.nomenclature import ArchiveReason
from presence.patrimoine.buildings import (
    archive_empty,
    building_named,
    building_of_entrance,
    number_building,
)
from presence.patrimoine.bulk import archive_all, count_all
from presence.patrimoine.coverage import enter_perimeter
from presence.patrimoine.places import (
    archive_entrance,
    change_entrance,
    change_residence,
    restore_residence,
)
from presence.planning.bulk import Asked, set_frequencies
from presence.planning.stored import frequency_from_json

# Says which entrances of some residences were visited, or are to be: rooms above know it.
InUse = Callable[[Session, Collection[UUID]], set[UUID]]
IN_USE = "déjà utilisée en tournée : conservée"
SINCE = "changé depuis l'import : laissé"
# Of a code that is freed: the word that is added must fit in.
MOST_CODE = 160
# What a held place calls the fields of a plan.
_HELD_RESIDENCE = {
    **OF_RESIDENCE, Field.AGENCY: "agency", Field.DWELLINGS: "dwellings",
    Field.TIMES_PER_WEEK: "times_per_week",
}  # fmt: skip
_HELD_ENTRANCE = {
    **OF_ENTRANCE, Field.BUILDING_NAME: "building_name", Field.BUILDING_CODE: "building_code",
    Field.TIMES_PER_WEEK: "times_per_week",
}  # fmt: skip
Before = dict[Field, Any]


def undo_plan(session: Session, plan: Plan, done: Done, in_use: InUse) -> list[str]:
    """Put back what a plan changed; what could not be, in sentences."""
    work = _Undoing(session, plan, done, in_use)
    work.put_back_values()
    work.archive_created()
    work.put_back_frequencies()
    work.take_back_archived()
    archive_empty(session, done.buildings, work.on)
    return work.left


class _Undoing:
    """What is held now beside what was done."""

    def __init__(self, session: Session, plan: Plan, done: Done, in_use: InUse) -> None:
        self.session = session
        self.plan = plan
        self.done = done
        self.on = effective_on(session)
        self.left: list[str] = []
        held = portfolio(session).residences
        self.residences = {place.id: place for place in held}
        self.halls = {hall.id: (place, hall) for place in held for hall in place.entrances}
        touched = {*done.created, *(self.halls[key][0].id for key in self._added())}
        self.used = in_use(session, touched)
        self.kept: set[tuple[UUID, UUID | None]] = set()

    def put_back_values(self) -> None:
        """The values of the places that were there before."""
        counts: dict[UUID, int] = {}
        for item in self.plan.items:
            place = self.residences.get(item.id) if item.id else None
            if place is None or not self._can_change(item, place):
                continue
            before = self._before(item, place, _HELD_RESIDENCE, place.name)
            if before.get(Field.DWELLINGS) is not None:
                counts[place.id] = before[Field.DWELLINGS]
            clean = {name: before[each] for each, name in OF_RESIDENCE.items() if each in before}
            if clean or Field.AGENCY in before:
                change_residence(self.session, place.id, clean, before.get(Field.AGENCY))
            self._put_back_entrances(item, place)
        if counts:
            count_all(self.session, counts, self.on)

    def archive_created(self) -> None:
        """The places that the import made, unless they have served or are gone already."""
        gone: list[UUID] = []
        taken = {place.code for place in self.residences.values()}
        for key in self.done.created:
            place = self.residences[key]
            if place.archived_on is not None:
                self.left.append(f"{place.name} : déjà archivée.")
            elif any(hall.id in self.used for hall in place.entrances):
                self.left.append(f"{place.name} : {IN_USE}.")
            else:
                code = _free(place.code, taken, today(self.session))
                change_residence(self.session, key, {"code": code})
                gone.append(key)
        if gone:
            archive_all(self.session, gone, self.on, ArchiveReason.ERROR)
        for key in self._added():
            self._archive_hall(*self.halls[key])

    def put_back_frequencies(self) -> None:
        """The frequencies that held before, or none."""
        asked = [
            Asked(place, hall, frequency_from_json(rule) if rule else None)
            for place, hall, rule in self.done.frequencies
            if (place, hall) not in self.kept and self._is_there(place, hall)
        ]
        if asked:
            set_frequencies(self.session, asked, self.on)

    def take_back_archived(self) -> None:
        """The residences that were archived because the file did not name them."""
        for key, covered in self.done.archived:
            place = self.residences[key]
            if place.archived_on is None:
                continue
            restore_residence(self.session, key)
            if covered:
                enter_perimeter(self.session, key, self.on)

    def _put_back_entrances(self, item: Item, place: HeldResidence) -> None:
        for each in item.entrances:
            if each.id is None or not each.changes:
                continue
            _, hall = self.halls[each.id]
            if hall.archived_on is not None:
                self.left.append(f"{place.name}, {hall.name} : archivé depuis, laissé.")
                self.kept.add((place.id, hall.id))
                continue
            before = self._before(each, hall, _HELD_ENTRANCE, f"{place.name}, {hall.name}")
            self._put_back_entrance(place.id, hall.id, before)

    def _put_back_entrance(self, residence_id: UUID, entrance_id: UUID, before: Before) -> None:
        clean = {name: before[each] for each, name in OF_ENTRANCE.items() if each in before}
        if Field.BUILDING_CODE in before and Field.BUILDING_NAME not in before:
            building = building_of_entrance(self.session, entrance_id)
            if building is not None:
                number_building(self.session, building, before[Field.BUILDING_CODE])
        if Field.BUILDING_NAME in before:
            name = before[Field.BUILDING_NAME]
            found = building_named(self.session, residence_id, name)[0] if name else None
            clean["building_id"] = found
        if clean:
            change_entrance(self.session, entrance_id, clean)

    def _before(
        self,
        item: Item | EntranceItem,
        held: HeldResidence | HeldEntrance,
        names: dict[Field, str],
        label: str,
    ) -> Before:
        """What to put back: the values that nobody changed since."""
        before: Before = {}
        for change in item.changes:
            if _is_as_left(change, getattr(held, names[change.field])):
                before[change.field] = change.before
                continue
            self.left.append(f"{label} : {change.field.label}, {SINCE}.")
            if change.field is Field.TIMES_PER_WEEK:
                self.kept.add(self._place_of(held))
        return before

    def _place_of(self, held: HeldResidence | HeldEntrance) -> tuple[UUID, UUID | None]:
        if isinstance(held, HeldResidence):
            return held.id, None
        return self.halls[held.id][0].id, held.id

    def _can_change(self, item: Item, place: HeldResidence) -> bool:
        changed = item.changes or any(each.changes for each in item.entrances)
        if changed and place.archived_on is not None:
            self.left.append(f"{place.name} : archivée depuis, laissée.")
        return bool(changed) and place.archived_on is None

    def _archive_hall(self, place: HeldResidence, hall: HeldEntrance) -> None:
        if place.archived_on is not None or hall.archived_on is not None:
            return
        if hall.id in self.used:
            self.left.append(f"{place.name}, {hall.name} : {IN_USE}.")
            return
        day = today(self.session)
        names = {each.name for each in place.entrances}
        freed = {"name": _free(hall.name, names, day)}
        if hall.code:
            freed["code"] = _free(hall.code, set(), day)
        change_entrance(self.session, hall.id, freed)
        archive_entrance(self.session, hall.id, self.on)

    def _added(self) -> list[UUID]:
        return [key for key in self.done.entrances if key in self.halls]

    def _is_there(self, residence_id: UUID, entrance_id: UUID | None) -> bool:
        place = self.residences[residence_id]
        hall = self.halls[entrance_id][1] if entrance_id else None
        return place.archived_on is None and (hall is None or hall.archived_on is None)


def _is_as_left(change: Change, now: object) -> bool:
    if change.field is Field.BUILDING_NAME and isinstance(now, str):
        return fold(now) == fold(str(change.after))
    return now == change.after


def _free(code: str, taken: set[str], day: date) -> str:
    """« R001 (annulé 05/12/2013) », with a number when that is taken too."""
    kept = code[:MOST_CODE]
    made, number = f"{kept} (annulé {numeric_date(day)})", 1
    while made in taken:
        number += 1
        made = f"{kept} (annulé {numeric_date(day)}, {number})"
    taken.add(made)
    return made
