"""Fictional residences in the real communes of the CAPI; only the totals of dwellings are given.

A line is: name, street, Insee code, QPV, relative size, evenings a week, names of the halls.
"""

from dataclasses import dataclass
from random import Random
from uuid import UUID, uuid5

from presence.kernel.money import split
from presence.patrimoine.services import EntranceDraft, ResidenceDraft

# Fixed, so that the demonstration is the same each time it is seeded.
NAMESPACE = UUID("5d1c1f0a-7a34-4d5f-8b1e-3f1c6a2b9e01")
BOURGOIN, VILLEFONTAINE, ISLE = "38053", "38553", "38193"
VERPILLIERE, QUENTIN, RUY, NIVOLAS, SAVIN = "38537", "38449", "38348", "38276", "38455"
Line = tuple[str, str, str, str | None, int, int, str]
# The communes' middles, to two decimals; the residences are set around them, at invented places.
MIDDLES = {
    BOURGOIN: (45.59, 5.27), VILLEFONTAINE: (45.61, 5.15), ISLE: (45.62, 5.22),
    VERPILLIERE: (45.63, 5.15), QUENTIN: (45.64, 5.12), RUY: (45.59, 5.32),
    NIVOLAS: (45.56, 5.31), SAVIN: (45.63, 5.31),
}  # fmt: skip
# How far around: about a kilometre.
AROUND = 0.01
# From so many halls on, a residence has two buildings.
TWO_BUILDINGS = 3

OPAC38: tuple[Line, ...] = (
    ("Les Fougères", "12 allée des Fougères", VILLEFONTAINE, "Saint-Bonnet", 9, 6, "Hall 1|Hall 2|Hall 3|Hall 4"),
    ("Champaret", "3 rue du Champaret", BOURGOIN, "Champaret", 9, 6, "Hall A|Hall B|Hall C"),
    ("Saint-Hubert", "8 place Saint-Hubert", ISLE, "Saint-Hubert", 8, 6, "Cage 1|Cage 2|Cage 3|Sous-sol"),
    ("Le Mas", "21 chemin du Mas", VILLEFONTAINE, "Les Roches", 7, 4, "Hall A|Hall B"),
    ("Servenoble", "5 rue de Servenoble", VILLEFONTAINE, None, 6, 3, "Hall 1|Hall 2|Sous-sol"),
    ("Les Tilleuls", "40 avenue des Tilleuls", BOURGOIN, None, 6, 3, "Montée 1|Montée 2|Montée 3"),
    ("La Chênaie", "2 impasse de la Chênaie", ISLE, None, 5, 3, "Hall 1|Hall 2"),
    ("Les Acacias", "17 rue des Acacias", BOURGOIN, None, 5, 3, "Hall A|Hall B"),
    ("Le Verger", "9 rue du Verger", VERPILLIERE, None, 5, 3, "Hall 1|Hall 2"),
    ("Les Glycines", "33 rue des Glycines", BOURGOIN, None, 4, 1, "Hall 1|Hall 2"),
    ("Les Peupliers", "6 allée des Peupliers", QUENTIN, None, 5, 3, "Allée 1|Allée 2"),
    ("Le Bosquet", "14 rue du Bosquet", VILLEFONTAINE, None, 4, 1, "Hall 1|Hall 2"),
    ("Les Cèdres", "1 place des Cèdres", ISLE, None, 5, 3, "Hall A|Hall B"),
    ("Les Églantiers", "28 rue des Églantiers", BOURGOIN, None, 4, 1, "Hall 1|Hall 2"),
    ("La Ferronnière", "7 rue de la Ferronnière", BOURGOIN, None, 4, 1, "Hall"),
    ("Les Charmilles", "11 chemin des Charmilles", NIVOLAS, None, 3, 1, "Hall"),
    ("Le Clos des Vignes", "4 clos des Vignes", RUY, None, 3, 1, "Hall"),
    ("Les Marronniers", "19 cours des Marronniers", BOURGOIN, None, 4, 1, "Hall 1|Hall 2"),
    ("Le Belvédère", "26 montée du Belvédère", BOURGOIN, None, 4, 1, "Hall 1|Hall 2"),
    ("Les Lilas", "15 rue des Lilas", SAVIN, None, 2, 1, "Hall"),
    ("L'Orée du Bois", "2 chemin de l'Orée", VERPILLIERE, None, 3, 1, "Hall"),
    ("Les Noyers", "30 rue des Noyers", QUENTIN, None, 3, 1, "Hall"),
    ("La Roseraie", "5 rue de la Roseraie", BOURGOIN, None, 3, 1, "Hall"),
)  # fmt: skip
PLURALIS: tuple[Line, ...] = (
    ("Champfleuri", "10 rue Chopin", BOURGOIN, "Champfleuri", 9, 6, "Hall 1|Hall 2|Hall 3"),
    ("Les Roches", "6 allée des Roches", VILLEFONTAINE, "Les Roches", 8, 6, "Hall A|Hall B|Hall C"),
    ("Le Ravel", "22 rue Ravel", BOURGOIN, "Champfleuri", 6, 4, "Hall 1|Hall 2"),
    ("Les Platanes", "13 avenue des Platanes", ISLE, None, 5, 3, "Hall 1|Hall 2"),
    ("Le Triforium", "4 place du Triforium", ISLE, "Saint-Hubert", 6, 4, "Cage 1|Cage 2"),
    ("Les Bruyères", "18 rue des Bruyères", VILLEFONTAINE, None, 4, 1, "Hall 1|Hall 2"),
    ("La Peupleraie", "3 impasse de la Peupleraie", BOURGOIN, None, 4, 1, "Hall"),
    ("Les Mûriers", "27 rue des Mûriers", VERPILLIERE, None, 4, 1, "Hall 1|Hall 2"),
    ("Le Grand Pré", "9 rue du Grand Pré", QUENTIN, None, 4, 1, "Hall"),
    ("Les Aubépines", "16 rue des Aubépines", BOURGOIN, None, 3, 1, "Hall"),
    ("Le Moulin", "1 chemin du Moulin", NIVOLAS, None, 3, 1, "Hall"),
    ("Les Érables", "35 rue des Érables", BOURGOIN, None, 3, 1, "Hall"),
    ("Les Bouleaux", "8 allée des Bouleaux", RUY, None, 2, 1, "Hall"),
    ("La Garenne", "20 rue de la Garenne", VILLEFONTAINE, None, 3, 1, "Hall"),
)  # fmt: skip
# The five that join on 1 January 2014: invented, and named so.
JOINERS: tuple[tuple[str, str, int], ...] = (
    ("Bailleur C (exemple)", "BAILLEURC", 540),
    ("Bailleur D (exemple)", "BAILLEURD", 460),
    ("Bailleur E (exemple)", "BAILLEURE", 380),
    ("Bailleur F (exemple)", "BAILLEURF", 320),
    ("Bailleur G (exemple)", "BAILLEURG", 300),
)


