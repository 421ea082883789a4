"""An evening to share out (soirée à répartir): stops, teams, and the plan that answers. Pure.

Times are whole minutes since the opening of the evening's service. A stop is made whole inside
its hour band and inside the shift of the team that makes it.
"""

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from presence.kernel.errors import Invalid
from presence.kernel.nomenclature import Coded

Position = tuple[float, float]
Method = Literal["solver", "greedy"]


class Reason(Coded):
    """Why a stop is proposed (motif de proposition)."""

    ASKED = "asked", "Demandé par le bailleur", "Demande"
    BEHIND = "behind", "En retard cette semaine", "Retard"
    DUE = "due", "Dû par la fréquence", "Fréquence"
    CALL = "call", "Appel d'un locataire", "Appel"
    HOT_SPOT = "hot_spot", "Incidents récents", "Incidents"


class GiveUpReason(Coded):
    """Why a stop is not in the plan (motif d'abandon)."""

    NO_TEAM = "no_team", "Aucune équipe ce soir"
    NO_SLOT = "no_slot", "Pas de créneau dans la plage horaire"
    TOO_FAR = "too_far", "Trop loin du départ des équipes pour y être à temps"
    TEAMS_FULL = "teams_full", "Équipes complètes : moins prioritaire"


@dataclass(frozen=True)
class Stop:
    """A hall to visit (arrêt): where, how long, between which minutes, and why.

    `sector` is the INSEE code of the commune, used when coordinates are missing; `ordered` says
    that the frequency is « Régulier »; the owner only serves to share out fairly.
    """

    id: UUID
    residence_id: UUID
    owner: int
    at: Position | None
    sector: str
    minutes: int
    opens: int
    closes: int
    weight: int
    reasons: tuple[Reason, ...]
    ordered: bool

    def __post_init__(self) -> None:
        """A visit takes time."""
        if self.minutes < 1:
            message = "Un passage dure au moins une minute : corrigez la durée du lieu."
            raise Invalid("minutes", message)

    @property
    def is_due(self) -> bool:
        """Whether the contract's frequency asks for it: it then counts in its owner's share."""
        return Reason.DUE in self.reasons or Reason.BEHIND in self.reasons


@dataclass(frozen=True)
class Team:
    """A team's shift (vacation d'une équipe); unknown start: it begins at its first stop."""

    id: UUID
    starts: int
    ends: int
    start_at: Position | None

    def __post_init__(self) -> None:
        """A shift ends after it began."""
        if self.ends <= self.starts:
            message = "La vacation finit avant de commencer : corrigez ses heures."
            raise Invalid("ends", message)


@dataclass(frozen=True)
class Problem:
    """What is to be shared out tonight; another seed gives other rounds, as good."""

    stops: tuple[Stop, ...]
    teams: tuple[Team, ...]
    seed: int

    def __post_init__(self) -> None:
        """Each stop and each team once."""
        for name, what, given in (
            ("stops", "Un lieu", self.stops),
            ("teams", "Une équipe", self.teams),
        ):
            if len({one.id for one in given}) < len(given):
                message = f"{what} figure deux fois dans la soirée : retirez le doublon."
                raise Invalid(name, message)


@dataclass(frozen=True)
class PlannedStop:
    """A stop in a team's round: its rank, from 1, and the minute when the visit begins."""

    stop_id: UUID
    team_id: UUID
    rank: int
    arrives: int


@dataclass(frozen=True)
class GivenUp:
    """A stop that is in no round, and why."""

    stop_id: UUID
    why: GiveUpReason


@dataclass(frozen=True)
class Plan:
    """Rounds of an evening (tournées) and what they leave out; two alike are equal."""

    planned: tuple[PlannedStop, ...]
    given_up: tuple[GivenUp, ...]
    method: Method
    seconds: float = field(compare=False)
