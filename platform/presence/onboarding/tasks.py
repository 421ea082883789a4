"""The eight tasks of an onboarding (étapes de la mise en route), and what each still misses. Pure.

Their order is the order in which they are shown; only the last one asks for the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from presence.kernel.formats import count


class Task(StrEnum):
    """A task, by the address of its form."""

    IDENTITY = "identite"
    PEOPLE = "equipes"
    PLACES = "residences"
    FREQUENCIES = "frequences"
    KEY = "cle"
    AGREEMENTS = "conventions"
    TRIAL = "essai"
    ACTIVATION = "activation"


LABELS: Mapping[Task, str] = {
    Task.IDENTITY: "Renseigner l'identité",
    Task.PEOPLE: "Créer les agences et inviter les utilisateurs",
    Task.PLACES: "Importer les résidences",
    Task.FREQUENCIES: "Fixer les fréquences de passage",
    Task.KEY: "Accepter la clé de répartition",
    Task.AGREEMENTS: "Joindre la convention et l'accord RGPD",
    Task.TRIAL: "Faire une soirée d'essai",
    Task.ACTIVATION: "Activer",
}


@dataclass(frozen=True)
class Facts:
    """What is known of a bailleur that gets ready."""

    started: bool = False
    legal_form: str | None = None
    siret: str | None = None
    contact: bool = False
    agencies: int = 0
    people: int = 0
    invitations: int = 0
    residences: int = 0
    without_frequency: int = 0
    member_from_on: date | None = None
    key_words: str | None = None
    key_accepted_on: date | None = None
    convention_on: date | None = None
    data_agreement_on: date | None = None
    trial_evening_on: date | None = None
    live_from_on: date | None = None


@dataclass(frozen=True)
class State:
    """Where a task stands: done, or what it misses, in words."""

    task: Task
    done: bool
    words: str

    @property
    def label(self) -> str:
        """« Renseigner l'identité »."""
        return LABELS[self.task]


def states(facts: Facts) -> list[State]:
    """Every task, in order."""
    found = [_identity(facts), _people(facts), _places(facts), _frequencies(facts), _key(facts)]
    found += [_agreements(facts), _trial(facts)]
    return [*found, _activation(facts, found)]


def missing(facts: Facts) -> list[str]:
    """What keeps activation from being possible, task by task."""
    found = [
        f"étape {number}, {state.label.lower()} : {state.words}"
        for number, state in enumerate(states(facts)[:-1], start=1)
        if not state.done
    ]
    if facts.member_from_on is None:
        found.append("l'exploitant n'a pas encore rattaché votre organisme à un dispositif")
    return found


def _identity(facts: Facts) -> State:
    absent = [
        word
        for word, value in (
            ("la forme juridique", facts.legal_form), ("le SIRET", facts.siret),
            ("le contact", facts.contact),
        )
        if not value
    ]  # fmt: skip
    return _state(Task.IDENTITY, absent)


def _people(facts: Facts) -> State:
    absent = [] if facts.agencies else ["une agence"]
    if facts.people < 2 and not facts.invitations:
        absent.append("une invitation")
    told = count(facts.people, "compte")
    if facts.invitations:
        told += f", {count(facts.invitations, 'invitation')} en attente"
    return _state(Task.PEOPLE, absent, told)


def _places(facts: Facts) -> State:
    absent = [] if facts.residences else ["au moins une résidence"]
    return _state(Task.PLACES, absent, count(facts.residences, "résidence"))


def _frequencies(facts: Facts) -> State:
    if not facts.residences:
        return State(Task.FREQUENCIES, False, "importez d'abord les résidences")
    left = facts.without_frequency
    absent = [f"{count(left, 'résidence')} sans fréquence"] if left else []
    return _state(Task.FREQUENCIES, absent)


def _key(facts: Facts) -> State:
    if facts.key_words is None:
        return State(Task.KEY, False, "le dispositif n'a pas encore de clé en vigueur")
    absent = [] if facts.key_accepted_on else ["votre accord"]
    return _state(Task.KEY, absent, facts.key_words)


def _agreements(facts: Facts) -> State:
    absent = [] if facts.convention_on else ["la convention n'est pas signée"]
    if not facts.data_agreement_on:
        absent.append("l'accord RGPD n'est pas signé")
    return State(Task.AGREEMENTS, not absent, ", ".join(absent) or "signés")


def _trial(facts: Facts) -> State:
    if facts.trial_evening_on is None:
        return State(Task.TRIAL, False, "À commencer" if facts.residences else "après l'import")
    return State(Task.TRIAL, True, f"soirée du {facts.trial_evening_on:%d/%m/%Y}")


def _activation(facts: Facts, before: Sequence[State]) -> State:
    if facts.live_from_on is not None:
        return State(Task.ACTIVATION, True, f"en service depuis le {facts.live_from_on:%d/%m/%Y}")
    numbers = [str(n) for n, state in enumerate(before, start=1) if not state.done]
    if numbers:
        word = "étape" if len(numbers) == 1 else "étapes"
        listed = numbers[0] if len(numbers) == 1 else f"{', '.join(numbers[:-1])} et {numbers[-1]}"
        return State(Task.ACTIVATION, False, f"Impossible pour l'instant : {word} {listed}")
    if facts.member_from_on is None:
        return State(Task.ACTIVATION, False, "Impossible : aucun dispositif ne vous rattache")
    return State(Task.ACTIVATION, False, "Possible maintenant")


def _state(task: Task, absent: Sequence[str], told: str = "") -> State:
    if absent:
        return State(task, False, f"il manque {', '.join(absent)}")
    return State(task, True, told)
