"""A bailleur's own figures, and the register of runs."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.reporting.models import MonthlyFigure, Run


def monthly_figures(
    session: Session, bailleur_id: int, start: date, end: date
) -> list[MonthlyFigure]:
    """A bailleur's own figures month by month, both ends included."""
    return list(
        session.scalars(
            select(MonthlyFigure)
            .where(
                MonthlyFigure.bailleur_id == bailleur_id,
                MonthlyFigure.month_on >= start,
                MonthlyFigure.month_on <= end,
            )
            .order_by(MonthlyFigure.month_on, MonthlyFigure.measure, MonthlyFigure.insee_code)
        )
    )


def last_runs(session: Session, limit: int = 14) -> list[Run]:
    """The register of nightly runs, newest first (operator)."""
    return list(session.scalars(select(Run).order_by(Run.due_on.desc()).limit(limit)))
