"""« Modifier une résidence » and « Cessions »: each form done, each refusal said."""

import html
import re
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from presence.demonstration.transfers import code_of
from tests.web.accounts import csrf_of, signed_in
from tests.worlds import World

# The demonstration lives on 5 December 2013.
ON = "2014-01-01"
KEY = "6f1f3f0e-6a0e-4c57-9d8e-3a5b0c1d2e3f"
Form = dict[str, str | list[str]]


@pytest.fixture
def admin(demo: World) -> FlaskClient:
    return signed_in(demo, "opac38")


def place_of(demo: World, name: str = "Les Lilas", code: str = "OPAC38") -> str:
    return str(
        demo.scalar(
            "select id from presence.residence where name = %s and bailleur_id = %s",
            name,
            demo.ids[code],
        )
    )


def send(admin: FlaskClient, place: str, rule: str, **form: str | list[str]) -> tuple[int, str]:
    token = csrf_of(admin.get(f"/residences/{place}/modifier").text)
    answer = admin.post(f"/residences/{place}/{rule}", data={"csrf_token": token, **form})
    if answer.status_code == 303:
        return 303, html.unescape(admin.get(answer.headers["Location"]).text)
    return answer.status_code, html.unescape(answer.text)


DONE: dict[str, tuple[Form, str]] = {
    "modifier": (
        {"nom": "Les Ormes", "code": "R020", "agence": "Sud", "adresse": "1 rue Haute",
         "insee": "38053", "qpv": "Champaret", "millesime": "2024"},
        "Résidence modifiée.",
    ),
    "perimetre": ({"acte": "sortir", "depuis": ON}, "sort du périmètre le 01/01/2014"),
    "frequence": (
        {"nombre": "2", "par": "week", "jours": ["5", "6"], "de": "20:00", "a": "22:00",
         "ordre": "random", "ecart": "0", "depuis": ON},
        "2\u00a0soirs par semaine, le vendredi et le samedi, de 20\u00a0h à 22\u00a0h, au hasard",
    ),
    "entrees": ({"nom": "Hall Z", "logements": "8", "cle": KEY}, "Hall Z ajouté."),
    "batiments": ({"nom": "Bâtiment Z", "cle": KEY}, "Bâtiment Z ajouté."),
    "parties-communes": (
        {"nature": "bike_room", "cle": KEY}, "« Local vélos et poussettes » ajouté"
    ),
    "archiver": ({"le": ON, "motif": "demolished"}, "Archivée le 01/01/2014"),
}  # fmt: skip


@pytest.mark.parametrize("rule", list(DONE))
def test_a_form_is_done_and_says_so(demo: World, admin: FlaskClient, rule: str) -> None:
    form, told = DONE[rule]

    status, page = send(admin, place_of(demo), rule, **form)

    assert status == 303, page
    assert told in page


REFUSED: list[tuple[str, Form, str]] = [
    ("modifier", {"nom": "", "code": "R020", "agence": "Sud", "adresse": "1", "insee": "38053"},
     "nécessaire"),
    ("modifier", {"nom": "A", "code": "R001", "agence": "Sud", "adresse": "1", "insee": "38053"},
     "le code « R001 »"),
    ("modifier", {"nom": "A", "code": "R020", "agence": "Sud", "adresse": "1", "insee": "99999"},
     "Commune inconnue"),
    ("perimetre", {"acte": "sortir", "depuis": "2013-12-01"}, "après le 04/12/2013"),
    ("perimetre", {"acte": "compter", "depuis": ON, "logements": "-4"}, "de 0 à 5000"),
    ("perimetre", {"acte": "entrer", "depuis": ON}, "déjà dans le périmètre"),
    ("frequence", {"nombre": "4", "par": "week", "jours": ["5", "6"], "ordre": "ordered",
                   "depuis": ON}, "jours"),
    ("frequence", {"nombre": "2", "par": "week", "de": "03:00", "a": "05:00", "ordre": "ordered",
                   "depuis": ON}, "tranche horaire"),
    ("entrees", {"nom": "Hall", "cle": KEY}, "le nom « Hall »"),
    ("entrees", {"nom": "Hall Y", "latitude": "195", "longitude": "5", "cle": KEY},
     "de -90 à 90"),
    ("batiments", {"nom": "B", "rnb": "ABCDEFGHJKMO", "cle": KEY}, "« O »"),
    ("archiver", {"le": "2013-01-01", "motif": "demolished"}, "date à venir"),
    ("archiver", {"le": ON, "motif": "sold"}, "passe par une cession"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "form", "told"), REFUSED, ids=range(len(REFUSED)))
