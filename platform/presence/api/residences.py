"""Endpoints of residences (résidences): read, import from a file, set a frequency."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.api.answers import Refused
from presence.api.door import MAY_BE_KEYED, Door, Sent
from presence.api.paging import cursor_of, page
from presence.api.schemes import only_scheme, public_ids, schemes_on
from presence.imports.confirming import import_at_once
from presence.imports.preparing import Deposit
from presence.kernel.clock import today
from presence.kernel.errors import NotFound
from presence.onboarding.queries import covering_of_new_places, is_live
from presence.patrimoine import queries as patrimoine
from presence.patrimoine.queries import HallDetail, Place
from presence.patrimoine.services import Covering
from presence.planning.frequency import Frequency
from presence.planning.queries import frequency_from, frequency_line
from presence.planning.services import set_frequency
from presence.planning.stored import frequency_to_json
from presence.planning.wording import per_week
from presence.schemas.base import PageIn, SchemeIn, page_of
from presence.schemas.patrimoine import ImportedOut, ResidenceDetailOut, ResidenceOut
from presence.schemas.planning import FrequencyIn, FrequencyOut
from tenants.registry import organisations
from tenants.roles import Permission

door = Door("residences", "Le patrimoine couvert par le dispositif.")
DOORS = (door,)
CSV = "text/csv"


@door.get("", Permission.READ_PLACES, page_of(ResidenceOut), Sent(query=PageIn))
def list_residences(session: Session, _: Identity, asked: dict[str, Any]) -> dict[str, object]:
    """Résidences, par code, avec leurs entrées."""
    after = cursor_of(asked, str, UUID)
    rows = patrimoine.residences(
        session, after=(after[0], after[1]) if after else None, limit=asked["limit"] + 1
    )
    dumped = _dumped(session, rows)
    return page(
        rows, asked["limit"], lambda place: (place.code, place.id), lambda place: dumped[place.id]
    )


@door.get("/<uuid:residence_id>", Permission.READ_PLACES, ResidenceDetailOut)
def read_residence(session: Session, _: Identity, residence_id: UUID) -> dict[str, object]:
    """Une résidence, ses entrées, sa fréquence de passage."""
    return dumped_residence(session, residence_id)


@door.post(
    "/imports",
    Permission.MANAGE_PLACES,
    (201, ImportedOut),
    Sent(query=SchemeIn, key=MAY_BE_KEYED, raw=CSV),
)
def import_file(
    session: Session, identity: Identity, _: UUID | None, asked: dict[str, Any]
) -> dict[str, int]:
    """Importer des résidences (CSV) d'un coup : toutes, ou aucune et les lignes à corriger."""
    if request.mimetype != CSV:
        raise Refused(415, "Envoyez le fichier avec l'en-tête « Content-Type: text/csv ».")
    deposit = Deposit("import.csv", request.get_data())
    plan = import_at_once(session, deposit, _covering(session, identity, asked["scheme"]))
    return {"created": plan.counts.created}


def _covering(session: Session, identity: Identity, asked: UUID | None) -> Covering | None:
    """The scheme of new residences: named, when the bailleur takes part in several."""
    member_of = schemes_on(session, identity.organisation_id, today(session))
    if not member_of and not asked:
        return covering_of_new_places(session)
    scheme = only_scheme(member_of, asked)
    return Covering(scheme.id, today(session) if is_live(session) else None)


@door.put(
    "/<uuid:residence_id>/frequency",
    Permission.MANAGE_PLACES,
    FrequencyOut,
    Sent(body=FrequencyIn),
)
def put_frequency(
    session: Session, _: Identity, body: dict[str, Any], residence_id: UUID
) -> dict[str, object]:
    """Fixer la fréquence d'une résidence, ou d'un de ses halls, à partir d'une date."""
    entrance_id, from_on = body["entrance_id"], body["from_on"]
    frequency = _frequency(body)
    if frequency_from(session, residence_id, entrance_id, from_on) != frequency:
        set_frequency(session, residence_id, frequency, from_on=from_on, entrance_id=entrance_id)
    return {
        "residence_id": residence_id, "entrance_id": entrance_id, "from_on": from_on,
        "times_per_week": per_week(frequency),
    } | frequency_to_json(frequency)  # fmt: skip


def _frequency(body: dict[str, Any]) -> Frequency:
    return Frequency(
        times=body.get("times") or body["times_per_week"],
        per=body["per"],
        weekdays=frozenset(body["weekdays"]),
        from_time=body["from_time"],
        to_time=body["to_time"],
        pattern=body["pattern"],
        min_gap_days=body["min_gap_days"],
    )


def dumped_residence(session: Session, residence_id: UUID) -> dict[str, object]:
    """A residence as the API shows it, with the frequency in force; raises `NotFound`."""
    place = patrimoine.residence(session, residence_id)
    if place is None:
        raise NotFound
    line = frequency_line(session, residence_id, today(session))
    told: dict[str, object] = {"times_per_week": None, "frequency": None}
    if line is not None:
        short = per_week(line.frequency)
        told = {
            "times_per_week": short,
            "frequency": {
                "residence_id": residence_id, "entrance_id": None, "from_on": line.from_on,
                "times_per_week": short,
            } | frequency_to_json(line.frequency),
        }  # fmt: skip
    return _dumped(session, [place])[place.id] | told


def dumped_entrances(halls: list[HallDetail]) -> list[dict[str, object]]:
    """Halls as the API shows them."""
    hidden = {"residence_id", "rank"}
    return [
        {name: value for name, value in asdict(hall).items() if name not in hidden}
        for hall in halls
    ]


def _dumped(session: Session, places: list[Place]) -> dict[UUID, dict[str, object]]:
    owners = {row.id: row.public_id for row in organisations(session)}
    covering = public_ids(session)
    halls: dict[UUID, list[HallDetail]] = {place.id: [] for place in places}
    for hall in patrimoine.hall_details(session, halls):
        halls[hall.residence_id].append(hall)
    return {
        place.id: {
            "id": place.id,
            "bailleur": owners.get(place.bailleur_id),
            "scheme": covering.get(place.scheme_id),
            "code": place.code,
            "name": place.name,
            "address": place.address,
            "commune": place.commune,
            "insee_code": place.insee_code,
            "dwellings": place.dwellings,
            "qpv_name": place.qpv_name,
            "qpv_vintage": place.qpv_vintage,
            "covered_from_on": place.covered_from_on,
            "covered_to_on": place.covered_to_on,
            "archived_on": place.archived_on,
            "entrances": dumped_entrances(halls[place.id]),
        }
        for place in places
    }
