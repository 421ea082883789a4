"""Machines: `token`."""

import click

from presence.accounts.services import issue_token
from presence.cli.product import product


@click.command("token", help="Créer un jeton d'API pour un compte ; il n'est montré qu'une fois.")
@click.option("--account", "email", required=True, help="E-mail du compte.")
@click.option("--days", type=int, default=30, show_default=True, help="Durée, de 1 à 366 jours.")
def token(email: str, days: int) -> None:
    """Print the token alone."""
    with product():
        click.echo(issue_token(email, days))
