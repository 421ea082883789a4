"""« Historique » (A6): a residence's facts over a period, their rate, nothing of another's."""

import re

import pytest

from presence.followup.place_history import ENOUGH_VISITS, Rate
from presence.web.place_history import sentence_of
from tests.web.accounts import signed_in
from tests.worlds import World


def address(world: World, name: str, query: str = "") -> str:
    found = world.scalar("select id from presence.residence where name = %s", name)
    return f"/residences/{found}/historique{query}"


def test_the_sheet_leads_to_the_history_and_the_history_back(shared_demo: World) -> None:
    client = signed_in(shared_demo, "opac38")
    where = address(shared_demo, "Les Fougères")

    sheet = client.get(where.removesuffix("/historique")).text
    page = client.get(where).text

    assert f'href="{where}"' in sheet
    assert "Historique de Les Fougères" in page
    assert "Ne contient aucun nom. Vérifiez avant tout envoi." in page
    assert "pour 100 passages" in page


def test_a_type_and_a_period_narrow_it(shared_demo: World) -> None:
    client = signed_in(shared_demo, "opac38")

    given = client.get(address(shared_demo, "Les Fougères", "?type=follow_up")).text
    before = client.get(address(shared_demo, "Les Fougères", "?du=2013-10-01&au=2013-10-31")).text

    assert "Travaux" in given
    assert "Passage non effectué</td>" not in given
    assert "Rien dans cette période." in before


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("?du=2013-12-05&au=2013-12-01", "Le début de la période est après sa fin."),
        ("?du=2011-01-01&au=2013-12-01", "Choisissez une période d&#39;un an au plus."),
        ("?du=hier", "n&#39;est pas une date"),
        ("?hall=11111111-1111-4111-8111-111111111111", "Hall inconnu dans cette résidence."),
        ("?type=tout", "Choisissez une réponse dans la liste."),
    ],
)
def test_what_cannot_be_asked_is_said_on_the_page(
    shared_demo: World, query: str, message: str
) -> None:
    answer = signed_in(shared_demo, "opac38").get(address(shared_demo, "Champaret", query))

    assert answer.status_code == 422
    assert message in answer.text
    assert "<h1>Historique de Champaret</h1>" in answer.text


def test_who_is_kept_to_some_residences_reads_the_history_of_those(shared_demo: World) -> None:
    caretaker = signed_in(shared_demo, "caretaker")
    kept = re.findall(r"/residences/([0-9a-f-]{36})\"", caretaker.get("/residences").text)

    assert kept
    assert {caretaker.get(f"/residences/{key}/historique").status_code for key in kept} == {200}
    assert caretaker.get(address(shared_demo, "La Roseraie")).status_code == 404


def test_anothers_residence_is_not_found(shared_demo: World) -> None:
    client = signed_in(shared_demo, "opac38")

    assert client.get(address(shared_demo, "Champfleuri")).status_code == 404


@pytest.mark.parametrize(
    ("rate", "sentence"),
    [
        (Rate(0, 0), "0\u00a0intervention pour 0\u00a0passage fait."),
        (
            Rate(3, 120),
            "3\u00a0interventions pour 120\u00a0passages faits, soit 2,5 pour 100 passages.",
        ),
        (
            Rate(1, ENOUGH_VISITS - 1),
            (
                "1\u00a0intervention pour 29\u00a0passages faits. Moins de 30 passages : "
                "3,4 pour 100 passages, à titre indicatif."
            ),
        ),
    ],
)
def test_a_rate_over_few_visits_says_so(rate: Rate, sentence: str) -> None:
    assert sentence_of(rate) == sentence
