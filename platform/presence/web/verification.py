"""« Vérification »: which report, and which version of it, a hash or a file is."""

import re
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from presence.accounts.identity import Identity
from presence.daily_reports.documents import report_of_file, report_of_hash
from presence.daily_reports.queries import ReportLine, newest_version
from presence.kernel import formats
from presence.kernel.errors import Invalid
from presence.kernel.typesetting import NotTypeset
from presence.web.edge import page
from presence.web.errors import answer
from tenants.roles import Permission

blueprint = Blueprint("verification", __name__)
MOST_BYTES = 10 * 1024 * 1024
# The file, and the form around it.
MOST_SENT = MOST_BYTES + 64 * 1024
_HASH = re.compile(r"[0-9a-f]{64}")
UNKNOWN = (
    "Aucun rapport que vous pouvez lire ne porte cette empreinte : soit ce n'est pas un rapport "
    "d'ici, soit un signe en a été changé depuis sa signature, soit il n'est pas à vous."
)


@blueprint.url_value_preprocessor
def _let_files_in(endpoint: str | None, _: dict[str, Any] | None) -> None:
    if endpoint == "verification.verify_file":
        request.max_content_length = MOST_SENT


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_: RequestEntityTooLarge) -> ResponseReturnValue:
    """Say the limit of this page, which is not that of the others."""
    return answer(413, f"Le fichier dépasse {MOST_BYTES // 2**20} Mo : ce n'est pas un rapport.")


@blueprint.errorhandler(NotTypeset)
def not_typeset(error: NotTypeset) -> ResponseReturnValue:
    """Say that a page could not be made again to be compared."""
    return answer(503, str(error))


@blueprint.get("/verification")
@page(Permission.READ_REPORTS)
def verify_hash(session: Session, _: Identity) -> ResponseReturnValue:
    """The form; with a hash, what it is the hash of."""
    given = request.args.get("empreinte")
    if given is None:
        return _page(session, asked=False)
    bare = "".join(given.split()).lower()
    if not _HASH.fullmatch(bare):
        return _refused(
            session,
            "empreinte",
            "Une empreinte compte 64 signes, de 0 à 9 et de a à f : collez-la en entier.",
        )
    return _page(session, report_of_hash(session, bare))


@blueprint.post("/verification")
@page(Permission.READ_REPORTS)
def verify_file(session: Session, _: Identity) -> ResponseReturnValue:
    """What a file is, to the byte."""
    sent = request.files.get("fichier")
    content = sent.read() if sent else b""
    if not content:
        return _refused(session, "fichier", "Choisissez le PDF ou le JSON d'un rapport.")
    if len(content) > MOST_BYTES:
        raise RequestEntityTooLarge
    return _page(session, report_of_file(session, content))


def _refused(session: Session, field: str, message: str) -> ResponseReturnValue:
    return _page(session, asked=False, refused=Invalid(field, message)), 422


def _page(
    session: Session,
    report: ReportLine | None = None,
    *,
    asked: bool = True,
    refused: Invalid | None = None,
) -> str:
    newest = newest_version(session, report.id) if report else None
    return render_template(
        "verification/verification.html",
        asked=asked,
        report=report,
        newest=newest,
        replaced=report is not None and newest is not None and newest.id != report.id,
        signed=formats.day_and_hour(report.signed_at) if report else "",
        unknown=UNKNOWN,
        refused=refused,
        given=request.args.get("empreinte", "")[:200],
    )
