"""« Mise en route »: the eight tasks of a new bailleur, in any order, then activation."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.kernel.clock import today
from presence.kernel.errors import Conflict, Invalid
from presence.kernel.formats import count
from presence.kernel.nomenclature import LegalForm
from presence.onboarding import services
from presence.onboarding.queries import facts_of, is_live, onboarding, own_scheme, trial_evening
from presence.onboarding.tasks import Task, states
from presence.patrimoine import queries as patrimoine
from presence.planning.frequency import Frequency
from presence.web.edge import page, see_other
from presence.web.forms import date_of, whole
from tenants.roles import Permission

blueprint = Blueprint("onboarding", __name__)
Act = Callable[[Session, Identity], str]


@blueprint.get("/mise-en-route")
@page(Permission.ONBOARD)
def read_tasks(session: Session, identity: Identity) -> ResponseReturnValue:
    """The list of tasks, and how far each is."""
    return render_template("onboarding/tasks.html", **_told(session, identity))


@blueprint.get("/mise-en-route/affiche")
@page(Permission.ONBOARD)
def read_poster(session: Session, identity: Identity) -> ResponseReturnValue:
    """The notice to print and put up in the halls: the on-call number."""
    scheme, _ = own_scheme(session)
    return render_template("onboarding/poster.html", scheme=scheme, identity=identity)


def _identity(session: Session, _: Identity) -> str:
    names = ("legal_form", "siret", "contact_name", "contact_email", "contact_phone")
    services.state_identity(session, {name: request.form.get(name, "") for name in names})
    return "Identité enregistrée."


def _people(session: Session, _: Identity) -> str:
    services.add_agency(session, request.form.get("agence", ""))
    return "Agence créée."


def _frequencies(session: Session, _: Identity) -> str:
    times = whole(request.form.get("nombre"), "nombre", least=1, most=7)
    from_on = date_of(request.form.get("depuis"), "depuis")
    done = services.fix_missing_frequencies(session, Frequency(times), from_on)
    return f"{count(done, 'résidence réglée', 'résidences réglées')}."


def _key(session: Session, _: Identity) -> str:
    services.accept_key(session)
    return "Clé acceptée."


def _agreements(session: Session, _: Identity) -> str:
    form = request.form
    services.state_agreements(session, form.get("reference", ""), _day("convention"), _day("rgpd"))
    return "Convention et accord enregistrés."


def _trial(session: Session, _: Identity) -> str:
    services.note_trial(session, date_of(request.form.get("soiree"), "soiree"))
    return "Soirée d'essai faite : rien n'a été envoyé à personne."


def _activation(session: Session, identity: Identity) -> str:
    live_from_on = date_of(request.form.get("depuis"), "depuis")
    done = services.activate(session, facts_of(session, identity), live_from_on)
    return f"En service le {live_from_on:%d/%m/%Y} : {count(done, 'résidence')} dans le périmètre."


ACTS: dict[Task, Act] = {
    Task.IDENTITY: _identity,
    Task.PEOPLE: _people,
    Task.FREQUENCIES: _frequencies,
    Task.KEY: _key,
    Task.AGREEMENTS: _agreements,
    Task.TRIAL: _trial,
    Task.ACTIVATION: _activation,
}


def _serve(task: Task, act: Act) -> None:
    """The form of a task: done, back to the list; refused, the form again with why."""

    def read(session: Session, identity: Identity) -> ResponseReturnValue:
        return _form(session, identity, task)

    def submit(session: Session, identity: Identity) -> ResponseReturnValue:
        try:
            with session.begin_nested():
                told = act(session, identity)
        except (Invalid, Conflict) as error:
            return _form(session, identity, task, error), 422
        flash(told)
        return see_other("onboarding.read_tasks")

    read.__name__, submit.__name__ = f"read_{task.name.lower()}", f"submit_{task.name.lower()}"
    path = f"/mise-en-route/{task.value}"
    blueprint.get(path)(page(Permission.ONBOARD)(read))
    blueprint.post(path)(page(Permission.ONBOARD)(submit))


for _task, _act in ACTS.items():
    _serve(_task, _act)


def _form(
    session: Session, identity: Identity, task: Task, refused: Invalid | Conflict | None = None
) -> str:
    told = _told(session, identity)
    asked = request.values.get("soiree")
    evening_on: date = told["first"]
    if task is Task.TRIAL and asked and refused is None:
        try:
            evening_on = date_of(asked, "soiree")
        except Invalid as error:
            refused = error
    return render_template(
        f"onboarding/{task.value}.html",
        task=next(state for state in told["states"] if state.task is task),
        row=onboarding(session),
        legal_forms=LegalForm,
        agencies=patrimoine.agency_names(session),
        trial=trial_evening(session, evening_on) if task is Task.TRIAL else None,
        given=request.form,
        refused=refused,
        **told,
    )


def _told(session: Session, identity: Identity) -> dict[str, Any]:
    facts = facts_of(session, identity)
    found = states(facts)
    day = today(session)
    return {
        "facts": facts,
        "states": found,
        "done": sum(state.done for state in found),
        "live": is_live(session),
        "scheme": own_scheme(session)[0],
        "today": day,
        "first": max(day, facts.member_from_on or day),
        "addresses": {state.task: _address(state.task) for state in found},
    }


def _address(task: Task) -> str:
    if task is Task.PLACES:
        return "residences.read_residences"
    return f"onboarding.read_{task.name.lower()}"


def _day(name: str) -> date | None:
    text = request.form.get(name)
    return date_of(text, name) if text else None
