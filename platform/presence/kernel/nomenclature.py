"""Codes stored and exchanged, with the French label on the member (nomenclature).

Source: the shared nomenclature of the scheme (`demonstration/data/nomenclature.csv`); a house
test keeps the two alike. The label never enters the database.
"""

from enum import StrEnum


class Coded(StrEnum):
    """A code whose member carries its French label, and a shorter one for small screens."""

    label: str
    short_label: str

    def __new__(cls, code: str, label: str = "", short_label: str = "") -> "Coded":
        """A member is written `CODE = "code", "Libellé", "Court"`."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        member.short_label = short_label or label
        return member


class Area(Coded):
    """Common area (partie commune)."""

    HALL = "hall", "Hall"
    STAIRWELL = "stairwell", "Cage d'escalier"
    LANDING = "landing", "Palier"
    CORRIDOR = "corridor", "Couloir"
    LIFT = "lift", "Ascenseur"
    CELLAR = "cellar", "Cave"
    BASEMENT = "basement", "Sous-sol"
    UNDERGROUND_PARKING = "underground_parking", "Parking souterrain"
    OUTDOOR_PARKING = "outdoor_parking", "Parking extérieur"
    GARAGE_BOX = "garage_box", "Box"
    BIN_ROOM = "bin_room", "Local poubelles"
    BIKE_ROOM = "bike_room", "Local vélos et poussettes"
    TECHNICAL_ROOM = "technical_room", "Local technique"
    ROOF = "roof", "Toit-terrasse"
    COURTYARD = "courtyard", "Cour"
    GARDEN = "garden", "Espaces verts"
    PLAYGROUND = "playground", "Aire de jeux"
    FORECOURT = "forecourt", "Abords"
    SHARED_ROOM = "shared_room", "Local commun"
    MAILBOXES = "mailboxes", "Boîtes aux lettres"
    ENTRANCE_DOOR = "entrance_door", "Porte d'entrée"
    OTHER_OUTDOOR = "other_outdoor", "Autre extérieur"


class Situation(Coded):
    """What the agents found (situation)."""

    GATHERING = "gathering", "Regroupement", "Regroupement"
    AREA_OCCUPIED = "area_occupied", "Occupation de parties communes", "Hall occupé"
    NOISE = "noise", "Nuisance sonore", "Nuisance son."
    NEIGHBOUR_DISPUTE = "neighbour_dispute", "Conflit de voisinage", "Conflit voisins"
    DAMAGE = "damage", "Dégradation", "Dégradation"
    INTRUSION = "intrusion", "Intrusion ou squat", "Intrusion"
    VEHICLE = "vehicle", "Véhicule gênant, épave ou mécanique", "Véhicule"
    WASTE = "waste", "Déchets ou encombrants", "Déchets"
    ANIMAL = "animal", "Animal", "Animal"
    VERBAL_ABUSE = "verbal_abuse", "Insultes ou menaces", "Menaces"
    VIOLENCE = "violence", "Violences", "Violences"
    FIRE = "fire", "Incendie ou départ de feu", "Feu"
    SUSPECTED_DEALING = "suspected_dealing", "Trafic présumé (lieu)", "Trafic"
    PERSON_IN_DISTRESS = "person_in_distress", "Personne fragile ou en détresse", "Pers. fragile"
    OTHER = "other", "Autre situation", "Autre"


class Action(Coded):
    """What they did; several per intervention (action)."""

    MEDIATION = "mediation", "Médiation sociale", "Médiation"
    HOUSE_RULES_REMINDER = "house_rules_reminder", "Rappel au règlement intérieur", "Rappel au RI"
    POLICE_REQUEST = "police_request", "Demande d'intervention des forces de l'ordre", "Appel FO"
    EMERGENCY_CALL = "emergency_call", "Appel aux secours", "Secours"
    SOCIAL_REFERRAL = "social_referral", "Orientation", "Orientation"
    LANDLORD_ONCALL = "landlord_oncall", "Appel à l'astreinte du bailleur", "Astreinte bailleur"
    MADE_SAFE = "made_safe", "Mise en sécurité", "Mise en sécurité"
    OBSERVATION = "observation", "Observation seule", "Observation"


class Outcome(Coded):
    """How things stood when they left (issue)."""

    CALMED = "calmed", "Apaisé", "Apaisé"
    DISPERSED = "dispersed", "Dispersion", "Dispersion"
    PERSISTS = "persists", "Persiste", "Persiste"
    WITHDREW = "withdrew", "Retrait du binôme", "Retrait"
    NOBODY_FOUND = "nobody_found", "Plus personne à l'arrivée", "Personne"
    HANDED_OVER = "handed_over", "Relais aux forces de l'ordre ou aux secours", "Relais"


class Origin(Coded):
    """What brought them there (origine)."""

    ROUND = "round", "Ronde"
    RESIDENT_CALL = "resident_call", "Appel d'un locataire"
    LANDLORD_REQUEST = "landlord_request", "Demande du bailleur"
    PARTNER_REQUEST = "partner_request", "Demande de la police ou de la commune"


class PoliceForce(Coded):
    """Whom they called (forces de l'ordre)."""

    NATIONAL_POLICE = "national_police", "Police nationale", "PN"
    GENDARMERIE = "gendarmerie", "Gendarmerie nationale", "GN"
    MUNICIPAL_POLICE = "municipal_police", "Police municipale", "PM"


class VisitResult(Coded):
    """What a visit gave (résultat du passage)."""

    NOTHING_TO_REPORT = "nothing_to_report", "Rien à signaler", "RAS"
    INTERVENTION = "intervention", "Intervention"
    ANOMALY = "anomaly", "Anomalie technique"
    NOT_DONE = "not_done", "Non effectué"


class NotDoneReason(Coded):
    """Why a visit was not made (motif)."""

    NO_ACCESS = "no_access", "Accès impossible"
    TEAM_SAFETY = "team_safety", "Sécurité du binôme"
    NO_TIME = "no_time", "Temps insuffisant"
    WORKS = "works", "Travaux"
    OTHER = "other", "Autre"


class PeopleBand(Coded):
    """How many people, never who (tranche)."""

    NONE = "0", "0"
    ONE_TWO = "1-2", "1 ou 2"
    THREE_FIVE = "3-5", "3 à 5"
    SIX_TEN = "6-10", "6 à 10"
    OVER_TEN = "11+", "Plus de 10"


class HelpOffered(Coded):
    """Help offered at a summons (aide proposée)."""

    PROPOSED = "proposed", "Aide proposée"
    ACCEPTED = "accepted", "Aide acceptée"
    DECLINED = "declined", "Aide refusée"
    NONE = "none", "Aucune aide proposée"


class Funder(Coded):
    """Who grants a subsidy (financeur)."""

    FIPD = "fipd", "État – FIPD"
    CUCS = "cucs", "État – CUCS"
    COMMUNE = "commune", "Commune"
    EPCI = "epci", "Intercommunalité"
    DEPARTMENT = "department", "Département"
    REGION = "region", "Région"
    OTHER = "other", "Autre financeur"


class Urgency(Coded):
    """How soon a call must be answered (urgence)."""

    IMMEDIATE = "immediate", "Immédiate"
    TONIGHT = "tonight", "Ce soir"
    INFORMATION = "information", "Pour information"


class KeyBasis(Coded):
    """What a sharing key weighs (assiette de la clé)."""

    DWELLINGS = "dwellings", "Logements couverts"
    EQUAL = "equal", "Parts égales"


class AmountStatus(Coded):
    """Whether an amount is known or foreseen (état du montant)."""

    ACTUAL = "actual", "Réalisé"
    FORECAST = "forecast", "Prévisionnel"


class ArchiveReason(Coded):
    """Why a place is no longer in the patrimoine (motif d'archivage)."""

    SOLD = "sold", "Vendue"
    DEMOLISHED = "demolished", "Démolie"
    WITHDRAWN = "withdrawn", "Retirée"
    ERROR = "error", "Saisie par erreur"


class ImportState(Coded):
    """Where an import stands (état de l'import)."""

    READING = "reading", "Lecture en cours"
    PLANNED = "planned", "À confirmer"
    APPLYING = "applying", "Enregistrement en cours"
    APPLIED = "applied", "Enregistré"
    UNDONE = "undone", "Annulé"
    ABANDONED = "abandoned", "Abandonné"
    FAILED = "failed", "Échoué"


class NoteKind(Coded):
    """What a site note is (nature)."""

    INSTRUCTION = "instruction", "Consigne"
    HAZARD = "hazard", "Danger"


class FrequencyPeriod(Coded):
    """Over what a frequency counts (période)."""

    WEEK = "week", "par semaine"
    MONTH = "month", "par mois"


class StopOrder(Coded):
    """Whether evenings follow a fixed spread or change from a period to the next (ordre)."""

    ORDERED = "ordered", "Régulier"
    RANDOM = "random", "Aléatoire"


class RequestState(Coded):
    """Where a request of a visit stands (état de la demande)."""

    PENDING = "pending", "En attente"
    ACCEPTED = "accepted", "Acceptée"
    REFUSED = "refused", "Refusée"
    WITHDRAWN = "withdrawn", "Retirée"


class StopSource(Coded):
    """Why a stop is in the evening (origine de l'arrêt)."""

    FREQUENCY = "frequency", "Fréquence"
    REQUEST = "request", "Demande du bailleur"
    CATCH_UP = "catch_up", "Rattrapage"
    ADDED = "added", "Ajouté par le chef d'équipe"


class RoundState(Coded):
    """Where an evening's rounds stand (état des tournées)."""

    ASKED = "asked", "Calcul en cours"
    DRAFT = "draft", "Brouillon"
    PUBLISHED = "published", "Publiée"
    SUPERSEDED = "superseded", "Remplacée"
    FAILED = "failed", "Échec du calcul"


class JobKind(Coded):
    """What the law lets an agent do (métier, domain L612-20 CSI)."""

    MEDIATOR = "mediator", "Médiation"
    SECURITY = "security", "Sécurité"


class SwapState(Coded):
    """Where a swap stands (état de l'échange)."""

    ASKED = "asked", "Demandé"
    ACCEPTED = "accepted", "Accepté"
    REFUSED = "refused", "Refusé"
    WITHDRAWN = "withdrawn", "Retiré"


class LegalForm(Coded):
    """Legal form of a bailleur (forme juridique)."""

    OPH = "oph", "Office public de l'habitat"
    ESH = "esh", "Entreprise sociale pour l'habitat"
    COOP = "coop", "Coopérative d'HLM"
    SEM = "sem", "Société d'économie mixte"
    OTHER = "other", "Autre"


class Equipment(Coded):
    """What is broken or in the way (équipement d'une anomalie technique)."""

    LIGHTING = "lighting", "Éclairage"
    DOOR = "door", "Porte"
    LOCK = "lock", "Serrure ou contrôle d'accès"
    INTERCOM = "intercom", "Interphone"
    LIFT = "lift", "Ascenseur"
    GLASS = "glass", "Vitre"
    LEAK = "leak", "Fuite"
    FIRE_SAFETY = "fire_safety", "Sécurité incendie"
    ELECTRICAL = "electrical", "Danger électrique"
    STAIRS = "stairs", "Escalier ou garde-corps"
    BIN_ROOM = "bin_room", "Local poubelles"
    MAILBOXES = "mailboxes", "Boîtes aux lettres"
    PARKING_GATE = "parking_gate", "Portail de parking"
    TAG = "tag", "Tags"
    BULKY_WASTE = "bulky_waste", "Encombrants"
    PEST = "pest", "Nuisibles"
    OTHER = "other", "Autre"


class AnomalyState(Coded):
    """Where an anomaly stands (état de l'anomalie)."""

    REPORTED = "reported", "Signalée"
    ACKNOWLEDGED = "acknowledged", "Prise en charge"
    FIXED = "fixed", "Réparée"
    VERIFIED = "verified", "Vérifiée"


class FollowUpKind(Coded):
    """What the bailleur does afterwards (suite)."""

    REMINDER_LETTER = "reminder_letter", "Courrier de rappel"
    SUMMONS = "summons", "Convocation pour rappel au bail"
    FORMAL_NOTICE = "formal_notice", "Mise en demeure"
    COMPLAINT = "complaint", "Dépôt de plainte"
    WORKS = "works", "Travaux"
    SOCIAL_REFERRAL = "social_referral", "Orientation sociale"
    NONE = "none", "Sans suite"


class FollowUpState(Coded):
    """Where a follow-up stands (état de la suite)."""

    TO_DO = "to_do", "À traiter"
    IN_PROGRESS = "in_progress", "En cours"
    CLOSED = "closed", "Close"
    NO_ACTION = "no_action", "Sans suite"


class ReportState(Coded):
    """Where a daily report stands (état du rapport)."""

    IN_PROGRESS = "in_progress", "En cours"
    TO_SIGN = "to_sign", "À signer"
    SIGNED = "signed", "Signé"
    SENT = "sent", "Transmis"


class PoliceOutcome(Coded):
    """What came of a request to the police (réponse des forces de l'ordre)."""

    CAME = "came", "Venues"
    NOT_COME = "not_come", "Non venues"
    REFUSED = "refused", "Intervention refusée"


class AmendmentCause(Coded):
    """Why a report has a new version (cause de la rectification)."""

    LATE = "late", "Fiches arrivées après la signature"
    CORRECTION = "correction", "Correction d'une fiche"
    DISPUTE = "dispute", "Contestation du bailleur"


class ChangeState(Coded):
    """Where the correction of a sheet stands (état de la correction)."""

    PROPOSED = "proposed", "À approuver"
    APPLIED = "applied", "Appliquée"
    REFUSED = "refused", "Refusée"


class ReportChoice(Coded):
    """When a person wants the report by e-mail (rythme des courriels)."""

    EACH = "each", "Chaque soirée"
    EVENTFUL = "eventful", "Seulement s'il s'est passé quelque chose"
    WEEKLY = "weekly", "Un résumé par semaine, le lundi"
    NONE = "none", "Aucun courriel"


class DeliveryKind(Coded):
    """What an e-mail tells (objet de la transmission)."""

    EVENING = "evening", "Rapport de la soirée"
    MISSING = "missing", "Rapport non reçu"
    AMENDED = "amended", "Rapport rectifié"
    WEEKLY = "weekly", "Résumé de la semaine"
    URGENT = "urgent", "Fait grave"


class DeliveryState(Coded):
    """What became of an e-mail (état de la transmission)."""

    QUEUED = "queued", "À envoyer"
    SENT = "sent", "Envoyé"
    BOUNCED = "bounced", "Adresse refusée"
    FAILED = "failed", "Échec"


class NoteAudience(Coded):
    """Whom a note of the prestataire is for (destinataires)."""

    NEXT_TEAM = "next_team", "Équipe suivante"
    PROVIDER = "provider", "Prestataire seul"
