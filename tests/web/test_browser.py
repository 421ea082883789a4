"""In a real browser: accessibility, small screens, keyboard, without JavaScript."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.web.accounts import EMAILS
from tests.web.browsing import MARKS, chromium, served
from tests.worlds import World

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["RGAAv4", "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VISITS = [
    ("opac38", "/cette-nuit"),
    ("opac38", "/cette-nuit?soiree=2013-12-03"),
    ("opac38", "/cette-nuit?soiree=2013-11-21"),
    ("opac38", "/suites"),
    ("opac38", "/rapports-journaliers"),
    ("opac38", "/anomalies"),
    ("opac38", "/transmissions"),
    ("opac38", "/preferences"),
    ("leader", "/rapports-journaliers?soiree=2013-12-04"),
    ("leader", "/soiree/cloture"),
    ("leader", "/anomalies"),
    ("leader", "/carnet"),
    ("opac38", "/residences"),
    ("opac38", "/residences/importer"),
    ("opac38", "/residences?q=les&commune=38053&tri=-logements"),
    ("opac38", "/residences?archivees=oui"),
    ("opac38", "/quotes-parts/2012"),
    ("opac38", "/quotes-parts/2014"),
    ("opac38", "/bilan"),
    ("leader", "/soiree"),
    ("capi", "/bilan"),
    ("operator", "/exploitation"),
    ("operator", "/contrats"),
    ("opac38", "/compte"),
    ("opac38", "/compte/second-facteur"),
    ("opac38", "/membres"),
    ("opac38", "/droits"),
    ("opac38", "/isolation"),
    ("opac38", "/contrats"),
    ("opac38", "/journal"),
    ("provider", "/contrats"),
    ("leader", "/equipes"),
    ("leader", "/equipes?semaine=2013-12-09"),
    ("leader", "/equipes/agents"),
    ("agent", "/mes-vacations"),
    ("opac38", "/programme"),
    ("opac38", "/programme?semaine=2013-W47"),
    ("leader", "/passages-dus"),
    ("caretaker", "/residences"),
    ("oncall", "/soiree"),
    ("capi", "/inconnue"),
]
pytestmark = MARKS


@pytest.fixture(scope="module")
def site(shared_demo: World) -> Iterator[str]:
    """The demonstration, served on loopback."""
    with served(shared_demo) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    with chromium() as opened:
        yield opened


def _open(
    browser: Browser,
    site: str,
    world: World,
    account: str | None,
    width: int,
    *,
    script: bool = True,
) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 768},
        locale="fr-FR",
        timezone_id="Europe/Paris",
        java_script_enabled=script,
    )
    page = context.new_page()
    page.goto(f"{site}/connexion")
    if account is not None:
        page.fill("#email", EMAILS[account])
        page.fill("#mot_de_passe", world.password)
        page.click("button[type=submit]")
        page.wait_for_selector("h1")
    return page


def _violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    report = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    # A run that checked nothing would find nothing.
    assert len(report["passes"]) > 10
    return [
        f"{found['id']}: {node['target']}"
        for found in report["violations"]
        for node in found["nodes"]
    ]


@pytest.mark.parametrize("width", [360, 1366])
def test_no_page_has_an_accessibility_violation(
    browser: Browser, site: str, shared_demo: World, width: int
) -> None:
    found: dict[str, list[str]] = {}
    pages: dict[str, Page] = {}

    for account, path in VISITS:
        if account not in pages:
            pages[account] = _open(browser, site, shared_demo, account, width)
        pages[account].goto(site + path)
        found[f"{account} {path}"] = _violations(pages[account])
    found["sign-in"] = _violations(_open(browser, site, shared_demo, None, width))

    assert {name: rows for name, rows in found.items() if rows} == {}


def test_the_intervention_form_has_no_accessibility_violation(
    browser: Browser, site: str, shared_demo: World
) -> None:
    page = _open(browser, site, shared_demo, "agent", 360)
    page.click(".next-actions a")
    page.wait_for_selector("form.intervention")

    assert _violations(page) == []


@pytest.mark.parametrize("width", [360, 1366])
def test_a_report_and_the_form_that_corrects_it_have_no_accessibility_violation(
    browser: Browser, site: str, shared_demo: World, width: int
) -> None:
    own = _open(browser, site, shared_demo, "opac38", width)
    own.goto(f"{site}/rapports-journaliers")
    own.click("text=OPAC38-2013-12-03-v2")
    own.wait_for_selector("#rectifie")
    found = _violations(own)
    leader = _open(browser, site, shared_demo, "leader", width)
    leader.goto(own.url)
    leader.locator("td.follow a").first.click()
    leader.wait_for_selector("#raison")

    assert found + _violations(leader) == []
    for page in (own, leader):
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [320, 768])
def test_no_page_scrolls_sideways(
    browser: Browser, site: str, shared_demo: World, width: int
) -> None:
    wide = []
    pages: dict[str, Page] = {}

    for account, path in VISITS:
        if account not in pages:
            pages[account] = _open(browser, site, shared_demo, account, width)
        page = pages[account]
        page.goto(site + path)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(f"{account} {path}")

    assert wide == []


def test_no_outcome_is_chosen_beforehand(browser: Browser, site: str, shared_demo: World) -> None:
    page = _open(browser, site, shared_demo, "agent", 360)
    page.click(".next-actions a")
    page.wait_for_selector("form.intervention")

    assert page.locator("form.intervention :checked:not(option)").count() == 0


def test_the_answer_and_its_exceptions_hold_in_one_screen(
    browser: Browser, site: str, shared_demo: World
) -> None:
    page = _open(browser, site, shared_demo, "opac38", 1366)
    page.goto(f"{site}/cette-nuit")

    last = page.locator(".rows tbody tr").last.bounding_box()

    assert last is not None
    assert last["y"] + last["height"] <= 768


def test_signing_in_and_reading_the_night_needs_the_keyboard_only(
    browser: Browser, site: str, shared_demo: World
) -> None:
    page = _open(browser, site, shared_demo, None, 1366)

    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type(EMAILS["opac38"])
    page.keyboard.press("Tab")
    page.keyboard.type(shared_demo.password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/cette-nuit")
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.textContent") == "Aller au contenu"


def test_every_page_reads_without_javascript(
    browser: Browser, site: str, shared_demo: World
) -> None:
    page = _open(browser, site, shared_demo, "opac38", 1366, script=False)

    page.goto(f"{site}/residences?q=fougeres")

    assert page.locator(".rows tbody tr").count() == 1


def test_a_search_filters_the_residences_and_keeps_its_words_in_the_address(
    browser: Browser, site: str, shared_demo: World
) -> None:
    page = _open(browser, site, shared_demo, "opac38", 1366)
    page.goto(f"{site}/residences")

    page.fill("#q", "glycines")
    page.wait_for_url("**q=glycines*")

    assert page.locator("#table .rows tbody tr").count() == 1


def test_the_bilan_has_bars_to_a_hundred_and_says_why_they_exceed_it(
    browser: Browser, site: str, shared_demo: World
) -> None:
    page = _open(browser, site, shared_demo, "capi", 1366)
    page.goto(f"{site}/bilan")

    drawn = page.locator("#actions svg")
    assert "100" in (drawn.text_content() or "")
    assert drawn.locator("title").text_content()
    assert page.locator("#actions").get_by_text("le total dépasse 100").count() == 1
