"""« Horaires »: fixed from a date by the operator, read by the parties, in words."""

import html
from datetime import date

import pytest

from presence.planning.queries import places_due
from presence.planning.stored import served_by
from tests.web.accounts import csrf_of, signed_in
from tests.worlds import World

LE_MANS: dict[str, str | list[str]] = {
    "depuis": "2014-01-01", "de": "17:00", "a": "23:00", "jours": list("1234567"),
    "feries": "not_served",
    "saison1_de": "11", "saison1_a": "3", "saison1_ouvre": "15:00", "saison1_ferme": "00:00",
    "saison2_de": "4", "saison2_a": "10", "saison2_ouvre": "19:00", "saison2_ferme": "01:00",
}  # fmt: skip


def fixed(demo: World, **change: str | list[str]) -> tuple[int, str]:
    operator = signed_in(demo, "operator")
    token = csrf_of(operator.get("/horaires").text)
    scheme = str(demo.scalar("select public_id from presence.scheme"))
    form = {"csrf_token": token, "dispositif": scheme} | LE_MANS | change
    answer = operator.post("/horaires", data=form)
    return answer.status_code, html.unescape(
        operator.get("/horaires").text if answer.status_code == 303 else answer.text
    )


def test_hours_by_season_are_told_in_words(demo: World) -> None:
    status, page = fixed(demo)

    assert status == 303, page
    assert "De novembre à mars : de 15\u00a0h à minuit" in page
    assert "D'avril à octobre : de 19\u00a0h à 1\u00a0h" in page


def test_a_change_applies_from_its_date_and_a_holiday_is_not_served(demo: World) -> None:
    fixed(demo)

    with demo.bailleur("OPAC38") as session:
        served = served_by(session, demo.ids["scheme"])
        hours = [served(date(2013, 12, 31)), served(date(2014, 1, 2)), served(date(2014, 5, 1))]
        due = places_due(session, date(2014, 1, 1), demo.ids["scheme"])
    assert [str(h.opens_at) if h else None for h in hours] == ["17:00:00", "15:00:00", None]
    assert due == []


def test_a_bailleur_and_the_prestataire_read_what_the_operator_fixed(demo: World) -> None:
    fixed(demo)

    for account in ("opac38", "leader"):
        page = html.unescape(signed_in(demo, account).get("/horaires").text)
        assert "De novembre à mars" in page


@pytest.mark.parametrize(
    ("change", "told"),
    [({"de": "09:00"}, "midi au plus tôt"),
     ({"a": "16:00"}, "après son ouverture"),
     ({"jours": []}, "au moins un jour"),
     ({"depuis": "2013-01-01"}, "date à venir"),
     ({"saison1_ferme": ""}, "20:42"),
     ({"dispositif": "6f1f3f0e-6a0e-4c57-9d8e-3a5b0c1d2e3f"}, "dans la liste")],
    ids=str,
)  # fmt: skip
def test_hours_that_cannot_be_are_refused_and_nothing_changes(
    demo: World, change: dict[str, str | list[str]], told: str
) -> None:
    status, page = fixed(demo, **change)

    assert status == 422
    assert told in page
    assert demo.scalar("select count(*) from presence.service_window") == 1
