"""« Rapports »: each evening's report, its versions, the bailleur's visa and disputes (A2, P5)."""

from datetime import date, timedelta
from uuid import UUID, uuid4

from flask import Blueprint, abort, flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.daily_reports.queries import report_content
from presence.delivery.transmissions import mark_opened
from presence.field.changes import changes
from presence.field.closures import closure_of
from presence.kernel.clock import evening_of, now, today
from presence.kernel.errors import Conflict, DomainError, Invalid
from presence.kernel.nomenclature import ChangeState
from presence.review.codes import DisputeReason
from presence.review.deadlines import punctuality
from presence.review.disputes import (
    ANSWER_DAYS,
    DisputeDraft,
    answer_dispute,
    dispute,
    disputes,
    open_dispute,
    settle_dispute,
)
from presence.review.visas import give_visa, visa_due_on
from presence.web.edge import page, see_other
from presence.web.forms import date_of, member, uuid_of
from presence.web.reports_list import list_of_evening, list_of_month
from presence.web.reports_view import report_page
from presence.web.scheme_choice import chosen_scheme
from tenants.roles import OrganisationKind, Permission

blueprint = Blueprint("reports", __name__)


@blueprint.get("/rapports-journaliers")
@page(Permission.READ_REPORTS)
def read_reports(session: Session, identity: Identity) -> ResponseReturnValue:
    """The reports: a month of the bailleur's, an evening of the prestataire's."""
    scheme, day = chosen_scheme(session), today(session)
    if identity.organisation_kind is not OrganisationKind.BAILLEUR:
        return _followed(session, identity, scheme.id)
    month_on = _month(request.args.get("mois"), day)
    return render_template(
        "reports/month.html",
        month=list_of_month(session, scheme.id, month_on),
        may_visa=identity.may(Permission.GIVE_VISA),
        new_key=uuid4,
        today=day,
        former=(month_on - timedelta(days=1)).replace(day=1),
        following=(month_on + timedelta(days=32)).replace(day=1),
    )


def _followed(session: Session, identity: Identity, scheme_id: int) -> str:
    """What the prestataire follows: an evening's reports, what waits for an answer (P4)."""
    asked = request.args.get("soiree")
    evening_on = date_of(asked, "soiree") if asked else evening_of(now(session))
    return render_template(
        "reports/evening.html",
        evening_on=evening_on,
        lines=list_of_evening(session, scheme_id, evening_on),
        closure=closure_of(session, scheme_id, evening_on),
        punctuality=punctuality(session, evening_on.replace(day=1)),
        unsettled=disputes(session, scheme_id=scheme_id, unsettled=True),
        waiting=changes(session, state=ChangeState.PROPOSED),
        decided=changes(session, evening_on=evening_on),
        may_amend=identity.may(Permission.AMEND_REPORTS),
        account_id=identity.account_id,
        eve=evening_on - timedelta(days=1),
        morrow=evening_on + timedelta(days=1),
        today=today(session),
    )


@blueprint.get("/rapports-journaliers/<uuid:report_id>")
@page(Permission.READ_REPORTS)
def read_report(session: Session, identity: Identity, report_id: UUID) -> ResponseReturnValue:
    """A report: the strip, its sheets in order of time, its versions, what is said of it."""
    if identity.organisation_kind is OrganisationKind.BAILLEUR:
        if report_content(session, report_id) is None:
            abort(404)
        mark_opened(session, report_id)
    return _page(session, identity, report_id)


def _page(
    session: Session, identity: Identity, report_id: UUID, refused: DomainError | None = None
) -> str:
    shown = report_page(session, report_id)
    if shown is None:
        abort(404)
    is_bailleur = identity.organisation_kind is OrganisationKind.BAILLEUR
    day = today(session)
    return render_template(
        "reports/report.html",
        report=shown,
        told=shown.summary,
        visa_due_on=visa_due_on(session, shown.line),
        is_bailleur=is_bailleur,
        may_visa=identity.may(Permission.GIVE_VISA) and not shown.replaced,
        may_answer=identity.may(Permission.AMEND_REPORTS) and not is_bailleur,
        reasons=list(DisputeReason),
        today=day,
        answer_by=day + timedelta(days=ANSWER_DAYS),
        new_key=uuid4,
        refused=refused,
    )


@blueprint.post("/rapports-journaliers/<uuid:report_id>/visa")
@page(Permission.GIVE_VISA)
def accept(session: Session, identity: Identity, report_id: UUID) -> ResponseReturnValue:
    """« J'accepte ce rapport »."""
    try:
        with session.begin_nested():
            give_visa(session, report_id)
    except (Invalid, Conflict) as error:
        return _page(session, identity, report_id, error), _status(error)
    flash("Rapport accepté : votre visa est noté.")
    return see_other("reports.read_report", report_id=report_id)


@blueprint.post("/rapports-journaliers/<uuid:report_id>/contestations")
@page(Permission.GIVE_VISA)
def contest(session: Session, identity: Identity, report_id: UUID) -> ResponseReturnValue:
    """Dispute a line: why, and by when an answer is expected."""
    form = request.form
    try:
        with session.begin_nested():
            raised = open_dispute(
                session,
                DisputeDraft(
                    client_id=uuid_of(form.get("cle"), "cle"),
                    report_id=report_id,
                    line_id=uuid_of(form.get("ligne"), "ligne"),
                    reason=member(DisputeReason, form.get("motif"), "motif"),
                    details=form.get("precisions") or "",
                    due_on=date_of(form.get("echeance"), "echeance"),
                ),
            )
    except (Invalid, Conflict) as error:
        return _page(session, identity, report_id, error), _status(error)
    flash(f"Ligne contestée : {raised.place}. Elle sort du service fait jusqu'à son règlement.")
    return see_other("reports.read_report", report_id=report_id)


@blueprint.post("/contestations/<uuid:dispute_id>/reponse")
@page(Permission.AMEND_REPORTS)
def answer(session: Session, identity: Identity, dispute_id: UUID) -> ResponseReturnValue:
    """The prestataire's answer to a dispute."""
    raised = dispute(session, dispute_id)
    if raised is None:
        abort(404)
    try:
        with session.begin_nested():
            answer_dispute(session, dispute_id, request.form.get("reponse") or "")
    except (Invalid, Conflict) as error:
        return _page(session, identity, raised.report_id, error), _status(error)
    flash("Réponse envoyée au bailleur.")
    return see_other("reports.read_report", report_id=raised.report_id)


@blueprint.post("/contestations/<uuid:dispute_id>/reglement")
@page(Permission.GIVE_VISA)
def settle(session: Session, identity: Identity, dispute_id: UUID) -> ResponseReturnValue:
    """The bailleur settles: the answer stands, or the dispute is withdrawn."""
    raised = dispute(session, dispute_id)
    if raised is None:
        abort(404)
    try:
        with session.begin_nested():
            settle_dispute(session, dispute_id, request.form.get("reglement") or "")
    except (Invalid, Conflict) as error:
        return _page(session, identity, raised.report_id, error), _status(error)
    flash("Contestation réglée : la ligne compte de nouveau.")
    return see_other("reports.read_report", report_id=raised.report_id)


def _month(text: str | None, day: date) -> date:
    return date_of(f"{text}-01", "mois") if text else day.replace(day=1)


def _status(error: DomainError) -> int:
    return 409 if isinstance(error, Conflict) else 422
