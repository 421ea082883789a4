"""Indicators (indicateurs) of a release: code, French name, unit. One definition for every output.

A measure counted at night has the same code as its indicator; an action's share is the number of
interventions having that action over the number of interventions: shares add up to over 100 %.
"""

from presence.kernel.nomenclature import Action

ACTIONS = {f"action:{action.value}": action for action in Action}

INDICATORS: dict[str, str] = {
    "interventions": "Interventions",
    **{code: action.label for code, action in ACTIONS.items()},
    "visits": "Passages effectués",
    "calls": "Appels d'astreinte",
    "families_summoned": "Familles convoquées par les bailleurs",
}
# Published month by month too.
MONTHLY = frozenset({"interventions"})
# What the figures cover, not an activity.
PERIMETER = {"dwellings": "Logements couverts"}
FINANCE = "finance"
EVERYTHING = frozenset({*INDICATORS, *PERIMETER, FINANCE})
