"""Applying a plan (enregistrement), exactly as shown, in one transaction: all of it or nothing.

What is already there changes from the first evening that has not begun; new places are there at
once. What undoing needs, beyond the values that the plan holds, is given back.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any, Self
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from presence.imports.fields import Field
from presence.imports.folding import fold
from presence.imports.holdings import asked_frequency, effective_on
from presence.imports.items import Change, EntranceItem, Item, Plan, Verdict
from presence.kernel.nomenclature import ArchiveReason
from presence.patrimoine import queries as patrimoine
from presence.patrimoine.amending import (
    Addition,
    Amendment,
    add_halls,
    amend_entrances,
    amend_residences,
)
from presence.patrimoine.buildings import Buildings
from presence.patrimoine.bulk import archive_all, count_all, create_all
from presence.patrimoine.services import Covering, EntranceDraft, ResidenceDraft
from presence.planning.bulk import Asked, set_frequencies
from presence.planning.queries import frequencies_in_force
from presence.planning.stored import frequency_to_json

# What the rooms call a field.
OF_RESIDENCE = {
    Field.AGENCY: "agency", Field.NAME: "name", Field.ADDRESS: "address",
    Field.INSEE_CODE: "insee_code", Field.QPV_NAME: "qpv_name", Field.QPV_VINTAGE: "qpv_vintage",
}  # fmt: skip
OF_ENTRANCE = {
    Field.ENTRANCE_NAME: "name", Field.ENTRANCE_CODE: "code", Field.ENTRANCE_ADDRESS: "address",
    Field.DWELLINGS: "dwellings", Field.RNB_ID: "rnb_id", Field.BAN_KEY: "ban_key",
    Field.LATITUDE: "latitude", Field.LONGITUDE: "longitude",
}  # fmt: skip
Values = dict[Field, Any]


@dataclass
class Done:
    """What was done (trace), by id: created, added to a residence that was there, archived.

    `archived` says whether the residence was in the perimeter; `frequencies` what held before.
    """

    on: date
    created: list[UUID] = field(default_factory=list)
    entrances: list[UUID] = field(default_factory=list)
    buildings: list[UUID] = field(default_factory=list)
    archived: list[tuple[UUID, bool]] = field(default_factory=list)
    frequencies: list[tuple[UUID, UUID | None, dict[str, object] | None]] = field(
        default_factory=list
    )

    def to_json(self) -> dict[str, Any]:
        """As the database holds it."""
        return {"on": str(self.on)} | {
            name: _plain(value) for name, value in asdict(self).items() if name != "on"
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """What `to_json` wrote."""
        ids = {
            name: [UUID(key) for key in content[name]]
            for name in ("created", "entrances", "buildings")
        }
        return cls(
            on=date.fromisoformat(content["on"]),
            **ids,
            archived=[(UUID(key), covered) for key, covered in content["archived"]],
            frequencies=[
                (UUID(place), UUID(hall) if hall else None, rule)
                for place, hall, rule in content["frequencies"]
            ],
        )


def apply_plan(
    session: Session,
    plan: Plan,
    archived: Collection[UUID],
    covering: Covering | None,
    import_id: UUID,
) -> Done:
    """Do all that a plan says, and archive what was chosen among what it calls absent."""
    done = Done(effective_on(session))
    created = [item for item in plan.items if item.verdict is Verdict.CREATED]
    changed = [item for item in plan.items if item.verdict is Verdict.CHANGED]
    work = _Work(session, done, import_id, changed)
    if created:
        drafts = [work.draft(item) for item in created]
        create_all(session, drafts, covering)
        done.created = [draft.id for draft in drafts]
    for item in changed:
        work.change(item)
    work.write()
    if archived:
        _archive(session, archived, done)
    return done


class _Work:
    """Goes through the items and gathers what is to be written, kind by kind."""

    def __init__(
        self, session: Session, done: Done, import_id: UUID, changed: Collection[Item]
    ) -> None:
        self.session = session
        self.done = done
        self.import_id = import_id
        self.counts: dict[UUID, int] = {}
        self.asked: list[Asked] = []
        self.residences: list[Amendment] = []
        self.entrances: list[Amendment] = []
        self.additions: list[Addition] = []
        lines = frequencies_in_force(session, done.on)
        self.former = {line.place_id: line.frequency for line in lines}
        moved = [held_id(item) for item in changed if names_a_building(item)]
        self.buildings = Buildings(session, moved, fold)

    def draft(self, item: Item) -> ResidenceDraft:
        """A residence to be created, under a key that the same import always makes."""
        key = uuid5(self.import_id, item.code)
        values = after(item.changes)
        halls = [_hall(entrance, uuid5(key, entrance.name)) for entrance in item.entrances]
        self._ask(key, None, values, known=False)
        for entrance, hall in zip(item.entrances, halls, strict=True):
            self._ask(key, hall.id, after(entrance.changes), known=False)
        return ResidenceDraft(
            id=key,
            agency=values[Field.AGENCY],
            code=item.code,
            name=item.name,
            address=values[Field.ADDRESS],
            insee_code=values[Field.INSEE_CODE],
            dwellings=values[Field.DWELLINGS],
            qpv_name=values.get(Field.QPV_NAME),
            qpv_vintage=values.get(Field.QPV_VINTAGE),
            entrances=tuple(_one_building_spelling(halls)),
        )

    def change(self, item: Item) -> None:
        """A residence that is there, and its entrances."""
        key, values = held_id(item), after(item.changes)
        clean = named(values, OF_RESIDENCE)
        if clean:
            self.residences.append(Amendment(key, clean, told(item.changes)))
        if Field.DWELLINGS in values:
            self.counts[key] = values[Field.DWELLINGS]
        self._ask(key, None, values, known=True)
        for entrance in item.entrances:
            if entrance.verdict is Verdict.CREATED:
                self._add(key, entrance)
            elif entrance.verdict is Verdict.CHANGED:
                self._change(key, entrance)

    def write(self) -> None:
        """Write it all; the buildings come before the entrances that are in them."""
        self.buildings.write()
        self.done.buildings = self.buildings.added
        amend_residences(self.session, self.residences)
        amend_entrances(self.session, self.entrances)
        add_halls(self.session, self.additions)
        if self.counts:
            count_all(self.session, self.counts, self.done.on)
        if self.asked:
            set_frequencies(self.session, self.asked, self.done.on)

    def _add(self, residence_id: UUID, item: EntranceItem) -> None:
        key = uuid5(self.import_id, f"{residence_id} {item.name}")
        values = after(item.changes)
        where = self._building(residence_id, values) if Field.BUILDING_NAME in values else None
        self.additions.append(Addition(key, residence_id, _hall(item, key), where))
        self.done.entrances.append(key)
        self._ask(residence_id, key, values, known=True)

    def _change(self, residence_id: UUID, item: EntranceItem) -> None:
        key, values = held_id(item), after(item.changes)
        clean = named(values, OF_ENTRANCE)
        if Field.BUILDING_NAME in values:
            clean["building_id"] = self._building(residence_id, values)
        elif Field.BUILDING_CODE in values:
            self.buildings.number_around(key, values[Field.BUILDING_CODE])
        if clean:
            self.entrances.append(Amendment(key, clean, told(item.changes)))
        self._ask(residence_id, key, values, known=True)

    def _building(self, residence_id: UUID, values: Values) -> UUID:
        building_id = self.buildings.named(residence_id, str(values[Field.BUILDING_NAME]))
        if values.get(Field.BUILDING_CODE):
            self.buildings.number(building_id, values[Field.BUILDING_CODE])
        return building_id

    def _ask(
        self, residence_id: UUID, entrance_id: UUID | None, values: Values, *, known: bool
    ) -> None:
        times = values.get(Field.TIMES_PER_WEEK)
        if times is None:
            return
        own = self.former.get(entrance_id or residence_id)
        rule = asked_frequency(own or self.former.get(residence_id), times)
        self.asked.append(Asked(residence_id, entrance_id, rule))
        if known:
            before = frequency_to_json(own) if own else None
            self.done.frequencies.append((residence_id, entrance_id, before))


def after(changes: Collection[Change]) -> Values:
    """The values that changes lead to."""
    return {change.field: change.after for change in changes}


def named(values: Values, names: Mapping[Field, str]) -> dict[str, Any]:
    """Values by what the rooms call them."""
    return {name: values[each] for each, name in names.items() if each in values}


def told(changes: Collection[Change]) -> dict[str, object]:
    """Changes as the journal keeps them: before, after."""
    return {change.field.value: [change.before, change.after] for change in changes}


def names_a_building(item: Item) -> bool:
    """Whether one of its entrances changes building, or its building changes number."""
    fields = {change.field for each in item.entrances for change in each.changes}
    return bool(fields & {Field.BUILDING_NAME, Field.BUILDING_CODE})


def held_id(item: Item | EntranceItem) -> UUID:
    """The id of a place that is held."""
    if item.id is None:
        message = f"{item.name} is not held"
        raise LookupError(message)
    return item.id


def _archive(session: Session, archived: Collection[UUID], done: Done) -> None:
    covered = {
        place.id: place.is_covered_on(done.on)
        for place in patrimoine.residences(session)
        if place.id in archived
    }
    archive_all(session, archived, done.on, ArchiveReason.WITHDRAWN)
    done.archived = sorted(covered.items())


def _hall(item: EntranceItem, key: UUID) -> EntranceDraft:
    values = after(item.changes)
    known = {name: values.get(each) for each, name in OF_ENTRANCE.items() if name != "name"}
    return EntranceDraft(
        item.name,
        **known,
        building=values.get(Field.BUILDING_NAME),
        building_code=values.get(Field.BUILDING_CODE),
        id=key,
    )


def _one_building_spelling(halls: Collection[EntranceDraft]) -> list[EntranceDraft]:
    """« Bât. A » and « BAT A » are one building: the first spelling is kept."""
    names: dict[str, str] = {}
    return [
        replace(hall, building=names.setdefault(fold(hall.building), hall.building))
        if hall.building
        else hall
        for hall in halls
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value
