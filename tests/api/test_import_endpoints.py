"""Imports over the API: deposited, read, repaired, confirmed once, undone, each for its own."""

from uuid import uuid4

import pytest

from presence.imports.reading import MOST_BYTES
from tests.api.client import Caller, body, fields, said
from tests.factories.imports import hall, lines, with_amberieu
from tests.factories.patrimoine_files import faulty_file
from tests.factories.workbooks import a_workbook
from tests.worlds import World

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TWO = lines(hall("Hall 1", code="NEUF-1"), hall("Hall 2", code="NEUF-1"))


def deposit(who: Caller, content: bytes, query: str = "", kind: str = CSV) -> dict[str, object]:
    return body(who.raw("POST", f"place-imports{query}", content, kind), 201)


def confirm(who: Caller, told: dict[str, object], **more: object) -> dict[str, object]:
    sent = {"fingerprint": told["fingerprint"], **more}
    return body(who.put(f"place-imports/{told['id']}/confirmation", sent), 200)


def test_a_file_is_compared_then_confirmed_then_undone(opac: Caller) -> None:
    before = {row["code"] for row in opac.items("residences", limit=200)}
    told = deposit(opac, TWO, "?file_name=mes-lieux.csv")
    unchanged = {row["code"] for row in opac.items("residences", limit=200)}

    done = confirm(opac, told)
    during = {row["code"] for row in opac.items("residences", limit=200)}
    undone = body(opac.put(f"place-imports/{told['id']}/undo", {}), 200)

    assert (told["state"], told["file_name"], told["format"]) == (
        "planned", "mes-lieux.csv", "CSV · Windows-1252 · point-virgule",
    )  # fmt: skip
    assert told["counts"]["created"] == 1  # type: ignore[index]
    assert unchanged == before
    assert (done["state"], during) == ("applied", before | {"NEUF-1"})
    assert (undone["state"], undone["left"]) == ("undone", [])
    after = {row["code"] for row in opac.items("residences", limit=200)}
    assert after == before


def test_the_plan_is_read_place_by_place(opac: Caller) -> None:
    told = deposit(opac, TWO)
    first = body(opac.get(f"place-imports/{told['id']}", limit=1), 200)
    rest = body(
        opac.get(f"place-imports/{told['id']}", limit=200, cursor=first["next_cursor"]), 200
    )

    (item,) = first["items"]
    assert (item["verdict"], item["code"], item["lines"]) == ("created", "NEUF-1", [2, 3])
    assert {"field": "dwellings", "before": None, "after": "20"} in item["changes"]
    assert [each["name"] for each in item["entrances"]] == ["Hall 1", "Hall 2"]
    assert {each["verdict"] for each in rest["items"]} == {"absent"}
    assert rest["next_cursor"] is None


def test_a_workbook_is_taken_too(opac: Caller) -> None:
    content = a_workbook([("code", "nom"), ("R001", "Les Fougères")])

    told = deposit(opac, content, kind=XLSX)

    assert str(told["format"]).startswith("XLSX")
    assert told["counts"]["unchanged"] == 1  # type: ignore[index]


def test_the_same_key_is_the_same_import(opac: Caller) -> None:
    key = str(uuid4())
    headers = opac.headers | {"Idempotency-Key": key}

    def send(content: bytes) -> object:
        return opac.client.post(
            "/api/v1/place-imports", data=content, content_type=CSV, headers=headers
        )

    first, again, other = send(TWO), send(TWO), send(lines(hall("Hall 9")))

    assert body(first, 201) == body(again, 201)  # type: ignore[arg-type]
    assert "un autre fichier" in said(other, 409)["detail"]  # type: ignore[arg-type]


def test_a_deposit_without_a_key_is_refused(opac: Caller) -> None:
    answer = opac.client.post(
        "/api/v1/place-imports", data=TWO, content_type=CSV, headers=opac.headers
    )

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"", CSV, 422), (b"%PDF-1.7", CSV, 422), (b"a\0b", CSV, 422), (TWO, "text/plain", 415),
        (b"x" * (3 * 1024 * 1024), CSV, 422), (b"x" * (MOST_BYTES + 10), CSV, 413),
    ],
    ids=["empty", "pdf", "null byte", "type", "three megabytes", "too heavy"],
)  # fmt: skip
def test_what_is_no_such_file_is_refused(
    opac: Caller, content: bytes, kind: str, status: int
) -> None:
    body(opac.raw("POST", "place-imports", content, kind), status)


def test_a_file_without_its_columns_waits_for_a_choice(opac: Caller) -> None:
    content = "code;appellation du site\nR001;Les Fougères\n".encode()

    waiting = deposit(opac, content)
    sent = {"columns": [{"index": 1, "field": "name"}]}
    refused = fields(opac.put(f"place-imports/{waiting['id']}/columns", sent))
    chosen = deposit(opac, content, "?columns=1:name")

    assert waiting["counts"] is None
    assert "Colonne manquante" in str(waiting["message"])
    assert refused == {"fichier"}
    assert chosen["counts"]["unchanged"] == 1  # type: ignore[index]


