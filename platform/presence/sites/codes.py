"""Access codes (codes d'accès): set, withdraw, reveal. Each reveal is written before it is shown.

What is sealed opens in one place, `reveal`, for two kinds of people only: the bailleur's own, and
the agent who walks that residence tonight by a published round. The clear code is returned, never
kept: no row, no trail, no announcement holds it.
"""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.kernel.clock import now, today, tonight
from presence.kernel.errors import Conflict, DomainError, Invalid, NotFound
from presence.kernel.keys import derived_uuid
from presence.kernel.ownership import stated
from presence.kernel.vault import Sealed, Slot, seal, unseal
from presence.patrimoine.models import Residence
from presence.roster.queries import agent_of_account
from presence.rounds.queries import on_duty
from presence.sites.models import AccessCode, AccessReveal
from presence.sites.rules import code_text, written
from presence.sites.services import own_place
from tenants.context import Context, Kind
from tenants.database import BEYOND, context_of
from tenants.errors import NotPermitted


class NotOnDuty(DomainError):
    """The person does not walk that residence tonight: nothing was shown, nothing written."""

    def __init__(self) -> None:
        """Always the same sentence."""
        super().__init__("Vous n'êtes pas de service à cette adresse ce soir.")


@dataclass(frozen=True)
class CodeDraft:
    """A code as the bailleur gives it; `replaces` names the one that it takes the place of."""

    client_id: UUID
    residence_id: UUID
    label: str
    code: str = field(repr=False)
    entrance_id: UUID | None = None
    change_by_on: date | None = None
    replaces: UUID | None = None


@dataclass(frozen=True)
class Revealed:
    """A code in clear, for the answer that shows it and nothing else."""

    id: UUID
    access_code_id: UUID
    residence_id: UUID
    evening_on: date
    label: str
    code: str = field(repr=False)


def set_code(session: Session, draft: CodeDraft) -> AccessCode:
    """Seal a code, once per key; the one that it replaces is superseded, as it was sealed."""
    place = own_place(session, draft.residence_id, draft.entrance_id)
    label = written(draft.label, "label")
    code = code_text(draft.code, label)
    known = session.scalar(
        select(AccessCode).where(AccessCode.id == draft.client_id, *stated(session, AccessCode))
    )
    if known is not None:
        return _same(known, draft, label, code)
    if draft.change_by_on is not None and draft.change_by_on <= today(session):
        raise Invalid("change_by_on", "La date de changement est une date à venir.")
    if draft.replaces is not None and not _supersede(session, place.id, draft.replaces):
        raise Invalid("replaces", "Le code à remplacer n'existe pas dans cette résidence.")
    slot = Slot(AccessCode.__tablename__, place.bailleur_id, place.id, draft.client_id)
    sealed = seal(code, slot)
    row = AccessCode(
        bailleur_id=place.bailleur_id,
        id=draft.client_id,
        residence_id=place.id,
        entrance_id=draft.entrance_id,
        scheme_id=place.scheme_id,
        label=label,
        sealed=sealed.content,
        key_id=sealed.key_id,
        set_at=now(session),
        change_by_on=draft.change_by_on,
        account_id=context_of(session).account,
    )
    session.add(row)
    session.flush()
    audit.record(session, "access_code.set", row.id, bailleur_id=place.bailleur_id)
    return row


def withdraw_code(session: Session, residence_id: UUID, code_id: UUID) -> None:
    """Withdraw a code that no door takes any more; who saw it stays known."""
    place = own_place(session, residence_id)
    if not _supersede(session, place.id, code_id):
        raise NotFound
    audit.record(session, "access_code.withdrawn", code_id, bailleur_id=place.bailleur_id)


def reveal(session: Session, code_id: UUID, key: UUID) -> Revealed:
    """Open a code for the person who asks, and write that it was; `NotOnDuty` writes nothing.

    Sent again under the same key on the same evening, it is the same reveal.
    """
    context = context_of(session)
    row = _readable(session, context, code_id)
    evening_on = tonight(session)
    card, account = _entitled(session, context, row.residence_id, evening_on)
    slot = Slot(AccessCode.__tablename__, row.bailleur_id, row.residence_id, row.id)
    # Opened first: what cannot be shown was not.
    code = unseal(Sealed(row.key_id, row.sealed), slot)
    reveal_id = derived_uuid(key, f"{code_id}|{account}|{evening_on}")
    made = session.connection().execute(
        insert(AccessReveal)
        .values(
            bailleur_id=row.bailleur_id,
            id=reveal_id,
            access_code_id=row.id,
            residence_id=row.residence_id,
            evening_on=evening_on,
            prestataire_id=context.subject if context.kind is Kind.PRESTATAIRE else None,
            account_id=account,
            card_number=card,
        )
        # No target: a prestataire may not read, hence not compare, what is there.
        .on_conflict_do_nothing(),
        execution_options={"preserve_rowcount": True},
    )
    if made.rowcount == 1:
        audit.record(
            session, "access_code.revealed", code_id, bailleur_id=row.bailleur_id,
            evening_on=str(evening_on),
        )  # fmt: skip
    return Revealed(reveal_id, row.id, row.residence_id, evening_on, row.label, code)


def _entitled(
    session: Session, context: Context, residence_id: UUID, evening_on: date
) -> tuple[str | None, UUID]:
    """The card and account of whoever may see it; a machine never may."""
    if context.account is None:
        message = "Un code ne se montre qu'à une personne."
        raise NotPermitted(message)
    if context.kind is not Kind.PRESTATAIRE:
        return None, context.account
    if not on_duty(session, context.account, residence_id, evening_on):
        raise NotOnDuty
    agent = agent_of_account(session, context.account)
    return (agent.card_number if agent else None), context.account


def _readable(session: Session, context: Context, code_id: UUID) -> AccessCode:
    """A code in use where the context reaches; for a prestataire, duty is what narrows."""
    options = BEYOND if context.kind is Kind.PRESTATAIRE else {}
    row = session.scalar(
        select(AccessCode)
        # Joined: a code is read where its residence is, which holds the perimeter's dates.
        .join(
            Residence,
            (Residence.bailleur_id == AccessCode.bailleur_id)
            & (Residence.id == AccessCode.residence_id),
        )
        .where(
            AccessCode.id == code_id,
            AccessCode.superseded_at.is_(None),
            *stated(session, AccessCode),
        ),
        execution_options=options,
    )
    if row is None:
        raise NotFound
    return row


def _supersede(session: Session, residence_id: UUID, code_id: UUID) -> bool:
    row = session.scalar(
        select(AccessCode).where(
            AccessCode.id == code_id,
            AccessCode.residence_id == residence_id,
            *stated(session, AccessCode),
        )
    )
    if row is None:
        return False
    if row.superseded_at is not None:
        raise Conflict("Ce code n'est déjà plus en usage : rechargez la fiche.")
    row.superseded_at = now(session)
    session.flush()
    return True


def _same(known: AccessCode, draft: CodeDraft, label: str, code: str) -> AccessCode:
    told = (draft.residence_id, draft.entrance_id, label, draft.change_by_on)
    kept = (known.residence_id, known.entrance_id, known.label, known.change_by_on)
    slot = Slot(AccessCode.__tablename__, known.bailleur_id, known.residence_id, known.id)
    if told != kept or unseal(Sealed(known.key_id, known.sealed), slot) != code:
        raise Conflict("Cette clé a déjà servi pour un autre code.")
    return known
