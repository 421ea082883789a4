"""The documents of a published bilan (PDF, XLSX, CSV, DOCX, JSON), from its frozen content."""

from collections.abc import Callable
from uuid import UUID

import orjson
from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.kernel.errors import NotFound
from presence.kernel.typesetting import NotTypeset
from presence.publication import words
from presence.publication.document import docx
from presence.publication.flat import csv_file, technical_csv
from presence.publication.packs import clspd, gusp
from presence.publication.printed import pdf
from presence.publication.workbook import xlsx
from presence.releases.bilan import bilan_document
from presence.releases.content import Bilan
from presence.releases.queries import bilan, release_head
from presence.web.edge import page
from presence.web.errors import answer
from tenants.roles import Permission

blueprint = Blueprint("bilan_files", __name__)
Writer = Callable[[Bilan], bytes]
FILES: dict[str, tuple[Writer, str]] = {
    "pdf": (pdf, "application/pdf"),
    "xlsx": (xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "docx": (docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "csv": (csv_file, "text/csv; charset=utf-8"),
}
PACKS = {"clspd": clspd, "gusp": gusp}


@blueprint.errorhandler(NotTypeset)
def not_typeset(error: NotTypeset) -> ResponseReturnValue:
    """Say that the page could not be made, and when to try again; nothing was stored."""
    return answer(503, str(error))


@page(Permission.READ_BILAN)
def read_file(session: Session, _: Identity, bilan_id: UUID, form: str) -> ResponseReturnValue:
    """A document of a bilan; `?technique=1` gives the CSV that a program reads."""
    found = _found(session, bilan_id)
    if form == "csv" and request.args.get("technique"):
        return _sent(technical_csv(found), FILES["csv"][1], words.name(found, "technique.csv"))
    write, kind = FILES[form]
    return _sent(write(found), kind, words.name(found, form))


@blueprint.get("/bilan/<uuid:bilan_id>.json")
@page(Permission.READ_BILAN)
def read_json(session: Session, _: Identity, bilan_id: UUID) -> ResponseReturnValue:
    """The bilan as the API gives it."""
    head = release_head(session, bilan_id)
    if head is None:
        raise NotFound
    found = _found(session, bilan_id)
    written = orjson.dumps(bilan_document(found, head), option=orjson.OPT_SORT_KEYS)
    return _sent(written, "application/json", words.name(found, "json"))


@page(Permission.READ_BILAN)
def read_pack(
    session: Session, _: Identity, bilan_id: UUID, insee_code: str, pack: str
) -> ResponseReturnValue:
    """The pack of one commune for its CLSPD or its GUSP, printed."""
    made = PACKS[pack](_found(session, bilan_id), insee_code)
    if made is None:
        raise NotFound
    write, kind = FILES["pdf"]
    return _sent(write(made), kind, f"{pack}_{insee_code}_{words.name(made, 'pdf')}")


for _form in FILES:
    blueprint.add_url_rule(
        f"/bilan/<uuid:bilan_id>.{_form}", view_func=read_file, defaults={"form": _form}
    )
for _pack in PACKS:
    blueprint.add_url_rule(
        f"/bilan/<uuid:bilan_id>/{_pack}/<string(length=5):insee_code>.pdf",
        view_func=read_pack,
        defaults={"pack": _pack},
    )


def _found(session: Session, bilan_id: UUID) -> Bilan:
    found = bilan(session, bilan_id)
    if found is None:
        raise NotFound
    return found


def _sent(content: bytes, kind: str, name: str) -> Response:
    named = f'attachment; filename="{name}"'
    return Response(content, content_type=kind, headers={"Content-Disposition": named})
