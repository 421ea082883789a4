"""What is known of an evening in the morning, as each person may read it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from presence.daily_reports import sealed
from presence.daily_reports.content import AwaitedPlace, Content
from presence.daily_reports.queries import ReportLine, report_content, report_of_evening
from presence.daily_reports.summary import Summary, summarise
from presence.daily_reports.wording import NightState
from presence.planning.queries import places_due
from tenants.database import context_of


@dataclass(frozen=True)
class Evening:
    """An evening in the morning: the newest report, or what was awaited and never came."""

    scheme_id: int
    evening_on: date
    report: ReportLine | None
    content: Content

    def summary(self, reach: Collection[UUID] | None) -> Summary:
        """What a person reads of it; None reaches everything."""
        content = self.content if reach is None else self.content.within(reach)
        if self.report is None:
            state = NightState.MISSING if content.awaited else NightState.NO_ROUND
            return summarise(content, state)
        return summarise(content)


def evening_as_known(session: Session, scheme_id: int, evening_on: date) -> Evening:
    """An evening of the context's bailleur, signed or not."""
    line = report_of_evening(session, evening_on, scheme_id, context_of(session).own_id)
    if line is not None:
        found = report_content(session, line.id)
        if found is not None:
            return Evening(scheme_id, evening_on, line, sealed.read(found[1]))
    due = tuple(
        AwaitedPlace(place.label, place.residence.id, place.hall.id, place.residence.name)
        for place in places_due(session, evening_on, scheme_id)
    )
    nothing = Content(
        number="", bailleur="", scheme="", evening_on=evening_on, version=1, signed_at=None,
        signer=None, supersedes=None, awaited=due, visits=(), interventions=(), anomalies=(),
        calls=(),
    )  # fmt: skip
    return Evening(scheme_id, evening_on, None, nothing)
