"""In a real browser: second factor, reset, invitation, revocation, the end of a contract."""

import re
from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.mailbox import link_in, received
from tests.web.accounts import EMAILS
from tests.web.browsing import MARKS, chromium, served
from tests.worlds import World

pytestmark = MARKS
NEW = "cheval agrafe pile soleil"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def site(demo: World) -> Iterator[str]:
    with served(demo) as address:
        yield address


def person(browser: Browser) -> BrowserContext:
    return browser.new_context(locale="fr-FR", timezone_id="Europe/Paris")


def sign_in(page: Page, site: str, email: str, password: str) -> None:
    page.goto(f"{site}/connexion")
    page.fill("#email", email)
    page.fill("#mot_de_passe", password)
    page.click("button[type=submit]")
    page.wait_for_selector("h1")


def test_a_second_factor_is_set_up_and_asked_for(browser: Browser, site: str, demo: World) -> None:
    page = person(browser).new_page()
    sign_in(page, site, EMAILS["agent"], demo.password)
    page.goto(f"{site}/compte")
    page.click("text=Mettre en place")
    page.click("text=Recopier à la main")
    secret = page.inner_text("code.secret").replace(" ", "")
    page.fill("#code", pyotp.TOTP(secret).now())
    page.click("text=Activer")
    codes = page.locator("ol.codes code").all_inner_texts()

    again = person(browser).new_page()
    sign_in(again, site, EMAILS["agent"], demo.password)
    assert again.url.endswith("/connexion/code")
    again.goto(f"{site}/soiree")
    assert "/connexion" in again.url
    again.goto(f"{site}/connexion/code")
    again.fill("#code", codes[0])
    again.keyboard.press("Enter")
    again.wait_for_url("**/soiree")

    assert len(codes) == 10


def test_a_forgotten_password_keeps_the_second_factor(
    browser: Browser, site: str, demo: World
) -> None:
    page = person(browser).new_page()
    page.goto(f"{site}/connexion")
    page.click("text=Mot de passe oublié")
    page.fill("#email", EMAILS["dpo"])
    page.click("text=Envoyer le lien")
    page.wait_for_selector(".flash-done")
    demo.run_jobs()
    page.goto(site + link_in(received(demo, EMAILS["dpo"])[-1]))
    page.fill("#mot_de_passe", NEW)
    page.click("text=Changer le mot de passe")
    page.wait_for_url("**/connexion")

    sign_in(page, site, EMAILS["dpo"], NEW)
    assert page.url.endswith("/connexion/code")
    page.fill("#code", pyotp.TOTP(demo.servers.secrets.demo_totp).now())
    page.click("text=Continuer")
    page.wait_for_url(re.compile(r"/(contrats|membres|droits)"))


def test_an_invited_colleague_opens_an_account_and_is_then_shut_out(
    browser: Browser, site: str, demo: World
) -> None:
    admin = person(browser).new_page()
    sign_in(admin, site, EMAILS["opac38"], demo.password)
    admin.goto(f"{site}/membres")
    admin.click("text=Inviter une personne")
    admin.fill("#nom", "Léa Nouvelle")
    admin.fill("#email", "lea@opac38.example")
    admin.check("input[name=roles][value=finance]")
    admin.click("text=Envoyer l'invitation")
    admin.wait_for_selector("text=Invitation envoyée")
    demo.run_jobs()

    guest = person(browser).new_page()
    guest.goto(site + link_in(received(demo, "lea@opac38.example")[-1]))
    guest.fill("#mot_de_passe", NEW)
    guest.click("text=Ouvrir mon compte")
    guest.wait_for_url("**/connexion")
    with demo.superuser() as connection:
        # What the role requires is tried elsewhere; here, what revocation does.
        connection.execute("update presence.account set second_factor_waived_at = now()")
    sign_in(guest, site, "lea@opac38.example", NEW)
    assert guest.url.endswith("/cette-nuit")

    admin.goto(f"{site}/membres")
    admin.click("a[aria-label='Modifier Léa Nouvelle']")
    admin.click("text=Fermer le compte >> nth=-1")
    admin.wait_for_selector("text=Compte fermé")
    guest.click("nav[aria-label='Navigation principale'] >> text=Résidences")
    guest.wait_for_url("**/connexion**")


def test_a_required_second_factor_is_set_up_before_anything_opens(
    browser: Browser, site: str, demo: World
) -> None:
    with demo.superuser() as connection:
        connection.execute(
            "update presence.account set second_factor_waived_at = null where email = %s",
            (EMAILS["opac38"],),
        )
    page = person(browser).new_page()

    sign_in(page, site, EMAILS["opac38"], demo.password)
    page.goto(f"{site}/cette-nuit")

    assert page.url.endswith("/compte/second-facteur")


def test_a_revoked_session_is_dead_at_the_next_click(
    browser: Browser, site: str, demo: World
) -> None:
    here, there = person(browser).new_page(), person(browser).new_page()
    for page in (here, there):
        sign_in(page, site, EMAILS["capi"], demo.password)
    here.goto(f"{site}/compte")
    here.click("text=Fermer toutes les autres")
    here.wait_for_selector("text=Vos autres sessions sont fermées")

    there.reload()

    assert "/connexion" in there.url
    here.reload()
    assert here.url.endswith("/compte")


def test_a_token_is_shown_once_and_revoked(browser: Browser, site: str, demo: World) -> None:
    page = person(browser).new_page()
    sign_in(page, site, EMAILS["capi"], demo.password)
    page.goto(f"{site}/compte")
    page.click("text=Créer un jeton")
    page.fill("#nom", "export du lundi")
    page.check("text=Lire le bilan publié")
    page.fill("#actuel-jeton", demo.password)
    page.click("button:has-text('Créer le jeton')")
    secret = page.inner_text(".token code")
    headers = {"Authorization": f"Bearer {secret}"}

    alive = page.request.get(f"{site}/api/v1/bilans", headers=headers).status
    page.goto(f"{site}/compte")
    assert secret not in page.content()
    page.click("button:has-text('Révoquer')")
    page.wait_for_selector("text=Jeton révoqué")
    dead = page.request.get(f"{site}/api/v1/bilans", headers=headers).status

    assert (alive, dead) == (200, 401)


def test_a_contract_that_ends_while_the_agents_page_is_open_shows_nothing_at_the_next_click(
    browser: Browser, site: str, demo: World
) -> None:
    agent = person(browser).new_page()
    sign_in(agent, site, EMAILS["agent"], demo.password)
    before = agent.locator(".stop").count()
    with demo.superuser() as connection:
        connection.execute(
            "update presence.contract set valid_during = daterange(lower(valid_during), "
            "'2013-12-05') where valid_during @> date '2013-12-05'"
        )

    agent.locator(".stop a.amber, .next a").first.click()

    assert before > 0
    assert agent.locator("text=Page introuvable").count() == 1
    agent.goto(f"{site}/soiree")
    assert agent.locator(".stop").count() == 0


def test_a_wrong_code_is_said_and_focus_goes_to_the_message(
    browser: Browser, site: str, demo: World
) -> None:
    page = person(browser).new_page()
    sign_in(page, site, EMAILS["dpo"], demo.password)

    page.fill("#code", "000000")
    page.click("text=Continuer")
    page.wait_for_selector(".error-summary")

    assert page.evaluate("document.activeElement.className") == "error-summary"
    assert page.title().startswith("Erreur")
