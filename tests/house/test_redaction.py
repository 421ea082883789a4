"""Nothing of a person, no secret and no forged line reaches the log (T103)."""

import io
import logging
from collections.abc import Iterator
from uuid import UUID

import pytest

import presence.tables
from presence.kernel import redaction
from presence.kernel.redaction import Redaction
from tenants.classification import classification, discreet_names
from tests.worlds import World

NAMES = discreet_names(classification())
MARKER = "Marqueur-T103"
assert presence.tables.metadata


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What a handler writes that was there before, and that nobody told of redaction."""
    made = logging.getLogRecordFactory()
    logging.setLogRecordFactory(logging.LogRecord)
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    log = logging.getLogger("planted")
    log.addHandler(handler)
    monkeypatch.setattr(log, "propagate", False)
    redaction.install()
    yield stream
    log.removeHandler(handler)
    logging.setLogRecordFactory(made)


def log() -> logging.Logger:
    return logging.getLogger("planted")


@pytest.mark.parametrize(
    "name",
    [
        "email", "display_name", "card_number", "signer", "account_id", "actor_id", "granted_by",
        "invited_by", "agent", "grants", "password_hash", "token_hash", "code_hash", "inner_pad",
        "outer_pad", "second_factor_secret", "bailleur_id", "prestataire_id", "scheme_id",
        "organisation_id", "payload", "parameters",
    ],
)  # fmt: skip
def test_a_discreet_name_is_known(name: str) -> None:
    assert name in NAMES


def test_a_name_that_is_open_elsewhere_stays_readable() -> None:
    assert not NAMES & {"id", "name", "key_id", "evening_on", "error", "task", "topic"}


@pytest.mark.parametrize(
    "form",
    [
        "{name}={marker}",
        "{name} = {marker} puis autre",
        "{name}='{marker} d\\'ici'",
        '{name}="{marker}"',
        "{{'{name}': '{marker}', 'id': 3}}",
        '{{"{name}": "{marker}"}}',
        "{{'{name}': UUID('{marker}')}}",
        "{{'{name}': {{'x': ['{marker}']}}}}",
        "{name}: {marker}",
        "GET /x?{name}={marker}&page=2",
        "new_{name}_1={marker}",
        "Row({name}=b'{marker}', id=3)",
        "Key ({name})=({marker}) already exists.",
        "Key (id, {name})=(3, {marker}\n{marker}) already exists.",
    ],
)
def test_a_value_beside_its_name_is_dropped(form: str) -> None:
    net = Redaction(NAMES)

    hidden = {name: net.line(form.format(name=name, marker=MARKER)) for name in NAMES}

    assert [name for name, said in hidden.items() if MARKER in said or name not in said] == []


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("signer=Jean Dupont evening_on=2013-12-04", "signer=… evening_on=2013-12-04"),
        ("{'email': 'a@b.example', 'id': 3}", "{'email': …, 'id': 3}"),
        ("password_hash=$argon2id$v=19$m=65536,t=3,p=4$abc$def", "password_hash=…"),
        ('"GET /?email=a@b.example HTTP/1.1" 200', '"GET /?email=…" 200'),
        ("job 4f1 failed", "job 4f1 failed"),
        ("error 403 GET /cette-nuit 9f", "error 403 GET /cette-nuit 9f"),
        ("Failing row contains (1, Jean).", "Failing row contains (…)."),
    ],
)
def test_what_is_not_a_value_stays(said: str, kept: str) -> None:
    assert Redaction(NAMES).line(said) == kept


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x85", "\u2028", "\u2029", "\x0b", "\x1b[2K"])
def test_nobody_writes_a_line_of_ours(written: io.StringIO, end: str) -> None:
    log().error("asked %s", f"/x{end}ERROR tout va bien")

    said = written.getvalue()
    assert said.endswith("\n")
    assert len(said.splitlines()) == 1
    assert "\x1b" not in said


def test_arguments_are_redacted_whatever_the_form_of_the_call(written: io.StringIO) -> None:
    log().error("who: %r", {"email": MARKER, "account_id": UUID(int=7)})
    log().error("%(email)s is not shown by its value alone", {"email": "a"})
    log().error("email=%s", MARKER)

    assert MARKER not in written.getvalue()
    assert str(UUID(int=7)) not in written.getvalue()


def test_a_trace_hides_values_and_bears_a_bar_on_each_line(written: io.StringIO) -> None:
    try:
        raise ValueError(f"email={MARKER}\nERROR tout va bien")
    except ValueError:
        log().exception("failed", stack_info=True)

    first, *others = written.getvalue().rstrip("\n").split("\n")
    assert first == "ERROR failed"
    assert others
    assert all(line.startswith("| ") for line in others)
    assert MARKER not in written.getvalue()


def test_what_postgresql_quotes_of_a_row_is_dropped(written: io.StringIO) -> None:
    try:
        raise RuntimeError(
            f"duplicate key\nDETAIL:  Key (code, email)=(3, {MARKER}\n{MARKER}) already exists.\n"
            f"DETAIL:  Failing row contains (1, {MARKER}, (x), {MARKER}).\nCONTEXT: sql"
        )
    except RuntimeError:
        log().exception("failed")

    assert MARKER not in written.getvalue()
    assert "CONTEXT: sql" in written.getvalue()


def test_a_wrong_format_costs_a_line_and_shows_no_argument(written: io.StringIO) -> None:
    log().error("%d people", MARKER)

    assert written.getvalue() == "ERROR %d people\n"


def test_installing_twice_is_installing_once(written: io.StringIO) -> None:
    factory = logging.getLogRecordFactory()

    redaction.install()

    assert logging.getLogRecordFactory() is factory


def test_a_record_that_was_rewritten_is_not_rewritten_again() -> None:
    net = Redaction(NAMES)
    record = logging.LogRecord("x", logging.ERROR, "", 1, "a\nemail=%s", ("b",), None)

    net.filter(record)
    once = record.getMessage()
    net.filter(record)

    assert record.getMessage() == once == "a\\nemail=…"


def test_the_application_redacts_from_its_start(shared_demo: World) -> None:
    assert shared_demo.app

    record = logging.getLogRecordFactory()(
        "x", logging.ERROR, "", 1, f"token_hash={MARKER}", (), None
    )

    assert record.getMessage() == "token_hash=…"
