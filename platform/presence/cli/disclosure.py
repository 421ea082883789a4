"""Statistical safety: `audit-disclosure`, `recalculate-bilan`."""

from collections.abc import Iterator
from uuid import UUID

import click
import orjson
from sqlalchemy.orm import Session

from presence.cli.product import product
from presence.disclosure.attack import OUTSIDER
from presence.kernel.errors import Invalid
from presence.releases.checking import Audit, audit_release, in_force, recalculate
from tenants.context import Context, Kind
from tenants.database import transaction
from tenants.scheme import schemes


@click.command("audit-disclosure", help="Attaquer les bilans publiés : rien ne doit se retrouver.")
@click.option("--bilan", "wanted", help="Identifiant d'un seul bilan ; tous sinon.")
def audit_disclosure(wanted: str | None) -> None:
    """Print what each attacker could bound, as JSON; exit 1 when something is exposed."""
    only = _uuid(wanted) if wanted else None
    audits: list[dict[str, object]] = []
    with product():
        for session in _each_scheme():
            audits += [
                _told(audit_release(session, release))
                for release in in_force(session)
                if only in {None, release.id}
            ]
    if only and not audits:
        raise Invalid("--bilan", "Aucun bilan en vigueur ne porte cet identifiant.")
    click.echo(orjson.dumps({"bilans": audits}).decode())
    if any(audit["exposed"] for audit in audits):
        click.echo("Des cases masquées peuvent être retrouvées : voir « exposed ».", err=True)
        raise click.exceptions.Exit(1)


@click.command("recalculate-bilan", help="Recalculer un bilan publié et le comparer.")
@click.option("--bilan", "wanted", help="Identifiant d'un seul bilan ; tous sinon.")
def recalculate_bilan(wanted: str | None) -> None:
    """Print, for each bilan, whether it is the same and why not, as JSON."""
    only = _uuid(wanted) if wanted else None
    found: list[dict[str, object]] = []
    with product():
        for session in _each_scheme():
            for release in in_force(session):
                if only in {None, release.id}:
                    row = recalculate(session, release.id)
                    found.append({
                        "bilan": str(release.id), "identical": not row.differences,
                        "content_hash": row.content_hash, "differences": row.differences,
                    })  # fmt: skip
    if only and not found:
        raise Invalid("--bilan", "Aucun bilan en vigueur ne porte cet identifiant.")
    click.echo(orjson.dumps({"bilans": found}).decode())


def _each_scheme() -> Iterator[Session]:
    with transaction(Context(Kind.OPERATOR)) as session:
        ids = [scheme.id for scheme in schemes(session)]
    for scheme_id in ids:
        with transaction(Context(Kind.SCHEME, scheme_id, seconds=600)) as session:
            yield session


def _told(audit: Audit) -> dict[str, object]:
    """Never a value: who could bound what, and whether exactly."""
    release = audit.release
    return {
        "bilan": str(release.id),
        "period": {"from": f"{release.from_on:%Y-%m}", "to": f"{release.to_on:%Y-%m}"},
        "version": release.version,
        "attackers": audit.attackers,
        "hidden": audit.hidden,
        "exposed": [
            {
                "indicator": item.key.indicator,
                "area": item.key.area,
                "from": item.key.from_on,
                "to": item.key.to_on,
                "attacker": "outsider" if item.attacker == OUTSIDER else "contributor",
                "exactly": item.exact,
            }
            for item in audit.exposed
        ],
    }


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Invalid("--bilan", f"« {text} » n'est pas l'identifiant d'un bilan.") from error
