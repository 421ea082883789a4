"""The register of organisations (registre des organismes). Operator's context."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tenants.models import Organisation, TerritoryCommune
from tenants.roles import OrganisationKind


def register(
    session: Session,
    *,
    kind: OrganisationKind,
    name: str,
    code: str,
    siren: str | None = None,
    insee_code: str | None = None,
) -> Organisation:
    """Register an organisation; `code` is its short public name, unique."""
    row = Organisation(kind=kind.value, name=name, code=code, siren=siren, insee_code=insee_code)
    session.add(row)
    session.flush()
    return row


def draw_territory(session: Session, territory: Organisation, insee_codes: list[str]) -> None:
    """Say which communes make a territory."""
    session.add_all(
        TerritoryCommune(territory_id=territory.id, insee_code=code) for code in insee_codes
    )
    session.flush()


def organisations(session: Session) -> list[Organisation]:
    """Every organisation, by kind then name."""
    return list(
        session.scalars(select(Organisation).order_by(Organisation.kind, Organisation.name))
    )


def by_public_id(session: Session, public_id: UUID) -> Organisation | None:
    """The organisation known outside by that id."""
    return session.scalar(select(Organisation).where(Organisation.public_id == public_id))
