"""What may happen to an anomaly, by side; what a sighting changes; the gravity of what is found."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from presence.anomalies.rules import Side, Tracked, concerned, next_states, note_of, refusal
from presence.field.gravity import gravity_of, gravity_of_anomaly
from presence.kernel.errors import Invalid
from presence.kernel.nomenclature import Action, AnomalyState, Equipment, Outcome, Situation

R, A, F, V = AnomalyState
NIGHT = datetime(2013, 12, 3, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)


def tracked(state: AnomalyState, state_at: datetime = NIGHT) -> Tracked:
    return Tracked(uuid4(), state, state_at, NIGHT, "ampoule")


@pytest.mark.parametrize(
    ("side", "allowed"),
    [
        (Side.BAILLEUR, {R: [A], A: [F], F: [V], V: []}),
        (Side.PRESTATAIRE, {R: [], A: [], F: [R, V], V: []}),
    ],
)
def test_each_side_moves_an_anomaly_only_where_it_may(
    side: Side, allowed: dict[AnomalyState, list[AnomalyState]]
) -> None:
    assert {state: next_states(side, state) for state in AnomalyState} == allowed


def test_a_refusal_says_what_the_next_step_is() -> None:
    told = refusal(Side.BAILLEUR, R, V)

    assert told == "Cette anomalie est signalée : l'étape suivante est « Prise en charge »."


def test_a_prestataire_is_told_that_the_bailleur_is_to_act() -> None:
    told = refusal(Side.PRESTATAIRE, A, F)

    assert told == "Cette anomalie est prise en charge : c'est au bailleur de la faire avancer."


@pytest.mark.parametrize("side", Side)
def test_a_verified_anomaly_is_closed(side: Side) -> None:
    assert "close" in str(refusal(side, V, R))


@pytest.mark.parametrize("state", [R, A])
def test_seen_again_an_anomaly_stays_where_it_was(state: AnomalyState) -> None:
    row = tracked(state)

    changed = row.sees(NIGHT + HOUR, None, still_there=True)

    assert (changed, row.state) == (False, state)


def test_seen_again_after_it_was_repaired_it_is_reported_again() -> None:
    row = tracked(F)

    changed = row.sees(NIGHT + HOUR, "encore", still_there=True)

    assert (changed, row.state, row.note) == (True, R, "encore")


def test_a_sighting_from_before_the_repair_does_not_undo_it() -> None:
    row = tracked(F, NIGHT + 2 * HOUR)

    changed = row.sees(NIGHT + HOUR, None, still_there=True)

    assert (changed, row.state) == (False, F)


@pytest.mark.parametrize("state", [R, A, F])
def test_seen_repaired_an_anomaly_is_verified(state: AnomalyState) -> None:
    row = tracked(state)

    changed = row.sees(NIGHT + HOUR, None, still_there=False)

    assert (changed, row.state) == (True, V)


def test_seen_repaired_before_it_was_last_seen_says_nothing() -> None:
    row = tracked(R)

    changed = row.sees(NIGHT - HOUR, None, still_there=False)

    assert (changed, row.state) == (False, R)


def test_a_note_that_comes_late_does_not_replace_a_newer_one() -> None:
    row = tracked(R)

    row.sees(NIGHT - HOUR, "plus vieux", still_there=True)

    assert row.note == "ampoule"


def test_what_is_seen_after_a_verification_is_another_anomaly() -> None:
    assert concerned([tracked(V)], NIGHT + HOUR) is None


def test_what_was_seen_before_a_verification_belongs_to_what_was_verified() -> None:
    verified, reopened = tracked(V), tracked(R, NIGHT + 3 * HOUR)

    assert concerned([reopened, verified], NIGHT - HOUR) is verified


def test_a_note_is_on_one_line_with_every_sign_visible() -> None:
    assert note_of("  ampoule\u202e\n du  palier\x00 ") == "ampoule du palier"


@pytest.mark.parametrize("text", [None, "", "  \n "])
def test_an_empty_note_is_none(text: str | None) -> None:
    assert note_of(text) is None


def test_a_note_is_280_characters_at_most() -> None:
    assert note_of("a" * 280) == "a" * 280
    with pytest.raises(Invalid, match="280 caractères : il y en a 281"):
        note_of("a" * 281)


@pytest.mark.parametrize(
    ("situation", "action", "outcome", "expected"),
    [
        (Situation.VIOLENCE, Action.MEDIATION, Outcome.CALMED, 1),
        (Situation.FIRE, Action.OBSERVATION, Outcome.HANDED_OVER, 1),
        (Situation.NOISE, Action.EMERGENCY_CALL, Outcome.CALMED, 1),
        (Situation.NOISE, Action.POLICE_REQUEST, Outcome.CALMED, 2),
        (Situation.VERBAL_ABUSE, Action.MEDIATION, Outcome.CALMED, 2),
        (Situation.INTRUSION, Action.MEDIATION, Outcome.CALMED, 2),
        (Situation.PERSON_IN_DISTRESS, Action.MEDIATION, Outcome.CALMED, 2),
        (Situation.GATHERING, Action.MEDIATION, Outcome.PERSISTS, 2),
        (Situation.GATHERING, Action.MEDIATION, Outcome.WITHDREW, 2),
        (Situation.GATHERING, Action.MEDIATION, Outcome.DISPERSED, 3),
    ],
)
def test_the_gravity_of_an_intervention_follows_from_what_was_found_and_done(
    situation: Situation, action: Action, outcome: Outcome, expected: int
) -> None:
    assert gravity_of(situation, (action,), outcome) == expected


def test_an_electrical_danger_and_fire_safety_are_of_the_first_gravity() -> None:
    grave = [equipment for equipment in Equipment if gravity_of_anomaly(equipment) == 1]

    assert grave == [Equipment.FIRE_SAFETY, Equipment.ELECTRICAL]