def test_a_choice_of_columns_is_kept(opac: Caller) -> None:
    told = deposit(opac, TWO)
    sent = {"columns": [{"index": 7, "field": None}], "agency": "Villefontaine"}

    changed = body(opac.put(f"place-imports/{told['id']}/columns", sent), 200)

    column = changed["columns"][7]
    assert (column["field"], column["confidence"], column["kept"]) == (None, "chosen", True)
    assert changed["agency"] == "Villefontaine"
    twice = [{"index": 0, "field": "name"}]
    assert fields(opac.put(f"place-imports/{told['id']}/columns", {"columns": twice})) == {
        "colonnes"
    }


def test_repairs_are_accepted_by_kind(demo: World, opac: Caller) -> None:
    with_amberieu(demo)
    told = deposit(opac, faulty_file().content)

    changed = body(opac.put(f"place-imports/{told['id']}/repairs", {"repairs": ["lost_zero"]}), 200)

    assert told["repairable"] == [{"kind": "lost_zero", "lines": 1}]
    assert changed["repairable"] == []
    assert changed["counts"]["created"] == told["counts"]["created"] + 1  # type: ignore[index]


def test_the_refused_lines_are_given_back_with_their_reasons(opac: Caller) -> None:
    told = deposit(opac, faulty_file().content)

    answer = opac.get(f"place-imports/{told['id']}/refusals.csv")

    assert (answer.status_code, answer.mimetype) == (200, CSV)
    text = answer.data.decode("utf-8-sig")
    assert "Motif du rejet" in text
    assert "Commune inconnue dans le territoire" in text
    assert len(text.splitlines()) == told["counts"]["refused_lines"] + 1  # type: ignore[index]


def test_a_confirmation_sent_twice_imports_once(opac: Caller) -> None:
    told = deposit(opac, TWO)

    answers = [confirm(opac, told) for _ in range(2)]

    assert answers[0] == answers[1]
    made = [row for row in opac.items("residences", limit=200) if row["code"] == "NEUF-1"]
    assert len(made) == 1


def test_a_plan_that_was_made_again_is_given_back_unapplied(opac: Caller) -> None:
    first = opac.items("residences", limit=1)[0]
    told = deposit(opac, lines(hall("Hall 9", code=first["code"], nom="Nouveau nom")))
    body(opac.put(f"residences/{first['id']}", {"address": "99 rue Neuve"}), 200)

    again = confirm(opac, told)

    assert again["state"] == "planned"
    assert again["fingerprint"] != told["fingerprint"]
    assert "le plan a été refait" in str(again["message"])
    assert confirm(opac, again)["state"] == "applied"


def test_archiving_much_of_the_portfolio_asks_for_its_number(opac: Caller) -> None:
    told = deposit(opac, TWO)
    items = body(opac.get(f"place-imports/{told['id']}", limit=200), 200)["items"]
    absent = [item["residence_id"] for item in items if item["verdict"] == "absent"][:5]
    path = f"place-imports/{told['id']}/confirmation"
    sent = {"fingerprint": told["fingerprint"], "archive": absent}

    assert fields(opac.put(path, sent)) == {"archive_count"}
    assert fields(opac.put(path, sent | {"archive_count": 4})) == {"archive_count"}
    done = body(opac.put(path, sent | {"archive_count": 5}), 200)

    assert done["state"] == "applied"
    archived = [key for key in absent if body(opac.get(f"residences/{key}"), 200)["archived_on"]]
    assert archived == absent


def test_an_import_is_given_up(opac: Caller) -> None:
    told = deposit(opac, TWO)

    answers = [opac.send("DELETE", f"place-imports/{told['id']}", None) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert body(opac.get(f"place-imports/{told['id']}"), 200)["state"] == "abandoned"
    assert told["id"] not in {row["id"] for row in opac.items("place-imports")}
    assert opac.get(f"place-imports/{told['id']}/refusals.csv").status_code == 404


def test_each_bailleur_sees_its_own_imports(opac: Caller, pluralis: Caller) -> None:
    told = deposit(opac, TWO)
    path = f"place-imports/{told['id']}"
    confirmation = {"fingerprint": told["fingerprint"]}
    calls: tuple[tuple[str, str, object], ...] = (
        ("GET", path, None), ("PUT", f"{path}/columns", {"columns": []}),
        ("PUT", f"{path}/repairs", {"repairs": []}),
        ("PUT", f"{path}/confirmation", confirmation), ("PUT", f"{path}/undo", {}),
        ("DELETE", path, None), ("GET", f"{path}/refusals.csv", None),
    )  # fmt: skip

    for method, where, sent in calls:
        unknown = where.replace(str(told["id"]), str(uuid4()))
        theirs, nobodys = pluralis.send(method, where, sent), pluralis.send(method, unknown, sent)
        assert said(theirs, 404) == said(nobodys, 404), where

    assert told["id"] not in {row["id"] for row in pluralis.items("place-imports")}
    assert body(opac.get(path), 200)["state"] == "planned"
