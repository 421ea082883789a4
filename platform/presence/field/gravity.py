"""Gravity of an intervention (gravité), computed and never typed. Pure.

The scheme's own rule: no law and no other list says it. From the gravest:

1. violence, a fire, a call to the emergency services; an electrical danger or a fire-safety
   equipment out of order. The bailleur is told at once.
2. the police were asked for; verbal abuse, an intrusion, a person in distress; or the agents left
   while it went on, or had to withdraw.
3. everything else.
"""

from collections.abc import Collection

from presence.kernel.nomenclature import Action, Equipment, Outcome, Situation

GRAVE, SERIOUS, USUAL = 1, 2, 3
_GRAVE_SITUATIONS = frozenset({Situation.VIOLENCE, Situation.FIRE})
_GRAVE_EQUIPMENT = frozenset({Equipment.ELECTRICAL, Equipment.FIRE_SAFETY})
_SERIOUS_SITUATIONS = frozenset(
    {Situation.VERBAL_ABUSE, Situation.INTRUSION, Situation.PERSON_IN_DISTRESS}
)
_SERIOUS_OUTCOMES = frozenset({Outcome.PERSISTS, Outcome.WITHDREW})


def gravity_of(situation: Situation, actions: Collection[Action], outcome: Outcome) -> int:
    """The gravity of an intervention: 1 (the gravest) to 3, as the head of this module says."""
    if situation in _GRAVE_SITUATIONS or Action.EMERGENCY_CALL in actions:
        return GRAVE
    serious = situation in _SERIOUS_SITUATIONS or outcome in _SERIOUS_OUTCOMES
    return SERIOUS if serious or Action.POLICE_REQUEST in actions else USUAL


def gravity_of_anomaly(equipment: Equipment) -> int:
    """The gravity of a technical anomaly: 1 where somebody may be hurt, 3 otherwise."""
    return GRAVE if equipment in _GRAVE_EQUIPMENT else USUAL
