"""The evening of 4 December 2013 in a browser: open, signed, disputed, amended, delivered."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from presence.review.codes import DisputeState
from tests.mailbox import link_in, received
from tests.stack import Servers
from tests.web.accounts import EMAILS
from tests.web.browsing import MARKS, chromium, served
from tests.workers.test_delivery import morning
from tests.worlds import SMALL_DEMO, World, cloned

pytestmark = MARKS
EVENING = "2013-12-04"


@pytest.fixture
def world(servers: Servers) -> Iterator[World]:
    """The demonstration, the evening of the 4th open again: its sheets are there, unsigned."""
    with cloned(servers, SMALL_DEMO) as found:
        with found.superuser() as connection:
            kept = "select id from presence.daily_report where evening_on = '2013-12-04'"
            for table in ("report_delivery", "report_transmission", "report_visa"):
                connection.execute(
                    f"delete from presence.{table} where report_id in ({kept})".encode()  # noqa: S608 - the test's own names
                )
            connection.execute(
                "delete from presence.daily_report where evening_on = %s", (EVENING,)
            )
            connection.execute(
                "delete from presence.evening_closure where evening_on = %s", (EVENING,)
            )
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def entered(browser: Browser, site: str, world: World, account: str) -> Page:
    """A person's own browser, signed in."""
    context = browser.new_context(
        viewport={"width": 1366, "height": 657}, locale="fr-FR", timezone_id="Europe/Paris"
    )
    page = context.new_page()
    page.goto(f"{site}/connexion")
    page.fill("#email", EMAILS[account])
    page.fill("#mot_de_passe", world.password)
    page.click("button[type=submit]")
    page.wait_for_selector("h1")
    return page


def sign(page: Page, site: str, world: World) -> None:
    page.goto(f"{site}/soiree?soiree={EVENING}")
    page.click("text=Contrôler et signer")
    page.check("input[name=confirmation]")
    page.click("text=Signer la soirée")
    page.wait_for_selector(".flash-done")
    world.run_jobs()


def contest(page: Page) -> None:
    """Dispute the first intervention of the report that is open."""
    row = page.locator("tr.row-intervention").first
    row.locator("summary").click()
    row.locator("select[name=motif]").select_option("wrong_fact")
    row.locator("textarea").fill("Le gardien n'a vu personne dans le hall.")
    row.locator("button[type=submit]").click()
    page.wait_for_selector("#contestations")


def answer_and_correct(page: Page, report: str) -> None:
    """Answer the dispute of a report, and propose the correction of its sheet."""
    page.goto(report)
    page.fill("textarea[name=reponse]", "Vérifié avec l'équipe : la fiche est à corriger.")
    page.click("text=Répondre")
    page.click("text=Rectifier la fiche")
    page.select_option("#situation", "waste")
    page.fill("#raison", "Encombrants et non regroupement")
    page.click("text=Proposer la correction")
    page.wait_for_selector("#corrections")


def approve(page: Page, site: str, world: World) -> None:
    """Approve the correction that waits, and let the report be amended."""
    page.goto(f"{site}/rapports-journaliers?soiree={EVENING}")
    page.click("text=Approuver et rectifier")
    page.wait_for_selector(".flash-done")
    world.run_jobs()


def accept(page: Page, replaced: str) -> tuple[str, str]:
    """Go from a replaced version to the one in force and accept it: what both pages say."""
    page.goto(replaced)
    page.click("text=Lire la version en vigueur")
    page.wait_for_selector("#rectifie")
    amended = page.inner_text("main")
    page.click("text=Accepter ce rapport")
    page.wait_for_selector(".flash-done")
    return amended, page.inner_text("section[aria-labelledby=visa]")


def test_an_evening_goes_from_open_to_signed_disputed_amended_and_delivered(
    browser: Browser, world: World
) -> None:
    with served(world) as site:
        leader, bailleur, manager = (
            entered(browser, site, world, account) for account in ("leader", "opac38", "provider")
        )
        bailleur.goto(f"{site}/cette-nuit?soiree={EVENING}")
        before = bailleur.inner_text(".badge")

        sign(leader, site, world)
        morning(world)
        letters = received(world, EMAILS["opac38"])
        # The link of the letter opens the report; a line of it is disputed.
        bailleur.goto(site + urlsplit(link_in(letters[-1])).path)
        report = bailleur.url
        contest(bailleur)
        disputed = bailleur.inner_text("section[aria-labelledby=visa]")
        # The prestataire answers, and corrects the sheet; somebody else approves.
        answer_and_correct(leader, report)
        own = leader.inner_text(".change")
        approve(manager, site, world)
        # The first version stays readable, and leads to the one that replaces it.
        amended, accepted = accept(bailleur, report)

    assert "Non reçu" in before
    assert str(letters[-1]["Subject"]) == (
        "Nuit du 4 décembre : 2\u00a0interventions, dont 1\u00a0appel aux forces de l'ordre"
    )
    assert "1 ligne contestée" in disputed.replace("\u00a0", " ")
    assert "Une autre personne doit l'approuver" in own
    assert "Approuver et rectifier" not in own
    assert "Annule et remplace OPAC38-2013-12-04-v1" in amended
    assert "Déchets ou encombrants" in amended
    assert "Réglée par une rectification" in amended
    assert "Accepté par le bailleur" in accepted
    assert (
        world.scalar("select state from presence.dispute where evening_on = %s", EVENING)
        == DisputeState.SETTLED.value
    )
    # No figure changed: nobody is written to again.
    assert len(received(world, EMAILS["opac38"])) == len(letters)


def test_two_people_who_sign_at_once_sign_once(browser: Browser, world: World) -> None:
    with served(world) as site:
        first, second = (entered(browser, site, world, "leader") for _ in range(2))
        for page in (first, second):
            page.goto(f"{site}/soiree/cloture?soiree={EVENING}")
            page.check("input[name=confirmation]")
        first.click("text=Signer la soirée")
        first.wait_for_selector(".flash-done")

        second.click("text=Signer la soirée")
        second.wait_for_selector(".error-summary")

        assert "déjà close" in second.inner_text(".error-summary")
    world.run_jobs()
    assert world.scalar(
        "select count(*) from presence.daily_report where evening_on = '2013-12-04'"
    ) == world.scalar(
        "select count(distinct bailleur_id) from presence.daily_report"
        " where evening_on = '2013-12-04'"
    )
