"""A follow-up in a real browser: three clicks from the night, the focus back on its row."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.stack import Servers
from tests.web.accounts import EMAILS
from tests.web.browsing import MARKS, chromium, served
from tests.worlds import SMALL_DEMO, World, cloned

pytestmark = MARKS
# What is left of a 1366 × 768 screen for a page (screens.md §1.3).
DESK = ViewportSize(width=1366, height=657)


@pytest.fixture(scope="module")
def own(servers: Servers) -> Iterator[World]:
    with cloned(servers, SMALL_DEMO) as world:
        yield world


@pytest.fixture(scope="module")
def site(own: World) -> Iterator[str]:
    with served(own) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def night(browser: Browser, site: str, world: World, *, script: bool = True) -> Page:
    """The night of OPAC 38, on a desk."""
    context = browser.new_context(viewport=DESK, locale="fr-FR", java_script_enabled=script)
    page = context.new_page()
    page.goto(f"{site}/connexion")
    page.fill("#email", EMAILS["opac38"])
    page.fill("#mot_de_passe", world.password)
    page.click("button[type=submit]")
    page.wait_for_selector("h1")
    page.goto(f"{site}/cette-nuit")
    return page


@pytest.fixture(autouse=True)
def nothing_given(own: World) -> None:
    """The night's facts without a follow-up, whatever the test before gave them."""
    of_the_night = "select id from presence.follow_up where evening_on = '2013-12-04'"
    with own.superuser() as connection:
        connection.execute(
            f"delete from presence.follow_up_step where follow_up_id in ({of_the_night})".encode()  # noqa: S608
        )
        connection.execute("delete from presence.follow_up where evening_on = '2013-12-04'")


def test_three_clicks_give_a_follow_up_and_the_focus_stays_in_the_row(
    browser: Browser, site: str, own: World
) -> None:
    page = night(browser, site, own)
    cell = page.locator("td.follow:has(details.pop)").first
    row = cell.locator("xpath=..").element_handle()

    cell.locator("summary").click()
    cell.get_by_text("Travaux").click()
    cell.get_by_role("button", name="Créer").click()

    done = page.locator("td.follow .done", has_text="Travaux · à traiter")
    expect(done).to_be_focused()
    assert row is not None
    assert "Travaux · à traiter" in (row.text_content() or "")
    expect(page.locator("#status")).to_contain_text("Suite créée : travaux")


def test_the_whole_form_is_on_the_screen_when_it_opens(
    browser: Browser, site: str, own: World
) -> None:
    page = night(browser, site, own)
    cell = page.locator("td.follow:has(details.pop)").last

    cell.locator("summary").click()
    box = cell.locator("form").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= DESK["width"]
    assert box["y"] + box["height"] <= DESK["height"]


def test_the_keyboard_alone_gives_one_too(browser: Browser, site: str, own: World) -> None:
    page = night(browser, site, own)
    cell = page.locator("td.follow:has(details.pop)").first

    cell.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")

    expect(page.locator("td.follow .done", has_text="Courrier de rappel")).to_be_focused()


def test_without_javascript_the_page_comes_back_with_what_was_done(
    browser: Browser, site: str, own: World
) -> None:
    page = night(browser, site, own, script=False)
    before = page.locator("td.follow details.pop").count()
    cell = page.locator("td.follow:has(details.pop)").first

    cell.locator("summary").click()
    cell.get_by_text("Sans suite").click()
    cell.get_by_role("button", name="Créer").click()

    expect(page.locator("#status")).to_contain_text("Classé sans suite.")
    assert page.locator("td.follow details.pop").count() == before - 1
