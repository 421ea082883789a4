"""Indicator dictionary (dictionnaire des indicateurs): one definition for every output. Pure.

An indicator is a code counted at night, or a family of codes (`situation:noise`…) that share one
definition. A share is the number of interventions having the thing over the number of
interventions: where several may go together, shares add up to over 100 %. The version grows when
a definition changes; a published bilan keeps the definitions it was made with.
Source of the list: ARRA-Habitat 2013 for I1, I3 and I11; GPIS 2020 for I4 and I5; the norm
X60-600 for I14.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from presence.disclosure.cells import Split
from presence.disclosure.rules import Nature
from presence.kernel.nomenclature import (
    Action,
    Coded,
    Equipment,
    FollowUpKind,
    Origin,
    Outcome,
    PeopleBand,
    Situation,
)

TOTAL = "interventions"
HOURS = tuple(f"hour:{hour}" for hour in range(17, 23))
OTHER_HOUR = "hour:other"
SLOTS = {
    hour: tuple(f"slot:{day}-{hour.removeprefix('hour:')}" for day in range(1, 8)) for hour in HOURS
}
ONE_BY_ONE = "combination:none"


@dataclass(frozen=True)
class Indicator:
    """An indicator, or a family of them when `members` is not empty."""

    code: str
    label: str
    nature: Nature
    unit: str
    definition: str
    numerator: str
    denominator: str | None = None
    several: bool = False
    version: int = 1
    source: str = "main courante des soirées signées"


def _of(indicator: str) -> str:
    return indicator.split(":", 1)[0]


_ALL = (
    Indicator(
        TOTAL, "Interventions", Nature.EVENTS, "interventions",
        "Action des médiateurs sur une situation constatée pendant un passage d'une soirée "
        "signée. Un passage peut en compter aucune ou plusieurs.",
        "nombre d'interventions",
    ),
    Indicator(
        "action", "Interventions selon l'action", Nature.EVENTS, "interventions",
        "Interventions comportant l'action. Une intervention peut comporter plusieurs actions.",
        "interventions comportant l'action", "interventions", several=True,
    ),
    Indicator(
        "combination", "Actions menées ensemble", Nature.EVENTS, "interventions",
        "Interventions comportant exactement ces actions et aucune autre.",
        "interventions de cette combinaison", "interventions",
    ),
    Indicator(
        "situation", "Interventions selon la situation", Nature.EVENTS, "interventions",
        "Ce que les médiateurs ont constaté ; une seule situation par intervention.",
        "interventions pour cette situation", "interventions",
    ),
    Indicator(
        "family", "Interventions par famille de situations", Nature.EVENTS, "interventions",
        "Les situations regroupées en sept familles.",
        "interventions de cette famille", "interventions",
        source="nomenclature partagée du dispositif",
    ),
    Indicator(
        "origin", "Interventions selon l'origine", Nature.EVENTS, "interventions",
        "Ce qui a amené les médiateurs : leur ronde, un appel, une demande.",
        "interventions de cette origine", "interventions",
    ),
    Indicator(
        "outcome", "Issue au départ des médiateurs", Nature.EVENTS, "interventions",
        "Situation quand les médiateurs partent ; une seule issue par intervention.",
        "interventions de cette issue", "interventions",
    ),
    Indicator(
        "mediation_outcome", "Issue des médiations", Nature.EVENTS, "interventions",
        "Issue des seules interventions comportant une médiation.",
        "médiations de cette issue", "interventions comportant une médiation",
        source="norme X60-600 (utilité sociale)",
    ),
    Indicator(
        "people", "Personnes présentes, par tranche", Nature.EVENTS, "interventions",
        "Tranche du nombre de personnes présentes, estimée par les médiateurs ; aucune personne "
        "n'est identifiée.",
        "interventions de cette tranche", "interventions",
    ),
    Indicator(
        "hour", "Interventions par heure", Nature.EVENTS, "interventions",
        "Heure de Paris du début de l'intervention.",
        "interventions de cette heure", "interventions",
    ),
    Indicator(
        "slot", "Interventions par jour et par heure", Nature.EVENTS, "interventions",
        "Jour de la soirée et heure de Paris du début de l'intervention.",
        "interventions de ce jour et de cette heure", "interventions",
    ),
    Indicator(
        "police_came", "Forces de l'ordre venues", Nature.EVENTS, "interventions",
        "Demandes d'intervention suivies d'une venue pendant la présence des médiateurs.",
        "venues constatées", "demandes d'intervention des forces de l'ordre",
    ),
    Indicator(
        "visits", "Passages effectués", Nature.SERVICE, "passages",
        "Passage d'une entrée pendant une soirée signée, qu'il s'y passe quelque chose ou non.",
        "passages effectués",
    ),
    Indicator(
        "visits_not_done", "Passages non effectués", Nature.SERVICE, "passages",
        "Passage prévu que les médiateurs n'ont pas pu faire, avec son motif.",
        "passages non effectués",
    ),
    Indicator(
        "visits_due", "Passages recommandés", Nature.SERVICE, "passages",
        "Fréquence hebdomadaire recommandée par le bailleur × entrées couvertes × jours "
        "couverts / 7.",
        "passages recommandés", source="fréquences et couverture du patrimoine",
    ),
    Indicator(
        "calls", "Appels d'astreinte", Nature.EVENTS, "appels",
        "Appels reçus par la ligne d'astreinte et rattachés à un bailleur.",
        "appels reçus", source="registre de l'astreinte",
    ),
    Indicator(
        "anomaly", "Anomalies techniques", Nature.EVENTS, "anomalies",
        "Anomalies vues pour la première fois, selon l'équipement.",
        "anomalies constatées", source="relevés techniques",
    ),
    Indicator(
        "repeat_entrances", "Entrées à répétition", Nature.EVENTS, "entrées",
        "Entrées ayant connu, au moins une fois pendant la période, 3 interventions en 30 jours.",
        "entrées concernées",
    ),
    Indicator(
        "families_summoned", "Familles convoquées par les bailleurs", Nature.PERSONS, "familles",
        "Familles reçues par leur bailleur pour un rappel au bail ; un compte, jamais un nom.",
        "familles convoquées", source="suites des bailleurs",
    ),
    Indicator(
        "follow_up", "Suites données par les bailleurs", Nature.PERSONS, "suites",
        "Suites ouvertes par les bailleurs, selon leur nature ; un compte, jamais un contenu.",
        "suites ouvertes", source="suites des bailleurs",
    ),
    Indicator(
        "follow_ups_closed", "Suites closes", Nature.PERSONS, "suites",
        "Suites des bailleurs closes pendant la période.",
        "suites closes", source="suites des bailleurs",
    ),
    Indicator(
        "dwellings", "Logements couverts", Nature.SERVICE, "logements",
        "Logements des résidences couvertes au dernier jour de la période.",
        "logements couverts", source="patrimoine des bailleurs",
    ),
    Indicator(
        "residences", "Résidences couvertes", Nature.SERVICE, "résidences",
        "Résidences couvertes au dernier jour de la période.",
        "résidences couvertes", source="patrimoine des bailleurs",
    ),
    Indicator(
        "finance", "Coût et financement", Nature.SERVICE, "centimes d'euro",
        "Coût du dispositif sur l'année civile, moins les subventions : reste à charge des "
        "bailleurs.",
        "montants de l'année", source="comptes du dispositif",
    ),
)  # fmt: skip
DICTIONARY: Mapping[str, Indicator] = {item.code: item for item in _ALL}
FINANCE = "finance"
# What an agreement that opens everything names: each definition, hence every code of its family.
EVERYTHING = frozenset(DICTIONARY)

FAMILIES: Mapping[str, tuple[str, tuple[Situation, ...]]] = {
    "occupation": (
        "Regroupements et occupations",
        (Situation.GATHERING, Situation.AREA_OCCUPIED, Situation.INTRUSION),
    ),
    "noise": ("Bruit et voisinage", (Situation.NOISE, Situation.NEIGHBOUR_DISPUTE)),
    "damage": ("Dégradations et feux", (Situation.DAMAGE, Situation.FIRE)),
    "environment": (
        "Véhicules, déchets, animaux",
        (Situation.VEHICLE, Situation.WASTE, Situation.ANIMAL),
    ),
    "violence": ("Menaces et violences", (Situation.VERBAL_ABUSE, Situation.VIOLENCE)),
    "dealing": ("Trafic présumé", (Situation.SUSPECTED_DEALING,)),
    "distress": ("Personnes fragiles et autres", (Situation.PERSON_IN_DISTRESS, Situation.OTHER)),
}

_NAMES: Mapping[str, type[Coded]] = {
    "action": Action,
    "situation": Situation,
    "origin": Origin,
    "outcome": Outcome,
    "mediation_outcome": Outcome,
    "people": PeopleBand,
    "anomaly": Equipment,
    "follow_up": FollowUpKind,
}


def codes(family: str) -> tuple[str, ...]:
    """Every code of a family, in the order of the nomenclature."""
    if family == "family":
        return tuple(f"family:{code}" for code in FAMILIES)
    if family == "hour":
        return (*HOURS, OTHER_HOUR)
    return tuple(f"{family}:{item.value}" for item in _NAMES[family])


def definition(indicator: str) -> Indicator:
    """The definition of a code; `situation:noise` has that of `situation`."""
    return DICTIONARY[_of(indicator)]


def nature(indicator: str) -> Nature:
    """What an indicator counts."""
    return definition(indicator).nature


def label(indicator: str) -> str:
    """The French name of a code."""
    family, _, code = indicator.partition(":")
    if not code:
        return DICTIONARY[indicator].label
    if family in _NAMES:
        return _NAMES[family](code).label
    if family == "family":
        return FAMILIES[code][0]
    if family == "hour":
        return "Autre heure" if code == "other" else f"{code} h"
    if family == "combination":
        return _combination(code)
    return code


def _combination(code: str) -> str:
    if code == "none":
        return "Aucune action notée"
    names = [Action(item).short_label for item in code.split("+")]
    return f"{Action(code).label} seule" if len(names) == 1 else " + ".join(names)


def splits(combinations: tuple[str, ...]) -> list[Split]:
    """How totals and parts are tied; `combinations` are those that were met."""
    exact = [
        Split(TOTAL, codes(family))
        for family in ("situation", "origin", "outcome", "people", "hour", "family")
    ]
    exact += [Split(hour, parts) for hour, parts in SLOTS.items()]
    exact += [
        Split(f"family:{code}", tuple(f"situation:{item.value}" for item in situations))
        for code, (_, situations) in FAMILIES.items()
    ]
    exact.append(Split("action:mediation", codes("mediation_outcome")))
    if combinations:
        exact.append(Split(TOTAL, combinations))
    exact += [
        Split(action, tuple(c for c in combinations if action.removeprefix("action:") in _parts(c)))
        for action in codes("action")
        if any(action.removeprefix("action:") in _parts(c) for c in combinations)
    ]
    return [
        *exact,
        *(Split(TOTAL, (action,), exact=False) for action in codes("action")),
        *(
            Split(f"outcome:{item.value}", (f"mediation_outcome:{item.value}",), exact=False)
            for item in Outcome
        ),
        Split("action:police_request", ("police_came",), exact=False),
    ]


def _parts(combination: str) -> list[str]:
    return combination.removeprefix("combination:").split("+")
