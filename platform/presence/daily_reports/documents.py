"""The printed page of a report (PDF): made once, kept as it was given, found again by its hash."""

import hashlib
import re
from datetime import time
from importlib.resources import files
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from presence.daily_reports import sealed
from presence.daily_reports.models import ReportDocument
from presence.daily_reports.printed import page_data
from presence.daily_reports.queries import (
    ReportLine,
    report_by_hash,
    report_content,
    reports_by_number,
)
from presence.kernel.clock import evening_instant
from presence.kernel.ownership import stated
from presence.kernel.typesetting import Attachment, typeset
from tenants.context import Kind
from tenants.database import context_of

PDF = "pdf"
# The number that a page of ours bears in its metadata, which are never compressed.
_NUMBER = re.compile(rb"Rapport journalier ([^<>&\x00-\x1f]{1,80}?-\d{4}-\d\d-\d\d-v\d{1,4})\b")


def pdf_of(session: Session, report_id: UUID) -> tuple[ReportLine, bytes] | None:
    """A report and its PDF, None if it is another's or does not exist; raises `NotTypeset`.

    Only the bailleur's own context may keep the page; for another it is made again, the same.
    """
    found = report_content(session, report_id)
    if found is None:
        return None
    line, content = found
    kept = session.scalar(
        select(ReportDocument.content).where(
            ReportDocument.report_id == report_id,
            ReportDocument.kind == PDF,
            *stated(session, ReportDocument),
        )
    )
    return line, kept or _kept(session, line, pdf_bytes(content))


def pdf_bytes(content: bytes) -> bytes:
    """The PDF of a report's sealed bytes, which travel inside it; raises `NotTypeset`."""
    report = sealed.read(content)
    return typeset(
        template(),
        page_data(report, hashlib.sha256(content).hexdigest()),
        # A draft's moment is its evening, never the clock's: same facts, same page.
        moment=report.signed_at or evening_instant(report.evening_on, time()),
        attachments=(
            Attachment(
                f"{report.number}.json",
                content.decode(),
                "application/json",
                "Le contenu scellé du rapport : son empreinte est celle que porte cette page.",
            ),
        ),
    )


def template() -> str:
    """The source of the page."""
    source = files("presence.daily_reports").joinpath("print/daily_report.typ")
    return source.read_text(encoding="utf-8")


def document_by_hash(session: Session, sha256: str) -> ReportLine | None:
    """The report that a kept PDF is of, None when this context may read no such one."""
    report_id = session.scalar(
        select(ReportDocument.report_id).where(
            ReportDocument.content_hash == sha256, *stated(session, ReportDocument)
        )
    )
    found = report_content(session, report_id) if report_id else None
    return found[0] if found else None


def report_of_hash(session: Session, sha256: str) -> ReportLine | None:
    """The report whose content, or whose kept page, has this hash."""
    return report_by_hash(session, sha256) or document_by_hash(session, sha256)


def report_of_file(session: Session, file: bytes) -> ReportLine | None:
    """The report that a file is, to the byte: its JSON, or its PDF, even if nobody kept it."""
    sha256 = hashlib.sha256(file).hexdigest()
    known = report_of_hash(session, sha256)
    named = _NUMBER.search(file)
    if known is not None or named is None:
        return known
    for claimed in reports_by_number(session, named[1].decode(errors="replace")):
        made = pdf_of(session, claimed.id)
        if made is not None and made[1] == file:
            return claimed
    return None


def _kept(session: Session, line: ReportLine, made: bytes) -> bytes:
    context = context_of(session)
    if context.kind is Kind.BAILLEUR:
        # Two readers at once make the same page: the second one's is not needed.
        session.execute(
            insert(ReportDocument)
            .values(
                bailleur_id=context.subject,
                report_id=line.id,
                kind=PDF,
                content=made,
                content_hash=hashlib.sha256(made).hexdigest(),
            )
            .on_conflict_do_nothing(index_elements=("bailleur_id", "report_id", "kind"))
        )
    return made
