"""Endpoints of sealed reports (rapports journaliers)."""

from datetime import UTC, date
from typing import Any
from uuid import UUID

import orjson
from flask import Response
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.api.answers import Refused
from presence.api.door import Door, Sent
from presence.api.paging import cursor_of, page
from presence.daily_reports.documents import pdf_of
from presence.daily_reports.queries import ReportLine, report_content, reports
from presence.daily_reports.sealed import read
from presence.daily_reports.spreadsheet import report_csv
from presence.kernel.errors import NotFound
from presence.kernel.typesetting import NotTypeset
from presence.schemas.base import PageIn, page_of
from presence.schemas.daily_reports import ReportContentOut, ReportOut
from tenants.roles import Permission

door = Door("daily-reports", "Les rapports journaliers scellés.")
DOORS = (door,)
PDF = "application/pdf"
CSV = "text/csv"


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


@door.file("/<uuid:report_id>/pdf", Permission.READ_REPORTS, PDF)
def read_printed(session: Session, _: Identity, report_id: UUID) -> Response:
    """La page imprimée d'un rapport : PDF balisé, toujours les mêmes octets."""
    try:
        found = pdf_of(session, report_id)
    except NotTypeset as error:
        raise Refused(503, str(error)) from error
    if found is None:
        raise NotFound
    return _file(*found, PDF)


@door.file("/<uuid:report_id>/csv", Permission.READ_REPORTS, CSV)
def read_table(session: Session, _: Identity, report_id: UUID) -> Response:
    """Les chiffres d'un rapport, puis une ligne par fait, pour un tableur français."""
    found = report_content(session, report_id)
    if found is None:
        raise NotFound
    line, content = found
    return _file(line, report_csv(read(content), line.content_hash), CSV)


def _file(line: ReportLine, content: bytes, mimetype: str) -> Response:
    named = f'attachment; filename="{line.number}.{mimetype.split("/")[1]}"'
    return Response(content, mimetype=mimetype, headers={"Content-Disposition": named})


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
