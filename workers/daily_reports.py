"""Seal the report of one bailleur after an evening is closed, in that bailleur's context."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from presence.daily_reports.services import Closing
from presence.daily_reports.services import seal_report as seal
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
