"""What a bailleur states task by task, the trial evening, and the activation."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.kernel.clock import now, today
from presence.kernel.errors import Conflict, Invalid
from presence.kernel.nomenclature import LegalForm
from presence.onboarding.models import Onboarding
from presence.onboarding.tasks import Facts, missing
from presence.patrimoine import queries as patrimoine
from presence.patrimoine.coverage import refuse_past
from presence.patrimoine.identifiers import siret
from presence.patrimoine.models import Residence
from presence.patrimoine.places import identified
from presence.patrimoine.services import agencies_named, cover
from presence.planning.frequency import Frequency
from presence.planning.queries import frequencies_in_force
from presence.planning.services import set_frequency
from tenants.database import context_of
from tenants.scheme import memberships, schemes

MOST_TEXT = 200


def state_identity(session: Session, values: Mapping[str, str]) -> None:
    """Say the legal form, the SIRET and whom to write to."""
    row = _row(session)
    try:
        row.legal_form = LegalForm(values.get("legal_form", "")).value
    except ValueError:
        raise Invalid("legal_form", "Choisissez la forme juridique dans la liste.") from None
    row.siret = identified("siret", siret, values.get("siret", ""))
    for name, label in (
        ("contact_name", "le nom du contact"),
        ("contact_email", "son adresse électronique"),
        ("contact_phone", "son téléphone"),
    ):
        text = " ".join(values.get(name, "").split())
        if not 1 <= len(text) <= MOST_TEXT:
            raise Invalid(name, f"Donnez {label}.")
        setattr(row, name, text)
    if "@" not in (row.contact_email or ""):
        raise Invalid("contact_email", "Cette adresse électronique est incomplète.")
    _changed(session, row, "onboarding.identity")


def add_agency(session: Session, name: str) -> None:
    """Create an agency, before its residences."""
    clean = " ".join(name.split())
    if not 1 <= len(clean) <= MOST_TEXT:
        raise Invalid("agency", "Donnez le nom de l'agence.")
    if clean in patrimoine.agency_names(session):
        raise Conflict("Cette agence existe déjà.")
    agencies_named(session, [clean])
    _changed(session, _row(session), "onboarding.agency")


def fix_missing_frequencies(session: Session, frequency: Frequency, from_on: date) -> int:
    """Give the same frequency to every residence that has none; how many."""
    held = {line.residence_id for line in frequencies_in_force(session, from_on)}
    left = [place.id for place in patrimoine.residences(session) if place.id not in held]
    for residence_id in left:
        set_frequency(session, residence_id, frequency, from_on=from_on)
    _changed(session, _row(session), "onboarding.frequencies")
    return len(left)


def accept_key(session: Session) -> None:
    """Accept the sharing key in force."""
    row = _row(session)
    row.key_accepted_on = today(session)
    _changed(session, row, "onboarding.key")


def state_agreements(
    session: Session, reference: str, convention_on: date | None, data_agreement_on: date | None
) -> None:
    """Say which convention binds the bailleur, since when, and when processing was agreed on."""
    row = _row(session)
    clean = " ".join(reference.split())
    if not 1 <= len(clean) <= MOST_TEXT:
        raise Invalid("convention_reference", "Donnez la référence de la convention.")
    for field, day in (("convention_on", convention_on), ("data_agreement_on", data_agreement_on)):
        if day is not None and day > today(session):
            raise Invalid(field, "Une signature ne peut pas être à venir.")
    if convention_on is None:
        raise Invalid("convention_on", "Donnez la date de signature de la convention.")
    row.convention_reference, row.convention_on = clean, convention_on
    row.data_agreement_on = data_agreement_on
    _changed(session, row, "onboarding.agreements")


def note_trial(session: Session, evening_on: date) -> None:
    """Remember that a trial evening was looked at."""
    row = _row(session)
    row.trial_evening_on = evening_on
    _changed(session, row, "onboarding.trial")


def activate(session: Session, facts: Facts, live_from_on: date) -> int:
    """Go live from a day: every residence enters the perimeter; how many."""
    row = _row(session)
    if row.activated_at is not None or facts.live_from_on is not None:
        since = row.live_from_on or facts.live_from_on
        raise Conflict(f"Votre organisme est en service depuis le {since:%d/%m/%Y}.")
    absent = missing(facts)
    if absent:
        raise Conflict(f"Activation impossible : {' ; '.join(absent)}.")
    refuse_past(session, live_from_on, "live_from_on")
    scheme_id = _scheme_on(session, live_from_on)
    if scheme_id is None:
        message = "Votre organisme n'est membre d'aucun dispositif à cette date."
        raise Invalid("live_from_on", message)
    rows = session.scalars(
        select(Residence).where(
            Residence.bailleur_id == context_of(session).own_id,
            Residence.archived_on.is_(None),
            Residence.scheme_id == scheme_id,
        )
    ).all()
    uncovered = [place for place in rows if not place.covered_during]
    cover(session, uncovered, scheme_id, live_from_on)
    row = _row(session)
    row.activated_at, row.live_from_on = now(session), live_from_on
    _changed(session, row, "onboarding.activated")
    return len(uncovered)


def _scheme_on(session: Session, day: date) -> int | None:
    found = [
        scheme.id
        for scheme in schemes(session)
        if any(day in member.valid_during for member in memberships(session, scheme.id))
    ]
    return found[0] if len(found) == 1 else None


def _row(session: Session) -> Onboarding:
    own = context_of(session).own_id
    row: Any = session.scalar(select(Onboarding).where(Onboarding.bailleur_id == own))
    if row is None:
        row = Onboarding(bailleur_id=own)
        session.add(row)
    found: Onboarding = row
    return found


def _changed(session: Session, row: Onboarding, act: str) -> None:
    row.changed_at, row.changed_by_id = now(session), context_of(session).account
    session.flush()
    audit.record(session, act, str(row.bailleur_id), bailleur_id=row.bailleur_id)
