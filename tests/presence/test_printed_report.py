"""The printed page: tagged, for archives, the same bytes, nothing cut, nothing taken for markup."""

import hashlib
import io
import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pikepdf
import pypdf
import pytest

from presence.daily_reports import sealed
from presence.daily_reports.content import Content
from presence.daily_reports.documents import pdf_bytes
from presence.kernel import formats
from presence.kernel.nomenclature import NotDoneReason, VisitResult
from presence.kernel.plain import literal
from presence.kernel.typesetting import Attachment, NotTypeset, printable, typeset
from presence.migrating import ROOT
from tests.presence import printing

MOMENT = datetime(2013, 12, 4, 22, 6, tzinfo=UTC)
# What a worker may hold while it prints an evening of three hundred lines.
MOST_KILOBYTES = 400 * 1024
# VmHWM, not getrusage: the latter begins at what the process that started this one had reached.
PRINTS_A_LONG_EVENING = """
import re
from pathlib import Path
from presence.daily_reports import sealed
from presence.daily_reports.documents import pdf_bytes
from tests.presence.printing import long_evening
assert len(pdf_bytes(sealed.write(long_evening()))) > 100_000
print(re.search("VmHWM: *([0-9]+)", Path("/proc/self/status").read_text().replace("\\t", " "))[1])
"""


def printed(content: Content) -> bytes:
    return pdf_bytes(sealed.write(content))


