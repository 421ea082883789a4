"""Keep the roster (effectif): agents with their cards and their trainings.

An agent's name and card are the prestataire's own; what leaves the house is a card number.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from presence.accounts.identity import identity_of
from presence.audit import services as audit
from presence.kernel.clock import today
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.nomenclature import JobKind
from presence.kernel.ownership import stated
from presence.roster import queries
from presence.roster.models import Agent, Shift, Training
from presence.roster.rules import CARD_EXAMPLE, card_number_of, line_of, of
from presence.roster.saving import USED_KEY, unless_taken
from tenants.database import context_of

_FIRST = "Un collègue vient d'enregistrer la même chose : rechargez la page."


@dataclass(frozen=True)
class AgentDraft:
    """What is kept of an agent; `left_on` is the first day without them."""

    display_name: str
    job_kind: JobKind
    card_number: str | None = None
    card_valid_until: date | None = None
    account_id: UUID | None = None
    left_on: date | None = None


@dataclass(frozen=True)
class TrainingDraft:
    """A training taken, and until when it holds, if it expires."""

    label: str
    taken_on: date
    expires_on: date | None = None


def add_agent(session: Session, agent_id: UUID, draft: AgentDraft) -> Agent:
    """Take an agent in, once per key; raises `Invalid`, `Conflict`."""
    kept = _checked(draft)
    known = _agent(session, agent_id)
    if known is not None:
        if _draft_of(known) != kept:
            raise Conflict(USED_KEY)
        return known
    _refuse_taken(session, agent_id, kept)
    _refuse_account(session, kept.account_id)
    row = Agent(prestataire_id=context_of(session).own_id, id=agent_id)
    _fill(row, kept)
    with unless_taken(session, _FIRST):
        session.add(row)
    audit.record(session, "agent.added", agent_id, job_kind=kept.job_kind.value)
    return row


def change_agent(session: Session, agent_id: UUID, draft: AgentDraft) -> Agent:
    """Change what is kept of an agent: twice is once; raises `NotFound`, `Invalid`, `Conflict`."""
    row = _agent(session, agent_id)
    if row is None:
        raise NotFound
    kept = _checked(draft)
    if _draft_of(row) == kept:
        return row
    _refuse_taken(session, agent_id, kept)
    if kept.account_id != row.account_id:
        _refuse_account(session, kept.account_id)
    _refuse_leaving(session, row, kept.left_on)
    with unless_taken(session, _FIRST):
        _fill(row, kept)
    audit.record(session, "agent.changed", agent_id)
    return row


def add_training(session: Session, agent_id: UUID, draft: TrainingDraft) -> Training:
    """Note a training that an agent took; a renewal is another one."""
    if queries.agent(session, agent_id) is None:
        raise NotFound
    label = line_of(draft.label, "label", "Dites quelle formation, en 2 à 80 caractères.")
    if draft.taken_on > today(session):
        raise Invalid("taken_on", "Une formation se note une fois suivie : date future refusée.")
    if draft.expires_on is not None and draft.expires_on <= draft.taken_on:
        raise Invalid("expires_on", "La fin de validité suit la date de la formation.")
    row = Training(
        prestataire_id=context_of(session).own_id,
        id=uuid4(),
        agent_id=agent_id,
        label=label,
        taken_on=draft.taken_on,
        expires_on=draft.expires_on,
    )
    session.add(row)
    session.flush()
    audit.record(session, "training.added", agent_id, expires_on=str(draft.expires_on))
    return row


def _checked(draft: AgentDraft) -> AgentDraft:
    """The draft in its one writing; raises `Invalid`."""
    name = line_of(draft.display_name, "name", "Donnez un nom de 2 à 80 caractères.")
    given, until = (draft.card_number or "").strip(), draft.card_valid_until
    if draft.job_kind is JobKind.SECURITY and not (given and until):
        told = (
            "Un agent de sécurité a une carte professionnelle (art. L612-20 du code de la sécurité "
            "intérieure) : donnez son numéro et sa fin de validité."
        )
        raise Invalid("card_valid_until" if given else "card_number", told)
    if bool(given) != (until is not None):
        told = "Le numéro de carte et sa fin de validité vont ensemble : donnez les deux, ou aucun."
        raise Invalid("card_valid_until" if given else "card_number", told)
    number = card_number_of(given) if given else None
    if given and number is None:
        raise Invalid("card_number", f"Recopiez le numéro de la carte : {CARD_EXAMPLE}.")
    return AgentDraft(name, draft.job_kind, number, until, draft.account_id, draft.left_on)


def _refuse_taken(session: Session, agent_id: UUID, draft: AgentDraft) -> None:
    for row in queries.agents(session, left=True):
        if row.id == agent_id:
            continue
        if draft.card_number is not None and row.card_number == draft.card_number:
            raise Conflict(f"Cette carte est déjà celle {of(row.display_name)}.")
        if draft.account_id is not None and row.account_id == draft.account_id:
            raise Conflict(f"Ce compte est déjà relié à la fiche {of(row.display_name)}.")


def _refuse_account(session: Session, account_id: UUID | None) -> None:
    """Another organisation's account, a closed one and an unknown one are refused alike."""
    person = identity_of(account_id) if account_id is not None else None
    if account_id is None or (
        person is not None and person.organisation_id == context_of(session).own_id
    ):
        return
    raise Invalid("account_id", "Ce compte n'existe pas ou n'est pas de votre organisme.")


def _refuse_leaving(session: Session, row: Agent, left_on: date | None) -> None:
    if left_on is None:
        return
    left = session.scalar(
        select(func.count()).where(
            *stated(session, Shift),
            Shift.agent_id == row.id,
            Shift.cancelled_at.is_(None),
            Shift.evening_on >= left_on,
        )
    )
    if left:
        told = (
            f"Des vacations {of(row.display_name)} sont planifiées à partir du "
            f"{left_on:%d/%m/%Y} : retirez-les ou échangez-les d'abord."
        )
        raise Invalid("left_on", told)


def _agent(session: Session, agent_id: UUID) -> Agent | None:
    return session.scalar(select(Agent).where(*stated(session, Agent), Agent.id == agent_id))


def _draft_of(row: Agent) -> AgentDraft:
    return AgentDraft(
        row.display_name,
        JobKind(row.job_kind),
        row.card_number,
        row.card_valid_until,
        row.account_id,
        row.left_on,
    )


def _fill(row: Agent, draft: AgentDraft) -> None:
    row.display_name = draft.display_name
    row.job_kind = draft.job_kind.value
    row.card_number = draft.card_number
    row.card_valid_until = draft.card_valid_until
    row.account_id = draft.account_id
    row.left_on = draft.left_on
