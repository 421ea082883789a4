"""Requests of visits (demandes de passage): the bailleur asks, the prestataire answers."""

from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.kernel.clock import evening_of, now
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.keys import fingerprint
from presence.kernel.nomenclature import Coded, RequestState
from presence.kernel.ownership import stated
from presence.patrimoine import queries as patrimoine
from presence.patrimoine.queries import Place
from presence.planning.models import VisitRequest
from presence.planning.requested import COUNTED, covering, quota_under
from presence.planning.stored import served_by
from tenants.database import context_of
from tenants.models import Contract
from tenants.scheme import contracts

# As the notes of the field (screens.md §0.1, 9).
MOST_CHARACTERS = 280


class Decision(Coded):
    """What the prestataire answers (réponse)."""

    ACCEPTED = "accepted", "Accepter"
    REFUSED = "refused", "Refuser"


@dataclass(frozen=True)
class Asked:
    """A request as asked for: which residence, or which of its halls, on which evening."""

    client_id: UUID
    residence_id: UUID
    evening: date
    entrance_id: UUID | None = None
    note: str = ""


def ask_for_visit(session: Session, asked: Asked) -> VisitRequest:
    """Ask for a visit, once per key; raises `Invalid`, or `Conflict` on another content."""
    own = context_of(session).own_id
    # Two requests at once count one after the other.
    lock = asked.evening.year * 100 + asked.evening.month
    session.execute(select(func.pg_advisory_xact_lock(own, lock)))
    digest = fingerprint(asdict(asked))
    known = session.scalar(
        select(VisitRequest).where(
            VisitRequest.id == asked.client_id, *stated(session, VisitRequest)
        )
    )
    if known is not None:
        if known.content_hash != digest:
            raise Conflict("Cette clé a déjà servi pour une autre demande.")
        return known
    note = _text(asked.note, "note")
    place = _place(session, asked)
    contract = _require_evening(session, place, asked.evening)
    _require_unasked(session, asked)
    quota = quota_under(session, contract, asked.evening)
    if quota.is_reached:
        raise Invalid("evening", f"Quota atteint : {quota.words}.")
    row = VisitRequest(
        bailleur_id=own,
        id=asked.client_id,
        scheme_id=contract.scheme_id,
        residence_id=place.id,
        entrance_id=asked.entrance_id,
        wanted_on=asked.evening,
        note=note,
        state=RequestState.PENDING.value,
        asked_at=now(session),
        account_id=context_of(session).account,
        content_hash=digest,
    )
    session.add(row)
    session.flush()
    _record(session, row, "asked")
    return row


def withdraw_request(session: Session, request_id: UUID) -> VisitRequest:
    """Withdraw a request that nobody has answered yet; twice is once."""
    row = _locked(session, request_id)
    if row.state == RequestState.WITHDRAWN.value:
        return row
    if row.state != RequestState.PENDING.value:
        raise Conflict("Cette demande a reçu sa réponse : elle ne se retire plus.")
    row.state, row.withdrawn_at = RequestState.WITHDRAWN.value, now(session)
    session.flush()
    _record(session, row, "withdrawn")
    return row


def answer_request(
    session: Session, request_id: UUID, decision: Decision, reason: str | None = None
) -> VisitRequest:
    """Accept or refuse a request that waits (prestataire); a refusal says why."""
    row = _locked(session, request_id)
    told = _text(reason or "", "reason") or None
    if (row.state, row.answer) == (decision.value, told):
        return row
    if row.state != RequestState.PENDING.value:
        state = RequestState(row.state).label.lower()
        raise Conflict(f"Cette demande est déjà {state} : la réponse ne change plus.")
    if decision is Decision.REFUSED and told is None:
        raise Invalid("reason", "Donnez le motif du refus : le bailleur le lira.")
    if decision is Decision.ACCEPTED and row.wanted_on < evening_of(now(session)):
        message = f"La soirée du {row.wanted_on:%d/%m/%Y} est passée : la demande se refuse."
        raise Invalid("decision", message)
    row.state, row.answer, row.answered_at = decision.value, told, now(session)
    session.flush()
    _record(session, row, decision.value)
    return row


def _locked(session: Session, request_id: UUID) -> VisitRequest:
    query = select(VisitRequest).where(VisitRequest.id == request_id)
    row = session.scalar(query.where(*stated(session, VisitRequest)).with_for_update())
    if row is None:
        raise NotFound
    return row


def _text(given: str, field: str) -> str:
    text = " ".join(given.split())
    if len(text) > MOST_CHARACTERS:
        message = f"{MOST_CHARACTERS} caractères au plus : il y en a {len(text)}."
        raise Invalid(field, message)
    return text


def _place(session: Session, asked: Asked) -> Place:
    place = patrimoine.residence(session, asked.residence_id)
    if place is None:
        raise Invalid("residence_id", "Cette résidence n'existe pas.")
    if asked.entrance_id is not None:
        hall = patrimoine.entrances_by_id(session, [asked.entrance_id]).get(asked.entrance_id)
        if hall is None or hall.residence_id != place.id or not hall.is_there_on(asked.evening):
            raise Invalid("entrance_id", "Hall inconnu dans cette résidence.")
    return place


def _require_evening(session: Session, place: Place, evening: date) -> Contract:
    """The contract under which a place is visited that evening; raises `Invalid`."""
    day = f"{evening:%d/%m/%Y}"
    if evening <= evening_of(now(session)):
        raise Invalid("evening", f"La soirée du {day} a commencé : demandez une soirée à venir.")
    scheme_id = place.scheme_id
    if scheme_id is None or place.id not in patrimoine.covered_on(session, evening, scheme_id):
        message = f"« {place.name} » n'est pas dans le périmètre le {day}."
        raise Invalid("residence_id", message)
    contract = covering(contracts(session), place.bailleur_id, scheme_id, evening)
    if contract is None:
        raise Invalid("evening", f"Aucun contrat ne couvre le {day} : choisissez une autre date.")
    if served_by(session, scheme_id)(evening) is None:
        message = f"Le service n'est pas assuré le {day} : choisissez une autre date."
        raise Invalid("evening", message)
    return contract


def _require_unasked(session: Session, asked: Asked) -> None:
    """Refuse a place that is asked for already: by itself, or with its whole residence."""
    held = session.scalars(
        select(VisitRequest.entrance_id).where(
            *stated(session, VisitRequest),
            VisitRequest.residence_id == asked.residence_id,
            VisitRequest.wanted_on == asked.evening,
            VisitRequest.state.in_(COUNTED),
        )
    ).all()
    if None in held:
        message = f"Cette résidence est déjà demandée le {asked.evening:%d/%m/%Y}."
        raise Invalid("residence_id", message)
    if asked.entrance_id in held:
        message = f"Ce hall est déjà demandé le {asked.evening:%d/%m/%Y}."
        raise Invalid("entrance_id", message)


def _record(session: Session, row: VisitRequest, act: str) -> None:
    audit.record(
        session, f"visit_request.{act}", row.id, bailleur_id=row.bailleur_id,
        on=str(row.wanted_on),
    )  # fmt: skip
