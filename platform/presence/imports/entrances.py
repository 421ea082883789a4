"""What would become of a residence's entrances (entrées). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from presence.imports.comparing import entrance_changes
from presence.imports.fields import Field
from presence.imports.items import Change, EntranceItem, Verdict
from presence.imports.lines import EntranceLine, FaultKind
from presence.imports.matching import Entrances
from presence.imports.portfolio import HeldEntrance
from presence.kernel.formats import numeric_date

# The one entrance of a residence whose file names none.
DEFAULT_NAME = "Hall"

Problem = tuple[EntranceLine, Field, FaultKind, str]


@dataclass(frozen=True)
class Matched:
    """A line, the held entrance that it speaks of, and the name that the entrance will have."""

    line: EntranceLine
    held: HeldEntrance | None
    name: str | None


def match(
    lines: Sequence[EntranceLine], held: Sequence[HeldEntrance]
) -> tuple[list[Matched], list[Problem]]:
    """Each line with its entrance, or why the line cannot be taken."""
    if lines[0].entrance is None:
        return [_unnamed(lines[0], held)], []
    entrances = Entrances(held, lines)
    matched: list[Matched] = []
    problems: list[Problem] = []
    for line in lines:
        found = entrances.find(line)
        if found and found.archived_on:
            message = (
                f"L'entrée « {found.name} » est archivée le {numeric_date(found.archived_on)} : "
                "désarchivez-la pour la modifier."
            )
            problems.append((line, Field.ENTRANCE_NAME, FaultKind.ARCHIVED, message))
            continue
        name = _name(entrances, line, found)
        if name is None:
            message = f"« {line.entrance} » est déjà le nom d'une autre entrée de la résidence."
            problems.append((line, Field.ENTRANCE_NAME, FaultKind.TAKEN, message))
        else:
            matched.append(Matched(line, found, name))
    return matched, problems


def not_named(matched: Sequence[Matched], held: Sequence[HeldEntrance]) -> list[HeldEntrance]:
    """The entrances held that the file does not name, when it names some."""
    if not matched or matched[0].line.entrance is None:
        return []
    named = {each.held.id for each in matched if each.held}
    return [each for each in held if each.id not in named and each.archived_on is None]


def entrance_items(
    matched: Sequence[Matched], absent: Sequence[HeldEntrance], times: int | None
) -> list[EntranceItem]:
    """What would become of each entrance; `times` are the visits a week of the residence."""
    alone = len(matched) == 1 and not absent
    items = [_item(each, times, alone=alone) for each in matched if each.name is not None]
    return [*items, *(EntranceItem(Verdict.ABSENT, each.name, each.id) for each in absent)]


def _item(each: Matched, times: int | None, *, alone: bool) -> EntranceItem:
    line, held, name = each.line, each.held, each.name or DEFAULT_NAME
    changes = entrance_changes(line, held, alone=alone)
    if held and held.name != name:
        changes.append(Change(Field.ENTRANCE_NAME, held.name, name))
    own = held.times_per_week if held else None
    asked = line.times_per_week if line.per_entrance else None
    if asked is not None and asked != (own or times):
        changes.append(Change(Field.TIMES_PER_WEEK, own, asked))
    verdict = Verdict.CHANGED if changes else Verdict.UNCHANGED
    return EntranceItem(
        verdict if held else Verdict.CREATED,
        name,
        held.id if held else None,
        line.line,
        tuple(changes),
    )


def _name(entrances: Entrances, line: EntranceLine, found: HeldEntrance | None) -> str | None:
    if found is None:
        return entrances.new_name(line)
    if entrances.has_name(found, line):
        return found.name
    said = line.entrance or found.name
    return said if entrances.can_be_named(found, said) else None


def _unnamed(line: EntranceLine, held: Sequence[HeldEntrance]) -> Matched:
    """A line of a whole residence: it speaks of its only entrance, of none when it has several."""
    active = [each for each in held if each.archived_on is None]
    if not held:
        return Matched(line, None, DEFAULT_NAME)
    only = active[0] if len(active) == 1 else None
    return Matched(line, only, only.name if only else None)
