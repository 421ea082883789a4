"""G35, G36: an evening signed and printed, against its bare queries and the bare typst compile."""

import hashlib
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import LiteralString

import orjson
import typst
from flask import Flask

from devstack.bench.city import BENCH_SECONDS, City, Connection
from devstack.bench.measure import Result, interleave, ratios
from devstack.bench.product import Statement, captured, product
from presence.daily_reports import sealed
from presence.daily_reports.documents import pdf_bytes, template
from presence.daily_reports.printed import page_data
from presence.daily_reports.services import Closing, seal_report
from presence.kernel import typesetting
from presence.kernel.clock import PARIS
from tenants.context import Context, Kind
from tenants.database import transaction

BAILLEURS, VISITS = 12, 600
_EVENING: LiteralString = """
  with hall as (
    select id, residence_id, scheme_id, bailleur_id,
           row_number() over (partition by bailleur_id order by id) - 1 as place,
           count(*) over (partition by bailleur_id) as halls
      from presence.entrance
  ), turn as (
    select h.*, n from generate_series(0, %(visits)s - 1) n
      join hall h on h.place = n %% h.halls
  )
  insert into presence.visit (residence_id, entrance_id, started_at, received_at, result,
                              content_hash, id, evening_on, prestataire_id, scheme_id, bailleur_id)
  select residence_id, id, %(opens)s + n * interval '30 seconds', %(opens)s + interval '6 hours',
         case when n %% 30 = 0 then 'intervention' else 'nothing_to_report' end,
         repeat('0', 64), gen_random_uuid(), %(evening)s, %(prestataire)s, scheme_id, bailleur_id
    from turn"""
_INTERVENTIONS: LiteralString = """
  with found as (
    insert into presence.intervention (visit_id, residence_id, entrance_id, started_at, area,
                                       situation, outcome, origin, people_band, id, evening_on,
                                       prestataire_id, scheme_id, bailleur_id)
    select id, residence_id, entrance_id, started_at, 'hall', 'gathering', 'calmed', 'round',
           '3-5', gen_random_uuid(), evening_on, prestataire_id, scheme_id, bailleur_id
      from presence.visit where evening_on = %(evening)s and result = 'intervention'
    returning id, evening_on, prestataire_id, scheme_id, bailleur_id
  )
  insert into presence.intervention_action (intervention_id, action, evening_on, prestataire_id,
                                            scheme_id, bailleur_id)
  select id, 'mediation', evening_on, prestataire_id, scheme_id, bailleur_id from found"""


def measure(city: City) -> list[Result]:
    """An evening of twelve bailleurs and six hundred visits each; no round keeps its reports."""
    evening_on = city.after_on + timedelta(days=5)
    signed_at = datetime(evening_on.year, evening_on.month, evening_on.day, 23, 6, tzinfo=PARIS)
    closing = Closing(city.scheme, city.prestataire, evening_on, signed_at, "Chef")
    with city.connect() as connection, product(city) as app:
        bailleurs = _walk(connection, city, evening_on)
        contents, statements = _sealed(app, bailleurs, closing)
        signature = interleave(
            {
                "product": partial(_sign, app, bailleurs, closing),
                "bare": partial(_replay, connection, statements),
            }
        )
    prints = interleave({"product": _printing(contents), "bare": _compiling(contents)})
    what = f"{len(bailleurs)} bailleurs × {VISITS} passages"
    return [
        Result(
            "G35", f"{what} : assembler et sceller / requêtes à nu",
            ratios(signature, "product", "bare"), 4.0,
            note=f"{_ms(signature['product'])} contre {_ms(signature['bare'])}",
        ),
        Result(
            "G36", f"{what} : les PDF / typst à nu", ratios(prints, "product", "bare"), 1.3,
            note=f"{_ms(prints['product'])} contre {_ms(prints['bare'])}",
        ),
    ]  # fmt: skip


def _walk(connection: Connection, city: City, evening_on: date) -> list[int]:
    """Record the evening, and name the bailleurs that were walked."""
    opens = datetime(evening_on.year, evening_on.month, evening_on.day, 17, tzinfo=PARIS)
    values = {
        "visits": VISITS, "opens": opens, "evening": evening_on, "prestataire": city.prestataire,
    }  # fmt: skip
    connection.execute(_EVENING, values)
    connection.execute(_INTERVENTIONS, values)
    found = connection.execute(
        "select distinct bailleur_id from presence.visit where evening_on = %s order by 1",
        (evening_on,),
    )
    return [row[0] for row in found][:BAILLEURS]


def _sealed(
    app: Flask, bailleurs: list[int], closing: Closing
) -> tuple[list[bytes], list[Statement]]:
    """Each one's sealed bytes, and what sealing them asks PostgreSQL."""
    contents, statements = [], []
    for bailleur in bailleurs:
        with captured(app, (Kind.BAILLEUR,)) as found:
            contents.append(_seal(app, bailleur, closing))
        statements += [said for said in found.values() if "set_config" not in said.text]
    return contents, statements


def _seal(app: Flask, bailleur: int, closing: Closing) -> bytes:
    context = Context(Kind.BAILLEUR, bailleur, seconds=BENCH_SECONDS)
    with app.app_context(), transaction(context) as session:
        content = seal_report(session, closing).content
        session.rollback()
    return content


def _sign(app: Flask, bailleurs: list[int], closing: Closing) -> float:
    started = time.perf_counter()
    for bailleur in bailleurs:
        _seal(app, bailleur, closing)
    return time.perf_counter() - started


def _replay(connection: Connection, statements: list[Statement]) -> float:
    """The same statements as a superuser: no policy, no object made of their rows, nothing kept."""
    started = time.perf_counter()
    with connection.transaction(force_rollback=True), connection.cursor() as cursor:
        for said in statements:
            cursor.execute(said.text.encode(), said.parameters)
            if cursor.description:
                cursor.fetchall()
    return time.perf_counter() - started


def _printing(contents: list[bytes]) -> Callable[[], float]:
    def run() -> float:
        started = time.perf_counter()
        for content in contents:
            pdf_bytes(content)
        return time.perf_counter() - started

    return run


def _compiling(contents: list[bytes]) -> Callable[[], float]:
    """The compile alone: the data were prepared before, the typeface is already read."""
    source = (typesetting.PRELUDE + template()).encode()
    prepared = [_prepared(content) for content in contents]

    def run() -> float:
        started = time.perf_counter()
        for data, stamp in prepared:
            typst.Compiler(root=typesetting.FONTS, font_paths=typesetting.fonts()).compile(
                source, format="pdf", sys_inputs={"data": data},
                pdf_standards=["a-3a", "ua-1"], timestamp=stamp,
            )  # fmt: skip
        return time.perf_counter() - started

    return run


def _prepared(content: bytes) -> tuple[str, int]:
    report = sealed.read(content)
    assert report.signed_at is not None  # noqa: S101 - it was sealed a moment ago
    data = page_data(report, hashlib.sha256(content).hexdigest())
    attached = {
        "name": "report.json", "text": content.decode(), "mime": "application/json",
        "description": "contenu",
    }  # fmt: skip
    sent = {"data": data, "attachments": [attached]}
    return orjson.dumps(sent).decode(), int(report.signed_at.timestamp())


def _ms(seconds: list[float]) -> str:
    return f"{sorted(seconds)[len(seconds) // 2] * 1e3:.0f} ms"
