"""Figures: `aggregate`, `bilan`."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import click
import orjson

from presence.cli.product import product
from presence.kernel import formats
from presence.kernel.clock import last_of_month
from presence.kernel.errors import Invalid
from presence.kernel.nomenclature import Action
from presence.releases.bilan import bilan_document
from presence.releases.queries import bilan as frozen_bilan
from presence.releases.queries import release_of_period, releases
from presence.reporting.aggregation import count_evenings
from tenants.context import RELAY, Context, Kind
from tenants.database import transaction
from tenants.scheme import schemes


@click.command("aggregate", help="Recompter une soirée, pour tous les bailleurs.")
@click.option("--evening", required=True, help="La soirée, par exemple 2013-12-04.")
def aggregate(evening: str) -> None:
    """Print what was counted, as JSON."""
    try:
        evening_on = date.fromisoformat(evening)
    except ValueError as error:
        message = f"« {evening} » n'est pas une date : écrivez-la sous la forme 2013-12-04."
        raise Invalid("--evening", message) from error
    with product(), transaction(RELAY) as session:
        counted = count_evenings(session, evening_on)
    runs = [
        {"bailleur": str(item.bailleur), "rows": item.rows, "version": item.version}
        for item in counted
    ]
    _print_json({"evening": evening_on.isoformat(), "runs": runs})


@click.command("bilan", help="Afficher un bilan publié.")
@click.option("--from", "start", required=True, help="Premier mois, par exemple 2012-02.")
@click.option("--to", "end", required=True, help="Dernier mois, par exemple 2013-11.")
@click.option("--format", "form", type=click.Choice(["json", "table", "csv"]), default="table")
@click.option("--scheme", "scheme_name", help="Nom du dispositif, s'il y en a plusieurs.")
def bilan(start: str, end: str, form: str, scheme_name: str | None) -> None:
    """Print the published release of exactly that period."""
    document = published_document(_month(start, "--from"), _month(end, "--to"), scheme_name)
    if form == "json":
        _print_json(document)
    elif form == "csv":
        click.echo(as_csv(document), nl=False)
    else:
        click.echo(as_table(document))


def published_document(
    first: date, last: date, scheme_name: str | None = None
) -> Mapping[str, Any]:
    """The published release of a period, read as the territory reads it; raises `Invalid`."""
    with product():
        with transaction(Context(Kind.OPERATOR)) as session:
            known_schemes = [
                (scheme.id, scheme.territory_id)
                for scheme in schemes(session)
                if scheme_name in {None, scheme.name}
            ]
        if not known_schemes:
            raise Invalid("--scheme", "Aucun dispositif de ce nom.")
        scheme_id, reader_id = known_schemes[0]
        with transaction(Context(Kind.FIGURES, reader_id)) as session:
            head = release_of_period(session, first, last_of_month(last))
            found = frozen_bilan(session, head.id) if head else None
            if head is None or found is None:
                known = ", ".join(
                    f"{item.from_on:%Y-%m} à {item.to_on:%Y-%m}"
                    for item in releases(session, scheme_id)
                )
                message = (
                    f"Aucun bilan publié pour cette période. Bilans publiés : {known or 'aucun'}."
                )
                raise Invalid("--from", message)
            return bilan_document(found, head)


def as_table(document: Mapping[str, Any]) -> str:
    """The bilan for a terminal."""
    period, evenings = document["period"], document["evenings"]
    lines = [
        f"Bilan de {period['months']} mois, {period['from']} à {period['to']}",
        "",
        _line("Interventions", document["interventions"]),
    ]
    for action in document["actions"]:
        share = action["percent"]
        told = "" if share is None else f"{share:.1f}".replace(".", ",") + "\u00a0%"
        lines.append(_line(f"  {Action(action['code']).label}", action["count"], told))
    lines += [
        _line("Familles convoquées", document["families_summoned"]),
        _line("Soirées signées", evenings["signed"], f"sur {formats.number(evenings['due'])}"),
        "",
        "  Une intervention peut comporter plusieurs actions : le total dépasse 100\u00a0%.",
        "",
        f"{'Financement':<14}{'Coût':>16}{'Subvention':>16}{'Reste à charge':>18}",
    ]
    for year in document["finance"]:
        label = f"{year['year']}" + (" (prév.)" if year["status"] == "forecast" else "")
        lines.append(
            f"{label:<14}{formats.euros(year['cost_cents']):>16}"
            f"{formats.euros(year['grant_cents']):>16}{formats.euros(year['net_cents']):>18}"
        )
    return "\n".join(lines)


def as_csv(document: Mapping[str, Any]) -> str:
    """The bilan for a spreadsheet: `;`, one line per indicator."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(["indicateur", "valeur", "part_pour_cent"])
    writer.writerow(["interventions", document["interventions"], ""])
    for action in document["actions"]:
        percent = "" if action["percent"] is None else str(action["percent"]).replace(".", ",")
        writer.writerow([f"action:{action['code']}", action["count"], percent])
    writer.writerow(["families_summoned", document["families_summoned"], ""])
    for name, value in document["evenings"].items():
        writer.writerow([f"evenings:{name}", value, ""])
    return out.getvalue()


def _line(label: str, value: int | None, told: str = "") -> str:
    shown = "n. c." if value is None else formats.number(value)
    return f"{label:<42}{shown:>8}  {told}".rstrip()


def _month(text: str, option: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month, not an instant
    except ValueError as error:
        raise Invalid(option, f"« {text} » n'est pas un mois : écrivez-le 2012-02.") from error


def _print_json(document: Mapping[str, Any] | Sequence[Any]) -> None:
    click.echo(orjson.dumps(document).decode())
