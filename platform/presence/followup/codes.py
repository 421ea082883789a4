"""Codes of the follow-ups' own tables (codes des suites)."""

from presence.kernel.nomenclature import Coded


class FollowUpSource(Coded):
    """What a follow-up answers to (fait à l'origine de la suite)."""

    INTERVENTION = "intervention", "Intervention"
    VISIT = "visit", "Passage non effectué"
    NOT_RECEIVED = "not_received", "Passage non reçu"
    ANOMALY = "anomaly", "Anomalie technique"
    CALL = "call", "Appel d'astreinte"


class FollowUpAct(Coded):
    """What was done about a follow-up (étape d'une suite)."""

    OPENED = "opened", "Créée"
    TAKEN = "taken", "Prise en charge"
    ENTRUSTED = "entrusted", "Confiée"
    POSTPONED = "postponed", "Échéance changée"
    CLOSED = "closed", "Close"
    REOPENED = "reopened", "Rouverte"


class PastKind(Coded):
    """What a residence's history holds (type de fait de l'historique)."""

    INTERVENTION = "intervention", "Intervention"
    NOT_DONE = "not_done", "Passage non effectué"
    ANOMALY = "anomaly", "Anomalie technique"
    FOLLOW_UP = "follow_up", "Suite"
