"""Give a follow-up (donner une suite) to a fact: once per key, one open per kind and fact."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.followup.codes import FollowUpAct, FollowUpSource
from presence.followup.models import FollowUp, FollowUpStep
from presence.followup.sources import key_of, require_source
from presence.kernel.clock import today
from presence.kernel.errors import Conflict, Invalid
from presence.kernel.keys import derived_uuid, fingerprint
from presence.kernel.nomenclature import FollowUpKind, FollowUpState
from presence.kernel.ownership import stated
from presence.patrimoine import queries as patrimoine
from presence.patrimoine.queries import Place
from presence.sites.rules import one_line
from tenants.database import context_of

MOST_FACT = 200
# What a form proposes; the furthest that it accepts.
USUAL_DELAY = timedelta(days=7)
LONGEST_DELAY = timedelta(days=365)
OPEN = (FollowUpState.TO_DO.value, FollowUpState.IN_PROGRESS.value)


@dataclass(frozen=True)
class FollowUpDraft:
    """What is to be done about a fact, by whom, by when; no name of a resident."""

    client_id: UUID
    residence_id: UUID
    fact: str
    kind: FollowUpKind
    due_on: date
    responsible_id: UUID | None = None
    entrance_id: UUID | None = None
    evening_on: date | None = None
    source: FollowUpSource | None = None
    source_id: UUID | None = None


def open_follow_up(
    session: Session, draft: FollowUpDraft, *, opened_on: date | None = None
) -> FollowUp:
    """Give a fact a follow-up (suite), once per key; « sans suite » is closed at once.

    `opened_on` is today's unless it is noted afterwards. Raises `Invalid`, or `Conflict` when the
    key served already or the fact has such a follow-up.
    """
    digest = fingerprint(asdict(draft))
    known = session.scalar(
        select(FollowUp).where(FollowUp.id == draft.client_id, *stated(session, FollowUp))
    )
    if known is not None:
        if known.content_hash != digest:
            raise Conflict("Cette clé a déjà servi pour une autre suite.")
        return known
    place = _place_of(session, draft)
    day = opened_on or today(session)
    due_within(day, draft.due_on)
    fact_key = key_of(draft.source, draft.source_id, draft.evening_on)
    refuse_second(session, fact_key, draft.kind)
    nothing = draft.kind is FollowUpKind.NONE
    row = FollowUp(
        id=draft.client_id,
        bailleur_id=place.bailleur_id,
        scheme_id=place.scheme_id,
        residence_id=place.id,
        entrance_id=_hall_of(draft),
        evening_on=draft.evening_on,
        source=draft.source.value if draft.source else None,
        source_id=fact_key,
        fact=one_line(draft.fact, "fact", MOST_FACT),
        kind=draft.kind.value,
        responsible_id=draft.responsible_id,
        due_on=draft.due_on,
        state=(FollowUpState.NO_ACTION if nothing else FollowUpState.TO_DO).value,
        opened_on=day,
        closed_on=day if nothing else None,
        account_id=context_of(session).account,
        content_hash=digest,
    )
    session.add(row)
    session.flush()
    note_step(session, row, FollowUpAct.OPENED, derived_uuid(row.id, "opened"), digest)
    return row


def note_step(
    session: Session, row: FollowUp, act: FollowUpAct, step_id: UUID, digest: str
) -> None:
    """Write what was done about a follow-up, and where it left it."""
    session.add(
        FollowUpStep(
            id=step_id,
            bailleur_id=row.bailleur_id,
            follow_up_id=row.id,
            residence_id=row.residence_id,
            act=act.value,
            responsible_id=row.responsible_id,
            due_on=row.due_on,
            result=row.result,
            account_id=context_of(session).account,
            content_hash=digest,
        )
    )
    # A constraint that refuses is told here, not at the edge's commit.
    session.flush()
    audit.record(session, f"follow_up.{act.value}", row.id, bailleur_id=row.bailleur_id)


def due_within(day: date, due_on: date) -> None:
    """Refuse a due date that is past on a day, or further than a year from it."""
    if not day <= due_on <= day + LONGEST_DELAY:
        raise Invalid("due_on", "Choisissez une échéance entre aujourd'hui et dans un an.")


def refuse_second(session: Session, source_id: UUID | None, kind: FollowUpKind) -> None:
    """Refuse a second open follow-up of a kind for one fact."""
    if source_id is None:
        return
    other = session.scalar(
        select(FollowUp.id).where(
            FollowUp.source_id == source_id,
            FollowUp.kind == kind.value,
            FollowUp.state.in_(OPEN),
            *stated(session, FollowUp),
        )
    )
    if other is not None:
        raise Conflict(f"Une suite « {kind.label} » est déjà ouverte pour ce fait.")


def _place_of(session: Session, draft: FollowUpDraft) -> Place:
    place = patrimoine.residence(session, draft.residence_id)
    if place is None or place.scheme_id is None:
        raise Invalid("residence_id", "Cette résidence n'existe pas ou n'est pas couverte.")
    if draft.entrance_id is not None:
        hall = patrimoine.entrances_by_id(session, [draft.entrance_id]).get(draft.entrance_id)
        if hall is None or hall.residence_id != place.id:
            raise Invalid("entrance_id", "Hall inconnu dans cette résidence.")
    require_source(session, place.id, draft.source, draft.source_id, draft.evening_on)
    return place


def _hall_of(draft: FollowUpDraft) -> UUID | None:
    # The hall that was not received is the fact itself.
    missed = draft.source is FollowUpSource.NOT_RECEIVED
    return draft.source_id if missed else draft.entrance_id
