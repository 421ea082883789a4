"""What an evening asks for (soirée à préparer): stops with their reasons, and the teams on duty.

Read in the prestataire's context, for all the bailleurs of a scheme at once.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from presence.field import queries as field
from presence.kernel.clock import evening_instant
from presence.kernel.errors import Invalid
from presence.kernel.nomenclature import StopOrder, StopSource
from presence.oncall.queries import calls_of_evening
from presence.patrimoine import queries as patrimoine
from presence.patrimoine.queries import HallDetail, Place
from presence.planning.frequency import Frequency, band_on, due_days, period_of, possible_days
from presence.planning.hours import Hours
from presence.planning.queries import accepted_requests, frequencies_in_force
from presence.planning.stored import Served, served_by
from presence.roster.queries import teams_on_duty
from presence.routing.priority import weigh
from presence.routing.problem import Position, Problem, Reason, Stop, Team

# A pair makes about 34 visits between 17:00 and 23:00 (screens.md, T2), walking included.
VISIT_MINUTES = 6
# Recent incidents (INT-6, PLA-6): this many interventions at a hall over these days.
HOT_SPOT_INTERVENTIONS = 2
HOT_SPOT_DAYS = 14
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Wanted:
    """A stop that the evening asks for: the hall, why, in which hours, for which request."""

    place: Place
    hall: HallDetail
    source: StopSource
    reasons: tuple[Reason, ...]
    opens_at: datetime
    closes_at: datetime
    ordered: bool
    late: int = 0
    due: int = 0
    request_id: UUID | None = None


@dataclass(frozen=True)
class Evening:
    """An evening to prepare."""

    evening_on: date
    opens_at: datetime
    closes_at: datetime
    wanted: tuple[Wanted, ...]
    teams: tuple[Team, ...]
    team_names: Mapping[UUID, str]

    def problem(self, seed: int) -> Problem:
        """The same for those who draw rounds up, in minutes since the opening."""
        return Problem(tuple(self._stop(item) for item in self.wanted), self.teams, seed)

    def minutes(self, instant: datetime) -> int:
        """Minutes from the opening of the service to an instant."""
        return round((instant - self.opens_at).total_seconds() / 60)

    def instant(self, minutes: int) -> datetime:
        """The instant of a minute of the evening."""
        return self.opens_at + timedelta(minutes=minutes)

    def _stop(self, item: Wanted) -> Stop:
        return Stop(
            id=item.hall.id,
            residence_id=item.place.id,
            owner=item.place.bailleur_id,
            at=position_of(item.hall),
            sector=item.place.insee_code,
            minutes=VISIT_MINUTES,
            opens=self.minutes(item.opens_at),
            closes=self.minutes(item.closes_at),
            weight=weigh(item.reasons, late=item.late, due=item.due),
            reasons=item.reasons,
            ordered=item.ordered,
        )


def evening(session: Session, scheme_id: int, evening_on: date) -> Evening:
    """What an evening asks for; raises `Invalid` when the scheme does not serve it."""
    served_on = served_by(session, scheme_id)
    hours = served_on(evening_on)
    if hours is None:
        message = (
            f"Le service n'est pas assuré le {evening_on:%d/%m/%Y} : choisissez une autre date."
        )
        raise Invalid("evening", message)
    opens_at = evening_instant(evening_on, hours.opens_at)
    closes_at = evening_instant(evening_on, hours.closes_at)
    duty = teams_on_duty(session, scheme_id, evening_on)
    starts = _starts(session, [team.starts_from for team in duty])
    shifts = tuple(
        Team(
            id=team.id,
            starts=round((team.starts_at - opens_at).total_seconds() / 60),
            ends=round((team.ends_at - opens_at).total_seconds() / 60),
            start_at=starts.get(team.starts_from or ""),
        )
        for team in duty
    )
    wanted = _Demand(session, scheme_id, evening_on, served_on, hours).wanted()
    names = {team.id: team.name for team in duty}
    return Evening(evening_on, opens_at, closes_at, tuple(wanted), shifts, names)


def position_of(hall: HallDetail) -> Position | None:
    """Where a hall is, None if nobody said."""
    if hall.latitude is None or hall.longitude is None:
        return None
    return hall.latitude, hall.longitude


class _Demand:
    """The stops of one evening, worked out from a handful of reads."""

    def __init__(
        self, session: Session, scheme_id: int, evening_on: date, served_on: Served, hours: Hours
    ) -> None:
        self.session = session
        self.scheme_id = scheme_id
        self.evening_on = evening_on
        self.served_on = served_on
        self.hours = hours

    def wanted(self) -> list[Wanted]:
        """Every stop that the evening asks for, by residence then hall."""
        session, day = self.session, self.evening_on
        perimeter = patrimoine.covered_on(session, day, self.scheme_id)
        places = {p.id: p for p in patrimoine.residences(session) if p.id in perimeter}
        halls = [
            hall
            for hall in patrimoine.hall_details(session, places)
            if hall.archived_on is None or hall.archived_on > day
        ]
        lines = {line.place_id: line.frequency for line in frequencies_in_force(session, day)}
        asked = accepted_requests(session, day, self.scheme_id)
        done = self._done()
        called = {c.residence_id for c in calls_of_evening(session, day, scheme_id=self.scheme_id)}
        hot = self._hot()
        found = []
        for hall in halls:
            frequency = lines.get(hall.id) or lines.get(hall.residence_id)
            place_id = hall.id if hall.id in lines else hall.residence_id
            request = asked.get(hall.id) or asked.get(hall.residence_id)
            extra = [Reason.CALL] if hall.residence_id in called else []
            extra += [Reason.HOT_SPOT] if hall.id in hot else []
            item = self._item(
                places[hall.residence_id],
                hall,
                (frequency, place_id),
                done.get(hall.id, ()),
                request,
                extra,
            )
            if item is not None:
                found.append(item)
        return sorted(found, key=lambda item: (item.place.name, item.hall.rank))

    def _item(
        self,
        place: Place,
        hall: HallDetail,
        rule: tuple[Frequency | None, UUID],
        done_on: Sequence[date],
        request: UUID | None,
        extra: Sequence[Reason],
    ) -> Wanted | None:
        frequency, place_id = rule
        reasons: list[Reason] = [Reason.ASKED] if request else []
        band = (self.hours.opens_at, self.hours.closes_at)
        late = due = 0
        source = StopSource.REQUEST
        if frequency is not None:
            own = band_on(frequency, self.hours)
            band = own or band
            due, late, tonight = self._due(frequency, place_id, done_on)
            if tonight:
                reasons.append(Reason.DUE)
                source = StopSource.FREQUENCY if not request else source
            if late and own and self._may_catch_up(frequency, done_on):
                reasons.append(Reason.BEHIND)
                source = StopSource.CATCH_UP if not (request or tonight) else source
        if not reasons:
            return None
        return Wanted(
            place, hall, source, (*reasons, *extra), *self._instants(band),
            ordered=frequency is not None and frequency.pattern is StopOrder.ORDERED,
            late=late, due=due, request_id=request,
        )  # fmt: skip

    def _due(
        self, frequency: Frequency, place_id: UUID, done_on: Sequence[date]
    ) -> tuple[int, int, bool]:
        """The period's visits, how many are late before tonight, and whether one is due tonight."""
        days = due_days(frequency, place_id, self.evening_on, self.served_on)
        before = sum(day < self.evening_on for day in days)
        first, _ = period_of(frequency, self.evening_on)
        made = sum(first <= day < self.evening_on for day in done_on)
        return len(days), max(0, before - made), self.evening_on in days

    def _may_catch_up(self, frequency: Frequency, done_on: Sequence[date]) -> bool:
        return bool(possible_days(frequency, [self.evening_on], done_on, self.served_on))

    def _instants(self, band: tuple[time, time]) -> tuple[datetime, datetime]:
        opens, closes = band
        return evening_instant(self.evening_on, opens), evening_instant(self.evening_on, closes)

    def _done(self) -> Mapping[UUID, list[date]]:
        """The evenings, since the month or the week began, on which each hall was visited."""
        first = self.evening_on.replace(day=1)
        monday = self.evening_on - DAY * (self.evening_on.isoweekday() - 1)
        return field.visits_made(
            self.session, min(first, monday), self.evening_on - DAY, self.scheme_id
        )

    def _hot(self) -> Collection[UUID]:
        start = self.evening_on - DAY * HOT_SPOT_DAYS
        counts = field.incidents_by_entrance(
            self.session, start, self.evening_on - DAY, self.scheme_id
        )
        return {key for key, number in counts.items() if number >= HOT_SPOT_INTERVENTIONS}


def _starts(session: Session, communes: Sequence[str | None]) -> dict[str, Position]:
    """A commune's position: the middle of the halls there that have coordinates."""
    wanted = {code for code in communes if code}
    if not wanted:
        return {}
    places = {p.id: p.insee_code for p in patrimoine.residences(session) if p.insee_code in wanted}
    points: dict[str, list[Position]] = {}
    for hall in patrimoine.hall_details(session, places):
        at = position_of(hall)
        if at is not None:
            points.setdefault(places[hall.residence_id], []).append(at)
    return {
        code: (sum(p[0] for p in found) / len(found), sum(p[1] for p in found) / len(found))
        for code, found in points.items()
    }
