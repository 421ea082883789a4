"""Places: `import-residences`."""

from pathlib import Path

import click

from presence.cli.product import product
from presence.kernel.errors import Invalid
from presence.patrimoine.imports import import_residences
from presence.patrimoine.services import current_covering
from tenants.context import Context, Kind
from tenants.database import transaction
from tenants.registry import organisations
from tenants.roles import OrganisationKind


@click.command("import-residences", help="Importer un CSV de résidences pour un bailleur.")
@click.option("--bailleur", "code", required=True, help="Code du bailleur, par exemple OPAC38.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_file(code: str, file: Path) -> None:
    """Create every residence of the file, or none; print how many."""
    with product():
        with transaction(Context(Kind.OPERATOR)) as session:
            found = [
                o.id
                for o in organisations(session)
                if o.code == code and o.is_a(OrganisationKind.BAILLEUR)
            ]
        if not found:
            raise Invalid("--bailleur", f"Aucun bailleur ne porte le code « {code} ».")
        with transaction(Context(Kind.BAILLEUR, found[0])) as session:
            coverage = current_covering(session)
            click.echo(len(import_residences(session, file.read_bytes(), coverage)))
