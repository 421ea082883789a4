"""« Exploitation »: a bailleur is opened with its membership and contract, or nothing is."""

import html

import pytest
from flask.testing import FlaskClient

from tests.web.accounts import csrf_of, signed_in
from tests.worlds import World


@pytest.fixture
def operator(demo: World) -> FlaskClient:
    return signed_in(demo, "operator")


def opened(demo: World, operator: FlaskClient, **change: str) -> tuple[int, str]:
    form = {
        "csrf_token": csrf_of(operator.get("/exploitation").text),
        "nom": "Habitat Neuf", "code": "NEUF", "siren": "",
        "dispositif": str(demo.scalar("select public_id from presence.scheme")),
        "prestataire": str(
            demo.scalar("select public_id from presence.organisation where kind = 'prestataire'")
        ),
        "du": "2014-01-06", "au": "2015-01-01",
    }  # fmt: skip
    answer = operator.post("/exploitation/bailleurs", data=form | change)
    return answer.status_code, html.unescape(answer.text)


def test_a_bailleur_is_opened_with_its_membership_and_contract(
    demo: World, operator: FlaskClient
) -> None:
    status, _ = opened(demo, operator)

    assert status == 303
    assert "Habitat Neuf est inscrit" in html.unescape(operator.get("/exploitation").text)
    for table in ("membership", "contract"):
        count = f"select count(*) from presence.{table} where bailleur_name = 'Habitat Neuf'"  # noqa: S608
        assert demo.scalar(count) == 1


@pytest.mark.parametrize(
    ("change", "status", "told"),
    [({"code": "neuf"}, 422, "majuscules"), ({"code": "OPAC38"}, 409, "porte déjà le code"),
     ({"nom": " "}, 422, "Donnez le nom"), ({"siren": "123"}, 422, "SIREN"),
     ({"au": "2013-01-01"}, 422, "date de fin"), ({"du": "demain"}, 422, "n'est pas une date"),
     ({"dispositif": "6f1f3f0e-6a0e-4c57-9d8e-3a5b0c1d2e3f"}, 422, "dans la liste"),
     ({"prestataire": "6f1f3f0e-6a0e-4c57-9d8e-3a5b0c1d2e3f"}, 422, "dans la liste")],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_opened_is_refused_and_nothing_is_written(
    demo: World, operator: FlaskClient, change: dict[str, str], status: int, told: str
) -> None:
    before = demo.scalar("select count(*) from presence.organisation")

    answered, page = opened(demo, operator, **change)

    assert answered == status
    assert told in page
    assert demo.scalar("select count(*) from presence.organisation") == before
