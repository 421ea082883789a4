"""The printed page, the spreadsheet and the sealed bytes say the same figures."""

import csv
import io
import json
import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from presence.daily_reports import sealed
from presence.daily_reports.content import Content
from presence.daily_reports.documents import pdf_bytes
from presence.daily_reports.spreadsheet import COLUMNS, report_csv
from presence.daily_reports.summary import summarise
from presence.kernel.nomenclature import Action, NotDoneReason, VisitResult
from tests.presence import printing
from tests.presence.test_printed_report import pages

FATES = ("quiet", "intervention", "police", "not_done", "not_received", "anomaly")
# Beyond the places due.
BESIDE = 100


@st.composite
def evenings(draw: st.DrawFn) -> Content:
    """An evening: what became of each place due, visits beside the programme, calls."""
    fates = draw(st.lists(st.sampled_from(FATES), max_size=14))
    beside = draw(st.integers(0, 3))
    calls = draw(st.lists(st.booleans(), max_size=4))
    visits, found, seen = [], [], []
    for rank, fate in enumerate(fates):
        if fate == "not_received":
            continue
        if fate == "not_done":
            reason = draw(st.sampled_from(NotDoneReason))
            visits.append(printing.visit(rank, VisitResult.NOT_DONE, reason))
            continue
        visits.append(printing.visit(rank))
        if fate == "anomaly":
            seen.append(printing.anomaly(rank))
        if fate in {"intervention", "police"}:
            last = Action.POLICE_REQUEST if fate == "police" else Action.HOUSE_RULES_REMINDER
            found.append(printing.intervention(rank, Action.MEDIATION, last))
    visits += [printing.visit(BESIDE + rank) for rank in range(beside)]
    return printing.report(
        places=len(fates),
        visits=visits,
        interventions=found,
        anomalies=seen,
        calls=[printing.call(rank, followed=followed) for rank, followed in enumerate(calls)],
    )


def table(content: Content) -> tuple[dict[str, str], list[dict[str, str]]]:
    """The figures of the file, then its facts."""
    text = report_csv(content, printing.HASH).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    blank = rows.index([])
    heads = {row[0]: row[1] for row in rows[:blank]}
    return heads, [dict(zip(rows[blank + 1], row, strict=True)) for row in rows[blank + 2 :]]


@settings(max_examples=25, deadline=None)
@given(evenings())
@example(printing.report())
@example(printing.report(places=3))
def test_page_spreadsheet_and_sealed_bytes_say_the_same_figures(content: Content) -> None:
    counts = json.loads(sealed.write(content))["counts"]
    figures = summarise(content).figures
    heads, facts = table(content)
    page = " ".join(pages(pdf_bytes(sealed.write(content))))

    assert told_by(heads, nothing_came=figures.nothing_came) == counts
    natures = [fact["Nature"] for fact in facts]
    assert natures.count("Passage") == counts["visits"] + counts["not_done"]
    assert natures.count("Non reçu") == counts["not_visited"]
    assert natures.count("Intervention") == counts["interventions"]
    assert natures.count("Anomalie") == counts["anomalies"]
    assert natures.count("Appel") == counts["calls"]
    if counts["planned"] + counts["visits"] + counts["not_done"] == 0:
        assert "Passages faits" not in page
    elif figures.nothing_came:
        assert f"Passages faits — sur {counts['planned']} prévu" in page
    else:
        assert _printed(page) == {
            "done": figures.done,
            "planned": counts["planned"],
            "off_programme": counts["off_programme"],
            "interventions": counts["interventions"],
            "police": counts["police_requests"],
            "not_done": counts["not_done"],
            "not_visited": counts["not_visited"],
            "anomalies": counts["anomalies"],
            "calls": counts["calls"],
        }


def told_by(heads: dict[str, str], *, nothing_came: bool) -> dict[str, int]:
    """The figures of the file; those that nobody knows are said « Non reçu », never zero."""
    names = {
        "planned": "Passages prévus", "visits": "Passages faits",
        "off_programme": "Passages hors programme", "not_done": "Passages non effectués",
        "not_visited": "Passages non reçus", "interventions": "Interventions",
        "police_requests": "Appels aux forces de l'ordre", "anomalies": "Anomalies techniques",
        "calls": "Appels reçus",
    }  # fmt: skip
    unknown = [name for name in names.values() if heads[name] == "Non reçu"]
    assert len(unknown) == (6 if nothing_came else 0)
    told = {key: 0 if heads[n] == "Non reçu" else int(heads[n]) for key, n in names.items()}
    return told | {"visits": told["visits"] + told["off_programme"]}


def _printed(page: str) -> dict[str, int]:
    found = re.search(
        r"Passages faits (?P<done>\d+) sur (?P<planned>\d+) prévus?"
        r"(?:, (?P<off_programme>\d+) hors programme)? "
        r"Interventions (?P<interventions>\d+) "
        r"(?:dont (?P<police>\d+) appels? aux forces de l'ordre )?"
        r"Passages non effectués (?P<not_done>\d+) (?P<not_visited>\d+) non reçus? "
        r"Anomalies techniques (?P<anomalies>\d+) (?P<calls>\d+) appels? reçus?",
        page,
    )
    assert found is not None, page[:600]
    return {name: int(told or 0) for name, told in found.groupdict().items()}


def test_the_file_opens_in_a_french_spreadsheet() -> None:
    made = report_csv(printing.twelve_exceptions(), printing.HASH)

    lines = made.decode("utf-8-sig").split("\r\n")
    assert made.startswith(b"\xef\xbb\xbf")
    assert lines[0] == "Rapport;OPAC38-2013-12-04-v1"
    assert "Soirée du;04/12/2013" in lines
    assert "Signé le;04/12/2013 23:06" in lines
    assert ";".join(COLUMNS) in lines
    assert not any("\n" in line for line in lines)


def test_a_fact_says_its_date_hour_place_and_version() -> None:
    _, facts = table(printing.amended())

    shown = next(fact for fact in facts if fact["Nature"] == "Intervention")
    assert (shown["Date"], shown["Heure"], shown["Version"]) == ("04/12/2013", "17:02", "2")
    assert shown["Lieu"] == "Résidence des Marronniers 002, hall A"
    assert [f["Précision"] for f in facts if f["Nature"] == "Rectification"] == [
        "Avant : Non effectué",
        "Avant : 20:42",
    ]


def test_what_a_spreadsheet_would_compute_is_shown_as_text() -> None:
    faults = [printing.anomaly(0, "\x00=1+1"), printing.anomaly(1, None)]
    content = printing.report(
        places=2, visits=[printing.visit(0), printing.visit(1)], anomalies=faults
    )
    named = Content(**{**vars(content), "bailleur": '=HYPERLINK("http://x")'})

    heads, facts = table(named)

    assert heads["Bailleur"].startswith("'=")
    assert all(not cell.startswith(("=", "+", "@")) for fact in facts for cell in fact.values())
    assert "\x00" not in "".join(cell for fact in facts for cell in fact.values())


def test_a_draft_has_neither_signature_nor_hash() -> None:
    heads, _ = table(printing.report(places=1, visits=[printing.visit(0)], signed_at=None))

    assert heads["État"] == "Brouillon"
    assert not {"Signé par", "Signé le", "Empreinte SHA-256 du contenu"} & set(heads)
