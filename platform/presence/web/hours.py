"""« Horaires »: when the agents walk, by season; the operator fixes them from a date."""

from datetime import date, time

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.kernel.clock import today
from presence.kernel.errors import Invalid
from presence.planning.hours import (
    MONTHS,
    WEEKDAYS,
    Grid,
    HolidayService,
    Hours,
    SeasonRule,
    describe,
)
from presence.planning.services import fix_hours
from presence.planning.stored import grid_of_row
from presence.web.edge import page, see_other
from presence.web.forms import date_of, hour_of, member, uuid_of, whole
from tenants.models import Scheme
from tenants.roles import Permission
from tenants.scheme import schemes, windows

blueprint = Blueprint("hours", __name__)
# Seasons that one form holds: summer, winter, and one more.
SEASONS = (1, 2, 3)


@blueprint.get("/horaires")
@page(Permission.READ_CONTRACTS)
def read_hours(session: Session, identity: Identity) -> ResponseReturnValue:
    """The service hours of each scheme, past, present and to come."""
    return _page(session, identity)


@blueprint.post("/horaires")
@page(Permission.OPERATE)
def fix(session: Session, identity: Identity) -> ResponseReturnValue:
    """Fix a scheme's hours from a date; the former ones end the day before."""
    try:
        with session.begin_nested():
            scheme = _scheme(session)
            from_on = date_of(request.form.get("depuis"), "depuis")
            if from_on < today(session):
                raise Invalid("depuis", "Donnez une date à venir : les soirées passées demeurent.")
            fix_hours(session, scheme, _grid(), from_on=from_on)
    except Invalid as error:
        return _page(session, identity, error), 422
    flash(f"Horaires fixés à compter du {from_on:%d/%m/%Y}.")
    return see_other("hours.read_hours")


def _scheme(session: Session) -> Scheme:
    wanted = uuid_of(request.form.get("dispositif"), "dispositif")
    for scheme in schemes(session):
        if scheme.public_id == wanted:
            return scheme
    raise Invalid("dispositif", "Choisissez un dispositif dans la liste.")


def _grid() -> Grid:
    form = request.form
    return Grid(
        default=Hours(hour_of(form.get("de"), "de"), hour_of(form.get("a"), "a")),
        weekdays=frozenset(whole(d, "jours", least=1, most=7) for d in form.getlist("jours")),
        rules=tuple(rule for number in SEASONS if (rule := _season(number)) is not None),
        holidays=member(HolidayService, form.get("feries"), "feries"),
        department=form.get("departement") or None,
    )


def _season(number: int) -> SeasonRule | None:
    form = request.form
    first, last = form.get(f"saison{number}_de"), form.get(f"saison{number}_a")
    if not first and not last:
        return None
    start = whole(first, f"saison{number}_de", least=1, most=12)
    end = whole(last, f"saison{number}_a", least=1, most=12)
    months = range(start, end + 1) if start <= end else (*range(start, 13), *range(1, end + 1))
    opens, closes = form.get(f"saison{number}_ouvre"), form.get(f"saison{number}_ferme")
    hours = None
    if opens or closes:
        hours = Hours(
            hour_of(opens, f"saison{number}_ouvre"), hour_of(closes, f"saison{number}_ferme")
        )
    return SeasonRule(hours, months=frozenset(months))


def _page(session: Session, identity: Identity, refused: Invalid | None = None) -> str:
    day: date = today(session)
    found = [
        (
            scheme,
            [(row, describe(grid_of_row(row))) for row in reversed(windows(session, scheme.id))],
        )
        for scheme in schemes(session)
    ]
    return render_template(
        "hours/hours.html",
        schemes=found,
        today=day,
        may_fix=identity.may(Permission.OPERATE),
        weekdays=list(enumerate(WEEKDAYS, start=1)),
        months=list(enumerate(MONTHS, start=1)),
        holidays=HolidayService,
        seasons=SEASONS,
        usual=(time(17), time(23)),
        given=request.form,
        refused=refused,
    )
