"""The one writing of a report, and its reading. Pure.

The hash of a report is taken over these bytes: the same facts always give the same ones.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import orjson

from presence.daily_reports.content import (
    AnomalyLine,
    AwaitedPlace,
    CallLine,
    Content,
    FieldChange,
    InterventionLine,
    Superseded,
    VisitLine,
)
from presence.kernel.keys import canonical
from presence.kernel.nomenclature import (
    Action,
    AmendmentCause,
    Area,
    Equipment,
    NotDoneReason,
    Origin,
    Outcome,
    PeopleBand,
    PoliceForce,
    PoliceOutcome,
    Situation,
    Urgency,
    VisitResult,
)

FORMAT = 2


def write(content: Content) -> bytes:
    """The canonical bytes of a report: the same facts always give the same ones."""
    told: dict[str, object] = {
        "format": FORMAT,
        "number": content.number,
        "bailleur": content.bailleur,
        "scheme": content.scheme,
        "evening": content.evening_on,
        "version": content.version,
        "signed_at": content.signed_at,
        "signer": content.signer,
        "supersedes": _plain(content.supersedes) if content.supersedes else None,
        "counts": content.counts(),
        "awaited": [_plain(line) for line in content.awaited],
        "visits": [_plain(line) for line in content.visits],
        "interventions": [_plain(line) for line in content.interventions],
        "anomalies": [_plain(line) for line in content.anomalies],
        "calls": [_plain(line) for line in content.calls],
        "not_visited": [place.place for place in content.not_received],
    }
    return canonical(told)


def _plain(line: object) -> dict[str, object]:
    return {name: _value(value) for name, value in vars(line).items()}


def _value(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(item) if isinstance(item, FieldChange) else item for item in value]
    return str(value) if isinstance(value, UUID) else value


def read(sealed: bytes) -> Content:
    """What sealed bytes say, of the first format too."""
    told: dict[str, Any] = orjson.loads(sealed)
    awaited = told.get("awaited")
    if awaited is None:
        # The first format named the places that nobody visited, and no other.
        awaited = [
            {"place": name, "residence": name.split(", ")[0]} for name in told["not_visited"]
        ]
    return Content(
        number=told["number"],
        bailleur=told["bailleur"],
        scheme=told["scheme"],
        evening_on=date.fromisoformat(told["evening"]),
        version=told["version"],
        signed_at=_instant(told["signed_at"]),
        signer=told["signer"],
        supersedes=_superseded(told.get("supersedes")),
        awaited=tuple(AwaitedPlace(residence=row["residence"], **_located(row)) for row in awaited),
        visits=tuple(_visit(row) for row in told["visits"]),
        interventions=tuple(_intervention(row) for row in told["interventions"]),
        anomalies=tuple(_anomaly(row) for row in told.get("anomalies", ())),
        calls=tuple(_call(row) for row in told["calls"]),
    )


def _located(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "place": row["place"],
        "residence_id": _uuid(row.get("residence_id")),
        "entrance_id": _uuid(row.get("entrance_id")),
    }


def _visit(row: Mapping[str, Any]) -> VisitLine:
    return VisitLine(
        **_located(row),
        id=UUID(row["id"]),
        at=datetime.fromisoformat(row["at"]),
        result=VisitResult(row["result"]),
        reason=NotDoneReason(row["reason"]) if row["reason"] else None,
    )


def _intervention(row: Mapping[str, Any]) -> InterventionLine:
    return InterventionLine(
        **_located(row),
        id=UUID(row["id"]),
        at=datetime.fromisoformat(row["at"]),
        area=Area(row["area"]),
        situation=Situation(row["situation"]),
        actions=tuple(Action(code) for code in row["actions"]),
        outcome=Outcome(row["outcome"]),
        origin=Origin(row["origin"]),
        people_band=PeopleBand(row["people_band"]),
        police_force=PoliceForce(row["police_force"]) if row["police_force"] else None,
        police_called_at=_instant(row["police_called_at"]),
        police_arrived_at=_instant(row["police_arrived_at"]),
        police_outcome=PoliceOutcome(row["police_outcome"]) if row.get("police_outcome") else None,
    )


def _anomaly(row: Mapping[str, Any]) -> AnomalyLine:
    return AnomalyLine(
        **_located(row),
        id=UUID(row["id"]),
        at=datetime.fromisoformat(row["at"]),
        equipment=Equipment(row["equipment"]),
        still_there=row["still_there"],
        first_seen_on=date.fromisoformat(row["first_seen_on"]),
        sightings=row["sightings"],
        note=row["note"],
    )


def _call(row: Mapping[str, Any]) -> CallLine:
    return CallLine(
        **_located(row),
        id=_uuid(row.get("id")),
        called_at=datetime.fromisoformat(row["called_at"]),
        need=Situation(row["need"]),
        urgency=Urgency(row["urgency"]),
        followed_by=_uuid(row["followed_by"]),
    )


def _superseded(row: Mapping[str, Any] | None) -> Superseded | None:
    if row is None:
        return None
    return Superseded(
        number=row["number"],
        content_hash=row["content_hash"],
        cause=AmendmentCause(row["cause"]),
        reason=row["reason"],
        author=row["author"],
        at=datetime.fromisoformat(row["at"]),
        changes=tuple(FieldChange(**change) for change in row["changes"]),
    )


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
