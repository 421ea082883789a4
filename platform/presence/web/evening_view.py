"""What the « Soirée » page says, computed: each place and its state, the next one, the hour."""

from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from sqlalchemy.orm import Session

from presence.field import queries as field
from presence.field.events import events_of
from presence.field.records import RecordedVisit
from presence.kernel import formats
from presence.kernel.clock import NIGHT_ENDS_AT, PARIS, evening_of, now, tonight
from presence.kernel.nomenclature import VisitResult
from presence.oncall.queries import LoggedCall, calls_of_evening
from presence.patrimoine import queries as patrimoine
from presence.planning.queries import place_label, places_due
from presence.planning.stored import served_by
from presence.rounds.view import own_round
from presence.web.forms import date_of
from tenants.models import Scheme

# The hour that a form starts from when the evening is not served.
OPENS = time(17, 0)


@dataclass(frozen=True)
class Stop:
    """A place of the round and what is known of it tonight."""

    entrance_id: UUID
    residence_id: UUID
    label: str
    address: str
    state: str
    detail: str
    planned: bool


@dataclass(frozen=True)
class Round:
    """The evening's round."""

    evening_on: date
    title: str
    running: bool
    hour: str
    stops: tuple[Stop, ...]
    following: Stop | None
    done: int
    calls: tuple["CallLine", ...]


@dataclass(frozen=True)
class CallLine:
    """A call of the evening."""

    hour: str
    place: str
    need: str
    urgency: str
    followed: bool


def evening_of_request(session: Session, asked: str | None) -> date:
    """The evening asked for; by default tonight's, or the one that is still running at night."""
    if asked:
        return date_of(asked, "soiree")
    return tonight(session)


def round_of(
    session: Session, scheme: Scheme, evening_on: date, account_id: UUID | None = None
) -> Round:
    """The round: places due, one's own team's first and in its order, then those visited beside."""
    ranks = _own_ranks(session, scheme, evening_on, account_id)
    visits = {v.entrance_id: v for v in field.visits(session, evening_on, scheme_id=scheme.id)}
    due = places_due(session, evening_on, scheme.id)
    due.sort(key=lambda place: ranks.get(place.hall.id, len(ranks) + 1))
    places = {place.id: place for place in patrimoine.residences(session)}
    stops = [
        _stop(place.hall, place.label, place.residence.address, visits, planned=True)
        for place in due
    ]
    planned = {place.hall.id for place in due}
    extra = patrimoine.entrances_by_id(session, [key for key in visits if key not in planned])
    stops += [
        _stop(
            hall,
            place_label(places[hall.residence_id].name, hall.name),
            places[hall.residence_id].address,
            visits,
            planned=False,
        )
        for hall in extra.values()
        if hall.residence_id in places
    ]
    instant = now(session).astimezone(PARIS)
    hours = served_by(session, scheme.id)(evening_on)
    opens = hours.opens_at if hours else OPENS
    running = evening_of(instant) == evening_on and (
        instant.time() >= opens or instant.time() < NIGHT_ENDS_AT
    )
    return Round(
        evening_on=evening_on,
        title=formats.long_date(evening_on),
        running=running,
        # Before or after the evening, an entry starts from the opening hour, to be corrected.
        hour=instant.strftime("%H:%M") if running else opens.strftime("%H:%M"),
        stops=tuple(stops),
        following=next((stop for stop in stops if stop.state == "planned"), None),
        done=sum(stop.state != "planned" for stop in stops),
        calls=tuple(
            _call(call, {key: place.name for key, place in places.items()})
            for call in calls_of_evening(session, evening_on, scheme_id=scheme.id)
        ),
    )


def _stop(
    hall: patrimoine.Hall,
    label: str,
    address: str,
    visits: dict[UUID, RecordedVisit],
    *,
    planned: bool,
) -> Stop:
    state, detail = _state(visits.get(hall.id))
    return Stop(hall.id, hall.residence_id, label, address, state, detail, planned)


def _state(visit: RecordedVisit | None) -> tuple[str, str]:
    if visit is None:
        return "planned", "prévu"
    hour = formats.hour(visit.started_at)
    if visit.result is VisitResult.NOT_DONE:
        reason = visit.not_done_reason.label.lower() if visit.not_done_reason else ""
        return "not_done", f"non effectué · {reason}"
    if visit.result is VisitResult.INTERVENTION:
        return "intervention", f"intervention {hour}"
    return "done", f"fait {hour}"


def _own_ranks(
    session: Session, scheme: Scheme, evening_on: date, account_id: UUID | None
) -> dict[UUID, int]:
    """The rank of each hall in the round of the team in which one walks."""
    found = own_round(session, scheme.id, evening_on, account_id)
    return {stop.entrance_id: stop.rank for stop in found[1].stops} if found else {}


def _call(call: LoggedCall, names: dict[UUID, str]) -> CallLine:
    return CallLine(
        formats.hour(call.called_at),
        names.get(call.residence_id, "lieu sorti du périmètre"),
        call.need.label,
        call.urgency.label,
        call.intervention_id is not None,
    )


@dataclass(frozen=True)
class Linkable:
    """An intervention of the evening, and whether it belongs to an event already."""

    id: UUID
    label: str
    linked: bool


def linked_events(session: Session, evening_on: date) -> list[Linkable]:
    """The evening's interventions, to tie those that were one event."""
    found = field.interventions(session, evening_on)
    halls = patrimoine.entrances_by_id(session, [item.entrance_id for item in found])
    places = {place.id: place.name for place in patrimoine.residences(session)}
    tied = {key for event in events_of(session, evening_on) for key in event.interventions}
    return [
        Linkable(
            item.id,
            f"{formats.hour(item.started_at)} · "
            f"{place_label(places[item.residence_id], halls[item.entrance_id].name)} · "
            f"{item.situation.short_label}",
            item.id in tied,
        )
        for item in found
        if item.residence_id in places and item.entrance_id in halls
    ]
