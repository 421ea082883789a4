"""The base shape, the problem document, pages and the idempotency key."""

from typing import Any, ClassVar, cast
from uuid import UUID

from marshmallow import RAISE, Schema, ValidationError, post_load

from presence.kernel.errors import Fault
from presence.schemas.fields import Id, Part, Several, Text, Whole, french
from presence.schemas.shown import Shown
from tenants.classes import DataClass

MOST_LISTED = 200
LISTED = 50
# A refusal's sentence; the longest one lists the codes that are admitted.
MOST_SAID = 1000


class Shape(Schema):
    """A shape that refuses what it does not know, in French; one that leaves says what it shows."""

    shows: ClassVar[Shown | None] = None
    error_messages = french(type="Un objet est attendu.", unknown="Champ inconnu.")

    class Meta:
        """Marshmallow's options."""

        unknown = RAISE


class FaultOut(Shape):
    """One fault of a problem."""

    field = Text(least=0)
    message = Text(most=MOST_SAID)


class ProblemOut(Shape):
    """A problem (RFC 9457), in French."""

    type = Text()
    title = Text()
    status = Whole(least=400, most=599)
    detail = Text(most=MOST_SAID)
    correlation_id = Text()
    errors = Several(Part(FaultOut))


class PageIn(Shape):
    """Which part of a list: how many, and after what."""

    limit = Whole(least=1, most=MOST_LISTED, from_text=True, load_default=LISTED)
    cursor = Text(most=1000, load_default=None)


class KeyIn(Shape):
    """The client's key of a POST, the same when it is sent again."""

    key = Id(required=True, data_key="Idempotency-Key")

    @post_load
    def the_key(self, data: dict[str, Any], **_: Any) -> UUID:
        """The key alone."""
        return cast("UUID", data["key"])


class OptionalKeyIn(Shape):
    """The same where the content is a key by itself."""

    key = Id(load_default=None, data_key="Idempotency-Key")

    @post_load
    def the_key(self, data: dict[str, Any], **_: Any) -> UUID | None:
        """The key alone, if there is one."""
        return cast("UUID | None", data["key"])


class SchemeIn(Shape):
    """Which scheme, needed only by those who take part in several."""

    scheme = Id(load_default=None, allow_none=True)


class NothingIn(Shape):
    """An object without a field: the address says it all."""


class PageOut(Shape):
    """A page of a list: its items come with the list's own shape."""

    shows = Shown(next_cursor=DataClass.PUBLIC)


def page_of(item: type[Schema]) -> type[Schema]:
    """The shape of a page of a list."""
    name = item.__name__.removesuffix("Out")
    return PageOut.from_dict(
        {"items": Several(Part(item)), "next_cursor": Text(allow_none=True)}, name=f"{name}PageOut"
    )


def faults_of(error: ValidationError) -> list[Fault]:
    """Marshmallow's tree of messages, flat: one line per field, in dotted writing."""
    return list(_flat(error.messages, ""))


def _flat(messages: Any, path: str) -> list[Fault]:
    if isinstance(messages, dict):
        found = []
        for name, inner in messages.items():
            step = "" if name == "_schema" else str(name)
            found += _flat(inner, ".".join(part for part in (path, step) if part))
        return found
    if isinstance(messages, list):
        return [fault for message in messages for fault in _flat(message, path)]
    return [Fault(path, str(messages))]
