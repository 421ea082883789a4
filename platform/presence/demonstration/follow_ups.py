"""The demonstration's follow-ups: four to be handled, one of them late. No summons is noted."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from presence.accounts.identity import call
from presence.demonstration.cast import Cast
from presence.field.queries import interventions
from presence.field.records import RecordedIntervention
from presence.followup.codes import FollowUpSource
from presence.followup.follow_ups import FollowUpDraft, open_follow_up
from presence.kernel import formats
from presence.kernel.nomenclature import FollowUpKind
from presence.patrimoine import queries as patrimoine
from tenants.context import Context, Kind
from tenants.database import transaction

NAMESPACE = UUID("a17c3f4e-92d5-4a7b-b0c6-5e8d1f2a6b39")
# A follow-up answers to the last intervention of its residence, not further back than this.
LOOKED_BACK = 60


@dataclass(frozen=True)
class Given:
    """What was given, where, on which day, until when."""

    residence: str
    kind: FollowUpKind
    on: date
    due_on: date


OPAC38 = (
    # Due before the demonstration's today: the late one.
    Given("Saint-Hubert", FollowUpKind.REMINDER_LETTER, date(2013, 11, 25), date(2013, 12, 2)),
    Given("Les Fougères", FollowUpKind.WORKS, date(2013, 12, 3), date(2013, 12, 10)),
    Given("Champaret", FollowUpKind.SUMMONS, date(2013, 12, 3), date(2013, 12, 12)),
)
PLURALIS = (
    Given("Champfleuri", FollowUpKind.REMINDER_LETTER, date(2013, 12, 3), date(2013, 12, 10)),
)


def seed_follow_ups(cast: Cast) -> None:
    """Each bailleur's own person gives them, and answers for them."""
    for bailleur_id, email, given in (
        (cast.opac38, "responsable@opac38.example", OPAC38),
        (cast.pluralis, "responsable@pluralis.example", PLURALIS),
    ):
        account = call("account_for_sign_in", email)[0].account_id
        with transaction(Context(Kind.BAILLEUR, bailleur_id, account)) as session:
            places = {place.name: place.id for place in patrimoine.residences(session)}
            for one in given:
                draft = _draft(session, one, places[one.residence], account)
                open_follow_up(session, draft, opened_on=one.on)


def _draft(session: Session, one: Given, residence_id: UUID, account: UUID) -> FollowUpDraft:
    cause = _last_intervention(session, residence_id, one.on)
    fact = f"{cause.situation.label}, {formats.hour(cause.started_at)}" if cause else "Signalement"
    return FollowUpDraft(
        uuid5(NAMESPACE, f"{one.residence} {one.kind.value}"),
        residence_id,
        fact,
        one.kind,
        one.due_on,
        responsible_id=account,
        entrance_id=cause.entrance_id if cause else None,
        evening_on=cause.evening_on if cause else None,
        source=FollowUpSource.INTERVENTION if cause else None,
        source_id=cause.id if cause else None,
    )


def _last_intervention(
    session: Session, residence_id: UUID, before: date
) -> RecordedIntervention | None:
    for back in range(1, LOOKED_BACK):
        for item in interventions(session, before - timedelta(days=back)):
            if item.residence_id == residence_id:
                return item
    return None
