"""What the « Cette nuit » page says: one content, signed or as it stands, and its state."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from uuid import UUID

from sqlalchemy.orm import Session

from presence.daily_reports import sealed
from presence.daily_reports.content import Content
from presence.daily_reports.drafting import draft_of
from presence.daily_reports.queries import ReportLine, report_content, report_of_evening
from presence.daily_reports.strip import Dot, dots
from presence.daily_reports.summary import Row, RowKind, Summary, summarise
from presence.daily_reports.wording import NightState
from presence.field import queries as field
from presence.followup.queries import followed_sources
from presence.kernel import formats
from presence.kernel.clock import evening_instant, evening_of, now
from presence.patrimoine import queries as patrimoine
from tenants.database import reach_of
from tenants.models import Scheme

OPENS, CLOSES = time(17, 0), time(23, 0)
# The evening is cut off a quarter of an hour after the last round (screens.md §3).
CUT_OFF = time(23, 15)
WEEKS_COMPARED = 12
_SOURCES = {
    RowKind.INTERVENTION: "intervention",
    RowKind.NOT_DONE: "visit",
    RowKind.NOT_RECEIVED: "not_received",
    RowKind.ANOMALY: "anomaly",
}


@dataclass(frozen=True)
class Notable:
    """An exception of the night, and what was already given to it."""

    row: Row
    followed: str

    @property
    def source(self) -> str:
        """What kind of fact a follow-up is about."""
        return _SOURCES[self.row.kind]

    @property
    def intervention_id(self) -> UUID | None:
        """The intervention's key, None for another kind of fact."""
        return self.row.source_id if self.row.kind is RowKind.INTERVENTION else None

    def __getattr__(self, name: str) -> object:
        """What the row says."""
        return getattr(self.row, name)


@dataclass(frozen=True)
class Night:
    """The page, ready to be written."""

    evening_on: date
    summary: Summary
    report: ReportLine | None
    content: Content
    exceptions: tuple[Notable, ...]
    dots: tuple[Dot, ...]
    usual: int | None
    police_this_month: int
    last_known: str
    residences: int
    next_is_open: bool

    @property
    def state(self) -> NightState:
        """What is known of it."""
        return self.summary.state


def night_of(session: Session, scheme: Scheme, bailleur_id: int, evening_on: date | None) -> Night:
    """The night of an evening; the last one when none is named."""
    instant = now(session)
    current = evening_of(instant)
    evening_on = evening_on or current
    report = report_of_evening(session, evening_on, scheme.id, bailleur_id)
    content = content_of(session, scheme.id, evening_on, report)
    state = None if report else _state(content, evening_on, current, instant)
    summary = summarise(content, state)
    sources = [row.source_id for row in summary.rows if row.source_id]
    followed = followed_sources(session, sources, evening_on)
    shown = () if state in {NightState.MISSING, NightState.RUNNING} else summary.rows
    if state is NightState.RUNNING:
        # While it runs, what is not there yet is not missing.
        shown = tuple(row for row in summary.rows if row.kind is not RowKind.NOT_RECEIVED)
    return Night(
        evening_on=evening_on,
        summary=summary,
        report=report,
        content=content,
        exceptions=tuple(
            Notable(row, followed.get(row.source_id, "") if row.source_id else "") for row in shown
        ),
        dots=tuple(
            dots(content, evening_instant(evening_on, OPENS), evening_instant(evening_on, CLOSES))
        ),
        usual=_usual(session, bailleur_id, evening_on),
        police_this_month=field.police_requests_between(
            session, bailleur_id, evening_on.replace(day=1), evening_on
        ),
        last_known=last_known(content),
        residences=len(patrimoine.residences(session)),
        next_is_open=evening_on < current,
    )


def content_of(
    session: Session, scheme_id: int, evening_on: date, report: ReportLine | None
) -> Content:
    """What is sealed of an evening, or the draft of it; to the reach of whoever reads."""
    found = report_content(session, report.id) if report else None
    if found is None:
        return draft_of(session, scheme_id, evening_on)
    content, reach = sealed.read(found[1]), reach_of(session)
    return content if reach is None else content.within(reach)


def last_known(content: Content) -> str:
    """« Dernier état connu : 22:10, 21 passages. »; empty when nothing ever came."""
    if not content.visits:
        return ""
    last = max(visit.at for visit in content.visits)
    return (
        f"Dernier état connu : {formats.hour(last)}, {formats.count(len(content.done), 'passage')}."
    )


def _state(content: Content, evening_on: date, current: date, instant: datetime) -> NightState:
    """What the clock says of an evening that is not signed."""
    if evening_on > current:
        return NightState.TO_COME
    if not content.awaited and not content.visits:
        return NightState.NO_ROUND
    running = instant < evening_instant(evening_on, CUT_OFF)
    return NightState.RUNNING if running else NightState.MISSING


def _usual(session: Session, bailleur_id: int, evening_on: date) -> int | None:
    """Median of the interventions on the same weekday, over the twelve weeks before."""
    days = [evening_on - timedelta(weeks=n) for n in range(1, WEEKS_COMPARED + 1)]
    counted = dict(field.interventions_between(session, bailleur_id, min(days), max(days)))
    return round(median(counted.get(day, 0) for day in days)) if counted else None
