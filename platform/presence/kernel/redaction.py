"""Redaction (caviardage) of the log: values of personal and secret columns never reach it.

The names come from the classification (ADR 0013). It is a net, not a licence: a log line names an
id and a class of error, never a person. Line breaks are neutralised too, so that nobody writes a
line of ours (ASVS 16.4.1); only a trace keeps its lines, each behind a bar.
"""

import logging
import re
from collections.abc import Collection
from typing import Any

from tenants.classification import classification, discreet_names

HIDDEN = "…"
# Line breaks, and what a terminal would obey.
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
# Quoted; a document to its last bracket; a call such as UUID('…'); or, unquoted, up to what ends
# it for sure, since nothing says how many words a name has.
_VALUE = (
    r"""(?:[bu]?'(?:[^'\\]|\\.)*'|[bu]?"(?:[^"\\]|\\.)*"|[\[{(].*[\]})]|\w+\([^()]*\)"""
    r"""|(?:(?!\s+\w+=|[,;]\s)[^"&)\]}\n\r])*)"""
)
# PostgreSQL quotes the row that it refuses: « Key (email)=(…) », « Failing row contains (…) ».
_ROW = re.compile(
    r"(Key \([^)]*\)=|Failing row contains )\(.*?(?:\)(?=[.\n]| already| is | conflicts)|\Z)",
    re.DOTALL,
)
_TRACE = logging.Formatter()


class Redaction(logging.Filter):
    """Rewrites a record once, whoever writes it out; refuses none."""

    def __init__(self, names: Collection[str]) -> None:
        """The names whose values are hidden."""
        super().__init__()
        listed = "|".join(sorted(map(re.escape, names)))
        # `email=…`, `new_email=…`, `email_1: …` are all that column.
        word = rf"\b(?:\w*_)?(?:{listed})(?:_\d+)?"
        self._pair = re.compile(
            rf"""((?:(?P<q>["']){word}(?P=q)|{word})\s*(?:=(?!=)|:(?=\s))\s*){_VALUE}""",
            re.DOTALL,
        )

    def filter(self, record: logging.LogRecord) -> bool:
        """Hide values and line breaks in the message, and values in the trace."""
        record.msg, record.args = self.line(_message(record)), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = _TRACE.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self.trace(record.exc_text)
        if record.stack_info:
            record.stack_info = self.trace(record.stack_info)
        return True

    def hide(self, text: str) -> str:
        """The text without the values."""
        return self._pair.sub(rf"\1{HIDDEN}", _ROW.sub(rf"\1({HIDDEN})", text))

    def line(self, text: str) -> str:
        """The text on one line, without the values."""
        return _CONTROLS.sub(lambda found: ascii(found[0])[1:-1], self.hide(text))

    def trace(self, text: str) -> str:
        """A trace without the values; no line of it can pass for a record's."""
        whole = _ROW.sub(rf"\1({HIDDEN})", text)
        bare = [self.line(part.removeprefix("| ")) for part in whole.split("\n")]
        return "\n".join(f"| {part}" for part in bare)


def install() -> None:
    """Redact every record of the process, whatever logger makes it and whatever handler writes it.

    A filter on a handler would miss those that a server adds later, and one on a logger those of
    its children: records are rewritten where they are made. Twice is once.
    """
    made = logging.getLogRecordFactory()
    if isinstance(made, _Factory):
        return
    logging.setLogRecordFactory(_Factory(made, Redaction(discreet_names(classification()))))


class _Factory:
    def __init__(self, make: Any, redaction: Redaction) -> None:
        self._make = make
        self._redaction = redaction

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record: logging.LogRecord = self._make(*args, **kwargs)
        self._redaction.filter(record)
        return record


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:
        # A wrong format string must not cost the request; its arguments are not shown.
        return str(record.msg)
