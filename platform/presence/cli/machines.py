"""Machines: `token`."""

import click

from presence.accounts.credentials import issue_token_for
from presence.cli.product import product
from tenants.roles import Permission


@click.command("token", help="Créer un jeton d'API pour un compte ; il n'est montré qu'une fois.")
@click.option("--account", "email", required=True, help="E-mail du compte.")
@click.option("--days", type=int, default=30, show_default=True, help="Durée, de 1 à 366 jours.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([permission.value for permission in Permission]),
    help="Un droit prêté au jeton, à répéter ; sans cette option, tous ceux du compte.",
)
def token(email: str, days: int, scopes: tuple[str, ...]) -> None:
    """Print the token alone."""
    with product():
        click.echo(issue_token_for(email, days, [Permission(s) for s in scopes] or None))
