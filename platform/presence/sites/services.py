"""Whom to call on site (contacts) and how forces come in (accès des forces de l'ordre).

The bailleur writes. A contact is archived, never deleted; a statement supersedes the former one.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.kernel.clock import now, today
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.ownership import stated
from presence.patrimoine import queries as patrimoine
from presence.patrimoine.queries import Place
from presence.sites.models import PoliceAccess, SiteContact
from presence.sites.rules import MOST_NOTE, french_number, written
from tenants.database import context_of


@dataclass(frozen=True)
class ContactDraft:
    """Somebody on site: what they do there, a name, a number."""

    client_id: UUID
    residence_id: UUID
    job: str
    name: str
    phone: str
    entrance_id: UUID | None = None


@dataclass(frozen=True)
class PoliceDraft:
    """How forces come in; since when municipal police may, and by which document."""

    residence_id: UUID
    access_means: str
    municipal_police_on: date | None = None
    document: str | None = None


def add_contact(session: Session, draft: ContactDraft) -> SiteContact:
    """Add a contact on site, once per key."""
    place = own_place(session, draft.residence_id, draft.entrance_id)
    values = {
        "residence_id": place.id,
        "entrance_id": draft.entrance_id,
        "role": written(draft.job, "job"),
        "name": written(draft.name, "name"),
        "phone": french_number(draft.phone),
    }
    known = session.scalar(
        select(SiteContact).where(SiteContact.id == draft.client_id, *stated(session, SiteContact))
    )
    if known is not None:
        if any(getattr(known, name) != value for name, value in values.items()):
            raise Conflict("Cette clé a déjà servi pour un autre contact.")
        return known
    row = SiteContact(
        bailleur_id=place.bailleur_id, id=draft.client_id, scheme_id=place.scheme_id, **values
    )
    session.add(row)
    session.flush()
    audit.record(session, "site_contact.added", row.id, bailleur_id=place.bailleur_id)
    return row


def archive_contact(session: Session, residence_id: UUID, contact_id: UUID) -> None:
    """Archive a contact: agents see it no more; who could be called before stays known."""
    place = own_place(session, residence_id)
    row = session.scalar(
        select(SiteContact).where(
            SiteContact.id == contact_id,
            SiteContact.residence_id == place.id,
            *stated(session, SiteContact),
        )
    )
    if row is None:
        raise NotFound
    if row.archived_on is not None:
        raise Conflict("Ce contact est déjà archivé.")
    row.archived_on = today(session)
    session.flush()
    audit.record(session, "site_contact.archived", row.id, bailleur_id=place.bailleur_id)


def state_police_access(session: Session, draft: PoliceDraft) -> PoliceAccess:
    """State how forces come in (L272-1 CSI); it supersedes what was stated, once per content."""
    place = own_place(session, draft.residence_id)
    means = written(draft.access_means, "access_means", MOST_NOTE)
    document = written(draft.document, "document") if draft.document else None
    if (draft.municipal_police_on is None) != (document is None):
        message = "Pour la police municipale, donnez la date de l'autorisation et sa référence."
        raise Invalid("document" if document is None else "municipal_police_on", message)
    former = session.scalar(
        select(PoliceAccess).where(
            PoliceAccess.residence_id == place.id,
            PoliceAccess.superseded_at.is_(None),
            *stated(session, PoliceAccess),
        )
    )
    told = (means, draft.municipal_police_on, document)
    if former is not None:
        if (former.access_means, former.municipal_police_on, former.document) == told:
            return former
        former.superseded_at = now(session)
        # Only one statement is current: the former one must have ended before.
        session.flush()
    row = PoliceAccess(
        bailleur_id=place.bailleur_id,
        id=uuid4(),
        residence_id=place.id,
        scheme_id=place.scheme_id,
        access_means=means,
        municipal_police_on=draft.municipal_police_on,
        document=document,
        stated_at=now(session),
        account_id=context_of(session).account,
    )
    session.add(row)
    session.flush()
    audit.record(session, "police_access.stated", row.id, bailleur_id=place.bailleur_id)
    return row


def own_place(session: Session, residence_id: UUID, entrance_id: UUID | None = None) -> Place:
    """The residence that is written about, and its hall when one is named."""
    place = patrimoine.residence(session, residence_id)
    if place is None:
        raise NotFound
    if place.archived_on is not None and place.archived_on <= today(session):
        raise Conflict("Cette résidence est archivée : sa fiche se lit, elle ne s'écrit plus.")
    if entrance_id is not None:
        hall = patrimoine.entrances_by_id(session, [entrance_id]).get(entrance_id)
        if hall is None or hall.residence_id != residence_id:
            raise Invalid("entrance_id", "Hall inconnu dans cette résidence.")
    return place
