"""What is done about a follow-up (étapes d'une suite): taken, entrusted, postponed, closed."""

from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.followup.codes import FollowUpAct, FollowUpSource
from presence.followup.follow_ups import OPEN, due_within, note_step, refuse_second
from presence.followup.models import FollowUp, FollowUpStep
from presence.followup.services import SummonsReport, record_summons
from presence.kernel import formats
from presence.kernel.clock import today
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.keys import derived_uuid, fingerprint
from presence.kernel.nomenclature import FollowUpKind, FollowUpState, HelpOffered
from presence.kernel.ownership import stated
from presence.sites.rules import one_line
from tenants.database import context_of

MOST_RESULT = 280


@dataclass(frozen=True)
class StepDraft:
    """One thing done: to whom it is entrusted, until when it is put off, or what came of it."""

    client_id: UUID
    follow_up_id: UUID
    act: FollowUpAct
    responsible_id: UUID | None = None
    due_on: date | None = None
    result: str | None = None


def take_step(session: Session, draft: StepDraft) -> FollowUp:
    """Take a step (étape), once per key; raises `NotFound`, `Invalid`, or `Conflict`."""
    row = session.scalar(
        select(FollowUp)
        .where(FollowUp.id == draft.follow_up_id, *stated(session, FollowUp))
        # Two people who close it at once: the second is told that it is closed.
        .with_for_update()
    )
    if row is None:
        raise NotFound
    digest = fingerprint(asdict(draft))
    known = session.scalar(
        select(FollowUpStep.content_hash).where(
            FollowUpStep.id == draft.client_id, *stated(session, FollowUpStep)
        )
    )
    if known is not None:
        if known != digest:
            raise Conflict("Cette clé a déjà servi pour une autre étape.")
        return row
    _apply(session, row, draft)
    note_step(session, row, draft.act, draft.client_id, digest)
    return row


def close_by_summons(
    session: Session, follow_up_id: UUID, client_id: UUID, summoned_on: date, aid: HelpOffered
) -> FollowUp:
    """Note the summons (convocation) that a follow-up asked for, and close it; as `take_step`."""
    row = session.scalar(
        select(FollowUp).where(FollowUp.id == follow_up_id, *stated(session, FollowUp))
    )
    if row is None:
        raise NotFound
    if row.kind != FollowUpKind.SUMMONS.value:
        raise Invalid("summoned_on", "Cette suite n'est pas une convocation.")
    cause = row.source_id if row.source == FollowUpSource.INTERVENTION.value else None
    day = formats.long_date(summoned_on, weekday=False)
    step = StepDraft(
        client_id,
        row.id,
        FollowUpAct.CLOSED,
        result=f"Convocation du {day}. Aide à la famille : {aid.label.lower()}.",
    )
    # Closed first: a follow-up that somebody closed meanwhile must not leave a summons behind.
    closed = take_step(session, step)
    summons = record_summons(
        session,
        SummonsReport(
            derived_uuid(client_id, "summons"), row.residence_id, summoned_on, aid, cause
        ),
    )
    closed.summons_id = summons.id
    session.flush()
    return closed


def _apply(session: Session, row: FollowUp, draft: StepDraft) -> None:
    is_open = row.state in OPEN
    if draft.act is FollowUpAct.REOPENED:
        if is_open:
            raise Conflict("Cette suite est déjà ouverte.")
    elif not is_open:
        raise Conflict("Cette suite est close : rouvrez-la d'abord.")
    if draft.act not in _ACTS:
        raise Invalid("act", "Cette étape ne se prend pas à la main.")
    _ACTS[draft.act](session, row, draft)


def _take(session: Session, row: FollowUp, _: StepDraft) -> None:
    row.responsible_id = context_of(session).account
    row.state = FollowUpState.IN_PROGRESS.value


def _entrust(_: Session, row: FollowUp, draft: StepDraft) -> None:
    if draft.responsible_id is None:
        raise Invalid("responsible_id", "Choisissez à qui confier la suite.")
    row.responsible_id = draft.responsible_id


def _postpone(session: Session, row: FollowUp, draft: StepDraft) -> None:
    if draft.due_on is None:
        raise Invalid("due_on", "Donnez la nouvelle échéance.")
    due_within(today(session), draft.due_on)
    row.due_on = draft.due_on


def _close(session: Session, row: FollowUp, draft: StepDraft) -> None:
    told = one_line(draft.result or "", "result", MOST_RESULT)
    # Asked first: the clock's query would send the row half closed.
    row.closed_on = today(session)
    row.result, row.state = told, FollowUpState.CLOSED.value


def _reopen(session: Session, row: FollowUp, _: StepDraft) -> None:
    refuse_second(session, row.source_id, FollowUpKind(row.kind))
    row.state = FollowUpState.TO_DO.value
    # What came of it the first time stays in the step that closed it.
    row.result, row.closed_on = None, None


_ACTS = {
    FollowUpAct.TAKEN: _take,
    FollowUpAct.ENTRUSTED: _entrust,
    FollowUpAct.POSTPONED: _postpone,
    FollowUpAct.CLOSED: _close,
    FollowUpAct.REOPENED: _reopen,
}
