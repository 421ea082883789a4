"""Imports in a real browser: gates 36 to 38 and 41 of the scorecard (screens.md §6)."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.factories.imports import with_amberieu
from tests.factories.patrimoine_files import TITLES, csv_file, good_rows
from tests.presence.test_import_long import a_national_return
from tests.web.accounts import EMAILS
from tests.web.browsing import MARKS, chromium, served
from tests.web.test_browser import _violations
from tests.worlds import World

pytestmark = MARKS
TABLES = ("residence", "building", "entrance", "coverage", "visit_frequency", "audit_entry")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def site(demo: World) -> Iterator[str]:
    with_amberieu(demo)
    with served(demo) as address:
        yield address


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A French spreadsheet's list: accents in Windows-1252, a zero lost on two lines."""
    rows = good_rows(12)
    for row in rows[:2]:
        row[TITLES.index("CP")] = "1500"
    kept = tmp_path / "Été 2013.csv"
    kept.write_bytes(csv_file(TITLES, rows))
    return kept


def opened(
    browser: Browser, site: str, world: World, width: int = 1366, *, script: bool = True
) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 768}, locale="fr-FR", java_script_enabled=script
    )
    page = context.new_page()
    page.goto(f"{site}/connexion")
    page.fill("#email", EMAILS["opac38"])
    page.fill("#mot_de_passe", world.password)
    page.click("button[type=submit]")
    page.wait_for_selector("h1")
    page.goto(f"{site}/residences/importer")
    return page


def deposit(page: Page, file: Path) -> None:
    """From the deposit to the differences: two clicks."""
    page.set_input_files("#fichier", str(file))
    page.get_by_role("button", name="Lire le fichier").click()
    page.get_by_role("button", name="Comparer à votre patrimoine").click()
    page.wait_for_selector(".diff-counts")


def rows(world: World) -> dict[str, object]:
    return {name: world.scalar(f"select count(*) from presence.{name}") for name in TABLES}  # noqa: S608


def test_the_differences_are_shown_before_anything_is_written(
    browser: Browser, site: str, demo: World, file: Path
) -> None:
    before = rows(demo)
    page = opened(browser, site, demo)

    deposit(page, file)

    counts = page.locator(".diff-counts").inner_text()
    assert [sign for sign in "+~=−✕" if sign not in counts] == []
    expect(page.locator(".answer")).to_contain_text("Rien n'est encore enregistré")
    expect(page.get_by_role("button", name="Importer 11 changements")).to_be_visible()
    assert rows(demo) == before


def test_a_french_spreadsheets_file_is_read_right_and_its_lost_zero_repaired(
    browser: Browser, site: str, demo: World, file: Path
) -> None:
    page = opened(browser, site, demo)
    page.set_input_files("#fichier", str(file))
    page.get_by_role("button", name="Lire le fichier").click()
    expect(page.locator(".answer")).to_contain_text("Windows-1252 · point-virgule")
    expect(page.locator(".columns-table")).to_contain_text("Les Églantiers 0")
    page.get_by_role("button", name="Comparer à votre patrimoine").click()

    refused = page.locator("section:has(#rejets)")
    expect(refused).to_contain_text("Excel a retiré le zéro : 01500")
    page.get_by_role("button", name="Corriger les 2 lignes").click()

    expect(page.locator(".diff-created")).to_contain_text("12")
    expect(page.get_by_role("button", name="Importer 12 changements")).to_be_visible()


def test_absent_places_stay_and_the_import_is_undone_in_one_click(
    browser: Browser, site: str, demo: World, file: Path
) -> None:
    held = "select count(*) from presence.residence where archived_on is null"
    before = demo.scalar(held)
    page = opened(browser, site, demo)
    deposit(page, file)
    boxes = page.locator("input[name=archiver]")
    assert boxes.count() == 23
    assert page.locator("input[name=archiver]:checked").count() == 0

    page.get_by_role("button", name="Importer 11 changements").click()
    expect(page.locator("h1")).to_have_text("Import enregistré")
    during = demo.scalar(held)
    page.get_by_role("button", name="Annuler cet import").click()

    expect(page.locator("h1")).to_have_text("Import annulé")
    assert during == int(str(before)) + 11
    assert demo.scalar(held) == before


def test_a_double_click_imports_once(browser: Browser, site: str, demo: World, file: Path) -> None:
    page = opened(browser, site, demo)
    deposit(page, file)

    page.get_by_role("button", name="Importer 11 changements").dblclick()
    expect(page.locator("h1")).to_have_text("Import enregistré")

    applied = "select count(*) from presence.audit_entry where act = 'place_import.applied'"
    assert demo.scalar(f"{applied} and details ->> 'created' = '11'") == 1
    assert demo.scalar("select count(*) from presence.residence where code = '1003'") == 1


def test_a_national_return_moves_forward_by_itself(
    browser: Browser, site: str, demo: World, tmp_path: Path
) -> None:
    kept = tmp_path / "rpls.csv"
    kept.write_bytes(a_national_return(3_000))
    page = opened(browser, site, demo)
    page.set_input_files("#fichier", str(kept))
    page.get_by_role("button", name="Lire le fichier").click()
    expect(page.locator("progress")).to_be_visible()

    worker = threading.Thread(target=demo.run_jobs)
    worker.start()
    page.wait_for_selector(".diff-counts", timeout=20_000)
    worker.join()

    expect(page.locator(".diff-created")).to_contain_text("60")


def test_an_import_passes_without_javascript(
    browser: Browser, site: str, demo: World, file: Path
) -> None:
    page = opened(browser, site, demo, script=False)
    deposit(page, file)

    page.get_by_role("button", name="Importer 11 changements").click()

    expect(page.locator("h1")).to_have_text("Import enregistré")


@pytest.mark.parametrize("width", [320, 1366])
def test_no_step_has_an_accessibility_violation_or_scrolls_sideways(
    browser: Browser, site: str, demo: World, file: Path, width: int
) -> None:
    page = opened(browser, site, demo, width)
    found: dict[str, list[str]] = {}

    def look(step: str) -> None:
        found[step] = _violations(page)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found[step].append("scrolls sideways")

    look("deposit")
    page.set_input_files("#fichier", str(file))
    page.get_by_role("button", name="Lire le fichier").click()
    look("columns")
    page.get_by_role("button", name="Comparer à votre patrimoine").click()
    look("differences")
    page.get_by_role("button", name="Corriger les 2 lignes").click()
    page.get_by_role("button", name="Importer 12 changements").click()
    look("result")
    page.get_by_role("button", name="Annuler cet import").click()
    look("undone")

    assert {step: wrong for step, wrong in found.items() if wrong} == {}
