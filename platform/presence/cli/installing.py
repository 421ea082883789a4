"""Install and check: `migrate`, `doctor`."""

import urllib.error
import urllib.request

import click

from presence.cli.product import product
from presence.migrating import migrate as upgrade
from presence.settings import read_variable, signing_key
from presence.web.health import health
from tenants.context import Kind
from tenants.installation import install_database, install_roles


@click.command("migrate", help="Mettre la base à la dernière révision (et créer les rôles).")
def migrate() -> None:
    """Create the roles if a superuser's address is given, then migrate and install the key."""
    admin_url = read_variable("ADMIN_DATABASE_URL")
    superuser_url = read_variable("SUPERUSER_DATABASE_URL", "")
    if superuser_url:
        passwords = {kind: read_variable(f"DB_PASSWORD_{kind.name}") for kind in Kind}
        install_roles(superuser_url, passwords, read_variable("DB_PASSWORD_MIGRATOR"))
        install_database(superuser_url, admin_url.rsplit("/", 1)[1].split("?")[0])
    upgrade(admin_url, signing_key())
    click.echo("Base à jour.", err=True)


@click.command("doctor", help="Vérifier que le service répond.")
@click.option("--only", type=click.Choice(["web", "worker", "beat"]), help="Un seul composant.")
def doctor(only: str | None) -> int:
    """Exit 0 when what is asked about can work, 1 with a sentence otherwise."""
    if only == "web":
        return _web()
    with product():
        state = health(read_variable("REDIS_URL"))
    if state["status"] == "ok":
        click.echo("Tout répond.", err=True)
        return 0
    click.echo(f"Ne répond pas : {state['failing']}.", err=True)
    return 1


def _web() -> int:
    port = read_variable("PORT", "8000")
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return 0 if answer.status == 200 else 1
    except (OSError, urllib.error.URLError):
        click.echo(f"Le service web ne répond pas sur le port {port}.", err=True)
        return 1
