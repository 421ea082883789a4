"""Visit frequency (fréquence de passage recommandée): what the bailleur asks for, dated."""

from datetime import date
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, SmallInteger
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from tenants.classes import DataClass, classified
from tenants.columns import Access, BailleurOwned, Base, Placed


class VisitFrequency(BailleurOwned, Placed, Base):
    """Evenings a week that a residence is to be visited, over a period that never overlaps."""

    __tablename__ = "visit_frequency"
    __table_args__ = (
        ForeignKeyConstraint(
            ("bailleur_id", "residence_id"),
            ("presence.residence.bailleur_id", "presence.residence.id"),
        ),
        Index(None, "bailleur_id", "scheme_id"),
        CheckConstraint("times_per_week between 1 and 7", name="times_per_week"),
        ExcludeConstraint(
            ("bailleur_id", "="),
            ("residence_id", "="),
            ("valid_during", "&&"),
            name="ex_visit_frequency_no_overlap",
        ),
    )
    __access__: ClassVar = {
        "bailleur": Access("SIU", ("bailleur_id",), ("valid_during",)),
        "prestataire": Access("S", ("bailleur_id", "scheme_id")),
        "aggregator": Access("S"),
    }
    __classes__: ClassVar = classified(DataClass.OPERATIONAL)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    residence_id: Mapped[UUID]
    scheme_id: Mapped[int | None] = mapped_column(ForeignKey("presence.scheme.id"))
    times_per_week: Mapped[int] = mapped_column(SmallInteger)
    valid_during: Mapped[Range[date]] = mapped_column(DATERANGE)
