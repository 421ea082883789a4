"""The demonstration's organisations, accounts, scheme and contracts."""

from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from sqlalchemy.orm import Session

from presence.accounts import second_factor
from presence.accounts.identity import Grant
from presence.accounts.services import NewAccount, open_account
from presence.demonstration.facts import facts
from presence.demonstration.places import JOINERS
from presence.kernel import outbox
from presence.patrimoine import queries as patrimoine
from tenants import registry
from tenants.context import Context, Kind
from tenants.database import transaction
from tenants.models import Organisation, Scheme
from tenants.provisioning import onboard_bailleur
from tenants.roles import OrganisationKind, Role
from tenants.scheme import admit_reader, create_scheme, join, open_window, sign_contract

SCHEME_START = date(2012, 1, 1)
CONTRACT_END = date(2016, 1, 1)
ONCALL_NUMBER = "04 00 00 00 38"  # a number that the French plan assigns to nobody


@dataclass(frozen=True)
class Person:
    """Somebody of the demonstration; `caretaker` of two residences, or of one agency's."""

    organisation: str
    email: str
    name: str
    roles: tuple[Role, ...]
    card: str | None = None
    caretaker: bool = False
    agency: str | None = None
    # The one account that keeps its second factor; the others are waived, here only.
    second_factor: bool = False


_ALL = (Role.MANAGEMENT, Role.FINANCE, Role.PROXIMITY)
ACCOUNTS: tuple[Person, ...] = (
    Person("OPAC38", "responsable@opac38.example", "Claire Martin", _ALL),
    Person("PLURALIS", "responsable@pluralis.example", "Hugo Bernard", _ALL),
    Person("PRESTA", "chef@prestataire.example", "Nadia Chef-d'équipe", (Role.TEAM_LEADER,), "38-4471"),
    Person("PRESTA", "agent@prestataire.example", "Karim Agent", (Role.AGENT,), "38-9026"),
    Person("CAPI", "coordination@capi.example", "Anne Coordination", (Role.READER, Role.ADMINISTRATOR)),
    Person("BOURGOIN", "mairie@bourgoin-jallieu.example", "Mairie de Bourgoin-Jallieu", (Role.READER,)),
    Person("ETAT38", "etat@isere.example", "Préfecture de l'Isère", (Role.READER,)),
    Person("PRESENCE", "operateur@presence.example", "Exploitation", (Role.OPERATOR,)),
    Person("OPAC38", "dpo@opac38.example", "Inès Garde-Données", (Role.DPO, Role.ADMINISTRATOR), second_factor=True),
    Person("OPAC38", "secteur@opac38.example", "Luc Secteur", (Role.SECTOR,), agency="Bourgoin-Jallieu"),
    Person("OPAC38", "gardien@opac38.example", "Rose Gardienne", (Role.CARETAKER,), caretaker=True),
    Person("PRESTA", "direction@prestataire.example", "Omar Direction", (Role.MANAGEMENT,), "38-1108"),
    Person("PRESTA", "astreinte@prestataire.example", "Lina Astreinte", (Role.ONCALL_OPERATOR,), "38-6630"),
)  # fmt: skip


@dataclass(frozen=True)
class Cast:
    """Who plays: ids that later steps need."""

    scheme_id: int
    opac38: int
    pluralis: int
    joiners: tuple[int, ...]
    prestataire: int
    capi: int


def assemble_cast(session: Session, insee_codes: list[str]) -> Cast:
    """Register everybody and create the scheme (operator's context)."""
    kind = OrganisationKind
    opac38 = registry.register(session, kind=kind.BAILLEUR, name="OPAC 38", code="OPAC38")
    pluralis = registry.register(session, kind=kind.BAILLEUR, name="Pluralis", code="PLURALIS")
    presta = registry.register(
        session, kind=kind.PRESTATAIRE, name="Médiation Nord-Isère (exemple)", code="PRESTA"
    )
    capi = registry.register(
        session,
        kind=kind.TERRITORY,
        name="CA Porte de l'Isère (CAPI)",
        code="CAPI",
        siren="243800604",
    )
    registry.draw_territory(session, capi, insee_codes)
    readers = [
        capi,
        registry.register(
            session, kind=kind.COMMUNE, name="Bourgoin-Jallieu", code="BOURGOIN", insee_code="38053"
        ),
        registry.register(session, kind=kind.STATE, name="État – Isère", code="ETAT38"),
    ]
    registry.register(session, kind=kind.OPERATOR, name="Présence", code="PRESENCE")
    scheme = create_scheme(
        session,
        name="Présence Tranquillité",
        territory=capi,
        lead_bailleur=opac38,
        oncall_number=ONCALL_NUMBER,
    )
    open_window(session, scheme, opens_at=time(17, 0), closes_at=time(23, 0), from_on=SCHEME_START)
    for reader in readers:
        admit_reader(session, scheme, reader)
    for bailleur in (opac38, pluralis):
        join(session, scheme, bailleur, from_on=SCHEME_START)
        sign_contract(
            session, scheme, bailleur=bailleur, prestataire=presta,
            from_on=SCHEME_START, to_on=CONTRACT_END,
        )  # fmt: skip
    joiners = _onboard_joiners(session, scheme, presta)
    return Cast(scheme.id, opac38.id, pluralis.id, joiners, presta.id, capi.id)


def open_accounts(password: str, factor: str) -> None:
    """Open the accounts, once organisations and places are there; `factor` is the kept one's."""
    with transaction(Context(Kind.OPERATOR)) as session:
        known = {o.code: o for o in registry.organisations(session)}
        session.expunge_all()
    for person in ACCOUNTS:
        organisation = known[person.organisation]
        scope = _scope(organisation.id, person)
        identity = open_account(
            organisation,
            NewAccount(
                person.email,
                person.name,
                password,
                tuple(Grant(role, *scope) for role in person.roles),
                person.card,
                waived=not person.second_factor,
            ),
        )
        if person.second_factor:
            second_factor.enrol_known(identity, factor)


def _scope(bailleur_id: int, person: Person) -> tuple[tuple[UUID, ...], tuple[UUID, ...]]:
    if not person.caretaker and not person.agency:
        return (), ()
    with transaction(Context(Kind.BAILLEUR, bailleur_id)) as session:
        agencies = tuple(key for key, name in patrimoine.agencies(session) if name == person.agency)
        # A caretaker keeps the bailleur's first two residences.
        kept = patrimoine.residences(session, limit=2) if person.caretaker else []
        return agencies, tuple(place.id for place in kept)


def _onboard_joiners(session: Session, scheme: Scheme, presta: Organisation) -> tuple[int, ...]:
    joined = []
    for name, code, _ in JOINERS:
        bailleur, _membership = onboard_bailleur(
            session, scheme, name=name, code=code, from_on=facts().joining_on
        )
        sign_contract(
            session, scheme, bailleur=bailleur, prestataire=presta,
            from_on=facts().joining_on, to_on=CONTRACT_END,
        )  # fmt: skip
        joined.append(bailleur.id)
    outbox.announce(
        session,
        "scheme.membership_changed",
        scheme_id=scheme.id,
        from_on=facts().joining_on,
    )
    return tuple(joined)
