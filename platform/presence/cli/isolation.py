"""Isolation: `verify-isolation`, and the keys that sign contexts: `key add`, `list`, `retire`."""

import secrets
from datetime import UTC, datetime

import click
import orjson

from presence.cli.product import product
from presence.kernel.errors import Invalid
from presence.settings import read_variable
from tenants.context import SigningKey
from tenants.installation import install_signing_key, retire_signing_key, signing_keys
from tenants.verification.report import Report, as_text, verify


@click.command(
    "verify-isolation",
    help="Vérifier que les organismes sont isolés : le catalogue, puis une sonde à deux bailleurs.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def verify_isolation(form: str) -> int:
    """Print the dated report; exit 0 without an exception, 1 with one."""
    with product():
        report = verify("command")
    click.echo(as_text(report) if form == "text" else orjson.dumps(_as_json(report)).decode())
    if not report.passed:
        click.echo("Des exceptions ont été trouvées : voyez le rapport.", err=True)
    return 0 if report.passed else 1


def _as_json(report: Report) -> dict[str, object]:
    return {
        "id": str(report.id),
        "ran_at": report.ran_at.astimezone(UTC).isoformat(),
        "passed": report.passed,
        "tables": report.tables,
        "policies": report.policies,
        "fingerprint": report.fingerprint,
        "checks": [item.as_json() for item in report.checks],
    }


@click.group("key", help="Les clés qui signent les contextes (rotation sans arrêt).")
def key() -> None:
    """The keys' subcommands; all of them read ADMIN_DATABASE_URL."""


@key.command("add", help="Ajouter une clé ; la donner ensuite aux processus, un à un.")
def add_key() -> None:
    """Install a new key beside the others and print the two variables to deploy."""
    made = SigningKey(f"k{datetime.now(UTC):%Y%m%d%H%M%S}", secrets.token_bytes(32))
    install_signing_key(read_variable("ADMIN_DATABASE_URL"), made)
    click.echo(f"CONTEXT_KEY_ID={made.key_id}\nCONTEXT_KEY={made.secret.hex()}")


@key.command("list", help="Les clés installées et jusqu'à quand elles valent.")
def list_keys() -> None:
    """Print one line per key."""
    for key_id, retired_at in signing_keys(read_variable("ADMIN_DATABASE_URL")):
        told = "en service" if retired_at is None else f"retirée le {retired_at:%d/%m/%Y %H:%M} UTC"
        click.echo(f"{key_id}\t{told}")


@key.command("retire", help="Retirer une clé, une fois tous les processus passés à la nouvelle.")
@click.argument("key_id")
@click.option("--in", "seconds", type=click.IntRange(0, 86_400), default=0, help="Délai, secondes.")
def retire_key(key_id: str, seconds: int) -> None:
    """Retire a key: what it signed is believed no more, now or in some seconds."""
    if not retire_signing_key(read_variable("ADMIN_DATABASE_URL"), key_id, seconds):
        told = f"« {key_id} » n'est pas une clé en service, ou c'est la dernière : ajoutez-en une."
        raise Invalid("key_id", told)
