"""Offer residences, withdraw the offer; read an offer by its code and take the residences over.

Seller and buyer never see each other's rows. The offer's content is what the buyer takes over;
the pinned functions `app.transfer_offered` and `app.take_transfer` close the seller's side in the
buyer's own transaction, so that the territory's totals never move (ADR 0015).
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from presence.accounts.identity import hash_of
from presence.audit import services as audit
from presence.kernel import outbox
from presence.kernel.clock import now
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.patrimoine import queries as patrimoine
from presence.patrimoine.coverage import own_residence, refuse_past
from presence.patrimoine.models import Residence
from presence.patrimoine.services import (
    Covering,
    EntranceDraft,
    ResidenceDraft,
    announce_bases,
    create_residences,
)
from presence.planning.services import frequency_of, set_frequency
from presence.planning.stored import frequency_from_json, frequency_to_json
from presence.transfers.description import described
from presence.transfers.models import Transfer
from tenants.database import context_of
from tenants.models import Organisation
from tenants.scheme import memberships, schemes

MOST_RESIDENCES = 2_000
UNKNOWN = "Ce code n'ouvre aucune cession : il a servi, a été retiré, ou sa date est passée."


@dataclass(frozen=True)
class Offer:
    """What a code opens: from when, from whom, which residences."""

    effective_on: date
    seller_name: str
    residences: tuple[Mapping[str, Any], ...]

    @property
    def dwellings(self) -> int:
        """How many dwellings change hands."""
        return sum(place["dwellings"] for place in self.residences)


@dataclass(frozen=True)
class Asked:
    """An offer as asked for: its key, the code that opens it, what is sold from when."""

    client_id: UUID
    secret: str
    residence_ids: tuple[UUID, ...]
    effective_on: date


def new_secret() -> str:
    """A code that nobody guesses."""
    return secrets.token_urlsafe(24)


def offer(session: Session, asked: Asked, sealed_until: date | None = None) -> Transfer:
    """Offer residences from a date, once per key; only a hash of the code is kept.

    `sealed_until` is the last evening with a signed report: nothing signed is given away.
    """
    known = session.get(
        Transfer, {"id": asked.client_id, "bailleur_id": context_of(session).own_id}
    )
    if known is not None:
        return _same(known, asked)
    effective_on, residence_ids = asked.effective_on, asked.residence_ids
    if not residence_ids:
        raise Invalid("residences", "Choisissez au moins une résidence.")
    if sealed_until is not None and effective_on <= sealed_until:
        message = (
            f"La soirée du {sealed_until:%d/%m/%Y} est signée : la cession prend effet après elle."
        )
        raise Invalid("effective_on", message)
    refuse_past(session, effective_on, "effective_on")
    rows = [_to_sell(session, key) for key in dict.fromkeys(residence_ids)]
    _refuse_offered(session, rows)
    made = Transfer(
        bailleur_id=context_of(session).own_id,
        id=asked.client_id,
        effective_on=effective_on,
        content={
            "seller": session.scalar(
                select(Organisation.name).where(Organisation.id == context_of(session).own_id)
            ),
            "residences": [_content(session, row, effective_on) for row in rows],
        },
        secret_hash=hash_of(asked.secret),
        account_id=context_of(session).account,
    )
    session.add(made)
    session.flush()
    audit.record(
        session, "transfer.offered", made.id, bailleur_id=made.bailleur_id,
        residences=[str(row.id) for row in rows], on=str(effective_on),
    )  # fmt: skip
    return made


def _same(known: Transfer, asked: Asked) -> Transfer:
    sold = [UUID(place["id"]) for place in _offer(known.effective_on, known.content).residences]
    if (sold, known.effective_on) != (list(dict.fromkeys(asked.residence_ids)), asked.effective_on):
        raise Conflict("Cette clé a déjà servi pour un autre contenu.")
    return known


def withdraw(session: Session, transfer_id: UUID) -> None:
    """Withdraw an offer that nobody has taken."""
    row = session.scalar(
        select(Transfer)
        .where(Transfer.bailleur_id == context_of(session).own_id, Transfer.id == transfer_id)
        .with_for_update()
    )
    if row is None:
        raise NotFound
    if row.taken_at is not None:
        raise Conflict("Cette cession a été acceptée : elle ne se retire plus.")
    if row.withdrawn_at is None:
        row.withdrawn_at = now(session)
        session.flush()
        audit.record(session, "transfer.withdrawn", row.id, bailleur_id=row.bailleur_id)


def read_offer(session: Session, secret: str) -> Offer:
    """What a code opens; raises `Invalid`, alike for a used, a withdrawn and an unknown code."""
    function = func.app.transfer_offered(hash_of(secret))
    row = session.execute(select(text("*")).select_from(function)).one_or_none()
    if row is None:
        raise Invalid("code", UNKNOWN)
    return _offer(row.effective_on, row.content)


@dataclass(frozen=True)
class Taken:
    """What was taken over: from when, and the buyer's own new residences."""

    effective_on: date
    residence_ids: tuple[UUID, ...]


