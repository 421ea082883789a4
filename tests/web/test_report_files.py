"""A report as PDF, CSV and JSON; and which report a hash, or a file, is."""

import hashlib
import html
import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID, uuid4

import pikepdf
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from presence.daily_reports import documents, sealed
from presence.daily_reports.content import Superseded
from presence.kernel.nomenclature import AmendmentCause
from presence.kernel.typesetting import REFUSED, NotTypeset
from tests.api.client import LEADER, OPAC38, PLURALIS, caller
from tests.stack import Servers
from tests.web.accounts import csrf_of, signed_in, without_marks
from tests.worlds import SMALL_DEMO, World, cloned

UNKNOWN = "Aucun rapport que vous pouvez lire ne porte cette empreinte"
KINDS = ("pdf", "csv", "json")


@pytest.fixture(scope="module")
def own(servers: Servers) -> Iterator[World]:
    """A demonstration of this module's own; OPAC38's newest report has a second version."""
    with cloned(servers, SMALL_DEMO) as world:
        _amend(world)
        yield world


@pytest.fixture(scope="module")
def clients(own: World) -> dict[str, FlaskClient]:
    return {name: signed_in(own, name) for name in ("opac38", "pluralis", "leader")}


def _amend(world: World) -> None:
    report_id, content = _report(world, "OPAC38", version=1)
    first = sealed.read(content)
    assert first.signed_at is not None
    second = replace(
        first, version=2, number=first.number.removesuffix("1") + "2",
        supersedes=Superseded(
            first.number, hashlib.sha256(content).hexdigest(), AmendmentCause.CORRECTION,
            "une heure était fausse", "Nadia", first.signed_at, (),
        ),
    )  # fmt: skip
    written = sealed.write(second)
    with world.superuser() as connection:
        connection.execute(
            "insert into presence.daily_report (id, bailleur_id, prestataire_id, scheme_id,"
            " evening_on, version, number, signed_at, signer, content, content_hash, cause)"
            " select gen_random_uuid(), bailleur_id, prestataire_id, scheme_id, evening_on, 2, %s,"
            " signed_at, signer, %s, %s, 'correction' from presence.daily_report where id = %s",
            (second.number, written, hashlib.sha256(written).hexdigest(), report_id),
        )


def _report(world: World, code: str, version: int = 1) -> tuple[UUID, bytes]:
    """The newest evening's report of a bailleur, and its sealed bytes."""
    with world.superuser() as connection:
        row = connection.execute(
            "select id, content from presence.daily_report where bailleur_id = %s and version = %s"
            " order by evening_on desc limit 1",
            (world.ids[code], version),
        ).fetchone()
    assert row is not None
    report_id, content = row
    assert isinstance(report_id, UUID)
    assert isinstance(content, bytes)
    return report_id, content


def kept(world: World) -> int:
    return int(str(world.scalar("select count(*) from presence.report_document")))


