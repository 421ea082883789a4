"""Accounts from the command line: `token`, `open-operator`."""

import secrets

import click

from presence.accounts.credentials import issue_token_for
from presence.accounts.identity import Grant
from presence.accounts.passwords import ask_reset
from presence.accounts.services import NewAccount, open_account
from presence.cli.product import product
from tenants.context import Context, Kind
from tenants.database import transaction
from tenants.registry import organisations, register
from tenants.roles import OrganisationKind, Permission, Role


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


@click.command(
    "open-operator",
    help="Ouvrir le compte de l'exploitant : un courriel lui fait choisir son mot de passe.",
)
@click.option("--account", "email", required=True, help="E-mail de la personne.")
@click.option("--name", required=True, help="Son nom.")
def open_operator(email: str, name: str) -> None:
    """Open an operator's account, whose password nobody knows before its owner chooses it."""
    with product():
        with transaction(Context(Kind.OPERATOR)) as session:
            known = [o for o in organisations(session) if o.is_a(OrganisationKind.OPERATOR)]
            operator = (
                known[0]
                if known
                else register(
                    session, kind=OrganisationKind.OPERATOR, name="Présence", code="PRESENCE"
                )
            )
            session.flush()
            session.expunge_all()
        grants = (Grant(Role.OPERATOR), Grant(Role.ADMINISTRATOR))
        open_account(operator, NewAccount(email, name, secrets.token_urlsafe(32), grants))
        ask_reset(email)
    click.echo(f"Compte ouvert : un lien part vers {email}, valable 30 minutes.", err=True)
