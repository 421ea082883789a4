"""A team's calendar (agenda d'équipe) behind its secret address: nobody signs in here (API-6)."""

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from presence.kernel.errors import NotFound
from presence.roster.calendars import calendar_behind
from presence.throttling import limiter

blueprint = Blueprint("calendar", __name__)


@blueprint.get("/agenda/<string(minlength=20, maxlength=100):secret>.ics")
@limiter.limit("60 per 10 minutes")
def read_calendar(secret: str) -> ResponseReturnValue:
    """The team's name and hours; an unknown address and a revoked one get the same page."""
    content = calendar_behind(secret)
    if content is None:
        raise NotFound
    response = Response(content, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="vacations.ics"'
    return response
