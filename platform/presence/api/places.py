"""Endpoints of the place tree: change, archive, halls, buildings, areas, perimeter."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.api.door import KEYED, Door, Sent
from presence.api.residences import door as residences
from presence.api.residences import dumped_entrances, dumped_residence
from presence.kernel.errors import NotFound
from presence.patrimoine import coverage, places
from presence.patrimoine import queries as patrimoine
from presence.patrimoine.services import EntranceDraft
from presence.schemas.patrimoine import (
    ArchiveIn,
    AreaIn,
    AreaOut,
    BuildingIn,
    BuildingOut,
    CoverageIn,
    CoveragesOut,
    DatedIn,
    EntranceIn,
    EntranceOut,
    MoveIn,
    NewEntranceIn,
    ResidenceDetailOut,
    ResidenceIn,
)
from tenants.roles import Permission

entrances = Door("entrances", "Les halls d'une résidence.")
# Those under `residences/` are on that subject's own door.
DOORS = (entrances,)


@residences.put(
    "/<uuid:residence_id>", Permission.MANAGE_PLACES, ResidenceDetailOut, Sent(body=ResidenceIn)
)
def put_residence(
    session: Session, _: Identity, body: dict[str, Any], residence_id: UUID
) -> dict[str, object]:
    """Changer ce qui est donné d'une résidence ; le reste demeure."""
    agency = body.pop("agency", None)
    places.change_residence(session, residence_id, body, agency)
    return dumped_residence(session, residence_id)


@residences.put(
    "/<uuid:residence_id>/archive", Permission.MANAGE_PLACES, ResidenceDetailOut,
    Sent(body=ArchiveIn),
)  # fmt: skip
def put_archive(
    session: Session, _: Identity, body: dict[str, Any], residence_id: UUID
) -> dict[str, object]:
    """Archiver une résidence à une date : elle quitte le périmètre, son passé se lit toujours."""
    place = patrimoine.residence(session, residence_id)
    if place is None or (place.archived_on, place.archive_reason) != (body["on"], body["reason"]):
        places.archive_residence(session, residence_id, body["on"], body["reason"])
    return dumped_residence(session, residence_id)


@residences.delete("/<uuid:residence_id>/archive", Permission.MANAGE_PLACES)
def delete_archive(session: Session, _: Identity, residence_id: UUID) -> None:
    """Sortir une résidence de l'archive."""
    places.restore_residence(session, residence_id)


@residences.get("/<uuid:residence_id>/coverage", Permission.READ_PLACES, CoveragesOut)
def read_coverage(session: Session, _: Identity, residence_id: UUID) -> dict[str, object]:
    """Les périodes de la résidence dans le périmètre, avec leurs logements."""
    return _coverage(session, residence_id)


def _coverage(session: Session, residence_id: UUID) -> dict[str, object]:
    if patrimoine.residence(session, residence_id) is None:
        raise NotFound
    return {
        "residence_id": residence_id,
        "items": [
            {"from_on": p.from_on, "to_on": p.to_on, "dwellings": p.dwellings}
            for p in patrimoine.coverage_of(session, residence_id)
        ],
    }


@residences.put(
    "/<uuid:residence_id>/coverage", Permission.MANAGE_PLACES, CoveragesOut, Sent(body=CoverageIn)
)
def put_coverage(
    session: Session, _: Identity, body: dict[str, Any], residence_id: UUID
) -> dict[str, object]:
    """Entrer dans le périmètre, en sortir, ou recompter les logements, à partir d'une date."""
    coverage.state_coverage(
        session, residence_id, body["from_on"], covered=body["covered"],
        dwellings=body["dwellings"],
    )  # fmt: skip
    return _coverage(session, residence_id)


@residences.post(
    "/<uuid:residence_id>/entrances", Permission.MANAGE_PLACES, (201, EntranceOut),
    Sent(body=NewEntranceIn, key=KEYED),
)  # fmt: skip
def post_entrance(
    session: Session, _: Identity, key: UUID, body: dict[str, Any], residence_id: UUID
) -> dict[str, object]:
    """Ajouter un hall à une résidence."""
    building_id = body.pop("building_id", None)
    row = places.add_entrance(session, residence_id, EntranceDraft(**body), building_id, key)
    return dumped_entrance(session, row.id)


@residences.post(
    "/<uuid:residence_id>/buildings", Permission.MANAGE_PLACES, (201, BuildingOut),
    Sent(body=BuildingIn, key=KEYED),
)  # fmt: skip
def post_building(
    session: Session, _: Identity, key: UUID, body: dict[str, Any], residence_id: UUID
) -> dict[str, object]:
    """Ajouter un bâtiment à une résidence."""
    row = places.add_building(
        session, residence_id, body["name"], code=body["code"], rnb=body["rnb_id"], client_id=key
    )
    return {
        "id": row.id, "residence_id": row.residence_id, "name": row.name, "code": row.code,
        "rnb_id": row.rnb_id,
    }  # fmt: skip


@residences.post(
    "/<uuid:residence_id>/areas", Permission.MANAGE_PLACES, (201, AreaOut),
    Sent(body=AreaIn, key=KEYED),
)  # fmt: skip
def post_area(
    session: Session, _: Identity, key: UUID, body: dict[str, Any], residence_id: UUID
) -> dict[str, object]:
    """Ajouter une partie commune à une résidence, ou à un de ses halls."""
    row = places.add_area(session, residence_id, **body, client_id=key)
    return {"id": row.id, "residence_id": row.residence_id, **body}


@entrances.put("/<uuid:entrance_id>", Permission.MANAGE_PLACES, EntranceOut, Sent(body=EntranceIn))
def put_entrance(
    session: Session, _: Identity, body: dict[str, Any], entrance_id: UUID
) -> dict[str, object]:
    """Changer ce qui est donné d'un hall ; le reste demeure."""
    places.change_entrance(session, entrance_id, body)
    return dumped_entrance(session, entrance_id)


@entrances.put(
    "/<uuid:entrance_id>/residence", Permission.MANAGE_PLACES, EntranceOut, Sent(body=MoveIn)
)
def put_move(
    session: Session, _: Identity, body: dict[str, Any], entrance_id: UUID
) -> dict[str, object]:
    """Déplacer un hall vers une autre résidence : un nouveau hall le suit, son passé demeure."""
    made = places.move_entrance(session, entrance_id, body["residence_id"], body["on"])
    return dumped_entrance(session, made.id)


@entrances.put(
    "/<uuid:entrance_id>/archive", Permission.MANAGE_PLACES, EntranceOut, Sent(body=DatedIn)
)
def put_entrance_archive(
    session: Session, _: Identity, body: dict[str, Any], entrance_id: UUID
) -> dict[str, object]:
    """Archiver un hall à une date."""
    found = patrimoine.hall_details(session, entrance_ids=[entrance_id])
    if not found or found[0].archived_on != body["on"]:
        places.archive_entrance(session, entrance_id, body["on"])
    return dumped_entrance(session, entrance_id)


def dumped_entrance(session: Session, entrance_id: UUID) -> dict[str, object]:
    """A hall as the API shows it."""
    return dumped_entrances(patrimoine.hall_details(session, entrance_ids=[entrance_id]))[0]
