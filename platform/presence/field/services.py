"""Take in what agents report: each item once, one bad item never sinks its batch.

Set-based: whatever the batch's size, one statement per table (`jsonb_to_recordset`). The owner of
a place comes from the register, never from the phone: a stolen token must not be able to write
into another bailleur's evening.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

import orjson
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from presence.anomalies.services import take_sightings
from presence.audit import services as audit
from presence.field.closures import announce_late, hold_evenings
from presence.field.gravity import GRAVE, gravity_of
from presence.field.models import SheetChange, Visit
from presence.field.rules import InterventionReport, VisitReport, fault_in
from presence.field.sightings import sightings_of
from presence.kernel import outbox
from presence.kernel.clock import at_paris, evening_of, now, today
from presence.kernel.keys import derived_uuid, fingerprint
from presence.kernel.nomenclature import ChangeState
from presence.kernel.ownership import stated
from presence.patrimoine.queries import Hall, entrances_by_id, place_of_deposit
from tenants.database import BEYOND, context_of
from tenants.models import Contract
from tenants.scheme import contracts

MOST_ITEMS = 200
# A phone keeps a fiche 72 hours (security.md §6); a key does not come back after a month.
KNOWN_AROUND = timedelta(days=31)


@dataclass(frozen=True)
class ItemOutcome:
    """What became of one item: `created`, `known`, `conflict`, `refused`, and why; or `deposited`.

    `deposited`: taken after the contract's end; nothing says whether it was known already.
    """

    client_id: UUID
    status: str
    field: str | None = None
    message: str | None = None


@dataclass(frozen=True)
class _Accepted:
    report: VisitReport
    hall: Hall
    evening_on: date
    content_hash: str
    late: bool = False


def take_in(
    session: Session,
    reports: Sequence[VisitReport],
    received: Callable[[VisitReport], datetime] | None = None,
    *,
    bound_at: datetime | None = None,
) -> list[ItemOutcome]:
    """Record a batch of visits; outcomes come in the order of the reports.

    `received` is given when visits received elsewhere are taken over; else it is now. `bound_at`
    is when the sending device was let in: one bound before a contract's end may still deposit
    what it held, for 72 hours (security.md D7).
    """
    outcomes: dict[UUID, ItemOutcome] = {}
    accepted = _sort_out(session, reports, outcomes, bound_at)
    known = _known_hashes(session, accepted)
    for client_id, stored in known.items():
        same = stored == accepted[client_id].content_hash
        outcomes[client_id] = ItemOutcome(client_id, "known") if same else _conflict(client_id)
    fresh = [item for client_id, item in accepted.items() if client_id not in known]
    if fresh:
        # Against a signature that is being given: these sheets are in it, or told to be late.
        hold_evenings(session, {(item.hall.scheme_id or 0, item.evening_on) for item in fresh})
        _insert(session, fresh, received or _always(now(session)))
        announce_late(
            session,
            {(item.hall.scheme_id or 0, item.hall.bailleur_id, item.evening_on) for item in fresh},
        )
        for item in fresh:
            outcomes[item.report.client_id] = _taken(item)
    return [outcomes[report.client_id] for report in reports]


def _taken(item: _Accepted) -> ItemOutcome:
    key = item.report.client_id
    if item.late and item.report.anomalies:
        # What is known of a place decides what a sighting means, and it cannot be read any more.
        message = "Le passage est pris. Votre contrat est fini : dites l'anomalie au bailleur."
        return ItemOutcome(key, "deposited", "anomalies", message)
    return ItemOutcome(key, "deposited" if item.late else "created")


def _sort_out(
    session: Session,
    reports: Sequence[VisitReport],
    outcomes: dict[UUID, ItemOutcome],
    bound_at: datetime | None,
) -> dict[UUID, _Accepted]:
    asked = {report.entrance_id for report in reports}
    halls = entrances_by_id(session, asked, beyond_reach=True)
    running = contracts(session)
    late = _late_halls(session, asked - set(halls), running, bound_at)
    halls |= late
    day = today(session)
    accepted: dict[UUID, _Accepted] = {}
    for report in reports:
        evening_on = evening_of(report.started_at)
        hall = halls.get(report.entrance_id)
        fault = fault_in(report) or _place_fault(hall, evening_on, running, day)
        if hall is None or fault:
            outcomes[report.client_id] = ItemOutcome(report.client_id, "refused", *(fault or ()))
            continue
        digest = _digest(report)
        item = _Accepted(report, hall, evening_on, digest, late=hall.id in late)
        twin = accepted.setdefault(report.client_id, item)
        if twin.content_hash != item.content_hash:
            outcomes[report.client_id] = _conflict(report.client_id)
    # Two contents under one key in one batch: neither can be trusted to be the right one.
    return {key: item for key, item in accepted.items() if key not in outcomes}


def _digest(report: VisitReport) -> str:
    """The fingerprint of a report; what older senders do not know leaves it as it was."""
    told = asdict(report)
    for item in told["interventions"]:
        if item["police_outcome"] is None:
            del item["police_outcome"]
    if not told["anomalies"]:
        del told["anomalies"]
    return fingerprint(told)


def _late_halls(
    session: Session,
    missing: Iterable[UUID],
    signed: Sequence[Contract],
    bound_at: datetime | None,
) -> dict[UUID, Hall]:
    """The places that cannot be read any more but still take a deposit from this device."""
    found: dict[UUID, Hall] = {}
    if bound_at is None:
        return found
    for entrance_id in missing:
        hall = place_of_deposit(session, entrance_id)
        if hall is not None and any(
            contract.bailleur_id == hall.bailleur_id
            and contract.scheme_id == hall.scheme_id
            and contract.valid_during.upper is not None
            and bound_at < at_paris(contract.valid_during.upper, time(0, 0))
            for contract in signed
        ):
            found[entrance_id] = hall
    return found


def _place_fault(
    hall: Hall | None, evening_on: date, running: Sequence[Contract], day: date
) -> tuple[str, str] | None:
    if hall is None:
        return "entrance_id", "Ce lieu n'existe pas ou n'est pas sous votre contrat."
    if evening_on > day:
        return "started_at", f"La soirée du {evening_on:%d/%m/%Y} n'a pas commencé."
    if not any(
        contract.bailleur_id == hall.bailleur_id
        and contract.scheme_id == hall.scheme_id
        and evening_on in contract.valid_during
        for contract in running
    ):
        return "started_at", f"Aucun contrat ne couvre ce lieu le {evening_on:%d/%m/%Y}."
    return None


def _conflict(client_id: UUID) -> ItemOutcome:
    message = "Cette clé a déjà servi pour un autre contenu : la fiche enregistrée est gardée."
    return ItemOutcome(client_id, "conflict", "client_id", message)


def _known_hashes(session: Session, accepted: Mapping[UUID, _Accepted]) -> dict[UUID, str]:
    if not accepted:
        return {}
    # The key holds the evening (partitions), so a known id may come back under another one: look
    # around, not only on the same evening.
    evenings = [item.evening_on for item in accepted.values()]
    rows = session.execute(
        select(Visit.id, Visit.content_hash).where(
            Visit.id.in_(accepted),
            Visit.evening_on.between(min(evenings) - KNOWN_AROUND, max(evenings) + KNOWN_AROUND),
            *stated(session, Visit),
        ),
        execution_options=BEYOND,
    )
    known = {row.id: row.content_hash for row in rows}
    # A sheet that was withdrawn stays known: a phone that sends it again does not bring it back.
    gone = session.execute(
        select(SheetChange.sheet_id, SheetChange.before["content_hash"].astext).where(
            SheetChange.sheet_id.in_(accepted),
            SheetChange.act == "withdraw",
            SheetChange.state == ChangeState.APPLIED.value,
            *stated(session, SheetChange),
        )
    )
    return {row[0]: row[1] for row in gone} | known


def _insert(
    session: Session, items: Sequence[_Accepted], received: Callable[[VisitReport], datetime]
) -> None:
    context = context_of(session)
    common = {"prestataire_id": context.subject, "account_id": context.account}
    visits, interventions, actions = [], [], []
    for item in items:
        owner = {
            "bailleur_id": item.hall.bailleur_id,
            "scheme_id": item.hall.scheme_id,
            "evening_on": item.evening_on,
            **common,
        }
        visits.append(owner | _visit_row(item, received(item.report)))
        for index, report in enumerate(item.report.interventions):
            row = owner | _intervention_row(item, report, index)
            interventions.append(row)
            actions += [
                owner | {"intervention_id": row["id"], "action": action.value}
                for action in report.actions
            ]
    session.execute(_INSERT_VISITS, {"doc": _document(visits)})
    if interventions:
        session.execute(_INSERT_INTERVENTIONS, {"doc": _document(interventions)})
        session.execute(_INSERT_ACTIONS, {"doc": _document(actions)})
    _take_anomalies(session, items)
    _announce_grave(session, items)
    touched: dict[tuple[int, date], list[str]] = defaultdict(list)
    for item in items:
        touched[item.hall.bailleur_id, item.evening_on].append(str(item.report.client_id))
    evenings = sorted(touched)
    session.execute(
        _INSERT_MARKERS,
        {
            "doc": _document(
                [{"id": uuid4(), "bailleur_id": b, "evening_on": e} for b, e in evenings]
            )
        },
    )
    for bailleur_id, evening_on in evenings:
        audit.record(
            session,
            "field.visits_recorded",
            str(evening_on),
            bailleur_id=bailleur_id,
            visits=touched[bailleur_id, evening_on],
        )


def _take_anomalies(session: Session, items: Sequence[_Accepted]) -> None:
    take_sightings(
        session,
        [
            sighting
            for item in items
            if not item.late
            for sighting in sightings_of(item.report, item.hall, item.evening_on)
        ],
    )


def _announce_grave(session: Session, items: Sequence[_Accepted]) -> None:
    """What is of the first gravity is told at once, once for each intervention."""
    for item in items:
        for index, report in enumerate(item.report.interventions):
            if gravity_of(report.situation, report.actions, report.outcome) == GRAVE:
                outbox.announce(
                    session,
                    "field.grave_recorded",
                    bailleur_id=item.hall.bailleur_id,
                    intervention_id=intervention_key(item.report.client_id, index),
                    evening_on=item.evening_on,
                )


def intervention_key(visit_id: UUID, index: int) -> UUID:
    """The id of a visit's n-th intervention: made from the visit's, so a replay finds it again."""
    return derived_uuid(visit_id, f"intervention {index}")


def _always(instant: datetime) -> Callable[[VisitReport], datetime]:
    return lambda _: instant


def _visit_row(item: _Accepted, received_at: datetime) -> dict[str, object]:
    report = item.report
    return {
        "id": report.client_id,
        "residence_id": item.hall.residence_id,
        "entrance_id": item.hall.id,
        "started_at": report.started_at,
        "received_at": received_at,
        "result": report.result.value,
        "not_done_reason": report.not_done_reason and report.not_done_reason.value,
        "content_hash": item.content_hash,
    }


def _intervention_row(item: _Accepted, report: InterventionReport, index: int) -> dict[str, object]:
    return {
        "id": intervention_key(item.report.client_id, index),
        "visit_id": item.report.client_id,
        "residence_id": item.hall.residence_id,
        "entrance_id": item.hall.id,
        "started_at": item.report.started_at,
        "area": report.area.value,
        "situation": report.situation.value,
        "outcome": report.outcome.value,
        "origin": report.origin.value,
        "people_band": report.people_band.value,
        "police_force": report.police_force and report.police_force.value,
        "police_called_at": report.police_called_at,
        "police_arrived_at": report.police_arrived_at,
        "police_outcome": report.police_outcome and report.police_outcome.value,
    }


def _document(rows: Sequence[Mapping[str, object]]) -> str:
    return orjson.dumps(rows).decode()


def _insert_from_document(table: str, columns: dict[str, str]) -> str:
    names = ", ".join(columns)
    types = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    # Table and columns are constants of this module; the rows travel as one bound parameter.
    return (
        f"insert into presence.{table} ({names}) select {names} "  # noqa: S608
        f"from jsonb_to_recordset(cast(:doc as jsonb)) as row({types}) on conflict do nothing"
    )


_OWNER = {
    "bailleur_id": "int", "evening_on": "date", "prestataire_id": "int", "scheme_id": "int",
}  # fmt: skip
_INSERT_VISITS = text(_insert_from_document("visit", _OWNER | {
    "id": "uuid", "residence_id": "uuid", "entrance_id": "uuid", "started_at": "timestamptz",
    "received_at": "timestamptz", "result": "text", "not_done_reason": "text",
    "account_id": "uuid", "content_hash": "text",
}))  # fmt: skip
_INSERT_INTERVENTIONS = text(_insert_from_document("intervention", _OWNER | {
    "id": "uuid", "visit_id": "uuid", "residence_id": "uuid", "entrance_id": "uuid",
    "started_at": "timestamptz", "area": "text", "situation": "text", "outcome": "text",
    "origin": "text", "people_band": "text", "police_force": "text",
    "police_called_at": "timestamptz", "police_arrived_at": "timestamptz",
    "police_outcome": "text", "account_id": "uuid",
}))  # fmt: skip
_INSERT_ACTIONS = text(_insert_from_document(
    "intervention_action", _OWNER | {"intervention_id": "uuid", "action": "text"}
))  # fmt: skip
_INSERT_MARKERS = text(_insert_from_document(
    "evening_marker", {"id": "uuid", "bailleur_id": "int", "evening_on": "date"}
))  # fmt: skip
