"""What people of the demonstration chose by e-mail, and a grave fact that was seen."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from presence.delivery.alerts import acknowledge, open_alerts, raise_alert
from presence.delivery.choices import Choice, choose
from presence.delivery.recipients import Recipient, night_readers
from presence.demonstration.cast import Cast
from presence.field.queries import interventions
from presence.kernel.clock import today
from presence.kernel.nomenclature import ReportChoice
from tenants.context import Context, Kind
from tenants.database import transaction
from tenants.roles import Permission

# How far back a grave fact is looked for.
DAYS = 40


def seed_deliveries(cast: Cast) -> None:
    """Each director reads every evening; the last intervention was told at once and seen."""
    for bailleur_id in (cast.opac38, cast.pluralis):
        people = night_readers(bailleur_id)
        first = next((p for p in people if p.may(Permission.GIVE_VISA)), None)
        if first is None:
            continue
        with transaction(Context(Kind.BAILLEUR, bailleur_id, first.account_id)) as session:
            choose(session, first.account_id, Choice(ReportChoice.EACH, urgent=True))
            _grave(session, cast, first)


def _grave(session: Session, cast: Cast, reader: Recipient) -> None:
    found = _last_intervention(session, today(session))
    if found is None:
        return
    raise_alert(session, *found, cast.prestataire, ())
    for alert, _ in open_alerts(session):
        acknowledge(session, alert.id, reader.account_id)


def _last_intervention(session: Session, day: date) -> tuple[UUID, date] | None:
    for back in range(1, DAYS):
        evening_on = day - timedelta(days=back)
        for item in interventions(session, evening_on):
            return item.id, evening_on
    return None
