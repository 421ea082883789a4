"""Places: `import-residences`."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from presence.cli.product import product
from presence.imports.confirming import import_at_once
from presence.imports.preparing import Deposit
from presence.kernel.errors import Invalid
from presence.onboarding.queries import covering_of_new_places
from tenants.context import JOB_SECONDS, Context, Kind
from tenants.database import transaction
from tenants.registry import organisations
from tenants.roles import OrganisationKind


@click.command("import-residences", help="Importer un fichier de résidences pour un bailleur.")
@click.option("--bailleur", "code", required=True, help="Code du bailleur, par exemple OPAC38.")
@click.option("--dry-run", is_flag=True, help="Comparer seulement : rien n'est enregistré.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_file(code: str, file: Path, *, dry_run: bool) -> None:
    """Import a file, all or nothing; print what was done, or would be, on one line of JSON."""
    with product():
        context = Context(Kind.BAILLEUR, _bailleur(code), seconds=JOB_SECONDS)
        with transaction(context) as session:
            deposit = Deposit(file.name, file.read_bytes())
            covering = covering_of_new_places(session)
            plan = import_at_once(session, deposit, covering, dry_run=dry_run)
    click.echo(json.dumps(asdict(plan.counts)))


def _bailleur(code: str) -> int:
    with transaction(Context(Kind.OPERATOR)) as session:
        for organisation in organisations(session):
            if organisation.code == code and organisation.is_a(OrganisationKind.BAILLEUR):
                return organisation.id
    raise Invalid("--bailleur", f"Aucun bailleur ne porte le code « {code} ».")
