"""« Anomalies »: listed by age, led from one state to the next, taken away as a file."""

from uuid import UUID, uuid4

from flask import Blueprint, Response, flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.anomalies.steps import StepDraft, take_step
from presence.kernel.clock import today
from presence.kernel.errors import DomainError, NotFound
from presence.kernel.nomenclature import AnomalyState
from presence.kernel.spreadsheets import csv_bytes
from presence.patrimoine import queries as patrimoine
from presence.web.anomalies_view import OPEN, TITLES, Wanted, cells_of, rows_of, sentence_of
from presence.web.edge import page, see_other
from presence.web.forms import member, uuid_of
from tenants.roles import Permission

blueprint = Blueprint("anomalies", __name__)
# Who may act, and where: the bailleur repairs, the agents look again.
_DOORS = (
    (Permission.MANAGE_ANOMALIES, "anomalies.step"),
    (Permission.RECORD_ACTIVITY, "anomalies.check"),
)


@blueprint.get("/anomalies")
@page(Permission.READ_ACTIVITY)
def read_anomalies(session: Session, identity: Identity) -> ResponseReturnValue:
    """The anomalies that the address asks for, the oldest first."""
    wanted = Wanted.of(request.args)
    return render_template(
        "anomalies/anomalies.html",
        rows=rows_of(session, wanted),
        sentence=sentence_of(session),
        wanted=wanted,
        states=list(AnomalyState),
        open_states=OPEN,
        places=sorted(patrimoine.residences(session), key=lambda place: place.name),
        act=next((door for permission, door in _DOORS if identity.may(permission)), None),
        new_key=uuid4,
    )


@blueprint.get("/anomalies.csv")
@page(Permission.READ_ACTIVITY)
def export(session: Session, _: Identity) -> ResponseReturnValue:
    """The same anomalies as a file for a French spreadsheet."""
    found = rows_of(session, Wanted.of(request.args))
    answer = Response(csv_bytes([TITLES, *map(cells_of, found)]), mimetype="text/csv")
    name = f"anomalies_{today(session)}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@blueprint.post("/anomalies/<uuid:anomaly_id>/etapes")
@page(Permission.MANAGE_ANOMALIES)
def step(session: Session, _: Identity, anomaly_id: UUID) -> ResponseReturnValue:
    """Lead an anomaly to its next state, on the bailleur's side."""
    return _stepped(session, anomaly_id)


@blueprint.post("/anomalies/<uuid:anomaly_id>/verification")
@page(Permission.RECORD_ACTIVITY)
def check(session: Session, _: Identity, anomaly_id: UUID) -> ResponseReturnValue:
    """Verify a repair, or send it back, on the prestataire's side."""
    return _stepped(session, anomaly_id)


def _stepped(session: Session, anomaly_id: UUID) -> ResponseReturnValue:
    form = request.form
    try:
        state = member(AnomalyState, form.get("etat"), "etat")
        key = uuid_of(form.get("cle"), "cle")
        take_step(session, StepDraft(key, anomaly_id, state, form.get("note")))
    except NotFound:
        raise
    except DomainError as error:
        flash(error.message, "error")
    else:
        flash(f"Anomalie {state.label.lower()}.")
    return see_other("anomalies.read_anomalies", **Wanted.of(request.args).arguments())
