"""« Noter plus tard »: one gesture keeps the hour and the place; the sheet is told in safety."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.anomalies.models import AnomalySighting
from presence.field.models import UnfinishedSheet, Visit
from presence.kernel.clock import evening_of, now, today
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.nomenclature import VisitResult
from presence.kernel.ownership import stated
from presence.patrimoine import queries as patrimoine
from presence.planning.queries import place_label
from tenants.database import context_of


@dataclass(frozen=True)
class Begun:
    """A sheet that was begun (fiche commencée): the key of the visit to come, where and when."""

    id: UUID
    entrance_id: UUID
    started_at: datetime


@dataclass(frozen=True)
class Unfinished:
    """A sheet to finish (fiche à compléter): the key of the visit to come, where and when."""

    id: UUID
    entrance_id: UUID
    residence_id: UUID
    place: str
    started_at: datetime
    evening_on: date


def note_for_later(
    session: Session, key: UUID, entrance_id: UUID, started_at: datetime
) -> UnfinishedSheet:
    """Keep the hour and the place of a sheet, once per key; raises `Invalid`, `Conflict`."""
    known = _row(session, key)
    if known is not None:
        if (known.entrance_id, known.started_at) != (entrance_id, started_at):
            raise Conflict("Cette clé a déjà servi pour une autre fiche.")
        return known
    hall = patrimoine.entrances_by_id(session, [entrance_id], beyond_reach=True).get(entrance_id)
    if hall is None or hall.scheme_id is None:
        raise Invalid("entrance_id", "Ce lieu n'existe pas ou n'est pas sous votre contrat.")
    evening_on = evening_of(started_at)
    if evening_on > today(session):
        raise Invalid("started_at", f"La soirée du {evening_on:%d/%m/%Y} n'a pas commencé.")
    row = UnfinishedSheet(
        id=key,
        prestataire_id=context_of(session).own_id,
        scheme_id=hall.scheme_id,
        bailleur_id=hall.bailleur_id,
        residence_id=hall.residence_id,
        entrance_id=entrance_id,
        evening_on=evening_on,
        started_at=started_at,
        account_id=context_of(session).account,
    )
    session.add(row)
    session.flush()
    return row


def sheets_without_detail(session: Session, scheme_id: int, evening_on: date) -> list[Unfinished]:
    """The « anomalie » sheets that do not say what is broken: recorded, and to be completed."""
    rows = session.execute(
        select(Visit.id, Visit.entrance_id, Visit.residence_id, Visit.started_at)
        .where(
            Visit.scheme_id == scheme_id,
            Visit.evening_on == evening_on,
            Visit.result == VisitResult.ANOMALY.value,
            ~select(AnomalySighting.id)
            .where(
                AnomalySighting.visit_id == Visit.id,
                AnomalySighting.bailleur_id == Visit.bailleur_id,
                *stated(session, AnomalySighting),
            )
            .exists(),
            *stated(session, Visit),
        )
        .order_by(Visit.started_at, Visit.id)
    ).all()
    label = _labels(session, [row.entrance_id for row in rows])
    return [
        Unfinished(
            row.id, row.entrance_id, row.residence_id, label(row.entrance_id, row.residence_id),
            row.started_at, evening_on,
        )
        for row in rows
    ]  # fmt: skip


def unfinished_sheets(session: Session, scheme_id: int, evening_on: date) -> list[Unfinished]:
    """The sheets of an evening that nobody finished or dropped, by hour."""
    rows = session.scalars(
        select(UnfinishedSheet)
        .where(
            UnfinishedSheet.scheme_id == scheme_id,
            UnfinishedSheet.evening_on == evening_on,
            UnfinishedSheet.dropped_at.is_(None),
            ~select(Visit.id)
            .where(
                Visit.id == UnfinishedSheet.id,
                Visit.bailleur_id == UnfinishedSheet.bailleur_id,
                Visit.evening_on == evening_on,
                *stated(session, Visit),
            )
            .exists(),
            *stated(session, UnfinishedSheet),
        )
        .order_by(UnfinishedSheet.started_at, UnfinishedSheet.id)
    ).all()
    label = _labels(session, [row.entrance_id for row in rows])
    return [
        Unfinished(
            row.id, row.entrance_id, row.residence_id, label(row.entrance_id, row.residence_id),
            row.started_at, row.evening_on,
        )
        for row in rows
    ]  # fmt: skip


def _labels(session: Session, entrance_ids: Sequence[UUID]) -> Callable[[UUID, UUID], str]:
    """How each of these halls is called, as far as the session reaches."""
    halls = patrimoine.entrances_by_id(session, entrance_ids)
    names = {place.id: place.name for place in patrimoine.residences(session, archived=True)}

    def label(entrance_id: UUID, residence_id: UUID) -> str:
        if entrance_id not in halls or residence_id not in names:
            return "lieu hors de votre tournée"
        return place_label(names[residence_id], halls[entrance_id].name)

    return label


def unfinished_sheet(session: Session, key: UUID) -> Begun | None:
    """One sheet that was begun, None if it is another's or does not exist."""
    row = _row(session, key)
    return Begun(row.id, row.entrance_id, row.started_at) if row else None


def _row(session: Session, key: UUID) -> UnfinishedSheet | None:
    return session.get(UnfinishedSheet, (key, context_of(session).own_id))


def drop_sheet(session: Session, key: UUID) -> None:
    """Give a sheet up: nothing is to be told after all; its hour stays. Raises `NotFound`."""
    row = _row(session, key)
    if row is None:
        raise NotFound
    if row.dropped_at is None:
        row.dropped_at = now(session)
        session.flush()
