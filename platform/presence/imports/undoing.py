"""Undoing an import (annulation): what was before comes back; nothing is ever deleted.

A place that the import created is archived, and its code is freed with a word that says so; one
that was visited meanwhile, or that a round was to visit, stays. A value that somebody changed
since stays too. What stays is told, place by place.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from presence.imports.applying import (
    OF_ENTRANCE,
    OF_RESIDENCE,
    Done,
    Values,
    held_id,
    named,
    names_a_building,
)
from presence.imports.fields import Field
from presence.imports.folding import fold
from presence.imports.holdings import effective_on, portfolio
from presence.imports.items import Change, EntranceItem, Item, Plan, Verdict
from presence.imports.portfolio import HeldEntrance, HeldResidence
from presence.kernel.clock import today
from presence.kernel.formats import numeric_date
from presence.kernel.nomenclature import ArchiveReason
from presence.patrimoine.amending import (
    Amendment,
    amend_entrances,
    amend_residences,
    archive_halls,
)
from presence.patrimoine.buildings import Buildings, archive_empty
from presence.patrimoine.bulk import archive_all, count_all
from presence.patrimoine.coverage import enter_perimeter
from presence.patrimoine.places import restore_residence
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
    **OF_RESIDENCE, Field.DWELLINGS: "dwellings", Field.TIMES_PER_WEEK: "times_per_week",
}  # fmt: skip
_HELD_ENTRANCE = {
    **OF_ENTRANCE, Field.BUILDING_NAME: "building_name", Field.BUILDING_CODE: "building_code",
    Field.TIMES_PER_WEEK: "times_per_week",
}  # fmt: skip


def undo_plan(session: Session, plan: Plan, done: Done, in_use: InUse) -> list[str]:
    """Put back what a plan changed; what could not be, in sentences."""
    work = _Undoing(session, plan, done, in_use)
    work.put_back_values()
    work.archive_created()
    work.archive_added()
    work.put_back_frequencies()
    work.take_back_archived()
    archive_empty(session, done.buildings, work.on)
    return work.left


class _Undoing:
    """What is held now beside what was done."""

    def __init__(self, session: Session, plan: Plan, done: Done, in_use: InUse) -> None:
        self.session = session
        self.changed = [item for item in plan.items if item.verdict is Verdict.CHANGED]
        self.done = done
        self.on, self.day = effective_on(session), today(session)
        self.left: list[str] = []
        held = portfolio(session).residences
        self.residences = {place.id: place for place in held}
        self.halls = {hall.id: (place, hall) for place in held for hall in place.entrances}
        touched = {*done.created, *(self.halls[key][0].id for key in done.entrances)}
        self.used = in_use(session, touched)
        # The frequencies that somebody changed since.
        self.kept: set[tuple[UUID, UUID | None]] = set()

    def put_back_values(self) -> None:
        """The values of the places that were there before."""
        counts: dict[UUID, int] = {}
        residences: list[Amendment] = []
        entrances: list[Amendment] = []
        there = [item for item in self.changed if self._is_still_there(item)]
        moved = [held_id(item) for item in there if names_a_building(item)]
        buildings = Buildings(self.session, moved, fold)
        for item in there:
            place = self.residences[held_id(item)]
            before = self._before(item, place, _HELD_RESIDENCE, place.name)
            if before.get(Field.DWELLINGS) is not None:
                counts[place.id] = before[Field.DWELLINGS]
            if clean := named(before, OF_RESIDENCE):
                residences.append(Amendment(place.id, clean, _told(item.changes)))
            entrances += self._entrances(item, place, buildings)
        buildings.write()
        amend_residences(self.session, residences)
        amend_entrances(self.session, entrances)
        if counts:
            count_all(self.session, counts, self.on)

    def archive_created(self) -> None:
        """The residences that the import made, unless they have served or are gone already."""
        taken = {place.code for place in self.residences.values()}
        freed: list[Amendment] = []
        for key in self.done.created:
            place = self.residences[key]
            if place.archived_on is not None:
                self.left.append(f"{place.name} : déjà archivée.")
            elif any(hall.id in self.used for hall in place.entrances):
                self.left.append(f"{place.name} : {IN_USE}.")
            else:
                code = _free(place.code, taken, self.day)
                freed.append(Amendment(key, {"code": code}, {"code": [place.code, code]}))
        if freed:
            amend_residences(self.session, freed)
            gone = [each.id for each in freed]
            archive_all(self.session, gone, self.on, ArchiveReason.ERROR)

    def archive_added(self) -> None:
        """The halls that the import added to a residence that was there."""
        freed: list[Amendment] = []
        for place, hall in (self.halls[key] for key in self.done.entrances):
            if place.archived_on is not None or hall.archived_on is not None:
                continue
            if hall.id in self.used:
                self.left.append(f"{place.name}, {hall.name} : {IN_USE}.")
                continue
            taken = {each.name for each in place.entrances}
            values = {"name": _free(hall.name, taken, self.day)}
            if hall.code:
                values["code"] = _free(hall.code, set(), self.day)
            freed.append(Amendment(hall.id, values, values))
        if freed:
            amend_entrances(self.session, freed)
            archive_halls(self.session, [each.id for each in freed], self.on)

    def put_back_frequencies(self) -> None:
        """The frequencies that held before, or none."""
        asked = [
            Asked(place, hall, frequency_from_json(rule) if rule else None)
            for place, hall, rule in self.done.frequencies
            if (place, hall) not in self.kept and self._is_visited(place, hall)
        ]
        if asked:
            set_frequencies(self.session, asked, self.on)

    def take_back_archived(self) -> None:
        """The residences that were archived because the file did not name them."""
        for key, covered in self.done.archived:
            if self.residences[key].archived_on is not None:
                restore_residence(self.session, key)
                if covered:
                    enter_perimeter(self.session, key, self.on)

    def _entrances(
        self, item: Item, place: HeldResidence, buildings: Buildings
    ) -> Iterator[Amendment]:
        for each in item.entrances:
            if each.verdict is not Verdict.CHANGED:
                continue
            _, hall = self.halls[held_id(each)]
            label = f"{place.name}, {hall.name}"
            if hall.archived_on is not None:
                self.left.append(f"{label} : archivé depuis, laissé.")
                self.kept.add((place.id, hall.id))
                continue
            before = self._before(each, hall, _HELD_ENTRANCE, label)
            clean = named(before, OF_ENTRANCE)
            if Field.BUILDING_NAME in before:
                name = before[Field.BUILDING_NAME]
                clean["building_id"] = buildings.named(place.id, name) if name else None
            elif Field.BUILDING_CODE in before:
                buildings.number_around(hall.id, before[Field.BUILDING_CODE])
            if clean:
                yield Amendment(hall.id, clean, _told(each.changes))

    def _before(
        self,
        item: Item | EntranceItem,
        held: HeldResidence | HeldEntrance,
        names: Mapping[Field, str],
        label: str,
    ) -> Values:
        """What to put back: the values that nobody changed since."""
        before: Values = {}
        for change in item.changes:
            if _is_as_left(change, getattr(held, names[change.field])):
                before[change.field] = change.before
                continue
            self.left.append(f"{label} : {change.field.label}, {SINCE}.")
            if change.field is Field.TIMES_PER_WEEK:
                whole = isinstance(held, HeldResidence)
                self.kept.add((held.id, None) if whole else (self.halls[held.id][0].id, held.id))
        return before

    def _is_still_there(self, item: Item) -> bool:
        place = self.residences[held_id(item)]
        if place.archived_on is not None:
            self.left.append(f"{place.name} : archivée depuis, laissée.")
        return place.archived_on is None

    def _is_visited(self, residence_id: UUID, entrance_id: UUID | None) -> bool:
        place = self.residences[residence_id]
        hall = self.halls[entrance_id][1] if entrance_id else None
        return place.archived_on is None and (hall is None or hall.archived_on is None)


def _told(changes: Collection[Change]) -> dict[str, object]:
    return {change.field.value: [change.after, change.before] for change in changes}


def _is_as_left(change: Change, now: object) -> bool:
    if change.field is Field.BUILDING_NAME and isinstance(now, str):
        return fold(now) == fold(str(change.after))
    return now == change.after


def _free(code: str, taken: set[str], day: date) -> str:
    """« R001 (annulé 05/12/2013) », with a number when that is taken too."""
    kept, said = code[:MOST_CODE], f"annulé {numeric_date(day)}"
    made, number = f"{kept} ({said})", 1
    while made in taken:
        number += 1
        made = f"{kept} ({said}, {number})"
    taken.add(made)
    return made
