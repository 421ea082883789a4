"""Endpoints of requests of visits, of evenings as published, and of the week's ledger."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.api.door import KEYED, Door, Sent
from presence.api.paging import cursor_of, page, window
from presence.api.schemes import only_scheme
from presence.ledger.fulfilment import fulfilment
from presence.ledger.reckoning import at, deficit_sentence
from presence.ledger.weeks import ResidenceWeek, WeekLedger, last_over, reason_words, week_ledger
from presence.planning.plans import PublishedPlan, published_plans
from presence.planning.requested import (
    Quota,
    RequestLine,
    quotas_of,
    request_line,
    requests,
)
from presence.planning.requests import Asked, answer_request, ask_for_visit, withdraw_request
from presence.schemas.base import PageIn, page_of
from presence.schemas.field import EveningIn
from presence.schemas.planning import (
    AnswerIn,
    EveningPlanOut,
    LedgerIn,
    LedgerOut,
    VisitRequestIn,
    VisitRequestOut,
)
from tenants.roles import Permission
from tenants.scheme import contracts, schemes

asking = Door("visit-requests", "Les demandes de passage et leurs réponses.")
plans = Door("evening-plans", "Les soirées publiées : à chaque bailleur ses passages.")
ledgers = Door("ledgers", "Les passages dus, faits, prévus et manqués d'une semaine.")
DOORS = (asking, plans, ledgers)


@asking.get("", Permission.READ_PLANNING, page_of(VisitRequestOut), Sent(query=PageIn))
def list_requests(session: Session, _: Identity, asked: dict[str, Any]) -> dict[str, object]:
    """Les demandes, par soirée, avec leur réponse et le quota du mois."""
    after = cursor_of(asked, date, UUID)
    found = requests(
        session, after=(after[0], after[1]) if after else None, limit=asked["limit"] + 1
    )
    dumped = _dumped(session, found)
    return page(
        found, asked["limit"], lambda line: (line.wanted_on, line.id), lambda line: dumped[line.id]
    )


@asking.post(
    "", Permission.REQUEST_VISITS, (201, VisitRequestOut), Sent(body=VisitRequestIn, key=KEYED)
)
def post_request(
    session: Session, _: Identity, key: UUID, body: dict[str, Any]
) -> dict[str, object]:
    """Demander un passage, dans la limite du quota du mois."""
    row = ask_for_visit(session, Asked(key, **body))
    return _one(session, row.id)


@asking.delete("/<uuid:request_id>", Permission.REQUEST_VISITS)
def delete_request(session: Session, _: Identity, request_id: UUID) -> None:
    """Retirer une demande qui attend encore sa réponse."""
    withdraw_request(session, request_id)


@asking.put(
    "/<uuid:request_id>/answer", Permission.PLAN_EVENINGS, VisitRequestOut, Sent(body=AnswerIn)
)
def put_answer(
    session: Session, _: Identity, body: dict[str, Any], request_id: UUID
) -> dict[str, object]:
    """Accepter une demande, ou la refuser en disant pourquoi ; une réponse ne change plus."""
    answer_request(session, request_id, body["decision"], body["reason"])
    return _one(session, request_id)


@plans.get("", Permission.READ_PLANNING, page_of(EveningPlanOut), Sent(query=EveningIn))
def list_plans(session: Session, _: Identity, asked: dict[str, Any]) -> dict[str, object]:
    """Une soirée telle que publiée : ses propres passages, sans ordre ni équipe."""
    names = _names(session)

    def key(plan: PublishedPlan) -> tuple[str, str]:
        return names.get(plan.bailleur_id, ""), str(plan.id)

    found = sorted(published_plans(session, asked["evening"], asked["evening"]), key=key)
    rows = window(found, asked, key, str, str)
    return page(rows, asked["limit"], key, lambda plan: _plan(plan, names))


@ledgers.get("", Permission.READ_PLANNING, page_of(LedgerOut), Sent(query=LedgerIn))
def list_ledger(session: Session, _: Identity, asked: dict[str, Any]) -> dict[str, object]:
    """La semaine de chaque résidence, par code."""
    scheme = only_scheme(schemes(session), asked["scheme"])
    ledger = week_ledger(session, scheme.id, asked["week"], last_over(session), planning=False)
    names = _names(session)
    rows = window(sorted(ledger.residences, key=_by_code), asked, _by_code, str, str)
    return page(rows, asked["limit"], _by_code, lambda line: _week(line, ledger, names))


def _by_code(line: ResidenceWeek) -> tuple[str, str]:
    return line.place.code, str(line.place.id)


def _names(session: Session) -> Mapping[int, str]:
    return {row.bailleur_id: row.bailleur_name for row in contracts(session)}


def _one(session: Session, request_id: UUID) -> dict[str, object]:
    return _dumped(session, [request_line(session, request_id)])[request_id]


def _dumped(session: Session, lines: Sequence[RequestLine]) -> dict[UUID, dict[str, object]]:
    quotas = quotas_of(session, lines)
    done = fulfilment(session, lines, last_over(session))
    return {line.id: _request(line, quotas.get(line.id), done[line.id]) for line in lines}


def _request(line: RequestLine, quota: Quota | None, done: bool | None) -> dict[str, object]:
    return {
        "id": line.id,
        "residence_id": line.residence_id,
        "entrance_id": line.entrance_id,
        "evening": line.wanted_on,
        "note": line.note,
        "state": line.state,
        "asked_at": line.asked_at.astimezone(UTC),
        "answered_at": line.answered_at and line.answered_at.astimezone(UTC),
        "answer": line.answer,
        "done": done,
        "quota": quota and {
            "month": f"{quota.month_on:%Y-%m}", "used": quota.used, "allowed": quota.allowed,
        },
    }  # fmt: skip


def _plan(plan: PublishedPlan, names: Mapping[int, str]) -> dict[str, object]:
    return {
        "bailleur": names.get(plan.bailleur_id),
        "evening": plan.evening_on,
        "version": plan.version,
        "published_at": plan.published_at.astimezone(UTC),
        "visits": [
            {
                "residence_id": visit.residence_id,
                "entrance_id": visit.entrance_id,
                "from_time": f"{visit.from_time:%H:%M}",
                "to_time": f"{visit.to_time:%H:%M}",
                "source": visit.source,
                "reasons": list(visit.reasons),
                "request_id": visit.request_id,
            }
            for visit in plan.visits
        ],
    }


def _week(line: ResidenceWeek, ledger: WeekLedger, names: Mapping[int, str]) -> dict[str, object]:
    balance = line.balance
    where = at(line.place.name)
    return {
        "week": f"{ledger.days[0]:%G-W%V}",
        "bailleur": names.get(line.place.bailleur_id),
        "residence_id": line.place.id,
        "due": balance.due,
        "due_to_date": balance.due_to_date,
        "done": balance.done,
        "extra": balance.extra,
        "planned": balance.planned,
        "missing": balance.missing,
        "short": balance.short,
        "missed": [
            {"reason": code, "label": label, "visits": visits}
            for code, label, visits in reason_words(balance.missed)
        ],
        "sentence": deficit_sentence(balance, ledger.as_of, where) if balance.missing else None,
    }
