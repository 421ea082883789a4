"""The demonstration's organisations, accounts, scheme and contracts."""

from dataclasses import dataclass
from datetime import date, time

from sqlalchemy.orm import Session

from presence.accounts.services import open_account
from presence.demonstration.facts import facts
from presence.demonstration.places import JOINERS
from presence.kernel import outbox
from tenants import registry
from tenants.models import Organisation, Scheme
from tenants.provisioning import onboard_bailleur
from tenants.roles import OrganisationKind, Role
from tenants.scheme import admit_reader, create_scheme, join, open_window, sign_contract

SCHEME_START = date(2012, 1, 1)
CONTRACT_END = date(2016, 1, 1)
ONCALL_NUMBER = "04 00 00 00 38"  # a number that the French plan assigns to nobody

ACCOUNTS: tuple[tuple[str, str, str, tuple[Role, ...]], ...] = (
    ("OPAC38", "responsable@opac38.example", "Claire Martin", (Role.MANAGEMENT, Role.FINANCE, Role.PROXIMITY)),
    ("PLURALIS", "responsable@pluralis.example", "Hugo Bernard", (Role.MANAGEMENT, Role.FINANCE, Role.PROXIMITY)),
    ("PRESTA", "chef@prestataire.example", "Nadia Chef-d'équipe", (Role.TEAM_LEADER,)),
    ("PRESTA", "agent@prestataire.example", "Karim Agent", (Role.AGENT,)),
    ("CAPI", "coordination@capi.example", "Anne Coordination", (Role.READER,)),
    ("BOURGOIN", "mairie@bourgoin-jallieu.example", "Mairie de Bourgoin-Jallieu", (Role.READER,)),
    ("ETAT38", "etat@isere.example", "Préfecture de l'Isère", (Role.READER,)),
    ("PRESENCE", "operateur@presence.example", "Exploitation", (Role.OPERATOR,)),
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


def assemble_cast(session: Session, password: str, insee_codes: list[str]) -> Cast:
    """Register everybody, create the scheme, open the accounts (operator's context)."""
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
    operator = registry.register(session, kind=kind.OPERATOR, name="Présence", code="PRESENCE")
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
    by_code = {o.code: o for o in (opac38, pluralis, presta, *readers, operator)}
    for code, email, name, roles in ACCOUNTS:
        open_account(
            session,
            by_code[code],
            email=email,
            display_name=name,
            password=password,
            roles=list(roles),
        )
    return Cast(scheme.id, opac38.id, pluralis.id, joiners, presta.id, capi.id)


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
