"""« Suites à donner » (A3): given from a row of the night (A1), listed, carried to a result."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

from flask import Blueprint, Response, flash, make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.audit import services as audit
from presence.followup.codes import FollowUpAct, FollowUpSource
from presence.followup.follow_ups import FollowUpDraft, open_follow_up
from presence.followup.people import names_of, people_of, require_able
from presence.followup.queries import follow_up, steps
from presence.followup.services import SummonsReport, record_summons
from presence.followup.steps import StepDraft, close_by_summons, take_step
from presence.kernel import formats
from presence.kernel.clock import today
from presence.kernel.errors import DomainError, Invalid, NotFound
from presence.kernel.keys import derived_uuid
from presence.kernel.nomenclature import FollowUpKind, HelpOffered
from presence.kernel.spreadsheets import csv_bytes
from presence.web.edge import asked_by_htmx, page, see_other
from presence.web.follow_ups_view import (
    TITLES,
    Wanted,
    cells_of,
    choices_of,
    lines_of,
    rows_of,
    sentence_of,
)
from presence.web.forms import date_of, member, uuid_of
from tenants.roles import Permission

blueprint = Blueprint("follow_ups", __name__)


@blueprint.post("/cette-nuit/suites")
@page(Permission.FOLLOW_UP)
def create(session: Session, identity: Identity) -> ResponseReturnValue:
    """Give a follow-up from a row of the night; with a day and a help, a summons sent already."""
    evening_on = date_of(request.form.get("soiree"), "soiree")
    write = _given if "nature" in request.form else _summoned
    try:
        label, done = write(session, identity, evening_on)
    except NotFound:
        raise
    except DomainError as error:
        if not asked_by_htmx():
            flash(error.message, "error")
            return see_other("night.read_night", soiree=evening_on)
        return make_response(
            render_template("night/follow_up_refused.html", message=error.message), 422
        )
    if asked_by_htmx():
        return render_template("night/follow_up_done.html", label=label, message=done)
    flash(done)
    return see_other("night.read_night", soiree=evening_on)


@blueprint.get("/suites")
@page(Permission.READ_NIGHT)
def read_follow_ups(session: Session, identity: Identity) -> ResponseReturnValue:
    """The follow-ups, those that are late first."""
    day = today(session)
    wanted = Wanted.of(request.args)
    people = people_of(identity, day)
    found = lines_of(session, wanted, people, day)
    return render_template(
        "follow_ups/follow_ups.html",
        lines=found,
        sentence=sentence_of(session, day),
        wanted=wanted,
        people=people,
        choices=choices_of(session, people),
        helps=list(HelpOffered),
        today=day,
        may_follow=identity.may(Permission.FOLLOW_UP),
        new_key=uuid4,
    )


@blueprint.get("/suites.csv")
@page(Permission.READ_NIGHT)
def export(session: Session, identity: Identity) -> ResponseReturnValue:
    """The same follow-ups as a file for a French spreadsheet."""
    day, wanted = today(session), Wanted.of(request.args)
    found = lines_of(session, wanted, people_of(identity, day), day)
    audit.record(
        session, "follow_ups.exported", identity.organisation_public_id,
        bailleur_id=identity.organisation_id, rows=len(found), filters=wanted.arguments,
    )  # fmt: skip
    answer = Response(csv_bytes([TITLES, *map(cells_of, found)]), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="suites_{day}.csv"'
    return answer


@blueprint.get("/suites/<uuid:follow_up_id>")
@page(Permission.READ_NIGHT)
def read_follow_up(session: Session, identity: Identity, follow_up_id: UUID) -> ResponseReturnValue:
    """One follow-up, and what was done about it, step by step."""
    found, day = follow_up(session, follow_up_id), today(session)
    if found is None:
        raise NotFound
    (row,) = rows_of(session, [found], people_of(identity, day), day)
    return render_template(
        "follow_ups/follow_up.html",
        row=row,
        steps=steps(session, follow_up_id),
        names=names_of(identity),
    )


@blueprint.post("/suites/etapes")
@page(Permission.FOLLOW_UP)
def step(session: Session, identity: Identity) -> ResponseReturnValue:
    """Take one step for each follow-up that is ticked: all of them, or none."""
    try:
        act = member(FollowUpAct, request.form.get("acte"), "acte")
        key = uuid_of(request.form.get("cle"), "cle")
        chosen = [uuid_of(told, "suite") for told in request.form.getlist("suite")]
        # All of them, or none: a refusal takes back what was done before it.
        with session.begin_nested():
            done = _steps(session, identity, act, key, chosen)
    except NotFound:
        raise
    except DomainError as error:
        flash(error.message, "error")
    else:
        flash(f"{act.label} : {formats.count(done, 'suite')}.")
    return see_other("follow_ups.read_follow_ups", **Wanted.of(request.args).arguments)


@blueprint.post("/suites/<uuid:follow_up_id>/convocation")
@page(Permission.FOLLOW_UP)
def note_summons(session: Session, _: Identity, follow_up_id: UUID) -> ResponseReturnValue:
    """Note the summons that a follow-up asked for: it closes it."""
    try:
        key = uuid_of(request.form.get("cle"), "cle")
        summoned_on = date_of(request.form.get("date"), "date")
        aid = member(HelpOffered, request.form.get("aide"), "aide")
        # A summons that is refused leaves its follow-up open.
        with session.begin_nested():
            close_by_summons(session, follow_up_id, key, summoned_on, aid)
    except NotFound:
        raise
    except DomainError as error:
        flash(error.message, "error")
    else:
        flash("Convocation notée, suite close.")
    return see_other("follow_ups.read_follow_ups")


def _steps(
    session: Session, identity: Identity, act: FollowUpAct, key: UUID, chosen: Sequence[UUID]
) -> int:
    if not chosen:
        raise Invalid("suite", "Cochez au moins une suite.")
    form = request.form
    due_on, responsible_id, result = None, None, None
    if act is FollowUpAct.POSTPONED:
        due_on = date_of(form.get("echeance"), "echeance")
    elif act is FollowUpAct.ENTRUSTED:
        responsible_id = _responsible(identity, today(session))
    elif act is FollowUpAct.CLOSED:
        result = form.get("resultat")
    # In one order everywhere: two people who tick the same rows do not block each other.
    for follow_up_id in sorted(set(chosen)):
        one = derived_uuid(key, str(follow_up_id))
        take_step(session, StepDraft(one, follow_up_id, act, responsible_id, due_on, result))
    return len(set(chosen))


def _responsible(identity: Identity, day: date) -> UUID:
    account_id = uuid_of(request.form.get("responsable"), "responsable")
    require_able(identity, account_id, day, "responsable")
    return account_id


def _given(session: Session, identity: Identity, evening_on: date) -> tuple[str, str]:
    form = request.form
    entrance = form.get("hall")
    row = open_follow_up(
        session,
        FollowUpDraft(
            client_id=uuid_of(form.get("cle"), "cle"),
            residence_id=uuid_of(form.get("residence"), "residence"),
            fact=form.get("fait", ""),
            kind=member(FollowUpKind, form.get("nature"), "nature"),
            due_on=date_of(form.get("echeance"), "echeance"),
            responsible_id=_responsible(identity, today(session)),
            entrance_id=uuid_of(entrance, "hall") if entrance else None,
            evening_on=evening_on,
            source=member(FollowUpSource, form.get("source"), "source"),
            source_id=uuid_of(form.get("source_id"), "source_id"),
        ),
    )
    kind = FollowUpKind(row.kind)
    if kind is FollowUpKind.NONE:
        return kind.label, "Classé sans suite."
    due = formats.long_date(row.due_on, weekday=False)
    return f"{kind.label} · à traiter", f"Suite créée : {kind.label.lower()}, avant le {due}."


def _summoned(session: Session, _: Identity, __: date) -> tuple[str, str]:
    form = request.form
    summons = record_summons(
        session,
        SummonsReport(
            client_id=uuid_of(form.get("cle"), "cle"),
            residence_id=uuid_of(form.get("residence"), "residence"),
            summoned_on=date_of(form.get("date"), "date"),
            help_offered=member(HelpOffered, form.get("aide"), "aide"),
            intervention_id=uuid_of(form.get("intervention"), "intervention"),
        ),
    )
    day = formats.long_date(summons.summoned_on, weekday=False)
    return "Convocation notée", f"Convocation du {day} notée."
