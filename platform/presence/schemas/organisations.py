"""Shapes of organisations (organismes) and memberships (adhésions). Operator only."""

from marshmallow import validate

from presence.schemas.base import Shape
from presence.schemas.fields import Day, Id, Text

_SIREN = validate.Regexp(r"[0-9]{9}\Z", error="Un numéro SIREN compte neuf chiffres.")


class OrganisationOut(Shape):
    """An organisation."""

    id = Id()
    kind = Text()
    name = Text()
    code = Text()
    siren = Text(allow_none=True)
    insee_code = Text(allow_none=True)


class MembershipIn(Shape):
    """A bailleur's membership, from a date to a date (excluded)."""

    scheme = Id(required=True)
    bailleur = Id(required=True)
    from_on = Day(required=True, data_key="from")
    to_on = Day(load_default=None, allow_none=True, data_key="to")


class MembershipOut(MembershipIn):
    """A membership as registered."""

    id = Id()


class NewBailleurIn(Shape):
    """A bailleur to register and make a member at once."""

    scheme = Id(required=True)
    name = Text(required=True)
    code = Text(required=True, most=30)
    from_on = Day(required=True, data_key="from")
    siren = Text(load_default=None, allow_none=True)


class NewBailleurOut(Shape):
    """A bailleur just registered."""

    id = Id()
    name = Text()
    code = Text()
    scheme = Id()
    from_on = Day(data_key="from")
