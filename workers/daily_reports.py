"""Seal and amend the report of one bailleur, in that bailleur's context."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from presence.daily_reports.services import Amendment, Closing
from presence.daily_reports.services import amend_report as amend
from presence.daily_reports.services import seal_report as seal
from presence.kernel.nomenclature import AmendmentCause
from presence.review.disputes import settle_amended
from workers.scoping import Parameters, job


@job("workers.daily_reports.seal_report")
def seal_report(session: Session, parameters: Parameters) -> dict[str, object]:
    """Seal one report, once."""
    report = seal(
        session,
        Closing(
            scheme_id=parameters["scheme_id"],
            prestataire_id=parameters["prestataire_id"],
            evening_on=date.fromisoformat(parameters["evening_on"]),
            signed_at=datetime.fromisoformat(parameters["signed_at"]),
            signer=parameters["signer"],
        ),
    )
    return {"number": report.number, "content_hash": report.content_hash}


@job("workers.daily_reports.amend_report")
def amend_report(session: Session, parameters: Parameters) -> dict[str, object]:
    """Seal the version that cancels and replaces the last one, when a field differs."""
    scheme_id = int(parameters["scheme_id"])
    evening_on = date.fromisoformat(parameters["evening_on"])
    report = amend(
        session,
        Amendment(
            scheme_id=scheme_id,
            prestataire_id=parameters["prestataire_id"],
            evening_on=evening_on,
            cause=AmendmentCause(parameters["cause"]),
            reason=parameters["reason"],
            author=parameters["author"],
        ),
    )
    if report is None:
        return {"amended": False}
    # A disputed line that now says otherwise has been answered by the correction itself.
    settle_amended(session, scheme_id, evening_on)
    return {"number": report.number, "content_hash": report.content_hash}
