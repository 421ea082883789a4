"""The published facts (`data/seed.json`), typed. Source: ARRA-Habitat, December 2013."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Facts:
    """What the scheme published, and the constants of its demonstration."""

    clock: str
    first_on: date
    last_on: date
    after_last_on: date
    interventions: int
    mediation: int
    reminder: int
    police: int
    families: int
    cost_cents: int
    grant_cents: int
    opac_dwellings: int
    pluralis_dwellings: int
    joining_on: date
    banner: str


@cache
def facts() -> Facts:
    """Read the facts once."""
    text = files("presence.demonstration").joinpath("data/seed.json").read_text(encoding="utf-8")
    seed = json.loads(text)
    shown = seed["demonstration"]
    evenings = shown["evenings_generated"]
    exact = shown["exact"]
    return Facts(
        clock=shown["clock"],
        first_on=date.fromisoformat(evenings["balance"][0]),
        last_on=date.fromisoformat(evenings["balance"][1]),
        after_last_on=date.fromisoformat(evenings["after"][1]),
        interventions=exact["interventions"],
        mediation=exact["mediation"],
        reminder=exact["house_rules_reminder"],
        police=exact["police_request"],
        families=exact["families_summoned"],
        cost_cents=seed["year_2012"]["cost_eur"] * 100,
        grant_cents=seed["year_2012"]["fipd_subsidy_eur"] * 100,
        opac_dwellings=shown["key"]["opac38"],
        pluralis_dwellings=shown["key"]["pluralis"],
        joining_on=date.fromisoformat(shown["joining_on"]),
        banner=shown["fictional_data_banner"],
    )
