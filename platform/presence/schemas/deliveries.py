"""Shapes of the e-mails about evenings, and of a person's choice of them."""

from typing import Any

from marshmallow import ValidationError as Refused
from marshmallow import validates_schema

from presence.kernel.nomenclature import DeliveryKind, DeliveryState, ReportChoice
from presence.schemas.base import Shape
from presence.schemas.fields import Code, Day, Flag, Hour, Id, Instant, Text, Whole
from presence.schemas.shown import Shown


class DeliveryOut(Shape):
    """An e-mail to one of the bailleur's own people."""

    shows = Shown(
        "report_delivery",
        evening="evening_on",
        account="account_id",
        subject="title",
        because={"account": "Le bailleur lit à qui de ses propres gens le rapport est parti."},
    )

    id = Id()
    evening = Day()
    version = Whole(least=1, most=1000)
    account = Id()
    kind = Code(DeliveryKind)
    state = Code(DeliveryState)
    attempts = Whole(least=0, most=1000)
    not_before = Instant()
    sent_at = Instant(allow_none=True)
    subject = Text()


class ReportChoiceIn(Shape):
    """When a person wants the reports by e-mail; the hours are those of Paris."""

    rhythm = Code(ReportChoice, required=True)
    urgent = Flag(required=True)
    quiet_from = Hour(load_default=None, allow_none=True)
    quiet_to = Hour(load_default=None, allow_none=True)

    @validates_schema
    def both_or_none(self, data: dict[str, Any], **_: Any) -> None:
        """A beginning goes with an end."""
        if (data.get("quiet_from") is None) != (data.get("quiet_to") is None):
            raise Refused("Donnez les deux heures, ou aucune.", "quiet_to")


class ReportChoiceOut(Shape):
    """What a person wants, with what is usual for whatever was not chosen."""

    shows = Shown(
        "report_choice",
        because=dict.fromkeys(
            ("rhythm", "urgent", "quiet_from", "quiet_to", "address_refused_at"),
            "Chacun lit son propre réglage.",
        ),
    )

    rhythm = Code(ReportChoice)
    urgent = Flag()
    quiet_from = Hour(allow_none=True)
    quiet_to = Hour(allow_none=True)
    address_refused_at = Instant(allow_none=True)
