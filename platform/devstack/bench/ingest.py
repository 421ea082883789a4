"""G19: batches as the field application sends them, against a bare COPY of the same rows."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson

from devstack.bench.city import BYPASS, City, Connection, take_role
from devstack.bench.measure import Result, interleave, ratios
from presence.field import services
from presence.kernel.keys import uuid7
from tenants.context import Context, Kind, settings_of

BATCHES, VISITS, INTERVENTIONS = 20, 50, 5
# The product's own statements, one per table, in the order of the foreign keys.
STATEMENTS = {
    "visit": services._INSERT_VISITS,
    "intervention": services._INSERT_INTERVENTIONS,
    "intervention_action": services._INSERT_ACTIONS,
    "evening_marker": services._INSERT_MARKERS,
}
Rows = dict[str, list[dict[str, Any]]]


def measure(city: City) -> list[Result]:
    """Both variants commit each batch; both check the foreign keys; only one is idempotent."""
    with city.connect() as connection:
        places = _places(city, connection)

        def batches() -> list[Rows]:
            return [_batch(city, places[i :: len(places) // 500]) for i in range(BATCHES)]

        samples = interleave(
            {
                "json": lambda: _timed(connection, batches(), _json(city)),
                "copy": lambda: _timed(connection, batches(), _copy),
            }
        )
        connection.execute("reset role")
    speed = [100 * ratio for ratio in ratios(samples, "copy", "json")]
    each = [min(samples[name]) / BATCHES * 1000 for name in ("json", "copy")]
    return [
        Result(
            "G19", "lot de 50 passages : débit en % d'un COPY par lot", speed, 80.0,
            at_least=True, unit="%", note=f"{each[0]:.2f} ms contre {each[1]:.2f} ms",
        )
    ]  # fmt: skip


Send = Callable[[Connection, Rows], None]


def _timed(connection: Connection, batches: list[Rows], send: Send) -> float:
    take_role(connection, BYPASS if send is _copy else Kind.PRESTATAIRE.database_role)
    started = time.perf_counter()
    for rows in batches:
        send(connection, rows)
    return time.perf_counter() - started


def _json(city: City) -> Send:
    """As the product does: the signed context, one statement per table, one commit."""
    key = city.stack.secrets.signing_key()
    queries = {
        table: str(statement).replace(":doc", "%(doc)s").encode()
        for table, statement in STATEMENTS.items()
    }

    def send(connection: Connection, rows: Rows) -> None:
        settings = settings_of(Context(Kind.PRESTATAIRE, city.prestataire), key)
        with connection.transaction():
            connection.execute(
                b"select " + b", ".join([b"set_config(%s, %s, true)"] * len(settings)),
                [part for setting in settings.items() for part in setting],
            )
            for table, query in queries.items():
                connection.execute(query, {"doc": orjson.dumps(rows[table]).decode()})

    return send


def _copy(connection: Connection, rows: Rows) -> None:
    with connection.transaction():
        for table, lines in rows.items():
            columns = ", ".join(lines[0])
            with connection.cursor().copy(
                f"copy presence.{table} ({columns}) from stdin".encode()
            ) as copy:
                for line in lines:
                    copy.write_row(tuple(line.values()))


def _places(city: City, connection: Connection) -> list[tuple[Any, ...]]:
    return connection.execute(
        "select bailleur_id, residence_id, id from presence.entrance order by id"
    ).fetchall()


def _batch(city: City, places: list[tuple[Any, ...]]) -> Rows:
    """Fifty visits of one team's evening, five with an intervention, under new keys."""
    evening_on = city.after_on + timedelta(days=3)
    started_at = datetime.combine(evening_on, datetime.min.time(), UTC) + timedelta(hours=19)
    rows: Rows = {table: [] for table in STATEMENTS}
    for rank, (bailleur, residence, entrance) in enumerate(places[:VISITS]):
        owner = {
            "bailleur_id": bailleur, "scheme_id": city.scheme, "evening_on": evening_on,
            "prestataire_id": city.prestataire,
        }  # fmt: skip
        place = {"residence_id": residence, "entrance_id": entrance, "started_at": started_at}
        visit = uuid7()
        busy = rank < INTERVENTIONS
        rows["visit"].append(
            owner | place | {
                "id": visit, "received_at": started_at, "content_hash": "0" * 64,
                "result": "intervention" if busy else "nothing_to_report",
            }
        )  # fmt: skip
        if busy:
            rows |= _with_intervention(rows, owner, place | {"visit_id": visit})
    bailleurs = sorted({place[0] for place in places[:VISITS]})
    rows["evening_marker"] = [
        {"id": uuid4(), "bailleur_id": b, "evening_on": evening_on} for b in bailleurs
    ]
    return rows


def _with_intervention(rows: Rows, owner: dict[str, Any], place: dict[str, Any]) -> Rows:
    key = uuid7()
    intervention = owner | place | {
        "id": key, "area": "hall", "situation": "noise", "outcome": "calmed", "origin": "round",
        "people_band": "1-2",
    }  # fmt: skip
    actions = [owner | {"intervention_id": key, "action": action} for action in _ACTIONS]
    return {
        "intervention": [*rows["intervention"], intervention],
        "intervention_action": [*rows["intervention_action"], *actions],
    }


_ACTIONS = ("mediation", "house_rules_reminder")
