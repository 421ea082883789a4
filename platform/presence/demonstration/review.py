"""What each bailleur said of its reports: a dispute, a visa, a delay. Once reports are sealed."""

from datetime import date
from uuid import UUID, uuid5

from presence.accounts.identity import call
from presence.daily_reports.documents import pdf_of
from presence.daily_reports.queries import report_content, report_of_evening
from presence.daily_reports.sealed import read
from presence.demonstration.cast import Cast
from presence.demonstration.story import MISSING_ON
from presence.review.codes import DisputeReason
from presence.review.deadlines import ExceptionDraft, grant_exception
from presence.review.disputes import DisputeDraft, open_dispute
from presence.review.visas import give_visa
from tenants.context import Context, Kind
from tenants.database import transaction

NAMESPACE = UUID("5b1a7e0c-3d94-4f6f-8f57-0d5a2a7c41e6")
EVENING = date(2013, 12, 2)
ANSWER_BY = date(2013, 12, 12)
ACCEPTED = date(2013, 12, 1)


def seed_review(cast: Cast) -> None:
    """Dispute a visit, accept another evening, excuse the one that never came, at each bailleur."""
    readers = (
        (cast.opac38, "responsable@opac38.example"),
        (cast.pluralis, "responsable@pluralis.example"),
    )
    for bailleur_id, reader in readers:
        _dispute(cast.scheme_id, bailleur_id)
        _accept(cast.scheme_id, bailleur_id, reader)
        _excuse(cast.scheme_id, bailleur_id)


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


def _accept(scheme_id: int, bailleur_id: int, reader: str) -> None:
    """Accept an evening's report, and print it."""
    account = call("account_for_sign_in", reader)[0].account_id
    with transaction(Context(Kind.BAILLEUR, bailleur_id, account)) as session:
        line = report_of_evening(session, ACCEPTED, scheme_id, bailleur_id)
        if line is not None:
            give_visa(session, line.id)
            pdf_of(session, line.id)


def _excuse(scheme_id: int, bailleur_id: int) -> None:
    """Excuse the evening whose report was never received: it leaves the month's rate."""
    with transaction(Context(Kind.BAILLEUR, bailleur_id)) as session:
        key = uuid5(NAMESPACE, f"excuse {bailleur_id}")
        why = "Panne du réseau chez le prestataire, signalée le lendemain."
        grant_exception(session, ExceptionDraft(key, scheme_id, MISSING_ON, MISSING_ON, why))
