"""What a line of the list of residences says, computed for the lines that are shown only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from presence.field.listing import interventions_counted, last_visits
from presence.kernel import formats
from presence.kernel.clock import tonight
from presence.patrimoine.listed import Listed
from presence.patrimoine.listing import Found, halls_counted
from presence.planning.listing import frequencies_at
from presence.planning.queries import FrequencyLine
from presence.planning.wording import frequency_words

# Interventions are counted over the evenings of a month, tonight's included.
EVENINGS = 30


@dataclass(frozen=True)
class Line:
    """A residence, and what happened there; `entered_on` and `left_on` bound its period."""

    place: Listed
    halls: int
    frequency: str | None
    last_visit_on: date | None
    interventions: int
    standing: str
    since: str
    is_covered: bool
    entered_on: date | None
    left_on: date | None


def lines_of(session: Session, places: Sequence[Listed], day: date) -> list[Line]:
    """The lines of some residences as of today, in the same order."""
    evening_on = tonight(session)
    ids = [place.id for place in places]
    halls = halls_counted(session, ids, day)
    frequencies = frequencies_at(session, ids, day)
    visits = last_visits(session, ids, evening_on)
    since_on = evening_on - timedelta(days=EVENINGS - 1)
    interventions = interventions_counted(session, ids, since_on, evening_on)
    made = []
    for place in places:
        period = place.period_on(day)
        made.append(
            Line(
                place=place,
                halls=halls.get(place.id, 0),
                frequency=_frequency(frequencies.get(place.id, [])),
                last_visit_on=visits.get(place.id),
                interventions=interventions.get(place.id, 0),
                standing=standing_words(place, day),
                since=since_words(place, day),
                is_covered=period is not None,
                entered_on=period.lower if period else place.enters_after(day),
                left_on=period.upper if period else place.left_by(day),
            )
        )
    return made


def standing_words(place: Listed, day: date) -> str:
    """« dans le périmètre », « sort le 01/03/2014 », « hors périmètre », « archivée le… »."""
    if place.archived_on is not None and place.is_archived_on(day):
        return f"archivée le {formats.numeric_date(place.archived_on)}"
    period, entry = place.period_on(day), place.enters_after(day)
    if period is not None:
        leaves_on = period.upper
        return f"sort le {formats.numeric_date(leaves_on)}" if leaves_on else "dans le périmètre"
    return f"entre le {formats.numeric_date(entry)}" if entry else "hors périmètre"


def since_words(place: Listed, day: date) -> str:
    """What completes it: « depuis le 01/02/2012 », « dans le périmètre depuis le… », « vendue »."""
    if place.is_archived_on(day):
        return place.archive_reason.label.lower() if place.archive_reason else ""
    period, left_on = place.period_on(day), place.left_by(day)
    if period is None:
        return f"depuis le {formats.numeric_date(left_on)}" if left_on else ""
    if period.lower is None:
        return ""
    since = f"depuis le {formats.numeric_date(period.lower)}"
    return f"dans le périmètre {since}" if period.upper else since


def sentence_of(found: Found) -> str:
    """« 23 résidences, 1 430 logements ; 21 dans le périmètre, 2 en dehors. »."""
    totals = found.totals
    if not totals.residences:
        return "Aucune résidence."
    told = formats.count(totals.residences, "résidence")
    told += f", {formats.count(totals.dwellings, 'logement')}"
    outside = totals.residences - totals.covered
    if not outside and totals.residences > 1:
        return f"{told}, toutes dans le périmètre."
    if not outside:
        return f"{told}, dans le périmètre."
    if not totals.covered:
        return f"{told}, hors périmètre."
    covered, out = formats.number(totals.covered), formats.number(outside)
    return f"{told} ; {covered} dans le périmètre, {out} en dehors."


def pages_around(page: int, pages: int) -> list[int | None]:
    """The pages to offer: the first, the last, those beside this one; None stands for a gap."""
    near = sorted({1, page - 1, page, page + 1, pages} & set(range(1, pages + 1)))
    offered: list[int | None] = []
    for number in near:
        if offered and number - (offered[-1] or 0) > 1:
            offered.append(None)
        offered.append(number)
    return offered


def _frequency(lines: Sequence[FrequencyLine]) -> str | None:
    own = [frequency_words(line.frequency) for line in lines if line.entrance_id is None]
    apart = len(lines) - len(own)
    if not apart:
        return own[0] if own else None
    halls = formats.count(apart, "hall a la sienne", "halls ont la leur")
    return f"{own[0]} ; {halls}" if own else halls
