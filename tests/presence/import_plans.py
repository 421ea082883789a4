"""Small portfolios, small files, and the plan of the one against the other."""

from collections.abc import Sequence
from datetime import date
from uuid import uuid5

from presence.imports.columns import guess
from presence.imports.items import Item, Plan
from presence.imports.plan import plan
from presence.imports.portfolio import HeldEntrance, HeldResidence, Portfolio
from presence.imports.reading import read_table
from presence.imports.rows import parse
from tests.factories.patrimoine_files import NAMESPACE, communes, csv_file

FORMER = ("agence", "code", "nom", "adresse", "insee", "logements", "qpv", "entrees")
GOOD = ("Centre", "N1", "Les Lilas", "1 rue Haute", "38053", "12", "", "Hall A|Hall B")
HALLS = ("code", "nom", "adresse", "insee", "agence", "bâtiment", "hall", "réf entrée", "logements",
         "passages")  # fmt: skip
EMPTY = Portfolio()
ARCHIVED_ON = date(2024, 3, 20)


def an_entrance(name: str = "Hall 1", **values: object) -> HeldEntrance:
    return HeldEntrance(uuid5(NAMESPACE, name), name, **values)  # type: ignore[arg-type]


def held(*entrances: HeldEntrance, **values: object) -> Portfolio:
    usual: dict[str, object] = {
        "id": uuid5(NAMESPACE, "N1"), "agency": "Centre", "code": "N1", "name": "Les Lilas",
        "address": "1 rue Haute", "insee_code": "38053", "dwellings": 48,
        "entrances": entrances or (an_entrance(),),
    }  # fmt: skip
    return Portfolio((HeldResidence(**usual | values),))  # type: ignore[arg-type]


def planned(
    header: Sequence[str], rows: Sequence[Sequence[str]], portfolio: Portfolio = EMPTY
) -> Plan:
    table = read_table(csv_file(header, rows, encoding="utf-8"), "")
    columns = guess(table.header)
    lines, faults = parse(table, columns, communes())
    return plan(lines, faults, portfolio, title_of=columns.title_of)


def compared(portfolio: Portfolio, **values: str) -> Item:
    """What a line of residence that says only these would do."""
    row = {"code": "N1", "nom": "Les Lilas"} | values
    return next(iter(planned(tuple(row), [tuple(row.values())], portfolio).items))


def hall(name: str, *, building: str = "", reference: str = "", dwellings: str = "10",
         times: str = "", code: str = "N1") -> tuple[str, ...]:  # fmt: skip
    return (code, "Les Lilas", "1 rue Haute", "38053", "Centre", building, name, reference,
            dwellings, times)  # fmt: skip
