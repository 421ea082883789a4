"""A residence as a buyer takes it over (désignation): its halls and identifiers, no past."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.patrimoine.models import Building, Entrance, Residence


def described(session: Session, residence: Residence) -> dict[str, object]:
    """The place itself, in JSON: no instruction, code, contact, visit or report."""
    rows = session.execute(
        select(Entrance, Building.name, Building.code)
        .outerjoin(
            Building,
            (Building.bailleur_id == Entrance.bailleur_id) & (Building.id == Entrance.building_id),
        )
        .where(
            Entrance.bailleur_id == residence.bailleur_id,
            Entrance.residence_id == residence.id,
            Entrance.archived_on.is_(None),
        )
        .order_by(Entrance.rank)
    )
    return {
        "id": str(residence.id),
        "code": residence.code,
        "name": residence.name,
        "address": residence.address,
        "insee_code": residence.insee_code,
        "dwellings": residence.dwellings,
        "qpv_name": residence.qpv_name,
        "qpv_vintage": residence.qpv_vintage,
        "entrances": [
            {
                "name": hall.name,
                "dwellings": hall.dwellings,
                "code": hall.code,
                "address": hall.address,
                "building": building,
                "building_code": building_code,
                "rnb_id": hall.rnb_id,
                "ban_key": hall.ban_key,
                "latitude": hall.latitude,
                "longitude": hall.longitude,
            }
            for hall, building, building_code in rows
        ],
    }
