"""The sentence of an evening, its subject and its completeness, in French. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from presence.kernel import formats


class NightState(StrEnum):
    """What is known of an evening: each is another fact, in words, icon and colour."""

    COMPLETE = "complete"
    QUIET = "quiet"
    PROVISIONAL = "provisional"
    AMENDED = "amended"
    MISSING = "missing"
    NO_ROUND = "no_round"
    RUNNING = "running"
    TO_COME = "to_come"


@dataclass(frozen=True)
class Figures:
    """The numbers of the evening; `done` counts the places due that were visited."""

    planned: int
    done: int
    off_programme: int
    not_done: int
    not_received: int
    interventions: int
    police: int
    anomalies: int
    calls: int
    calls_followed: int

    @property
    def nothing_came(self) -> bool:
        """Whether places were due and no sheet at all came in."""
        return self.planned > 0 and self.not_received == self.planned and not self.off_programme


def passages(figures: Figures) -> str:
    """« 33 passages faits sur 34 prévus »."""
    told = (
        f"{formats.count(figures.done, 'passage fait', 'passages faits')} "
        f"sur {formats.count(figures.planned, 'prévu', 'prévus')}"
    )
    if figures.off_programme:
        told += f", {formats.number(figures.off_programme)}\u00a0hors programme"
    return told


def happened(figures: Figures) -> str:
    """« 3 interventions, dont 1 appel aux forces de l'ordre »; empty when there is none."""
    if not figures.interventions:
        return ""
    told = formats.count(figures.interventions, "intervention")
    if figures.police:
        told += f", dont {formats.count(figures.police, 'appel')} aux forces de l'ordre"
    return told


_WITHOUT_FIGURES = {
    NightState.MISSING: "Rapport non reçu.",
    NightState.TO_COME: "Cette soirée n'a pas encore eu lieu.",
    NightState.NO_ROUND: "Pas de tournée prévue ce soir-là.",
}


def sentence(state: NightState, figures: Figures) -> tuple[str, str]:
    """The sentence that answers, and its end, which a page sets in bold."""
    if state in _WITHOUT_FIGURES:
        return _WITHOUT_FIGURES[state], ""
    if figures.nothing_came and state is not NightState.RUNNING:
        return "Soirée signée, mais aucune fiche n'est arrivée : on ne sait rien d'elle.", ""
    told = passages(figures) + "."
    ends = [happened(figures), _anomalies(figures)]
    if any(ends):
        return told, ". ".join(filter(None, ends)) + "."
    if state is NightState.QUIET:
        return f"Nuit calme : {told}", "Rien à signaler."
    if state is NightState.RUNNING or figures.not_done or figures.not_received:
        return told, "Aucune intervention."
    return told, "Rien à signaler."


def subject(evening_on: date, state: NightState, figures: Figures, version: int) -> str:
    """The subject of the e-mail: it carries the counts."""
    night = f"Nuit du {formats.long_date(evening_on, weekday=False, year=False)}"
    if version > 1:
        night += f", rapport rectifié (v{version})"
    if state is NightState.MISSING:
        return f"{night} : rapport non reçu"
    if state is NightState.NO_ROUND:
        return f"{night} : pas de tournée prévue"
    done = f"{formats.count(figures.done, 'passage')} sur {formats.number(figures.planned)}"
    if figures.not_received:
        missing = formats.count(figures.not_received, "fiche non reçue", "fiches non reçues")
        return f"{night} : {happened(figures) or 'aucune intervention'}, provisoire ({missing})"
    if figures.interventions:
        return f"{night} : {happened(figures)}"
    if figures.anomalies:
        return f"{night} : {_anomalies(figures)} ({done})"
    calm = "aucune intervention" if figures.not_done else "rien à signaler"
    return f"{night} : {calm} ({done})"


def completeness(state: NightState, figures: Figures) -> str:
    """« 34 fiches reçues sur 34 »: how much of the evening is known."""
    if state in {NightState.MISSING, NightState.TO_COME, NightState.NO_ROUND}:
        return ""
    received = figures.planned - figures.not_received
    told = (
        f"{formats.count(received, 'fiche reçue', 'fiches reçues')} "
        f"sur {formats.number(figures.planned)}"
    )
    if state is NightState.PROVISIONAL:
        late = formats.count(figures.not_received, "fiche n'est", "fiches ne sont")
        told += f". Provisoire : {late} pas encore {_arrived(figures.not_received)}"
    return told


def _arrived(late: int) -> str:
    return "arrivée" if late < 2 else "arrivées"


def _anomalies(figures: Figures) -> str:
    if not figures.anomalies:
        return ""
    return formats.count(figures.anomalies, "anomalie technique", "anomalies techniques")
