"""The demonstration's site sheets: instructions, hazards, contacts, police access, codes.

Fictional, about places only. Written as the bailleurs' people would, read as the agents would.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from presence.accounts.identity import call
from presence.demonstration.cast import Cast
from presence.kernel.nomenclature import NoteKind
from presence.patrimoine import queries as patrimoine
from presence.sites.codes import CodeDraft, reveal, set_code
from presence.sites.notes import NoteDraft, read_note, write_note
from presence.sites.services import (
    ContactDraft,
    PoliceDraft,
    add_contact,
    state_police_access,
)
from tenants.context import Context, Kind
from tenants.database import transaction

NAMESPACE = UUID("6d0a1f52-54a3-4a55-9a3e-7c1f0f4b8d21")
DANGER, CONSIGNE = NoteKind.HAZARD, NoteKind.INSTRUCTION


@dataclass(frozen=True)
class Said:
    """A note: where (residence, hall or whole), what, since when; `before` is its first version."""

    residence: str
    hall: str | None
    kind: NoteKind
    body: str
    on: date
    before: tuple[str, date] | None = None


@dataclass(frozen=True)
class Staff:
    """Whose sheets: the bailleur, who writes, who looks at a code, and what is kept."""

    bailleur_id: int
    email: str
    author: str
    looks: str
    notes: tuple[Said, ...]
    contacts: tuple[tuple[str, str, str, str], ...]
    police: tuple[tuple[str, str, date | None, str | None], ...]
    # Residence, label, code, to be changed by.
    codes: tuple[tuple[str, str, str, date | None], ...]


def seed_sites(cast: Cast) -> None:
    """Write the sheets of both bailleurs; the agents read, one person of each looks at a code."""
    for staff in (_opac38(cast), _pluralis(cast)):
        with _person(Kind.BAILLEUR, staff.bailleur_id, staff.email) as session:
            _write(session, staff)
        with _person(Kind.BAILLEUR, staff.bailleur_id, staff.looks) as session:
            reveal(session, _key("code", staff.codes[0][:2]), _key("reveal", staff.codes[0][:2]))
    for email in ("agent@prestataire.example", "chef@prestataire.example"):
        with _person(Kind.PRESTATAIRE, cast.prestataire, email) as session:
            read_note(session, _key("note", ("Les Fougères", "2013-12-02")))
    with _person(Kind.PRESTATAIRE, cast.prestataire, "agent@prestataire.example") as session:
        read_note(session, _key("note", ("Champfleuri", "2013-12-03")))


def _opac38(cast: Cast) -> Staff:
    return Staff(
        cast.opac38, "responsable@opac38.example", "Claire Martin", "gardien@opac38.example",
        notes=(
            Said(
                "Les Fougères", "Hall 3", DANGER,
                "Garde-corps descellé au palier du 2e étage : marcher côté mur jusqu'à la "
                "réparation.",
                date(2013, 12, 2),
            ),
            Said(
                "Les Fougères", None, CONSIGNE,
                "Fermer le local vélos en partant ; la clé est dans le boîtier du hall 1.",
                date(2013, 12, 4),
                ("Fermer le local vélos en partant ; la clé est à la loge.", date(2013, 11, 12)),
            ),
            Said(
                "Champaret", "Hall B", CONSIGNE,
                "Porte en travaux jusqu'au 20 décembre : entrer par la cour.", date(2013, 12, 3),
            ),
            Said(
                "Saint-Hubert", "Sous-sol", DANGER,
                "Éclairage en panne : descendre à deux, lampe en main.", date(2013, 12, 3),
            ),
        ),
        contacts=(
            ("Les Fougères", "Gardienne", "Rose Gardienne", "04 00 00 00 41"),
            ("Champaret", "Gardienne", "Rose Gardienne", "04 00 00 00 41"),
            ("Saint-Hubert", "Responsable de secteur", "Luc Secteur", "04 00 00 00 42"),
        ),
        police=(
            (
                "Les Fougères", "Clé T25 et badge remis au commissariat ; la loge ouvre de jour.",
                date(2013, 9, 2), "Convention 2013-14",
            ),
            ("Champaret", "Badge remis au commissariat de Bourgoin-Jallieu.", None, None),
        ),
        codes=(
            ("Les Fougères", "Porte du hall 1", "71B48", date(2013, 12, 20)),
            ("Les Fougères", "Local vélos", "2580A", None),
            ("Champaret", "Porte de la cour", "93K06", date(2014, 3, 1)),
        ),
    )  # fmt: skip


def _pluralis(cast: Cast) -> Staff:
    return Staff(
        cast.pluralis, "responsable@pluralis.example", "Hugo Bernard",
        "responsable@pluralis.example",
        notes=(
            Said(
                "Champfleuri", "Hall 2", DANGER,
                "Dalle glissante devant la porte par temps de gel.", date(2013, 12, 3),
            ),
            Said(
                "Champfleuri", None, CONSIGNE,
                "Vérifier que la porte du local poubelles est tirée à chaque passage.",
                date(2013, 11, 25),
            ),
            Said(
                "Les Roches", None, CONSIGNE,
                "Stationner rue basse : l'allée reste libre pour les pompiers.", date(2013, 11, 18),
            ),
        ),
        contacts=(
            ("Champfleuri", "Gardien", "Paul Loge", "04 00 00 00 51"),
            ("Les Roches", "Agence", "Accueil Nord-Isère", "04 00 00 00 50"),
        ),
        police=(("Champfleuri", "Badge remis à la police nationale.", None, None),),
        codes=(("Champfleuri", "Porte du hall 1", "40C19", date(2014, 6, 1)),),
    )  # fmt: skip


def _write(session: Session, staff: Staff) -> None:
    places = {place.name: place.id for place in patrimoine.residences(session)}
    halls = {(h.residence_id, h.name): h.id for h in patrimoine.entrances(session)}
    for said in staff.notes:
        where = places[said.residence]
        _note(session, staff, said, halls[where, said.hall] if said.hall else None, where)
    for residence, job, name, phone in staff.contacts:
        key = _key("contact", (residence, name))
        add_contact(session, ContactDraft(key, places[residence], job, name, phone))
    for residence, means, on, document in staff.police:
        state_police_access(session, PoliceDraft(places[residence], means, on, document))
    for residence, label, code, change_by_on in staff.codes:
        key = _key("code", (residence, label))
        draft = CodeDraft(key, places[residence], label, code, change_by_on=change_by_on)
        set_code(session, draft)


def _note(
    session: Session, staff: Staff, said: Said, entrance_id: UUID | None, residence_id: UUID
) -> None:
    versions = [said.before] if said.before else []
    former: UUID | None = None
    for body, on in (*versions, (said.body, said.on)):
        key = _key("note", (said.residence, str(on)))
        draft = NoteDraft(
            key, residence_id, said.kind, body, staff.author, None, entrance_id, former,
            datetime.fromisoformat(f"{on}T16:20:00+01:00"),
        )  # fmt: skip
        former = write_note(session, draft).id


def _person(kind: Kind, subject: int, email: str) -> AbstractContextManager[Session]:
    account = call("account_for_sign_in", email)[0].account_id
    return transaction(Context(kind, subject, account))


def _key(what: str, names: tuple[str, ...]) -> UUID:
    return uuid5(NAMESPACE, " ".join((what, *names)))
