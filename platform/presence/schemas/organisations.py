"""Shapes of organisations (organismes) and memberships (adhésions). Operator only."""

from marshmallow import validate

from presence.schemas.base import Shape
from presence.schemas.fields import Day, Id, Text
from presence.schemas.shown import Shown

_SIREN = validate.Regexp(r"^[0-9]{9}$", error="Un numéro SIREN compte neuf chiffres.")
# What stands for an organisation everywhere: no letter that looks like another.
_CODE = validate.Regexp(
    r"^[A-Z0-9][A-Z0-9_-]*$", error="Des majuscules sans accent, des chiffres et des tirets."
)


class OrganisationOut(Shape):
    """An organisation."""

    shows = Shown("organisation", id="public_id")

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

    shows = Shown(
        "membership",
        scheme="scheme.public_id",
        bailleur="organisation.public_id",
        from_on="valid_during",
        to_on="valid_during",
    )

    id = Id()


class NewBailleurIn(Shape):
    """A bailleur to register and make a member at once."""

    scheme = Id(required=True)
    name = Text(required=True)
    code = Text(required=True, most=30, written=_CODE)
    from_on = Day(required=True, data_key="from")
    siren = Text(load_default=None, allow_none=True, written=_SIREN)


class NewBailleurOut(Shape):
    """A bailleur just registered."""

    shows = Shown(
        "organisation",
        id="public_id",
        scheme="scheme.public_id",
        from_on="membership.valid_during",
    )

    id = Id()
    name = Text()
    code = Text()
    scheme = Id()
    from_on = Day(data_key="from")
