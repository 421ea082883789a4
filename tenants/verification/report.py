"""Run a verification and keep its report (rapport): dated, in French, readable by a stranger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tenants.context import RELAY
from tenants.database import transaction
from tenants.models import IsolationReport
from tenants.rls import book, kinds
from tenants.verification.catalogue import catalogue_checks, fingerprint, read
from tenants.verification.checks import Check
from tenants.verification.probe import probe_checks


@dataclass(frozen=True)
class Report:
    """A verification that was made."""

    id: UUID
    ran_at: datetime
    occasion: str
    passed: bool
    tables: int
    policies: int
    fingerprint: str
    checks: tuple[Check, ...]

    @property
    def exceptions(self) -> tuple[Check, ...]:
        """The checks that found something, or could not be made."""
        return tuple(item for item in self.checks if not item.passed)


def verify(occasion: str) -> Report:
    """Check the catalogue, probe, and keep the report; `occasion`: night, request or command."""
    with transaction(RELAY) as session:
        connection = session.connection()
        checks = catalogue_checks(connection)
        mark = fingerprint(read(connection))
    checks += probe_checks()
    content: dict[str, object] = {
        "tables": len(kinds()),
        "policies": len(list(book())),
        "fingerprint": mark,
        "checks": [item.as_json() for item in checks],
    }
    row = IsolationReport(
        occasion=occasion, passed=all(item.passed for item in checks), content=content
    )
    with transaction(RELAY) as session:
        session.add(row)
        session.flush()
        session.refresh(row)
        return _report(row)


def last_reports(session: Session, most: int = 10) -> list[Report]:
    """The last reports, the newest first."""
    rows = session.scalars(
        select(IsolationReport).order_by(IsolationReport.ran_at.desc()).limit(most)
    )
    return [_report(row) for row in rows]


def as_text(report: Report) -> str:
    """The report for a terminal or a file."""
    made = report.ran_at.astimezone(UTC)
    lines = [
        f"Vérification d'isolation du {made:%d/%m/%Y} à {made:%H:%M:%S} UTC",
        f"{report.tables} tables, {report.policies} règles d'accès",
        f"Empreinte du catalogue : {report.fingerprint}",
        "",
    ]
    for item in report.checks:
        lines.append(f"  {'✓' if item.passed else '✗'} {item.code:<4}{item.title}")
        lines += [f"         {finding}" for finding in item.findings]
        lines += [f"         {item.impossible}"] if item.impossible else []
    lines += ["", _verdict(report)]
    return "\n".join(lines)


def _verdict(report: Report) -> str:
    bad = len(report.exceptions)
    if not bad:
        return f"Aucune exception : {len(report.checks)} contrôles tenus sur {len(report.checks)}."
    return f"{bad} exception{'s' if bad > 1 else ''} sur {len(report.checks)} contrôles."


def _report(row: IsolationReport) -> Report:
    content: dict[str, Any] = row.content
    return Report(
        row.id,
        row.ran_at,
        row.occasion,
        row.passed,
        content["tables"],
        content["policies"],
        content["fingerprint"],
        _checks(content["checks"]),
    )


def _checks(stored: Sequence[dict[str, Any]]) -> tuple[Check, ...]:
    return tuple(
        Check(item["code"], item["title"], tuple(item["findings"]), item["impossible"])
        for item in stored
    )
