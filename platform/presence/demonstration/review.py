"""A line that each bailleur disputes; nobody has answered yet. Written once reports are sealed."""

from datetime import date
from uuid import UUID, uuid5

from presence.daily_reports.queries import report_content, report_of_evening
from presence.daily_reports.sealed import read
from presence.demonstration.cast import Cast
from presence.review.codes import DisputeReason
from presence.review.disputes import DisputeDraft, open_dispute
from tenants.context import Context, Kind
from tenants.database import transaction

NAMESPACE = UUID("5b1a7e0c-3d94-4f6f-8f57-0d5a2a7c41e6")
EVENING = date(2013, 12, 2)
ANSWER_BY = date(2013, 12, 12)


def seed_review(cast: Cast) -> None:
    """Dispute the first visit of an evening at each bailleur, if its report is there."""
    for bailleur_id in (cast.opac38, cast.pluralis):
        _dispute(cast.scheme_id, bailleur_id)


def _dispute(scheme_id: int, bailleur_id: int) -> None:
    with transaction(Context(Kind.BAILLEUR, bailleur_id)) as session:
        line = report_of_evening(session, EVENING, scheme_id, bailleur_id)
        found = report_content(session, line.id) if line else None
        if found is None:
            return
        open_dispute(
            session,
            DisputeDraft(
                uuid5(NAMESPACE, f"dispute {bailleur_id}"),
                found[0].id,
                read(found[1]).visits[0].id,
                DisputeReason.WRONG_TIME,
                "Le gardien était dans le hall à cette heure et n'a vu personne.",
                ANSWER_BY,
            ),
        )
