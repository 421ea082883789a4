"""A report as files (fichiers du rapport): the printed page, the spreadsheet, the sealed bytes."""

from uuid import UUID

from flask import Blueprint, Response, abort
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.daily_reports.documents import pdf_of
from presence.daily_reports.queries import ReportLine, report_content
from presence.daily_reports.sealed import read
from presence.daily_reports.spreadsheet import report_csv
from presence.kernel.typesetting import NotTypeset
from presence.web.edge import page
from presence.web.errors import answer
from tenants.roles import Permission

blueprint = Blueprint("report_files", __name__)
PATH = "/rapports-journaliers/<uuid:report_id>"


@blueprint.errorhandler(NotTypeset)
def not_typeset(error: NotTypeset) -> ResponseReturnValue:
    """Say that the page could not be made, and when to try again; nothing was stored."""
    return answer(503, str(error))


@blueprint.get(f"{PATH}.pdf")
@page(Permission.READ_REPORTS)
def printed_report(session: Session, _: Identity, report_id: UUID) -> ResponseReturnValue:
    """The printed page, always the same bytes."""
    found = pdf_of(session, report_id)
    if found is None:
        abort(404)
    return _file(*found, "pdf", "application/pdf")


@blueprint.get(f"{PATH}.csv")
@page(Permission.READ_REPORTS)
def report_table(session: Session, _: Identity, report_id: UUID) -> ResponseReturnValue:
    """The figures and the facts, for a spreadsheet."""
    line, content = _found(session, report_id)
    return _file(line, report_csv(read(content), line.content_hash), "csv", "text/csv")


@blueprint.get(f"{PATH}.json")
@page(Permission.READ_REPORTS)
def sealed_report(session: Session, _: Identity, report_id: UUID) -> ResponseReturnValue:
    """The sealed bytes of a report: their SHA-256 is the report's own."""
    return _file(*_found(session, report_id), "json", "application/json")


def _found(session: Session, report_id: UUID) -> tuple[ReportLine, bytes]:
    found = report_content(session, report_id)
    if found is None:
        abort(404)
    return found


def _file(line: ReportLine, content: bytes, extension: str, mimetype: str) -> Response:
    named = f'attachment; filename="{line.number}.{extension}"'
    return Response(content, mimetype=mimetype, headers={"Content-Disposition": named})