@dataclass(frozen=True)
class Planned:
    """A residence and the evenings a week that its bailleur recommends."""

    draft: ResidenceDraft
    times_per_week: int


def portfolio(lines: tuple[Line, ...], agency: str, dwellings: int) -> list[Planned]:
    """The residences of a bailleur, their dwellings adding up to the given total."""
    sizes = split(dwellings, {index: line[4] for index, line in enumerate(lines)})
    return [
        Planned(
            ResidenceDraft(
                agency=agency,
                code=f"R{index + 1:03d}",
                name=name,
                address=street,
                insee_code=insee,
                dwellings=sizes[index],
                qpv_name=qpv,
                entrances=_halls(f"{agency} {name}", halls.split("|"), sizes[index], insee),
                id=uuid5(NAMESPACE, f"{agency} {name}"),
            ),
            times,
        )
        for index, (name, street, insee, qpv, _, times, halls) in enumerate(lines)
    ]


def _halls(
    residence: str, names: list[str], dwellings: int, insee: str
) -> tuple[EntranceDraft, ...]:
    """A residence's halls: dwellings shared out evenly, one invented place for all."""
    counts = split(dwellings, dict.fromkeys(range(len(names)), 1))
    chance = Random(str(uuid5(NAMESPACE, residence)))  # noqa: S311 - a story, not a secret
    middle = MIDDLES[insee]
    latitude, longitude = (round(axis + chance.uniform(-AROUND, AROUND), 5) for axis in middle)
    half = (len(names) + 1) // 2
    return tuple(
        EntranceDraft(
            name,
            dwellings=counts[rank],
            building=None if len(names) < TWO_BUILDINGS else "Bâtiment " + "AB"[rank >= half],
            latitude=latitude,
            longitude=longitude,
        )
        for rank, name in enumerate(names)
    )


def joiner_portfolio(name: str, dwellings: int) -> list[Planned]:
    """Two invented residences for a bailleur that joins."""
    letter = name.split()[1]
    lines: tuple[Line, ...] = (
        (f"Résidence {letter}1", "1 rue de l'Exemple", BOURGOIN, None, 3, 3, "Hall 1|Hall 2"),
        (f"Résidence {letter}2", "2 rue de l'Exemple", VILLEFONTAINE, None, 2, 1, "Hall"),
    )
    return portfolio(lines, "Agence (exemple)", dwellings)
