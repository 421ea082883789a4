"""Requests of visits as they are read (demandes de passage), and the month's quota.

A contract gives so many requests a month, by the month of the evening asked for. Those that wait
or were accepted count; what is refused or withdrawn is given back.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from presence.kernel.clock import first_of_month, last_of_month
from presence.kernel.errors import NotFound
from presence.kernel.formats import count, month
from presence.kernel.nomenclature import RequestState
from presence.kernel.ownership import stated
from presence.planning.models import VisitRequest
from tenants.database import BEYOND
from tenants.models import Contract
from tenants.scheme import contracts

COUNTED = (RequestState.PENDING.value, RequestState.ACCEPTED.value)
# Bailleur, scheme, evening, how many.
_Counted = tuple[int, int, date, int]


@dataclass(frozen=True)
class RequestLine:
    """A request and its answer; the two owners' ids stay inside."""

    id: UUID
    bailleur_id: int
    scheme_id: int
    residence_id: UUID
    entrance_id: UUID | None
    wanted_on: date
    note: str
    state: RequestState
    asked_at: datetime
    answered_at: datetime | None
    answer: str | None


@dataclass(frozen=True)
class Quota:
    """The requests of a month: how many are counted, out of how many that the contract gives."""

    month_on: date
    used: int
    allowed: int

    @property
    def is_reached(self) -> bool:
        """Whether none is left."""
        return self.used >= self.allowed

    @property
    def words(self) -> str:
        """« 4 demandes sur 4 en décembre 2013 »."""
        return f"{count(self.used, 'demande')} sur {self.allowed} en {month(self.month_on)}"


def requests(
    session: Session,
    *,
    scheme_id: int | None = None,
    states: Collection[RequestState] = (),
    from_on: date | None = None,
    after: tuple[date, UUID] | None = None,
    limit: int | None = None,
) -> list[RequestLine]:
    """The requests that the context may see, by evening then id."""
    query = _lines(session).order_by(VisitRequest.wanted_on, VisitRequest.id).limit(limit)
    if scheme_id is not None:
        query = query.where(VisitRequest.scheme_id == scheme_id)
    if states:
        query = query.where(VisitRequest.state.in_([state.value for state in states]))
    if from_on is not None:
        query = query.where(VisitRequest.wanted_on >= from_on)
    if after is not None:
        query = query.where(tuple_(VisitRequest.wanted_on, VisitRequest.id) > after)
    return [_line(row) for row in session.scalars(query)]


def request_line(session: Session, request_id: UUID) -> RequestLine:
    """One request; raises `NotFound`."""
    row = session.scalar(_lines(session).where(VisitRequest.id == request_id))
    if row is None:
        raise NotFound
    return _line(row)


def quota_of(session: Session, scheme_id: int, bailleur_id: int, day: date) -> Quota | None:
    """The month's quota of the contract that covers a day, None if there is no contract."""
    contract = covering(contracts(session), bailleur_id, scheme_id, day)
    return None if contract is None else quota_under(session, contract, day)


def quotas_of(session: Session, lines: Sequence[RequestLine]) -> dict[UUID, Quota]:
    """The quota that each request falls under; in two reads, however many there are."""
    if not lines:
        return {}
    evenings = [line.wanted_on for line in lines]
    counted = _counted(session, first_of_month(min(evenings)), last_of_month(max(evenings)))
    signed = contracts(session)
    found = {}
    for line in lines:
        contract = covering(signed, line.bailleur_id, line.scheme_id, line.wanted_on)
        if contract is not None:
            found[line.id] = _of_month(contract, line.wanted_on, counted)
    return found


def covering(
    signed: Sequence[Contract], bailleur_id: int, scheme_id: int, day: date
) -> Contract | None:
    """The contract under which a bailleur is served on a day."""
    found = (
        contract
        for contract in signed
        if (contract.bailleur_id, contract.scheme_id) == (bailleur_id, scheme_id)
        and day in contract.valid_during
    )
    return next(found, None)


def quota_under(session: Session, contract: Contract, day: date) -> Quota:
    """The quota of a contract in the month of a day."""
    counted = _counted(session, first_of_month(day), last_of_month(day))
    return _of_month(contract, day, counted)


def _of_month(contract: Contract, day: date, counted: Sequence[_Counted]) -> Quota:
    used = sum(
        number
        for bailleur_id, scheme_id, wanted_on, number in counted
        if (bailleur_id, scheme_id) == (contract.bailleur_id, contract.scheme_id)
        and first_of_month(wanted_on) == first_of_month(day)
        and wanted_on in contract.valid_during
    )
    return Quota(first_of_month(day), used, contract.requests_per_month)


def _counted(session: Session, first_on: date, last_on: date) -> list[_Counted]:
    # A quota is the organisation's: whoever reaches some residences only counts them all.
    rows = session.execute(
        select(
            VisitRequest.bailleur_id, VisitRequest.scheme_id, VisitRequest.wanted_on, func.count()
        )
        .where(
            *stated(session, VisitRequest),
            VisitRequest.wanted_on.between(first_on, last_on),
            VisitRequest.state.in_(COUNTED),
        )
        .group_by(VisitRequest.bailleur_id, VisitRequest.scheme_id, VisitRequest.wanted_on),
        execution_options=BEYOND,
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _lines(session: Session) -> Select[VisitRequest]:
    return select(VisitRequest).where(*stated(session, VisitRequest))


def _line(row: VisitRequest) -> RequestLine:
    return RequestLine(
        row.id,
        row.bailleur_id,
        row.scheme_id,
        row.residence_id,
        row.entrance_id,
        row.wanted_on,
        row.note,
        RequestState(row.state),
        row.asked_at,
        row.answered_at,
        row.answer,
    )
