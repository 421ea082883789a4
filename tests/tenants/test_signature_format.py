"""The signed context's bytes are those that ADR 0002 writes down."""

import re
from pathlib import Path
from uuid import UUID

import pytest

from tenants.context import Context, Kind, SigningKey, settings_of

ADR = (
    Path(__file__).resolve().parents[2]
    / "platform" / "docs" / "adr" / "0002-isolation-lives-in-postgresql.md"
)  # fmt: skip
BOUND = ADR.with_name("0014-contexts-are-bound-to-a-connection.md")
KEY = SigningKey("k1", bytes(range(32)))
NOW = 1_795_000_000.0
ACCOUNT = UUID("0d9f2a4e-6c1b-4e57-9a3d-2b8f5c7e1a60")
CONTEXTS = {
    "a bailleur": Context(Kind.BAILLEUR, 3, ACCOUNT),
    "a prestataire": Context(Kind.PRESTATAIRE, 8, ACCOUNT),
    "a narrowed prestataire": Context(Kind.PRESTATAIRE, 8, ACCOUNT, bailleurs=(1, 2)),
    "a scheme's job": Context(Kind.SCHEME, 1, seconds=600),
    "the relay": Context(Kind.RELAY),
}


def written() -> dict[str, str]:
    """Message and signature of each example of the ADR."""
    lines = re.findall(r"^(v1\|.*)\n([0-9a-f]{64})$", ADR.read_text(encoding="utf-8"), re.M)
    return dict(lines)


def message_of(settings: dict[str, str]) -> str:
    names = ("kind", "bailleur_id", "bailleur_ids", "subject", "account", "expires", "key_id")
    return "|".join(["v1", *(settings[f"app.{name}"] for name in names)])


@pytest.mark.parametrize("context", CONTEXTS.values(), ids=CONTEXTS.keys())
def test_a_context_is_signed_as_written(context: Context) -> None:
    settings = settings_of(context, KEY, NOW)

    assert written()[message_of(settings)] == settings["app.mac"]


def test_every_example_is_verified() -> None:
    made = {message_of(settings_of(context, KEY, NOW)) for context in CONTEXTS.values()}

    assert made == set(written())


def test_a_bound_context_is_signed_as_written() -> None:
    lines = dict(re.findall(r"^(v2\|.*)\n([0-9a-f]{64})$", BOUND.read_text("utf-8"), re.M))
    made = {}
    for context in (CONTEXTS["a bailleur"], CONTEXTS["the relay"]):
        settings = settings_of(context, KEY, NOW, backend=4242)
        message = message_of(settings).replace("v1|", "v2|", 1) + "|" + settings["app.backend"]
        made[message] = settings["app.mac"]

    assert lines == made


def test_a_kind_that_acts_on_rows_demands_a_subject() -> None:
    with pytest.raises(ValueError, match="sujet"):
        Context(Kind.BAILLEUR)
