"""In a real browser: a bailleur goes from nothing to activated, in under forty clicks."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from presence.accounts.identity import Grant
from presence.accounts.services import NewAccount, open_account
from presence.demonstration.cast import CONTRACT_END
from presence.demonstration.facts import facts
from presence.kernel.clock import today
from tenants.models import Organisation
from tenants.provisioning import onboard_bailleur
from tenants.registry import organisations
from tenants.roles import Role
from tenants.scheme import schemes, sign_contract
from tests.stack import Servers
from tests.web.browsing import MARKS, chromium, served
from tests.worlds import SMALL_DEMO, World, cloned

pytestmark = MARKS
EMAIL = "direction@neuf.example"
FILE = (
    Path(__file__).resolve().parents[2]
    / "platform/presence/demonstration/data/patrimoine_exemple.csv"
)
MOST_CLICKS = 40


@pytest.fixture(scope="module")
def own(servers: Servers) -> Iterator[World]:
    """A demonstration that a bailleur has just joined, of whom only one account exists."""
    with cloned(servers, SMALL_DEMO) as world:
        joined = _join(world)
        with world.app.app_context():
            direction = (Grant(Role.MANAGEMENT), Grant(Role.ADMINISTRATOR))
            open_account(
                joined, NewAccount(EMAIL, "Lou Neuf", world.password, direction, waived=True)
            )
        yield world


def _join(world: World) -> Organisation:
    from_on = facts().joining_on
    with world.operator() as session:
        scheme = schemes(session)[0]
        presta = next(found for found in organisations(session) if found.code == "PRESTA")
        bailleur, _ = onboard_bailleur(
            session, scheme, name="Habitat Neuf", code="NEUF", from_on=from_on
        )
        sign_contract(
            session, scheme, bailleur=bailleur, prestataire=presta,
            from_on=from_on, to_on=CONTRACT_END,
        )  # fmt: skip
        session.flush()
        session.expunge_all()
    return bailleur


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def page(own: World, browser: Browser) -> Iterator[Page]:
    """Signed in, on the list of tasks."""
    with served(own) as site:
        context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="fr-FR")
        opened = context.new_page()
        opened.goto(f"{site}/connexion")
        opened.fill("#email", EMAIL)
        opened.fill("#mot_de_passe", own.password)
        opened.click("button[type=submit]")
        opened.wait_for_selector("h1")
        opened.goto(f"{site}/mise-en-route")
        yield opened
        context.close()


class Hand:
    """A mouse that counts its clicks."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    def click(self, selector: str) -> None:
        self.page.locator(selector).first.click()
        self.clicks += 1

    def task(self, name: str, fields: dict[str, str] | None = None) -> None:
        """Open a task from the list, fill its form in and send it."""
        self.click(f".tasks a[href='/mise-en-route/{name}']")
        for label, value in (fields or {}).items():
            self.page.fill(f"#{label}", value)
        if name == "identite":
            self.page.select_option("#legal_form", "oph")
        self.click("main form button.primary")
        self.page.wait_for_url("**/mise-en-route")


def _import_places(hand: Hand) -> None:
    """The example file: every repair that is offered is taken, then everything is imported."""
    page = hand.page
    hand.click(".tasks a[href='/residences']")
    hand.click("main a[href='/residences/importer']")
    page.set_input_files("#fichier", FILE)
    hand.click("text=Lire le fichier")
    hand.click("text=Comparer à votre patrimoine")
    offered = ".fix:not(:has(.done)) button"
    while page.locator(offered).count():
        before = page.locator(".fix:has(.done)").count()
        hand.click(offered)
        expect(page.locator(".fix:has(.done)")).to_have_count(before + 1)
    hand.click(".save-bar .primary")
    expect(page.locator("h1")).to_have_text("Import enregistré")


def test_from_nothing_to_activated_in_under_forty_clicks(own: World, page: Page) -> None:
    with own.operator() as session:
        day = str(today(session))
    hand = Hand(page)

    hand.task(
        "identite",
        {
            "siret": "24380060400007", "contact_name": "Lou Neuf",
            "contact_email": EMAIL, "contact_phone": "04 00 00 38 01",
        },
    )  # fmt: skip
    hand.task("equipes", {"agence": "Agence unique"})
    _invite(hand)
    _import_places(hand)
    page.goto(page.url.split("/residences")[0] + "/mise-en-route")
    for name, fields in (
        ("frequences", {"nombre": "2"}),
        ("cle", {}),
        ("conventions", {"reference": "Convention 2014", "convention": day, "rgpd": day}),
        ("essai", {}),
        ("activation", {}),
    ):
        hand.task(name, fields)

    expect(page.locator(".answer")).to_have_text(
        "Tout est fait : vos résidences sont dans le dispositif."
    )
    assert page.locator(".tasks .missing-word").count() == 0
    assert hand.clicks < MOST_CLICKS
    _twice_the_same_file_proposes_nothing(page)


def _invite(hand: Hand) -> None:
    page = hand.page
    hand.click(".tasks a[href='/mise-en-route/equipes']")
    hand.click("main a[href='/membres']")
    hand.click("text=Inviter une personne")
    page.fill("#nom", "Sam Neuf")
    page.fill("#email", "sam@neuf.example")
    hand.click(f"input[name=roles][value={Role.MANAGEMENT.value}]")
    hand.click("main details form button.primary")
    expect(page.locator("main")).to_contain_text("Sam Neuf")
    page.goto(page.url.split("/membres")[0] + "/mise-en-route")


def _twice_the_same_file_proposes_nothing(page: Page) -> None:
    """The file that was imported, again: every good line is what is already there."""
    page.goto(page.url.split("/mise-en-route")[0] + "/residences/importer")
    page.set_input_files("#fichier", FILE)
    page.click("text=Lire le fichier")
    page.click("text=Comparer à votre patrimoine")
    expect(page.locator("h1")).to_have_text("Différences")
    expect(page.locator(".diff-created")).to_contain_text("0 création")
    expect(page.locator(".diff-changed")).to_contain_text("0 modification")
