"""Codes of the review, with the French label on the member."""

from presence.kernel.nomenclature import Coded


class VisaDecision(Coded):
    """What the bailleur said of a report (visa)."""

    ACCEPTED = "accepted", "Accepté"
    SILENT = "silent", "Sans réponse dans le délai"


class DisputeReason(Coded):
    """What a bailleur disputes (motif de contestation)."""

    NOT_VISITED = "not_visited", "Passage contesté"
    WRONG_TIME = "wrong_time", "Heure contestée"
    WRONG_PLACE = "wrong_place", "Lieu contesté"
    WRONG_FACT = "wrong_fact", "Fait contesté"
    OTHER = "other", "Autre motif"


class DisputeState(Coded):
    """Where a dispute stands (état de la contestation)."""

    OPEN = "open", "Ouverte"
    ANSWERED = "answered", "Répondue"
    SETTLED = "settled", "Réglée"
