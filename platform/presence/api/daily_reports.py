"""Endpoints of sealed reports (rapports journaliers)."""

from datetime import UTC, date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.api.door import Door, Sent
from presence.api.paging import cursor_of, page
from presence.daily_reports.queries import ReportLine, report_content, reports
from presence.kernel.errors import NotFound
from presence.schemas.base import PageIn, page_of
from presence.schemas.daily_reports import ReportContentOut, ReportOut
from tenants.roles import Permission

door = Door("daily-reports", "Les rapports journaliers scellés.")
DOORS = (door,)


@door.get("", Permission.READ_REPORTS, page_of(ReportOut), Sent(query=PageIn))
def list_reports(session: Session, _: Identity, asked: dict[str, Any]) -> dict[str, object]:
    """Rapports, la soirée la plus récente d'abord."""
    after = cursor_of(asked, date, UUID)
    rows = reports(
        session, limit=asked["limit"] + 1, before=(after[0], after[1]) if after else None
    )
    return page(rows, asked["limit"], lambda row: (row.evening_on, row.id), _line)


@door.get("/<uuid:report_id>", Permission.READ_REPORTS, ReportContentOut)
def read_report(session: Session, _: Identity, report_id: UUID) -> dict[str, object]:
    """Un rapport et son contenu."""
    found = report_content(session, report_id)
    if found is None:
        raise NotFound
    line, content = found
    return _line(line) | {"content": orjson.loads(content)}


def _line(row: ReportLine) -> dict[str, object]:
    return {
        "id": row.id,
        "number": row.number,
        "evening": row.evening_on,
        "version": row.version,
        "signed_at": row.signed_at.astimezone(UTC),
        "signer": row.signer,
        "content_hash": row.content_hash,
    }
