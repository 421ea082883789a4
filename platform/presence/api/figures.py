"""Endpoints of figures (chiffres du bailleur) and of published bilans."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.api.door import Door, Sent
from presence.api.paging import page, window
from presence.api.schemes import public_ids
from presence.kernel.clock import last_of_month
from presence.kernel.errors import Invalid, NotFound
from presence.releases.bilan import bilan_document, bilan_head
from presence.releases.queries import bilan, release_head, releases
from presence.reporting.queries import monthly_figures
from presence.schemas.base import PageIn, page_of
from presence.schemas.reporting import BilanHeadOut, BilanOut, FigureOut, PeriodIn
from tenants.roles import Permission
from tenants.scheme import schemes

figures = Door("figures", "Les chiffres mensuels du bailleur, à lui seul.")
bilans = Door("bilans", "Les bilans publiés du dispositif.")
DOORS = (figures, bilans)
Line = dict[str, object]


@figures.get("", Permission.READ_FIGURES, page_of(FigureOut), Sent(query=PeriodIn))
def list_figures(session: Session, identity: Identity, asked: dict[str, Any]) -> dict[str, object]:
    """Chiffres mois par mois, commune par commune."""
    if asked["to_on"] < asked["from_on"]:
        raise Invalid("to", "La période finit avant de commencer.")
    names = public_ids(session)
    rows: list[Line] = [
        {
            "month": f"{row.month_on:%Y-%m}",
            "scheme": names.get(row.scheme_id),
            "insee_code": row.insee_code,
            "priority_area": row.qpv,
            "measure": row.measure,
            "value": row.value,
        }
        for row in monthly_figures(
            session, identity.organisation_id, asked["from_on"], last_of_month(asked["to_on"])
        )
    ]
    rows.sort(key=_place)
    return page(
        window(rows, asked, _place, str, str, str, str, str),
        asked["limit"],
        _place,
        lambda row: row,
    )


@bilans.get("", Permission.READ_BILAN, page_of(BilanHeadOut), Sent(query=PageIn))
def list_bilans(session: Session, _: Identity, asked: dict[str, Any]) -> dict[str, object]:
    """Bilans publiés en vigueur."""
    names = {row.id: row.name for row in schemes(session)}
    rows = sorted(releases(session), key=lambda row: (row.to_on, row.id))

    def key(row: Any) -> tuple[date, UUID]:
        return row.to_on, row.id

    shown = window(rows, asked, key, date, UUID)
    return page(shown, asked["limit"], key, lambda row: bilan_head(row, names.get(row.scheme_id)))


@bilans.get("/<uuid:bilan_id>", Permission.READ_BILAN, BilanOut)
def read_bilan(session: Session, _: Identity, bilan_id: UUID) -> dict[str, object]:
    """Un bilan publié ; une case protégée est vide et dit pourquoi."""
    head, found = release_head(session, bilan_id), bilan(session, bilan_id)
    if head is None or found is None:
        raise NotFound
    return bilan_document(found, head)


def _place(row: Line) -> tuple[str, ...]:
    return tuple(
        str(row[name]) for name in ("month", "measure", "insee_code", "priority_area", "scheme")
    )