def verified(client: FlaskClient, content: bytes, name: str = "rapport.pdf") -> TestResponse:
    token = csrf_of(client.get("/verification").text)
    return client.post(
        "/verification",
        data={"csrf_token": token, "fichier": (io.BytesIO(content), name)},
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_named_after_its_report(
    own: World, clients: dict[str, FlaskClient], kind: str
) -> None:
    report_id, content = _report(own, "OPAC38")

    answer = clients["opac38"].get(f"/rapports-journaliers/{report_id}.{kind}")

    number = sealed.read(content).number
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{number}.{kind}"'


@pytest.mark.parametrize("kind", KINDS)
def test_anothers_file_and_an_unknown_one_get_the_same_page(
    own: World, clients: dict[str, FlaskClient], kind: str
) -> None:
    theirs, _ = _report(own, "PLURALIS")

    answers = [
        clients["opac38"].get(f"/rapports-journaliers/{key}.{kind}") for key in (theirs, uuid4())
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert without_marks(answers[0].text) == without_marks(answers[1].text)


def test_a_page_is_made_once_and_kept_as_it_was(
    own: World, clients: dict[str, FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    report_id, _ = _report(own, "OPAC38", version=2)
    path = f"/rapports-journaliers/{report_id}.pdf"
    first = clients["opac38"].get(path).data
    monkeypatch.setattr(documents, "pdf_bytes", _fail)

    assert clients["opac38"].get(path).data == first
    assert clients["leader"].get(path).data == first


def _fail(_: bytes) -> bytes:
    raise NotTypeset(REFUSED)


def test_two_readers_at_once_keep_one_page(own: World) -> None:
    report_id = own.scalar(
        "select id from presence.daily_report where bailleur_id = %s"
        " order by evening_on limit 1 offset 3",
        own.ids["OPAC38"],
    )
    readers = [signed_in(own, "opac38") for _ in range(4)]
    before = kept(own)

    with ThreadPoolExecutor(len(readers)) as pool:
        path = f"/rapports-journaliers/{report_id}.pdf"
        answers = list(pool.map(lambda reader: reader.get(path), readers))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.data for answer in answers}) == 1
    assert kept(own) == before + 1


def test_the_prestataire_prints_the_same_page_and_keeps_nothing(
    own: World, clients: dict[str, FlaskClient]
) -> None:
    report_id, _ = _report(own, "PLURALIS")
    path = f"/rapports-journaliers/{report_id}.pdf"
    before = kept(own)

    printed = clients["leader"].get(path).data

    assert kept(own) == before
    assert printed == clients["pluralis"].get(path).data
    assert kept(own) == before + 1


def test_a_page_that_cannot_be_made_is_said_and_nothing_is_kept(
    own: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    report_id = own.scalar(
        "select id from presence.daily_report where bailleur_id = %s order by evening_on limit 1",
        own.ids["OPAC38"],
    )
    before = kept(own)
    monkeypatch.setattr(documents, "typeset", lambda *_, **__: _fail(b""))

    page = signed_in(own, "opac38").get(f"/rapports-journaliers/{report_id}.pdf")
    told = caller(own, OPAC38).get(f"daily-reports/{report_id}/pdf")

    assert (page.status_code, told.status_code) == (503, 503)
    assert page.headers["Retry-After"] == told.headers["Retry-After"] == "30"
    assert REFUSED in html.unescape(page.text)
    assert told.get_json()["detail"] == REFUSED
    assert kept(own) == before


def test_the_api_gives_the_same_files(own: World, clients: dict[str, FlaskClient]) -> None:
    report_id, _ = _report(own, "OPAC38")
    reader = caller(own, OPAC38)

    for kind in ("pdf", "csv"):
        told = reader.get(f"daily-reports/{report_id}/{kind}")
        shown = clients["opac38"].get(f"/rapports-journaliers/{report_id}.{kind}")

        assert told.status_code == 200
        assert (told.data, told.mimetype) == (shown.data, shown.mimetype)


@pytest.mark.parametrize("kind", ["pdf", "csv"])
def test_the_api_gives_nobody_anothers_file(own: World, kind: str) -> None:
    theirs, _ = _report(own, "PLURALIS")

    statuses = [
        caller(own, who).get(f"daily-reports/{theirs}/{kind}").status_code
        for who in (OPAC38, PLURALIS, LEADER)
    ]

    assert statuses == [404, 200, 200]


def test_a_bailleurs_files_say_nothing_of_another(
    own: World, clients: dict[str, FlaskClient]
) -> None:
    report_id, _ = _report(own, "OPAC38")
    with own.superuser() as connection:
        names = [
            str(row[0])
            for row in connection.execute(
                "select name from presence.residence where bailleur_id = %s"
                " union select name from presence.organisation where id = %s",
                (own.ids["PLURALIS"], own.ids["PLURALIS"]),
            )
        ]

    for kind in KINDS:
        answer = clients["opac38"].get(f"/rapports-journaliers/{report_id}.{kind}")
        content = _bare(answer.data) if kind == "pdf" else answer.data
        found = [name for name in names if name.encode() in content]
        assert not found, kind


def _bare(pdf: bytes) -> bytes:
    """A PDF whose streams are no longer compressed."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.all)
    return out.getvalue()


def test_a_hash_says_which_report_who_signed_and_that_it_stands(
    own: World, clients: dict[str, FlaskClient]
) -> None:
    _, content = _report(own, "OPAC38", version=2)
    found = hashlib.sha256(content).hexdigest().upper()
    spaced = " ".join(found[start : start + 8] for start in range(0, 64, 8))

    page = clients["opac38"].get("/verification", query_string={"empreinte": f" {spaced}\n"}).text

    assert "Authentique, et en vigueur" in page
    assert sealed.read(content).number in page
    assert re.search(r"Signé par</dt><dd>[^<]+<span class=\"under\">le \d\d/\d\d/\d{4} à ", page)


def test_a_first_version_still_verifies_and_is_said_replaced(
    own: World, clients: dict[str, FlaskClient]
) -> None:
    _, content = _report(own, "OPAC38")
    newest, _ = _report(own, "OPAC38", version=2)

    page = clients["opac38"].get(
        "/verification", query_string={"empreinte": hashlib.sha256(content).hexdigest()}
    ).text  # fmt: skip

    assert "remplacée par v2" in page
    assert f"/rapports-journaliers/{newest}.pdf" in page


def test_anothers_hash_and_an_unknown_one_get_the_same_page(
    own: World, clients: dict[str, FlaskClient]
) -> None:
    _, theirs = _report(own, "PLURALIS")
    told = []
    for key in (hashlib.sha256(theirs).hexdigest(), "0" * 64):
        page = clients["opac38"].get("/verification", query_string={"empreinte": key}).text
        told.append(without_marks(page).replace(key, ""))

    assert told[0] == told[1]
    assert UNKNOWN in told[0]


@pytest.mark.parametrize("given", ["", "8f3c", "g" * 64, "0" * 65])
def test_what_is_no_hash_is_said_so(clients: dict[str, FlaskClient], given: str) -> None:
    answer = clients["opac38"].get("/verification", query_string={"empreinte": given})

    assert answer.status_code == 422
    assert "64 signes" in answer.text


@pytest.mark.parametrize("kind", ["pdf", "json"])
@pytest.mark.parametrize("who", ["opac38", "leader"])
def test_a_file_is_recognised_to_the_byte(
    own: World, clients: dict[str, FlaskClient], who: str, kind: str
) -> None:
    report_id, content = _report(own, "OPAC38", version=2)
    file = clients[who].get(f"/rapports-journaliers/{report_id}.{kind}").data

    page = verified(clients[who], file).text
    changed = verified(clients[who], file[:-20] + b"X" + file[-19:]).text

    assert sealed.read(content).number in page
    assert "Authentique, et en vigueur" in page
    assert UNKNOWN in changed


def test_a_page_that_nobody_kept_is_recognised_by_making_it_again(
    own: World, clients: dict[str, FlaskClient]
) -> None:
    report_id, content = _report(own, "OPAC38")
    with own.superuser() as connection:
        connection.execute(
            "delete from presence.report_document where report_id = %s", (report_id,)
        )
    printed = documents.pdf_bytes(content)

    page = verified(clients["leader"], printed).text

    assert "remplacée par v2" in page
    assert kept(own) == int(
        str(
            own.scalar(
                "select count(*) from presence.report_document where report_id <> %s", report_id
            )
        )
    )


def test_anothers_file_is_an_unknown_one(own: World, clients: dict[str, FlaskClient]) -> None:
    report_id, content = _report(own, "PLURALIS")
    printed = clients["pluralis"].get(f"/rapports-journaliers/{report_id}.pdf").data

    told = [verified(clients["opac38"], file) for file in (printed, content, b"autre chose")]

    assert [answer.status_code for answer in told] == [200, 200, 200]
    assert all(UNKNOWN in answer.text for answer in told)


def test_no_file_is_said_so(clients: dict[str, FlaskClient]) -> None:
    answer = verified(clients["opac38"], b"")

    assert answer.status_code == 422
    assert "Choisissez le PDF ou le JSON" in answer.text


def test_a_file_over_the_limit_is_told_the_limit_of_this_page(
    clients: dict[str, FlaskClient],
) -> None:
    heavy = bytes(11 * 1024 * 1024)

    answer = clients["opac38"].post(
        "/verification", data=heavy, content_type="multipart/form-data; boundary=limit"
    )

    assert answer.status_code == 413
    assert "10 Mo" in answer.text