def test_a_refusal_says_where_and_nothing_is_written(
    demo: World, admin: FlaskClient, rule: str, form: Form, told: str
) -> None:
    place = place_of(demo)
    before = demo.scalar("select count(*) from presence.audit_entry")

    status, page = send(admin, place, rule, **form)

    assert status == 422
    assert told in page
    assert demo.scalar("select count(*) from presence.audit_entry") == before


def test_a_hall_moves_and_its_form_cannot_name_anothers(demo: World, admin: FlaskClient) -> None:
    place, target = place_of(demo), place_of(demo, "Les Noyers")
    with demo.superuser() as connection:
        connection.execute(
            "update presence.entrance set name = 'Entrée' where residence_id = %s", (target,)
        )
    own = str(demo.scalar("select id from presence.entrance where residence_id = %s", place))
    theirs = str(
        demo.scalar(
            "select id from presence.entrance where bailleur_id = %s limit 1",
            demo.ids["PLURALIS"],
        )
    )

    moved = send(admin, place, "entrees/changer", hall=own, acte="deplacer", vers=target, le=ON)
    refused = send(admin, place, "entrees/changer", hall=theirs, acte="archiver", le=ON)

    assert "Hall déplacé" in moved[1]
    assert (refused[0], "Hall inconnu" in refused[1]) == (422, True)


def test_a_place_of_another_bailleur_is_not_found(demo: World, admin: FlaskClient) -> None:
    theirs = place_of(demo, "Champfleuri", "PLURALIS")

    assert admin.get(f"/residences/{theirs}/modifier").status_code == 404
    assert admin.get(f"/residences/{uuid4()}/modifier").status_code == 404


def test_a_residence_is_sold_and_both_histories_are_right(demo: World, admin: FlaskClient) -> None:
    buyer = signed_in(demo, "pluralis")
    place = place_of(demo)
    page = admin.get("/cessions").text
    key = re.search(r'name="cle" value="([^"]+)"', page)
    assert key
    offered = html.unescape(
        admin.post(
            "/cessions",
            data={
                "csrf_token": csrf_of(page), "cle": key[1], "residences": [place], "effet": ON,
            },
        ).text
    )  # fmt: skip
    code = re.search(r'class="token"><code>([^<]+)</code>', offered)
    assert code

    token = csrf_of(buyer.get("/cessions").text)
    seen = html.unescape(
        buyer.post("/cessions/reprise", data={"csrf_token": token, "code": code[1]}).text
    )
    taken = buyer.post(
        "/cessions/reprise",
        data={
            "csrf_token": token, "code": code[1], "confirmation": "oui", "agence": "Nord-Isère",
            "cle": str(uuid4()),
        },
    )  # fmt: skip
    demo.run_jobs()

    assert "OPAC 38 vous cède 1\u00a0résidence" in seen
    assert taken.status_code == 303
    assert "Les Lilas" in html.unescape(buyer.get("/residences").text)
    history = "select count(*) from presence.visit where bailleur_id = %s and residence_id = %s"
    assert int(str(demo.scalar(history, demo.ids["OPAC38"], UUID(place)))) > 0
    new = place_of(demo, "Les Lilas", "PLURALIS")
    assert demo.scalar(history, demo.ids["PLURALIS"], UUID(new)) == 0


def test_a_false_code_and_a_withdrawn_one_say_the_same(demo: World, admin: FlaskClient) -> None:
    buyer = signed_in(demo, "pluralis")
    offer = str(
        demo.scalar("select id from presence.transfer where bailleur_id = %s", demo.ids["OPAC38"])
    )
    admin.post(
        f"/cessions/{offer}/retrait", data={"csrf_token": csrf_of(admin.get("/cessions").text)}
    )
    token = csrf_of(buyer.get("/cessions").text)

    told = [
        html.unescape(
            buyer.post("/cessions/reprise", data={"csrf_token": token, "code": code}).text
        )
        for code in ("zzz", code_of("OPAC38"))
    ]

    assert all("Ce code n'ouvre aucune cession" in page for page in told)
