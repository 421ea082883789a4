"""Which months of which contracts are to be certified (mois à attester). Operator's context.

Each month once it is over, the month of a contract's end at that end, and again once the 72 hours
of late deposits are past. The stage is part of the job's key: announced again, it is made once.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy.orm import Session

from presence.kernel import outbox
from presence.kernel.clock import first_of_month, today
from tenants.models import Contract
from tenants.scheme import contracts

# A month is proposed again for some days: a night without service loses nothing.
PROPOSED_DAYS = 5
# Late deposits are taken for 72 hours after the end: three midnights.
DEPOSIT_DAYS = 3


def announce_months_over(session: Session) -> int:
    """Announce the months that are over today: how many."""
    announced = 0
    for contract in contracts(session):
        for month_on, stage in months_over(contract, today(session)):
            outbox.announce(
                session,
                "contracts.month_ended",
                contract=contract.id,
                bailleur_id=contract.bailleur_id,
                prestataire_id=contract.prestataire_id,
                scheme_id=contract.scheme_id,
                month=month_on,
                stage=stage,
            )
            announced += 1
    return announced


def months_over(contract: Contract, day: date) -> Iterator[tuple[date, str]]:
    """The months of a contract to certify on a day: the last one, the one of its end."""
    start, end = contract.valid_during.lower, contract.valid_during.upper
    if start is None or start > day:
        return
    this_month = first_of_month(day)
    former = first_of_month(this_month - timedelta(days=1))
    if day.day <= PROPOSED_DAYS and start < this_month and (end is None or end > former):
        yield former, "month"
    if end is not None and end <= day:
        ending = first_of_month(end - timedelta(days=1))
        if day < end + timedelta(days=PROPOSED_DAYS):
            yield ending, "end"
        settled = end + timedelta(days=DEPOSIT_DAYS)
        if settled <= day < settled + timedelta(days=PROPOSED_DAYS):
            yield ending, "settled"
