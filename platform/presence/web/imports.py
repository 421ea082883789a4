"""« Importer » (O2): deposit a file, choose its columns, read the differences, confirm, undo."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from presence.accounts.identity import Identity
from presence.field.usage import entrances_in_use
from presence.imports import confirming, services
from presence.imports.confirming import Confirmation, must_type
from presence.imports.fields import Field
from presence.imports.items import Verdict
from presence.imports.lines import FaultKind
from presence.imports.plan import refused_csv
from presence.imports.preparing import Deposit
from presence.imports.queries import (
    ImportView,
    import_lines,
    import_sample,
    import_view,
    kept_table,
)
from presence.imports.reading import MOST_BYTES
from presence.imports.template import template_csv
from presence.kernel.errors import Conflict, Invalid
from presence.kernel.nomenclature import ImportState
from presence.onboarding.queries import covering_of_new_places
from presence.patrimoine import queries as patrimoine
from presence.web import imports_view as shown
from presence.web.edge import asked_by_htmx, page, see_other
from presence.web.errors import answer
from presence.web.forms import member, uuid_of, whole
from tenants.roles import Permission

blueprint = Blueprint("imports", __name__)
MANAGE = Permission.MANAGE_PLACES
# The file, and the form around it.
MOST_SENT = MOST_BYTES + 512 * 1024
LISTED = 10
CSV = "text/csv"
PATH = "/residences/importer"
_WAITING = {ImportState.READING, ImportState.APPLYING}


@blueprint.url_value_preprocessor
def _let_files_in(endpoint: str | None, _: dict[str, Any] | None) -> None:
    # Before any part of the form is read: only here may a request weigh as much.
    if endpoint in {"imports.upload", "imports.import_file", "imports.choose_columns"}:
        request.max_content_length = request.max_form_memory_size = MOST_SENT


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_: RequestEntityTooLarge) -> ResponseReturnValue:
    """Say the limit of this page, which is not that of the others."""
    return answer(413, f"Le fichier dépasse {MOST_BYTES // 2**20} Mo : coupez-le en plusieurs.")


@blueprint.get(PATH)
@page(MANAGE)
def upload_form(session: Session, _: Identity) -> ResponseReturnValue:
    """Step 1: choose a file, or paste its lines; the last imports."""
    return _upload_form(session)


@blueprint.get(f"{PATH}/modele.csv")
@page(MANAGE)
def read_template(_: Session, __: Identity) -> ResponseReturnValue:
    """A file to fill in: every title, and two lines of an example."""
    return _file(template_csv(), "modele_patrimoine.csv")


@blueprint.post(PATH)
@page(MANAGE)
def upload(session: Session, _: Identity) -> ResponseReturnValue:
    """Take a file in, once per form: it is read and compared, nothing is imported."""
    return _take_in(session)


@blueprint.post("/residences/import")
@page(MANAGE)
def import_file(session: Session, _: Identity) -> ResponseReturnValue:
    """The former address of the same form."""
    return _take_in(session)


@blueprint.get(f"{PATH}/<uuid:import_id>")
@page(MANAGE)
def read_import(session: Session, _: Identity, import_id: UUID) -> ResponseReturnValue:
    """Steps 3 and 4: the differences, or what became of them."""
    return _page(session, import_view(session, import_id))


@blueprint.get(f"{PATH}/<uuid:import_id>/avancement")
@page(MANAGE)
def read_progress(session: Session, _: Identity, import_id: UUID) -> ResponseReturnValue:
    """How far a reading is, for the page that asks every two seconds."""
    view = import_view(session, import_id)
    where = url_for("imports.read_import", import_id=import_id)
    if view.state in _WAITING and asked_by_htmx():
        return render_template("imports/progress.html", view=view)
    if asked_by_htmx():
        # 286: the page stops asking, and goes where the result is.
        return make_response("", 286, {"HX-Redirect": where})
    return see_other("imports.read_import", import_id=import_id)


@blueprint.get(f"{PATH}/<uuid:import_id>/colonnes")
@page(MANAGE)
def read_columns(session: Session, _: Identity, import_id: UUID) -> ResponseReturnValue:
    """Step 2: what was recognised, what each column says."""
    view = import_view(session, import_id)
    if view.state is not ImportState.PLANNED:
        return see_other("imports.read_import", import_id=import_id)
    return _columns(session, view)


@blueprint.post(f"{PATH}/<uuid:import_id>/colonnes")
@page(MANAGE)
def choose_columns(session: Session, _: Identity, import_id: UUID) -> ResponseReturnValue:
    """Keep the choices of columns, and compare."""
    view = import_view(session, import_id)
    file = request.files.get("fichier")
    try:
        with session.begin_nested():
            choices = {} if view.columns.rpls else _chosen(view)
            agency, content = request.form.get("agence"), file.read() if file else None
            services.choose_columns(session, import_id, choices, agency, content)
    except (Invalid, Conflict) as error:
        return _columns(session, view, error), 422
    return see_other("imports.read_import", import_id=import_id)


@blueprint.post(f"{PATH}/<uuid:import_id>/corrections")
@page(MANAGE)
def repair(session: Session, _: Identity, import_id: UUID) -> ResponseReturnValue:
    """Correct every line of a kind of fault, or no longer."""

    def act() -> None:
        kind = member(FaultKind, request.form.get("motif"), "motif")
        kinds = {FaultKind(code) for code in import_view(session, import_id).repairs}
        kinds = kinds - {kind} if request.form.get("acte") == "retirer" else kinds | {kind}
        services.set_repairs(session, import_id, kinds)

    return _act(session, import_id, act)


@blueprint.post(f"{PATH}/<uuid:import_id>/confirmation")
@page(MANAGE)
def confirm(session: Session, _: Identity, import_id: UUID) -> ResponseReturnValue:
    """Import what is shown, once."""

    def act() -> None:
        typed = request.form.get("nombre")
        asked = Confirmation(
            request.form.get("empreinte", ""),
            tuple(uuid_of(key, "archiver") for key in request.form.getlist("archiver")),
            whole(typed, "nombre", least=0, most=999_999) if typed else None,
        )
        confirming.confirm(session, import_id, asked, covering_of_new_places(session))

    return _act(session, import_id, act)


@blueprint.post(f"{PATH}/<uuid:import_id>/annulation")
@page(MANAGE)
def undo(session: Session, _: Identity, import_id: UUID) -> ResponseReturnValue:
    """Undo an import, in one click, for a week."""
    return _act(session, import_id, lambda: confirming.undo(session, import_id, entrances_in_use))


@blueprint.post(f"{PATH}/<uuid:import_id>/abandon")
@page(MANAGE)
def abandon(session: Session, _: Identity, import_id: UUID) -> ResponseReturnValue:
    """Give up an import that is not confirmed: nothing is kept of its file."""
    try:
        services.abandon(session, import_id)
    except Conflict as error:
        return _page(session, import_view(session, import_id), error), 422
    flash("Import abandonné : rien n'est gardé du fichier.")
    return see_other("imports.upload_form")


@blueprint.get(f"{PATH}/<uuid:import_id>/rejets.csv")
@page(MANAGE)
def read_refusals(session: Session, _: Identity, import_id: UUID) -> ResponseReturnValue:
    """The refused lines as they were, with why and what is proposed."""
    return _file(refused_csv(*kept_table(session, import_id)), "rejets.csv")


def _take_in(session: Session) -> ResponseReturnValue:
    file = request.files.get("fichier")
    content, name = (file.read(), file.filename or "") if file else (b"", "")
    if not content:
        content, name = request.form.get("lignes", "").encode(), "Lignes collées"
    try:
        if not content.strip():
            raise Invalid("fichier", "Choisissez un fichier, ou collez ses lignes.")
        with session.begin_nested():
            key = uuid_of(request.form.get("cle") or str(uuid4()), "cle")
            covering = covering_of_new_places(session)
            row = services.take_in(session, key, Deposit(name, content), covering)
    except (Invalid, Conflict) as error:
        return _upload_form(session, error), 422
    view = import_view(session, row.id)
    step = "imports.read_import" if view.columns.rpls else "imports.read_columns"
    return see_other(step, import_id=row.id)


def _act(session: Session, import_id: UUID, act: Callable[[], object]) -> ResponseReturnValue:
    """Do something to an import and show it again; nothing is half done."""
    view = import_view(session, import_id)
    try:
        with session.begin_nested():
            act()
    except (Invalid, Conflict) as error:
        return _page(session, view, error), 422
    return see_other("imports.read_import", import_id=import_id)


def _chosen(view: ImportView) -> dict[int, Field | None]:
    """The choices of the form; what it does not hold is left as it is."""
    choices: dict[int, Field | None] = {}
    for column in view.columns.columns:
        told = request.form.get(f"c{column.index}")
        if told is not None:
            choices[column.index] = member(Field, told, "colonnes") if told else None
    return choices


def _upload_form(session: Session, refused: Invalid | Conflict | None = None) -> str:
    return render_template(
        "imports/upload.html",
        key=uuid4(),
        lines=import_lines(session, LISTED),
        pasted=request.form.get("lignes", ""),
        most=MOST_BYTES // 2**20,
        refused=refused,
    )


def _columns(session: Session, view: ImportView, refused: Invalid | Conflict | None = None) -> str:
    return render_template(
        "imports/columns.html",
        view=view,
        columns=shown.columns_of(view, import_sample(session, view.id)),
        recognised=shown.recognised(view),
        fields=list(Field),
        given=request.form,
        agencies=patrimoine.agency_names(session),
        refused=refused,
    )


def _page(session: Session, view: ImportView, refused: Invalid | Conflict | None = None) -> str:
    told: dict[str, Any] = {
        "view": view,
        "sentence": shown.sentence(view),
        "recognised": shown.recognised(view),
        "told_of_return": shown.told_of_return(view),
        "refused": refused,
    }
    if view.state is not ImportState.PLANNED or view.plan is None:
        return render_template("imports/outcome.html", **told)
    only = request.args.get("voir")
    chosen = [v for v in shown.VERDICTS if v.value == only] or list(shown.VERDICTS)
    number = request.args.get("page", "1")
    page_number = int(number) if number.isascii() and number.isdigit() else 1
    return render_template(
        "imports/differences.html",
        **told,
        only=only if len(chosen) == 1 else None,
        sections={
            verdict: shown.section_of(view.plan, verdict, page_number if only else None)
            for verdict in chosen
            if verdict is not Verdict.UNCHANGED or only
        },
        repairs=shown.repairs_of(view.plan),
        faults=view.plan.faults,
        communes=patrimoine.communes(session),
        must_type=must_type(view.plan),
        ticked=set(request.form.getlist("archiver")),
        typed=request.form.get("nombre", ""),
        shown=shown,
        Field=Field,
    )


def _file(content: bytes, name: str) -> Response:
    disposition = f'attachment; filename="{name}"'
    return Response(content, mimetype=CSV, headers={"Content-Disposition": disposition})