def pages(pdf: bytes) -> list[str]:
    """The text of each page, its spaces and line ends made ordinary."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    return [plain(page.extract_text()) for page in reader.pages]


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\u200b", ""))


def test_the_page_is_tagged_and_says_its_language_and_title() -> None:
    with pikepdf.open(io.BytesIO(printed(printing.twelve_exceptions()))) as pdf:
        root = pdf.Root

        assert "/StructTreeRoot" in root
        assert root.MarkInfo.Marked
        assert str(root.Lang).lower().startswith("fr")
        assert root.ViewerPreferences.DisplayDocTitle
        assert pdf.docinfo["/Title"] == "Rapport journalier OPAC38-2013-12-04-v1"
        assert pdf.docinfo["/Author"] == "OPAC 38"


def test_the_page_says_it_is_for_archives_and_for_everybody() -> None:
    with pikepdf.open(io.BytesIO(printed(printing.amended()))) as pdf:
        said = pdf.open_metadata()

        assert (said["pdfaid:part"], said["pdfaid:conformance"]) == ("3", "A")
        assert said["pdfuaid:part"] == "1"


def test_headers_of_tables_are_tagged_as_such() -> None:
    with pikepdf.open(io.BytesIO(printed(printing.twelve_exceptions()))) as pdf:
        tags = [str(thing.S) for thing in pdf.objects if _is_tag(thing)]

    assert tags.count("/Table") == 4
    assert tags.count("/TH") == 5 + 5 + 4 + 6
    assert {"/H1", "/H2"} <= set(tags)


def _is_tag(thing: object) -> bool:
    return isinstance(thing, pikepdf.Dictionary) and "/S" in thing and "/P" in thing


def test_only_our_own_typeface_is_in_the_page() -> None:
    with pikepdf.open(io.BytesIO(printed(printing.twelve_exceptions()))) as pdf:
        names = {
            str(thing.BaseFont)
            for thing in pdf.objects
            if isinstance(thing, pikepdf.Dictionary) and "/BaseFont" in thing
        }

    assert names
    assert all("SourceSans3" in name for name in names)


def test_the_same_report_gives_the_same_bytes() -> None:
    content = printing.twelve_exceptions()

    assert printed(content) == printed(content)


def test_the_sealed_bytes_travel_inside_the_page() -> None:
    content = sealed.write(printing.twelve_exceptions())

    with pikepdf.open(io.BytesIO(pdf_bytes(content))) as pdf:
        attached = pdf.attachments["OPAC38-2013-12-04-v1.json"].get_file()

        assert attached.read_bytes() == content
        assert attached.mime_type == "application/json"


def test_twelve_exceptions_fit_on_one_page_before_the_annex() -> None:
    first, annex = pages(printed(printing.twelve_exceptions()))

    assert "12 lignes à lire" in first
    assert "Signé par Nadia Belkacem, le 04/12/2013 à 23:06." in first
    assert "18 résidences sans rien à signaler : " in first
    assert "Annexe : les 29 passages, heure par heure" in annex


def test_the_foot_names_the_report_the_page_the_signature_and_the_hash() -> None:
    content = sealed.write(printing.twelve_exceptions())

    told = pages(pdf_bytes(content))

    hexadecimal = hashlib.sha256(content).hexdigest()
    foot = "Rapport OPAC38-2013-12-04-v1 · page {} · signé le 04/12/2013 à 23:06 · empreinte {}…"
    assert foot.format("1/2", hexadecimal[:16]) in told[0]
    assert foot.format("2/2", hexadecimal[:16]) in told[1]
    assert f"Empreinte SHA-256 du contenu : {hexadecimal}" in told[0]


def test_four_facts_are_four_words() -> None:
    told = pages(printed(printing.twelve_exceptions()))[0]

    assert "Passage non effectué Motif : accès impossible" in told
    assert "Passage non reçu Ni fiche, ni motif" in told
    assert "sans rien à signaler" in told
    assert "Pas de tournée prévue ce soir-là." in pages(printed(printing.report()))[0]


def test_no_line_of_a_long_evening_is_cut_between_two_pages() -> None:
    told = pages(printed(printing.long_evening()))

    for rank in range(300):
        hour = formats.hour(printing.at(rank))
        row = (
            f"{hour} Résidence des Marronniers {rank:03}, hall A Regroupement Médiation "
            "Rappel au règlement intérieur — Dispersion"
        )
        assert sum(row in page for page in told) == 1, row


def test_every_page_of_a_long_evening_repeats_the_titles_of_its_columns() -> None:
    told = pages(printed(printing.long_evening()))

    titles = re.compile(
        "Heure Lieu (Fait Précision À notre départ|Résultat Motif|Partie commune Personnes)"
    )
    assert len(told) > 10
    assert all(titles.search(page) for page in told)


def test_a_long_evening_is_printed_in_bounded_memory() -> None:
    done = subprocess.run(  # noqa: S603 - our own interpreter, our own words
        [sys.executable, "-c", PRINTS_A_LONG_EVENING],
        check=True, capture_output=True, text=True, cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT / 'platform'}:{ROOT}"},
    )  # fmt: skip

    assert int(done.stdout) < MOST_KILOBYTES


HOSTILE = "#strong[gras] $x^2$ @ref <b> \\ `code` *a* _b_ = titre // fin"


def test_what_a_person_typed_is_never_markup() -> None:
    content = printing.report(places=1, visits=[printing.visit(0)])

    told = pages(printed(replace(content, anomalies=(printing.anomaly(0, HOSTILE),))))[0]

    assert HOSTILE in told


@pytest.mark.parametrize(
    "typed",
    ["A" * 10_000, "mot " * 2_500, "\x00\x07\x1b[31m", "\u202e\u2066droite\u2069", "مرحبا 😀 日本"],
    ids=["one word", "many words", "controls", "right to left", "other writings"],
)
def test_no_text_breaks_the_page(typed: str) -> None:
    content = printing.report(places=1, visits=[printing.visit(0)])

    told = pages(printed(replace(content, anomalies=(printing.anomaly(0, typed),))))

    whole = re.sub(r"\s", "", "".join(told))
    assert "Signé par Nadia Belkacem" in "".join(told)
    assert whole.count("A" * 200) >= (40 if typed.startswith("AA") else 0)
    assert not set("".join(told)) & set("\x00\x07\x1b\u202e\u2066\u2069")


def test_a_long_word_stays_in_its_column() -> None:
    """Cut into pieces: no piece is wider than the narrowest column that holds a text."""
    content = printing.report(places=1, visits=[printing.visit(0)])
    pdf = printed(replace(content, anomalies=(printing.anomaly(0, "W" * 500),)))

    reader = pypdf.PdfReader(io.BytesIO(pdf))

    pieces = re.findall("W+", reader.pages[0].extract_text())
    assert max(map(len, pieces)) <= 16


def test_a_draft_says_so_and_bears_no_hash() -> None:
    draft = printing.report(places=2, visits=[printing.visit(0)], signed_at=None)

    told = pages(printed(draft))[0]

    assert "BROUILLON · PROVISOIRE" in told
    assert "ce document ne fait pas foi" in told
    assert "empreinte" not in told.lower()


def test_a_provisional_report_says_so_in_its_head() -> None:
    content = printing.report(places=3, visits=[printing.visit(0)])

    told = pages(printed(content))

    assert all("PROVISOIRE" in page for page in told)


def test_an_evening_of_which_nothing_came_shows_no_zero() -> None:
    told = pages(printed(printing.report(places=4)))[0]

    assert "Passages faits — sur 4 prévus" in told
    assert "Interventions — Passages non effectués — 4 non reçus" in told
    assert "Anomalies techniques — " in told


def test_an_evening_without_a_round_has_no_figure_and_one_page() -> None:
    told = pages(printed(printing.report()))

    assert len(told) == 1
    assert "Passages faits" not in told[0]


def test_a_second_version_says_what_it_replaces_why_and_what_changed() -> None:
    told = pages(printed(printing.amended()))[0]

    assert "Annule et remplace le rapport OPAC38-2013-12-04-v1" in told
    assert "Contestation du bailleur : le hall B était ouvert à 20 h." in told
    assert "Rectifié par Nadia Belkacem, le 06/12/2013 à 23:06." in told
    assert "Marronniers 001, hall A résultat Non effectué Rien à signaler" in told


def test_a_template_that_does_not_compile_is_said_in_french() -> None:
    with pytest.raises(NotTypeset, match="n'a pas pu être mis en page"):
        typeset("#inconnu()", {}, moment=MOMENT)


def test_a_figure_without_an_alternative_is_refused() -> None:
    with pytest.raises(NotTypeset):
        typeset(
            '#set document(title: "t")\n#figure(kind: "f", supplement: none, rect())\n$x$',
            {}, moment=MOMENT,
        )  # fmt: skip


def test_a_template_reads_no_file_of_the_machine() -> None:
    with pytest.raises(NotTypeset):
        typeset('#set document(title: "t")\n#read("/etc/hostname")', {}, moment=MOMENT)


def test_an_attachment_is_written_as_it_is() -> None:
    text = json.dumps({"note": HOSTILE})
    attached = Attachment("note.json", text, "application/json", "Une note")

    pdf = typeset('#set document(title: "t")\ntexte', {}, moment=MOMENT, attachments=[attached])

    with pikepdf.open(io.BytesIO(pdf)) as made:
        assert made.attachments["note.json"].get_file().read_bytes() == text.encode()


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Hall\u202eA", "HallA"), ("a\x00b", "a b"), ("a\u2028b", "a b"), ("é’« »", "é’« »"),
        ("soft\u00adhyphen", "softhyphen"), ("1\u202f430\u00a0€", "1\u202f430\u00a0€"),
    ],
)  # fmt: skip
def test_signs_that_nobody_sees_are_left_out(typed: str, shown: str) -> None:
    assert literal(typed) == shown
    assert printable(typed) == shown


def test_a_sign_that_our_typeface_lacks_is_an_empty_square() -> None:
    assert printable("é😀日") == "é□□"


def test_a_reason_is_printed_beside_each_visit_that_was_not_made() -> None:
    missed = printing.visit(0, VisitResult.NOT_DONE, NotDoneReason.TEAM_SAFETY)

    told = pages(printed(printing.report(places=1, visits=[missed])))

    assert "Motif : sécurité du binôme" in told[0]
    assert "Non effectué Sécurité du binôme" in told[1]
