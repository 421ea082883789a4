"""A bilan assembled from protected cells (composition). Pure: same inputs, same bilan."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from presence.disclosure.cells import Key
from presence.disclosure.rules import Policy
from presence.releases import wording
from presence.releases.content import (
    Bilan,
    Cell,
    Column,
    Completeness,
    Definition,
    Perimeter,
    Row,
    Section,
    Table,
    Year,
)
from presence.releases.filling import fill, permille
from presence.releases.indicators import DICTIONARY, TOTAL, codes, label
from presence.releases.layouts import Layout, Subject

SECTIONS = {
    "activity": "Activité",
    "service": "Passages et service rendu",
    "actions": "Actions et issues",
    "territories": "Territoires",
    "follow_up": "Suites des bailleurs",
    "funding": "Financement",
}
# Told for the whole period and territory, whatever the tables.
BASE = (
    TOTAL, *codes("action"), "police_came", "calls", "visits", "visits_not_done", "visits_due",
    "families_summoned", "dwellings", "residences",
)  # fmt: skip


@dataclass(frozen=True)
class Head:
    """What names a bilan and does not depend on its figures."""

    release_id: UUID
    scheme: str
    territory: str
    version: int
    reason: str
    published_at: datetime
    cut_off_at: datetime
    code_version: str


@dataclass(frozen=True)
class Ground:
    """All that a bilan is made from: its period, tables, shown keys and their values."""

    subject: Subject
    layouts: Sequence[Layout]
    shown: Collection[Key]
    values: Mapping[Key, int]
    reason: Callable[[Key], str]
    completeness: Completeness
    perimeter: Perimeter
    years: Sequence[Year]
    policy: Policy
    agreements: tuple[str, ...]
    dropped: tuple[str, ...] = ()


def assemble(head: Head, ground: Ground) -> Bilan:
    """The bilan, whole."""
    subject = ground.subject
    totals = {code: _total(ground, code) for code in BASE}
    filled = [
        (layout.section, fill(layout, ground.shown, ground.values, ground.reason))
        for layout in ground.layouts
    ]
    tables = {table.id: table for _, table in filled}
    comparable = [year for year in ground.years if _same_year(subject, year.year)]
    filled += [("funding", _funding(year, totals, year in comparable)) for year in ground.years]
    months = _months(subject.from_on, subject.to_on)
    return Bilan(
        release_id=head.release_id,
        scheme=head.scheme,
        territory=head.territory,
        from_on=subject.from_on,
        to_on=subject.to_on,
        version=head.version,
        reason=head.reason,
        published_at=head.published_at,
        cut_off_at=head.cut_off_at,
        code_version=head.code_version,
        answer=wording.answer(totals, months),
        paragraphs=wording.paragraphs(totals, tables),
        facts=wording.facts(totals, months, ground.completeness),
        totals=tuple(Row(code, label(code), (cell,)) for code, cell in totals.items()),
        completeness=ground.completeness,
        perimeter=ground.perimeter,
        sections=_sections(filled),
        years=tuple(ground.years),
        definitions=_definitions(tables),
        limits=(
            *wording.limits(ground.perimeter, ground.years, bool(comparable)),
            *wording.dropped(ground.dropped),
        ),
        policy=wording.policy_sentences(ground.policy),
        agreements=ground.agreements,
    )


def wanted(subject: Subject, tables: Sequence[Layout]) -> set[Key]:
    """Every key that the bilan asks for."""
    return {key for table in tables for key in table.wanted()} | {
        subject.whole(code) for code in BASE
    }


def _total(ground: Ground, code: str) -> Cell:
    key = ground.subject.whole(code)
    if key not in ground.shown:
        return Cell(None, ground.reason(key))
    whole = ground.subject.whole(TOTAL)
    share = None
    if code.startswith("action:") and whole in ground.shown and ground.values[whole]:
        share = permille(ground.values[key], ground.values[whole])
    return Cell(ground.values[key], None, share)


def _sections(filled: Sequence[tuple[str, Table]]) -> tuple[Section, ...]:
    made = []
    for name, title in SECTIONS.items():
        tables = tuple(table for section, table in filled if section == name)
        if tables:
            made.append(Section(name, title, _opening(name), tables))
    return tuple(made)


def _opening(section: str) -> tuple[str, ...]:
    if section == "funding":
        return (
            (
                "Le coût du service est payé par les bailleurs et les financeurs publics\u00a0; il "
                "n'est pas répercuté sur les loyers. Les années ne s'additionnent pas."
            ),
        )
    if section == "follow_up":
        return ("Ce que les bailleurs ont fait ensuite\u00a0: des comptes, jamais un contenu.",)
    return ()


def _funding(year: Year, totals: Mapping[str, Cell], comparable: bool) -> Table:
    rows = [
        Row("cost", "Coût du dispositif", (Cell(year.cost_cents),)),
        Row("grant", "Subventions", (Cell(year.grant_cents, None, _part(year)),)),
        Row("net", "Reste à charge des bailleurs", (Cell(year.net_cents),)),
    ]
    interventions = totals[TOTAL].value
    notes = ["Non répercuté sur les loyers."]
    if comparable and interventions:
        each = (2 * year.cost_cents + interventions) // (2 * interventions)
        rows.append(Row("per_intervention", "Coût par intervention", (Cell(each),)))
    else:
        notes.append("Coût par intervention non calculable\u00a0: périodes différentes.")
    state = "prévision" if year.status == "forecast" else "réalisé"
    return Table(
        id=f"funding_{year.year}",
        title=f"Financement {year.year}",
        measure=f"année civile, {state}, en euros",
        head="Poste",
        columns=(Column("amount", "Montant", "cents", share=True),),
        rows=tuple(rows),
        chart="waterfall",
        notes=tuple(notes),
        indicators=("finance",),
    )


def _part(year: Year) -> int | None:
    return permille(year.grant_cents, year.cost_cents) if year.cost_cents else None


def _definitions(tables: Mapping[str, Table]) -> tuple[Definition, ...]:
    used = {code.split(":", 1)[0] for table in tables.values() for code in table.indicators}
    used |= {code.split(":", 1)[0] for code in BASE} | {"finance"}
    return tuple(
        Definition(
            item.code, item.label, item.unit, item.definition, item.numerator,
            item.denominator, item.several, item.version, item.source,
        )
        for item in DICTIONARY.values()
        if item.code in used
    )  # fmt: skip


def _same_year(subject: Subject, year: int) -> bool:
    return (subject.from_on, subject.to_on) == (date(year, 1, 1), date(year, 12, 31))


def _months(from_on: date, to_on: date) -> int:
    return (to_on.year - from_on.year) * 12 + to_on.month - from_on.month + 1
