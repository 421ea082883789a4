"""French words for the acts that journals keep as codes; a house test keeps the list whole."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from presence.kernel import formats
from presence.kernel.nomenclature import (
    Action,
    Area,
    Coded,
    NotDoneReason,
    Origin,
    Outcome,
    PeopleBand,
    PoliceForce,
    PoliceOutcome,
    Situation,
    VisitResult,
)


class SheetChangeLike(Protocol):
    """What is read of a change: the values before and after."""

    before: Mapping[str, object]
    after: Mapping[str, object]


ACTS = {
    # Security journal (migrations/versions/0009_*.sql).
    "account.opened": "Compte ouvert à l'installation",
    "session.opened": "Connexion",
    "session.refused": "Connexion refusée",
    "session.closed": "Session fermée",
    "second_factor.enrolled": "Second facteur mis en place",
    "second_factor.removed": "Second facteur retiré",
    "second_factor.codes_renewed": "Codes de secours renouvelés",
    "second_factor.recovered": "Connexion par code de secours",
    "password.changed": "Mot de passe changé",
    "password.reset_asked": "Nouveau mot de passe demandé",
    "token.issued": "Jeton d'API créé",
    "token.revoked": "Jeton d'API révoqué",
    "member.invited": "Invitation envoyée",
    "member.joined": "Invitation acceptée",
    "member.roles_changed": "Droits changés",
    "member.closed": "Compte fermé",
    "invitation.revoked": "Invitation annulée",
    # Trails of rows (presence.audit).
    "residence.created": "Résidence créée",
    "residences.exported": "Liste des résidences exportée",
    "frequency.set": "Fréquence fixée",
    "visit_request.asked": "Passage demandé",
    "visit_request.withdrawn": "Demande de passage retirée",
    "visit_request.accepted": "Demande de passage acceptée",
    "visit_request.refused": "Demande de passage refusée",
    "field.visits_recorded": "Passages consignés",
    "event.linked": "Interventions reliées",
    "call.logged": "Appel noté",
    "call.linked": "Appel relié à une intervention",
    "evening.closed": "Soirée signée",
    "daily_report.sealed": "Rapport scellé",
    "daily_report.amended": "Rapport rectifié",
    "sheet.change_proposed": "Correction de fiche proposée",
    "sheet.changed": "Fiche corrigée",
    "sheet.change_refused": "Correction de fiche refusée",
    "visa.given": "Rapport accepté par le bailleur",
    "dispute.opened": "Ligne contestée",
    "dispute.answered": "Contestation répondue",
    "dispute.settled": "Contestation réglée",
    "deadline.excused": "Délai accordé",
    "contract.ended": "Contrat terminé",
    "membership.added": "Adhésion ajoutée",
    "agreement.proposed": "Accord de partage proposé",
    "allocation.computed": "Quotes-parts calculées",
    "release.published": "Bilan publié",
    "share_link.created": "Bilan partagé par un lien",
    "share_link.revoked": "Partage révoqué",
    "release.recalculated": "Bilan recalculé",
    "policy.set": "Règles de secret fixées",
    "administrator.invited": "Premier administrateur invité",
    "certificate.sealed": "Attestation scellée",
    "summons.recorded": "Convocation notée",
    "follow_up.opened": "Suite créée",
    "anomaly.step_taken": "Anomalie technique avancée",
    "follow_up.taken": "Suite prise en charge",
    "follow_up.entrusted": "Suite confiée",
    "follow_up.postponed": "Échéance d'une suite changée",
    "follow_up.closed": "Suite close",
    "follow_up.reopened": "Suite rouverte",
    "follow_ups.exported": "Suites exportées",
    "agreement.signed": "Accord de partage signé",
    "agreement.withdrawn": "Signature retirée",
    "isolation.check_requested": "Vérification d'isolation demandée",
    "site_note.written": "Consigne écrite",
    "site_note.ended": "Consigne terminée",
    "site_note.read": "Consigne lue par un agent",
    "site_contact.added": "Contact ajouté",
    "site_contact.archived": "Contact archivé",
    "police_access.stated": "Accès des forces de l'ordre déclaré",
    "access_code.set": "Code d'accès changé",
    "access_code.withdrawn": "Code d'accès retiré",
    "access_code.revealed": "Code d'accès montré",
    "agent.added": "Agent ajouté",
    "agent.changed": "Fiche d'agent modifiée",
    "training.added": "Formation notée",
    "team.created": "Équipe créée",
    "team.disbanded": "Équipe dissoute",
    "shift.planned": "Vacation planifiée",
    "shift.cancelled": "Vacation annulée",
    "swap.asked": "Échange de vacation demandé",
    "swap.accepted": "Échange de vacation accepté",
    "swap.refused": "Échange de vacation refusé",
    "swap.withdrawn": "Demande d'échange retirée",
    "team_note.written": "Note de liaison écrite",
    "team_note.superseded": "Note de liaison corrigée",
    "team_note.read": "Note de liaison lue",
    "calendar_link.created": "Adresse d'agenda créée",
    "calendar_link.revoked": "Adresse d'agenda révoquée",
    "building.archived": "Bâtiment archivé",
    "place_import.applied": "Patrimoine importé",
    "place_import.undone": "Import de patrimoine annulé",
    "delivery.sent_again": "Courriel renvoyé",
    "delivery.address_confirmed": "Adresse confirmée, courriel réessayé",
    "alert.acknowledged": "Fait grave vu",
}


# Fields of a changed sheet, as its author and its approver read them.
CHANGED_FIELDS: dict[str, tuple[str, type[Coded] | None]] = {
    "started_at": ("heure", None),
    "result": ("résultat", VisitResult),
    "not_done_reason": ("motif", NotDoneReason),
    "area": ("partie commune", Area),
    "situation": ("situation", Situation),
    "actions": ("actions", Action),
    "outcome": ("à notre départ", Outcome),
    "origin": ("origine", Origin),
    "people_band": ("personnes", PeopleBand),
    "police_force": ("force appelée", PoliceForce),
    "police_called_at": ("heure de l'appel", None),
    "police_arrived_at": ("arrivée", None),
    "police_outcome": ("réponse", PoliceOutcome),
}


def changed_fields(change: SheetChangeLike) -> list[tuple[str, str, str]]:
    """The fields that a change touches: name, before, after, in French."""
    return [
        (name, _value(change.before.get(field), kind), _value(change.after.get(field), kind))
        for field, (name, kind) in CHANGED_FIELDS.items()
        if field in change.before and change.before.get(field) != change.after.get(field)
    ]


def _value(value: object, kind: type[Coded] | None) -> str:
    if value is None:
        return "—"
    if isinstance(value, list):
        return ", ".join(_value(item, kind) for item in value) or "—"
    if kind is not None:
        return kind(str(value)).label
    return formats.hour(datetime.fromisoformat(str(value)))