def take(session: Session, secret: str, agency: str, client_id: UUID) -> Taken:
    """Take an offer's residences over into an agency, once per key: new places, without a past."""
    own = context_of(session).own_id
    name = session.scalar(select(Organisation.name).where(Organisation.id == own))
    function = func.app.take_transfer(hash_of(secret), name)
    row = session.execute(select(text("*")).select_from(function)).one_or_none()
    if row is None:
        raise Invalid("code", UNKNOWN)
    taken = _offer(row.effective_on, row.content)
    ids = {place["id"]: uuid5(client_id, place["id"]) for place in taken.residences}
    if not row.fresh:
        if patrimoine.residence(session, next(iter(ids.values()))) is None:
            raise Invalid("code", UNKNOWN)
        return Taken(taken.effective_on, tuple(ids.values()))
    _create(session, taken, agency, ids)
    audit.record(
        session, "transfer.taken", row.transfer_id, bailleur_id=own, from_name=taken.seller_name,
        residences=len(ids), on=str(taken.effective_on),
    )  # fmt: skip
    outbox.announce(session, "transfers.taken", transfer=row.transfer_id, seller=row.seller)
    return Taken(taken.effective_on, tuple(ids.values()))


def _create(session: Session, taken: Offer, agency: str, ids: Mapping[str, UUID]) -> None:
    scheme_id = _scheme_on(session, taken.effective_on)
    codes = _free_codes(session, [place["code"] for place in taken.residences])
    for covered in (True, False):
        places = [place for place in taken.residences if place["covered"] is covered]
        drafts = [_draft(place, ids[place["id"]], codes[place["code"]], agency) for place in places]
        from_on = taken.effective_on if covered else None
        covering = Covering(scheme_id, from_on) if scheme_id is not None else None
        if drafts:
            create_residences(session, drafts, covering)
        for place, draft in zip(places, drafts, strict=True):
            if place["frequency"]:
                frequency = frequency_from_json(place["frequency"])
                set_frequency(session, draft.id, frequency, from_on=taken.effective_on)


def settle(session: Session, transfer_id: UUID) -> bool:
    """Write a taken transfer in the seller's journal and tell its scheme's sharing, once."""
    row = session.scalar(
        select(Transfer)
        .where(Transfer.bailleur_id == context_of(session).own_id, Transfer.id == transfer_id)
        .with_for_update()
    )
    if row is None or row.taken_at is None or row.settled_at is not None:
        return False
    sold = [UUID(place["id"]) for place in _offer(row.effective_on, row.content).residences]
    for key in sold:
        audit.record(
            session, "residence.sold", key, bailleur_id=row.bailleur_id, to=row.buyer_name,
            on=str(row.effective_on),
        )  # fmt: skip
    left = select(Residence.scheme_id).where(
        Residence.bailleur_id == row.bailleur_id, Residence.id.in_(sold)
    )
    for scheme_id in set(session.scalars(left)):
        if scheme_id is not None:
            announce_bases(session, scheme_id, row.effective_on)
    row.settled_at = now(session)
    session.flush()
    return True


def _to_sell(session: Session, residence_id: UUID) -> Residence:
    try:
        return own_residence(session, residence_id)
    except NotFound:
        raise Invalid("residences", "Une des résidences n'existe pas.") from None


def _refuse_offered(session: Session, rows: Sequence[Residence]) -> None:
    held = {str(row.id): row.name for row in rows}
    offers = session.scalars(
        select(Transfer).where(
            Transfer.bailleur_id == context_of(session).own_id,
            Transfer.taken_at.is_(None),
            Transfer.withdrawn_at.is_(None),
        )
    )
    for pending in offers:
        for place in _offer(pending.effective_on, pending.content).residences:
            if place["id"] in held:
                message = f"« {held[place['id']]} » fait déjà l'objet d'une cession en attente."
                raise Conflict(message)


def _content(session: Session, row: Residence, on: date) -> dict[str, object]:
    frequency = frequency_of(session, row.id, on)
    covered = any(on in period for period in row.covered_during)
    return described(session, row) | {
        "covered": covered,
        "frequency": frequency_to_json(frequency) if frequency else None,
    }


def _offer(effective_on: date, content: Mapping[str, Any]) -> Offer:
    return Offer(effective_on, content["seller"], tuple(content["residences"]))


def _scheme_on(session: Session, day: date) -> int | None:
    found = [
        scheme.id
        for scheme in schemes(session)
        if any(day in member.valid_during for member in memberships(session, scheme.id))
    ]
    return found[0] if len(found) == 1 else None


def _free_codes(session: Session, codes: Sequence[str]) -> dict[str, str]:
    """Each code, followed by a number when the buyer has it already."""
    own = Residence.bailleur_id == context_of(session).own_id
    taken = set(session.scalars(select(Residence.code).where(own)))
    chosen: dict[str, str] = {}
    for code in codes:
        free, number = code, 1
        while free in taken:
            number += 1
            free = f"{code}-{number}"
        taken.add(free)
        chosen[code] = free
    return chosen


def _draft(place: Mapping[str, Any], own_id: UUID, code: str, agency: str) -> ResidenceDraft:
    return ResidenceDraft(
        id=own_id,
        agency=agency,
        code=code,
        name=place["name"],
        address=place["address"],
        insee_code=place["insee_code"],
        dwellings=place["dwellings"],
        qpv_name=place["qpv_name"],
        qpv_vintage=place["qpv_vintage"],
        entrances=tuple(EntranceDraft(**hall) for hall in place["entrances"]),
    )
