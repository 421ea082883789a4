"""What each person wants by e-mail (réglage des courriels), and the addresses that were refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from presence.delivery.models import ReportChoiceRow
from presence.kernel.errors import Invalid
from presence.kernel.nomenclature import ReportChoice
from presence.kernel.ownership import stated
from tenants.database import context_of


@dataclass(frozen=True)
class Choice:
    """What a person wants; an hour without the other makes no quiet hours."""

    rhythm: ReportChoice
    urgent: bool
    quiet_from: time | None = None
    quiet_to: time | None = None
    address_refused_at: datetime | None = None


def usual(*, scoped: bool, follows_up: bool) -> Choice:
    """What a role makes usual: each evening, or what happened on a few residences only."""
    rhythm = ReportChoice.EVENTFUL if scoped else ReportChoice.EACH
    return Choice(rhythm, urgent=follows_up)


def chosen(session: Session, account_ids: Sequence[UUID]) -> dict[UUID, ReportChoiceRow]:
    """The rows of those who have chosen."""
    rows = session.scalars(
        select(ReportChoiceRow).where(
            ReportChoiceRow.account_id.in_(account_ids), *stated(session, ReportChoiceRow)
        )
    )
    return {row.account_id: row for row in rows}


def completed(row: ReportChoiceRow | None, default: Choice) -> Choice:
    """A person's row, with what is usual for whatever it leaves open."""
    if row is None:
        return default
    return Choice(
        ReportChoice(row.rhythm) if row.rhythm else default.rhythm,
        default.urgent if row.urgent is None else row.urgent,
        row.quiet_from,
        row.quiet_to,
        row.address_refused_at,
    )


def choice_of(session: Session, account_id: UUID, *, scoped: bool, follows_up: bool) -> Choice:
    """What one person wants."""
    row = chosen(session, [account_id]).get(account_id)
    return completed(row, usual(scoped=scoped, follows_up=follows_up))


def choose(session: Session, account_id: UUID, choice: Choice) -> None:
    """Keep a person's choice; raises `Invalid`. Twice is once."""
    if (choice.quiet_from is None) != (choice.quiet_to is None):
        raise Invalid("quiet_to", "Donnez les deux heures calmes, ou aucune.")
    if choice.quiet_from is not None and choice.quiet_from == choice.quiet_to:
        raise Invalid("quiet_to", "Les heures calmes commencent et finissent à la même heure.")
    _write(
        session,
        account_id,
        rhythm=choice.rhythm.value,
        urgent=choice.urgent,
        quiet_from=choice.quiet_from,
        quiet_to=choice.quiet_to,
    )


def mark_refused(session: Session, account_id: UUID) -> None:
    """Remember that the server refuses a person's address for good."""
    _write(session, account_id, address_refused_at=func.app.now())


def mark_accepted(session: Session, account_id: UUID) -> None:
    """Forget it: somebody says that the address is right."""
    _write(session, account_id, address_refused_at=None)


def _write(session: Session, account_id: UUID, **values: object) -> None:
    session.execute(
        insert(ReportChoiceRow)
        .values(bailleur_id=context_of(session).own_id, account_id=account_id, **values)
        .on_conflict_do_update(
            index_elements=["account_id", "bailleur_id"],
            set_=values,
        )
    )
    session.expire_all()
