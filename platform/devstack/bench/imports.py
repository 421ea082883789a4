"""G31: a list of 3 000 entrances compared and written, against a bare COPY of the same rows."""

import csv
import io
import time
from collections.abc import Callable
from uuid import uuid4

from devstack.bench.city import BYPASS, City, Connection, take_role
from devstack.bench.measure import Result, Samples, interleave, ratios
from devstack.bench.product import product
from presence.imports.applying import apply_plan
from presence.imports.items import Plan
from presence.imports.preparing import Deposit, planned, read_deposit
from presence.patrimoine.services import Covering, current_covering
from tenants.context import Context, Kind
from tenants.database import transaction

RESIDENCES, HALLS, ROUNDS = 1_500, 2, 5
TITLES = (
    "Agence", "Code", "Nom", "Adresse", "Insee", "Bâtiment", "Entrée", "Logements", "Passages",
)  # fmt: skip
# In the order of the foreign keys; no code of the city begins so.
IMPORTED = "select id from presence.residence where code like 'IMP%'"
TABLES = ("residence", "building", "entrance", "coverage", "visit_frequency")


class _Undo(Exception):
    """Rolls a measure back: each round writes into the same city."""


def measure(city: City) -> list[Result]:
    """The product with its policies, its checks and its journal; COPY with its foreign keys."""
    with product(city) as app, city.connect() as connection, app.app_context():
        content = _file(connection)
        plan, covering = _plan(city, content)
        _apply(city, plan, covering, keep=True)
        rows = _taken_out(connection)
        samples: Samples = interleave(
            {
                "plan": lambda: _timed(lambda: _plan(city, content)),
                "apply": lambda: _timed(lambda: _apply(city, plan, covering)),
                "copy": lambda: _timed(lambda: _copy(connection, rows)),
            },
            rounds=ROUNDS,
        )
    speed = {name: RESIDENCES * HALLS / min(found) for name, found in samples.items()}
    what = f"import de {RESIDENCES * HALLS} entrées"
    told = {name: f"{value:,.0f} entrées/s".replace(",", " ") for name, value in speed.items()}
    return [
        Result("G31", f"{what} : lu et comparé / COPY", ratios(samples, "plan", "copy"), 2.0,
               note=told["plan"]),
        Result("G31", f"{what} : enregistré / COPY", ratios(samples, "apply", "copy"), 10.0,
               note=f"{told['apply']} contre {told['copy']}"),
    ]  # fmt: skip


def _plan(city: City, content: bytes) -> tuple[Plan, Covering | None]:
    with transaction(_own(city)) as session:
        covering = current_covering(session)
        read = read_deposit(session, Deposit("lieux.csv", content))
        scheme_id = covering.scheme_id if covering else None
        return planned(session, read.kept, read.choices, scheme_id=scheme_id), covering


def _apply(city: City, plan: Plan, covering: Covering | None, *, keep: bool = False) -> None:
    try:
        with transaction(_own(city)) as session:
            apply_plan(session, plan, (), covering, uuid4())
            if not keep:
                raise _Undo
    except _Undo:
        pass


def _copy(connection: Connection, rows: dict[str, bytes]) -> None:
    take_role(connection, BYPASS)
    try:
        with connection.transaction(force_rollback=True):
            for table, lines in rows.items():
                with connection.cursor().copy(f"copy presence.{table} from stdin".encode()) as copy:
                    copy.write(lines)
    finally:
        connection.execute("reset role")


def _taken_out(connection: Connection) -> dict[str, bytes]:
    """The rows that an import wrote, as COPY reads them; they are gone from the city."""
    rows = {}
    for table in TABLES:
        query = f"copy (select * from presence.{table} where {_where(table)}) to stdout"  # noqa: S608
        with connection.cursor().copy(query.encode()) as copy:
            rows[table] = b"".join(bytes(part) for part in copy)
    for table in reversed(TABLES):
        connection.execute(f"delete from presence.{table} where {_where(table)}".encode())  # noqa: S608
    return rows


def _where(table: str) -> str:
    return f"{'id' if table == 'residence' else 'residence_id'} in ({IMPORTED})"


def _file(connection: Connection) -> bytes:
    communes = [row[0] for row in connection.execute("select insee_code from presence.commune")]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(TITLES)
    for number in range(RESIDENCES):
        for hall in range(HALLS):
            writer.writerow([
                "Agence", f"IMP{number}", f"Les Églantiers {number}", f"{number} rue Haute",
                communes[number % len(communes)], f"Bât. {hall}", f"Montée {hall}", 10 + hall, 3,
            ])  # fmt: skip
    return out.getvalue().encode("cp1252")


def _timed(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def _own(city: City) -> Context:
    return Context(Kind.BAILLEUR, city.bailleur)
