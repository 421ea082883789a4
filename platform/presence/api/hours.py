"""Endpoints of service hours (plages de service): read by the parties, fixed by the operator."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.api.door import MAY_BE_KEYED, Door, Sent
from presence.api.paging import page, window
from presence.api.schemes import only_scheme
from presence.kernel.clock import today
from presence.kernel.errors import Invalid
from presence.planning.hours import Grid, HolidayService, Hours, SeasonRule, describe
from presence.planning.services import fix_hours
from presence.planning.stored import grid_of_row
from presence.schemas.base import PageIn, page_of
from presence.schemas.hours import ServiceHoursIn, ServiceHoursOut
from tenants.models import Scheme, ServiceWindow
from tenants.roles import Permission
from tenants.scheme import schemes, windows

door = Door("service-hours", "Les horaires de service d'un dispositif, par saison.")
DOORS = (door,)


@door.get("", Permission.READ_CONTRACTS, page_of(ServiceHoursOut), Sent(query=PageIn))
def list_hours(session: Session, _: Identity, asked: dict[str, Any]) -> dict[str, object]:
    """Les horaires de chaque dispositif, du plus ancien au plus récent."""
    rows = [
        _dumped(scheme, row) for scheme in schemes(session) for row in windows(session, scheme.id)
    ]
    rows.sort(key=_by_date)
    kept = window(rows, asked, _by_date, str, str)
    return page(kept, asked["limit"], _by_date, lambda row: row)


@door.post(
    "",
    Permission.OPERATE,
    (201, ServiceHoursOut),
    Sent(body=ServiceHoursIn, key=MAY_BE_KEYED),
)
def post_hours(
    session: Session, _: Identity, __: UUID | None, body: dict[str, Any]
) -> dict[str, object]:
    """Fixer les horaires à partir d'une date ; les précédents finissent la veille."""
    scheme = only_scheme(schemes(session), body["scheme"])
    if body["from_on"] < today(session):
        raise Invalid("from_on", "Donnez une date à venir : les soirées passées demeurent.")
    grid = Grid(
        default=Hours(body["opens_at"], body["closes_at"]),
        weekdays=frozenset(body["weekdays"]),
        rules=tuple(_season(season) for season in body["seasons"]),
        holidays=body["holidays"],
        department=body["department"],
    )
    return _dumped(scheme, fix_hours(session, scheme, grid, from_on=body["from_on"]))


def _season(season: dict[str, Any]) -> SeasonRule:
    opens_at, closes_at = season["opens_at"], season["closes_at"]
    return SeasonRule(
        Hours(opens_at, closes_at) if opens_at is not None else None,
        months=frozenset(season["months"]),
        weekdays=frozenset(season["weekdays"]),
    )


def _by_date(row: dict[str, object]) -> tuple[str, str]:
    return str(row["from_on"]), str(row["id"])


def _dumped(scheme: Scheme, row: ServiceWindow) -> dict[str, object]:
    return {
        "id": row.id,
        "scheme": scheme.public_id,
        "from_on": row.valid_during.lower,
        "to_on": row.valid_during.upper,
        "opens_at": f"{row.opens_at:%H:%M}",
        "closes_at": f"{row.closes_at:%H:%M}",
        "holidays": HolidayService(row.holidays),
        "words": describe(grid_of_row(row)),
    }
