"""The demonstration's anomalies: a lamp out for three nights, a door repaired, a cellar in the way.

Seen during visits that are already there: no visit is added or changed, no published total moves.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from presence.accounts.identity import call
from presence.anomalies.queries import anomalies
from presence.anomalies.records import Sighting
from presence.anomalies.services import take_sightings
from presence.anomalies.steps import StepDraft, take_step
from presence.demonstration.cast import Cast
from presence.field.queries import visits
from presence.field.records import RecordedVisit
from presence.kernel.clock import at_paris
from presence.kernel.nomenclature import AnomalyState, Equipment, VisitResult
from tenants.context import Context, Kind
from tenants.database import transaction

NAMESPACE = UUID("c4d0b7f2-6a1e-4f83-8b5d-2e9a7c30f614")
FIRST_ON, EVENINGS = date(2013, 11, 24), 10
NIGHTS = 3
LAMP, DOOR = "Ampoule du palier du deuxième.", "Ne se referme pas seule."
WASTE, REPAIR = "Un canapé devant les caves.", "Ferme-porte réglé."
REMOVAL = "Enlevé par la régie."
REPAIRERS = {
    Equipment.DOOR: "responsable@opac38.example",
    Equipment.BULKY_WASTE: "responsable@pluralis.example",
}


def seed_anomalies(cast: Cast) -> None:
    """What the agents saw, what the bailleur repaired, what they looked at again."""
    with transaction(Context(Kind.PRESTATAIRE, cast.prestataire)) as session:
        walked = _walked(session)
        lamp, door = walked[cast.opac38][:2]
        (waste,) = walked[cast.pluralis][:1]
        take_sightings(
            session,
            [
                *_seen(cast, lamp[-NIGHTS:], Equipment.LIGHTING, LAMP),
                *_seen(cast, door[-NIGHTS:-1], Equipment.DOOR, DOOR),
                *_seen(cast, waste[-1:], Equipment.BULKY_WASTE, WASTE),
            ],
        )
    _repair(
        (cast.opac38, Equipment.DOOR, REPAIR),
        at_paris(door[-2].evening_on + timedelta(days=1), time(9, 20)),
    )
    # Taken away since, says its bailleur; the agents have not looked yet.
    _repair(
        (cast.pluralis, Equipment.BULKY_WASTE, REMOVAL),
        at_paris(waste[-1].evening_on + timedelta(days=1), time(9, 5)),
    )
    with transaction(Context(Kind.PRESTATAIRE, cast.prestataire)) as session:
        take_sightings(session, _seen(cast, door[-1:], Equipment.DOOR, None, still_there=False))


def _walked(session: Session) -> dict[int, list[list[RecordedVisit]]]:
    """Each bailleur's halls that were visited often enough lately, as their visits in order."""
    halls: dict[UUID, list[RecordedVisit]] = defaultdict(list)
    for day in range(EVENINGS):
        for visit in visits(session, FIRST_ON + timedelta(days=day)):
            if visit.result is not VisitResult.NOT_DONE:
                halls[visit.entrance_id].append(visit)
    found: dict[int, list[list[RecordedVisit]]] = defaultdict(list)
    for made in halls.values():
        if len({visit.evening_on for visit in made}) >= NIGHTS:
            found[made[0].bailleur_id].append(made)
    return found


def _seen(
    cast: Cast,
    made: Sequence[RecordedVisit],
    equipment: Equipment,
    note: str | None,
    *,
    still_there: bool = True,
) -> list[Sighting]:
    return [
        Sighting(
            visit_id=visit.id,
            bailleur_id=visit.bailleur_id,
            scheme_id=cast.scheme_id,
            residence_id=visit.residence_id,
            entrance_id=visit.entrance_id,
            evening_on=visit.evening_on,
            seen_at=visit.started_at,
            equipment=equipment,
            note=note,
            still_there=still_there,
        )
        for visit in made
    ]


def _repair(what: tuple[int, Equipment, str], taken_at: datetime) -> None:
    bailleur_id, equipment, told = what
    account = call("account_for_sign_in", REPAIRERS[equipment])[0].account_id
    with transaction(Context(Kind.BAILLEUR, bailleur_id, account)) as session:
        broken = next(row for row in anomalies(session) if row.equipment is equipment)
        for state, note, hours in (
            (AnomalyState.ACKNOWLEDGED, None, 0),
            (AnomalyState.FIXED, told, 5),
        ):
            key = uuid5(NAMESPACE, f"{equipment.value} {state.value}")
            at = taken_at + timedelta(hours=hours)
            take_step(session, StepDraft(key, broken.id, state, note, at))
