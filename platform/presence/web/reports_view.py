"""What the page of a daily report says (A2): its sheets in order of time, versions, disputes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from presence.daily_reports import sealed
from presence.daily_reports.content import Content
from presence.daily_reports.queries import ReportLine, report_content, versions_of
from presence.daily_reports.strip import Dot, dots
from presence.daily_reports.summary import Summary, summarise
from presence.kernel.clock import evening_instant
from presence.kernel.nomenclature import Action, VisitResult
from presence.review.disputes import disputes
from presence.review.records import DisputeLine, VisaLine
from presence.review.visas import visa_of
from presence.web.night_view import CLOSES, OPENS


@dataclass(frozen=True)
class Entry:
    """A sheet of the evening; `line_id` None: it cannot be disputed. `sheet`: it can be changed."""

    kind: str
    at: datetime | None
    place: str
    what: str
    actions: tuple[Action, ...]
    detail: str
    line_id: UUID | None
    sheet: bool
    dispute: DisputeLine | None


@dataclass(frozen=True)
class ReportPage:
    """A report, ready to be written."""

    line: ReportLine
    content: Content
    summary: Summary
    dots: tuple[Dot, ...]
    entries: tuple[Entry, ...]
    versions: tuple[ReportLine, ...]
    visa: VisaLine | None
    disputes: tuple[DisputeLine, ...]

    @property
    def newest(self) -> ReportLine:
        """The version in force."""
        return self.versions[0]

    @property
    def replaced(self) -> bool:
        """Whether another version cancels and replaces this one."""
        return self.newest.id != self.line.id

    @property
    def open_disputes(self) -> int:
        """How many lines are disputed and not settled."""
        return sum(item.settlement is None for item in self.disputes)


def report_page(session: Session, report_id: UUID) -> ReportPage | None:
    """A report as read on its page, None if it is another's or does not exist."""
    found = report_content(session, report_id)
    if found is None:
        return None
    line, content = found[0], sealed.read(found[1])
    evening = disputes(session, scheme_id=line.scheme_id, evening_on=line.evening_on)
    versions = tuple(versions_of(session, report_id))
    own = {version.id for version in versions}
    raised = tuple(item for item in evening if item.report_id in own)
    return ReportPage(
        line=line,
        content=content,
        summary=summarise(content),
        dots=tuple(
            dots(
                content,
                evening_instant(line.evening_on, OPENS),
                evening_instant(line.evening_on, CLOSES),
            )
        ),
        entries=tuple(_in_order(_entries(content, {item.line_id: item for item in raised}))),
        versions=versions,
        visa=visa_of(session, report_id),
        disputes=raised,
    )


def _in_order(entries: Iterator[Entry]) -> Sequence[Entry]:
    told = list(entries)
    timed = [entry for entry in told if entry.at is not None]
    return sorted(timed, key=lambda entry: (entry.at, entry.place)) + [
        entry for entry in told if entry.at is None
    ]


def _entries(content: Content, raised: dict[UUID, DisputeLine]) -> Iterator[Entry]:
    # A visit during which something happened is told by what happened.
    for visit in content.visits:
        if visit.result is VisitResult.INTERVENTION:
            continue
        kind = "not_done" if visit.result is VisitResult.NOT_DONE else "visit"
        yield Entry(
            kind, visit.at, visit.place, visit.result.label, (),
            f"Motif : {visit.reason.label.lower()}" if visit.reason else "",
            visit.id, True, raised.get(visit.id),
        )  # fmt: skip
    for item in content.interventions:
        yield Entry(
            "intervention", item.at, item.place, item.situation.label, item.actions,
            f"{item.area.label} · {item.outcome.label} · {item.origin.label.lower()}",
            item.id, True, raised.get(item.id),
        )  # fmt: skip
    for seen in content.anomalies:
        yield Entry(
            "anomaly", seen.at, seen.place, seen.equipment.label, (),
            "toujours là" if seen.still_there else "constatée réparée",
            seen.id, False, raised.get(seen.id),
        )  # fmt: skip
    for call in content.calls:
        yield Entry(
            "call", call.called_at, call.place, f"Appel : {call.need.label.lower()}", (),
            call.urgency.label + (" · suivi d'une intervention" if call.followed_by else ""),
            None, False, None,
        )  # fmt: skip
    for place in content.not_received:
        yield Entry(
            "not_received", None, place.place, "Passage non reçu", (), "Ni fiche, ni motif",
            place.entrance_id, False, raised.get(place.entrance_id) if place.entrance_id else None,
        )  # fmt: skip
