"""« Résidences » in a real browser: typing, chips, pages, back (RGAA 7.5, screens.md §3)."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from presence.patrimoine.services import ResidenceDraft, create_residences
from tests.stack import Servers
from tests.web.accounts import EMAILS
from tests.web.browsing import MARKS, chromium, served
from tests.worlds import SMALL_DEMO, World, cloned

pytestmark = MARKS


@pytest.fixture(scope="module")
def own(servers: Servers) -> Iterator[World]:
    """A demonstration with enough residences for several pages."""
    with cloned(servers, SMALL_DEMO) as world:
        with world.bailleur("OPAC38") as session:
            drafts = [
                ResidenceDraft("Agence sud", f"Z{n}", f"Bâtiment {n}", "1 rue Haute", "38053", 12)
                for n in range(1, 121)
            ]
            create_residences(session, drafts, None)
        yield world


@pytest.fixture(scope="module")
def site(own: World) -> Iterator[str]:
    with served(own) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def page(own: World, site: str, browser: Browser) -> Iterator[Page]:
    """The list, on a desk."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="fr-FR")
    opened = context.new_page()
    opened.goto(f"{site}/connexion")
    opened.fill("#email", EMAILS["opac38"])
    opened.fill("#mot_de_passe", own.password)
    opened.click("button[type=submit]")
    opened.wait_for_selector("h1")
    opened.goto(f"{site}/residences")
    yield opened
    context.close()


def test_typing_keeps_the_focus_and_says_what_was_found(page: Page) -> None:
    page.locator("#q").press_sequentially("glycines")
    page.wait_for_url("**/residences?q=glycines")

    expect(page.locator("#table .rows tbody tr")).to_have_count(1)
    expect(page.locator("#status")).to_contain_text("1\u00a0résidence, ")
    expect(page.locator("#q")).to_be_focused()
    assert page.input_value("#q") == "glycines"


def test_choosing_a_filter_narrows_the_list_at_once(page: Page) -> None:
    page.click(".narrowing summary")
    page.focus("#f-qpv")
    page.select_option("#f-qpv", "oui")
    page.wait_for_url("**/residences?qpv=oui")

    expect(page.locator(".filter-chips")).to_contain_text("En QPV")
    expect(page.locator("#f-qpv")).to_be_focused()
    assert page.locator(".narrowing").get_attribute("open") is not None


def test_taking_a_chip_away_empties_its_filter_and_moves_to_the_answer(
    page: Page, site: str
) -> None:
    page.goto(f"{site}/residences?qpv=oui&q=les")

    page.click("#retirer-qpv")
    page.wait_for_url("**/residences?q=les")

    expect(page.locator("#f-qpv")).to_have_value("")
    assert page.input_value("#q") == "les"
    expect(page.locator("#compte")).to_be_focused()


def test_another_page_starts_at_its_answer_and_is_said(page: Page) -> None:
    page.click("#page-suivante")
    page.wait_for_url("**/residences?page=2")

    expect(page.locator("#status")).to_contain_text("Page 2 sur 3.")
    expect(page.locator("#compte")).to_be_focused()
    expect(page.locator("#compte")).to_be_in_viewport()


def test_sorting_keeps_the_focus_on_the_column_that_was_sorted(page: Page) -> None:
    page.click("#tri-logements")
    page.wait_for_url("**/residences?tri=-logements")

    expect(page.locator("th[aria-sort=descending]")).to_have_text("Logements ↓")
    expect(page.locator("#tri-logements")).to_be_focused()


def test_going_back_restores_the_filters_and_the_list(page: Page, site: str) -> None:
    page.goto(f"{site}/residences?q=batiment")
    page.click("#page-suivante")
    page.wait_for_url("**page=2")
    page.click("#retirer-q")
    page.wait_for_url("**/residences")

    page.go_back()

    expect(page.locator("#compte")).to_contain_text("Page 2 sur 3.")
    assert page.input_value("#q") == "batiment"
    assert page.locator("h1").count() == 1


def test_a_search_after_a_chip_was_taken_away_still_works(page: Page, site: str) -> None:
    page.goto(f"{site}/residences?qpv=oui")
    page.click("#retirer-qpv")
    page.wait_for_url("**/residences")

    page.locator("#q").press_sequentially("glycines")
    page.wait_for_url("**/residences?q=glycines")

    expect(page.locator("#table .rows tbody tr")).to_have_count(1)


@pytest.mark.parametrize("width", [320, 768])
def test_the_filters_and_the_pages_hold_in_a_small_screen(
    page: Page, site: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 768})
    page.goto(f"{site}/residences?q=batiment&commune=38053&qpv=non&perimetre=dehors&page=2")
    page.click(".narrowing summary")

    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.locator(".places thead").is_hidden()
    small = page.evaluate(
        "Array.from(document.querySelectorAll('#table a, .finder button, .finder select, "
        ".finder summary')).filter(it => it.offsetHeight > 0 && it.offsetHeight < 44)"
        ".map(it => it.outerHTML.slice(0, 160))"
    )
    assert small == []
