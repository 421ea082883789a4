"""Bilans as a release would hold them, smallest first; figures are the article's or made up."""

from datetime import UTC, date, datetime
from uuid import UUID

from presence.releases.content import (
    Bilan,
    Cell,
    Chart,
    Column,
    Completeness,
    Definition,
    Fact,
    Perimeter,
    Row,
    Section,
    Table,
    Year,
)

HIDDEN = "secret statistique"
MONTHS = tuple(f"{year}-{month:02d}" for year in (2012, 2013) for month in range(1, 13))[1:23]


def a_table(
    name: str,
    values: dict[str, int | None],
    *,
    chart: Chart | None = None,
    total: int | None = None,
) -> Table:
    """A table of one column; a value of None is withheld."""
    return Table(
        id=name, title=f"Constat {name}", measure=f"Mesure {name}", head="Ligne",
        columns=(Column("count", "Interventions", share=total is not None),),
        rows=tuple(
            Row(code, f"Ligne {code}", (
                Cell(None, HIDDEN) if value is None else
                Cell(value, None, value * 1000 // total if total else None),
            ))
            for code, value in values.items()
        ),
        chart=chart, total=total, indicators=("interventions",),
        median=65 if chart == "columns" else None,
    )  # fmt: skip


def a_bilan(*tables: Table, years: tuple[Year, ...] = ()) -> Bilan:
    """The article's bilan, with these tables."""
    at = datetime(2013, 12, 5, 7, 0, tzinfo=UTC)
    return Bilan(
        release_id=UUID(int=1), scheme="Présence Tranquillité", territory="CAPI",
        from_on=date(2012, 2, 1), to_on=date(2013, 11, 30), version=1, reason="premier bilan",
        published_at=at, cut_off_at=at, code_version="0.1.0",
        answer="1\u202f430 interventions, soit 65 par mois.",
        paragraphs=("Médiation dans 93\u00a0% des interventions.", "Rien d'autre."),
        facts=(Fact("1\u202f430", "interventions", "soit 65 par mois"),),
        totals=(
            Row("interventions", "Interventions", (Cell(1430),)),
            Row("families_summoned", "Familles convoquées", (Cell(None, HIDDEN),)),
        ),
        completeness=Completeness(669, 668, ("1 soirée sans rapport signé",)),
        perimeter=Perimeter(2, ("OPAC 38", "Pluralis"), 23, 2000, ("Villefontaine",), 2015),
        sections=(Section("activity", "Activité", ("Ouverture.",), tables),) if tables else (),
        years=years,
        definitions=(
            Definition("interventions", "Interventions", "interventions", "Ce que c'est.",
                       "nombre", None, several=False, version=1, source="main courante"),
        ),
        limits=("Les chiffres décrivent l'activité des médiateurs, pas la délinquance.",),
        policy=("Un effectif de 1 à 4 n'est jamais publié.",), agreements=(),
    )  # fmt: skip
