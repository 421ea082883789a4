"""Shapes of sealed reports and of the evenings' closing."""

from presence.schemas.base import SchemeIn, Shape
from presence.schemas.fields import Day, Free, Id, Instant, Text, Whole
from presence.schemas.shown import Shown
from tenants.classes import DataClass


class ReportOut(Shape):
    """A sealed report without its content."""

    shows = Shown(
        "daily_report",
        evening="evening_on",
        because={"signer": "Le rapport scellé dit qui l'a signé : l'engagement du prestataire."},
    )

    id = Id()
    number = Text()
    evening = Day()
    version = Whole(least=1, most=1000)
    signed_at = Instant()
    signer = Text()
    content_hash = Text()


class ReportContentOut(ReportOut):
    """A sealed report; the hash is taken over the bytes of `/rapports-journaliers/<id>.json`."""

    content = Free()


class EveningOut(Shape):
    """Where an evening stands."""

    shows = Shown(evening="daily_report.evening_on", state=DataClass.OPERATIONAL)

    evening = Day()
    state = Text(
        metadata={"description": "open ou closed (prestataire) ; signed ou missing (bailleur)"}
    )


class SignatureIn(SchemeIn):
    """Closing an evening: who signs, the account's holder by default."""

    signer = Text(load_default=None)


class SignatureOut(Shape):
    """An evening being closed."""

    shows = Shown("evening_closure", evening="evening_on", state=DataClass.OPERATIONAL)

    evening = Day()
    signed_at = Instant()
    state = Text(metadata={"description": "closing"})
