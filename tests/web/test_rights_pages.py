"""Members, rights, contracts, isolation, journal: what each page says and does."""

import csv
import html
import io
import re
from datetime import date
from uuid import UUID, uuid4

import pyotp
import pytest

from presence.kernel.spreadsheets import csv_bytes, safe_cell
from presence.planning.queries import places_due
from tests.mailbox import link_in, received
from tests.web.accounts import csrf_of, signed_in, without_marks
from tests.worlds import World

NEW = "cheval agrafe pile soleil"


def residences_of(world: World, code: str) -> list[tuple[UUID, str]]:
    with world.superuser() as connection:
        rows = connection.execute(
            "select id, name from presence.residence where bailleur_id = %s order by code",
            (world.ids[code],),
        ).fetchall()
    return [(UUID(str(row[0])), str(row[1])) for row in rows]


def test_an_agent_sees_the_places_of_tonights_round_and_a_leader_the_whole_contract(
    shared_demo: World,
) -> None:
    with shared_demo.prestataire() as session:
        due = {
            p.residence.name
            for p in places_due(session, date(2013, 12, 5), shared_demo.ids["scheme"])
        }
    everywhere = {
        name for code in ("OPAC38", "PLURALIS") for _, name in residences_of(shared_demo, code)
    }

    agent = html.unescape(signed_in(shared_demo, "agent").get("/soiree").text)
    leader = html.unescape(signed_in(shared_demo, "leader").get("/soiree").text)

    assert due < everywhere
    assert {name for name in everywhere if f">{name}, " in agent} <= due
    assert all(f">{name}, " in leader for name in everywhere)


def test_a_caretaker_sees_two_residences_and_nothing_of_the_others(shared_demo: World) -> None:
    places = residences_of(shared_demo, "OPAC38")
    client = signed_in(shared_demo, "caretaker")

    page = client.get("/residences").text
    night = client.get("/cette-nuit").text

    seen = {name for _, name in places if name in page}
    assert len(seen) == 2
    assert not {name for _, name in places if name in night} - seen


def test_a_sector_manager_sees_the_agency_and_not_the_reports(shared_demo: World) -> None:
    client = signed_in(shared_demo, "sector")

    assert client.get("/residences").status_code == 200
    assert client.get("/bilan").status_code == 403
    assert client.get("/quotes-parts").status_code == 403


def test_who_can_see_a_hall_is_answered_by_name_and_by_card(shared_demo: World) -> None:
    ((first, _), *_rest) = residences_of(shared_demo, "OPAC38")

    page = signed_in(shared_demo, "dpo").get(f"/droits?lieu={first}").text

    assert "Claire Martin" in page
    assert "Carte 38-4471" in page
    for hidden in ("Nadia", "Karim", "Hugo", "prestataire.example", "Pluralis"):
        assert hidden not in page


def test_another_bailleurs_place_is_one_that_does_not_exist(shared_demo: World) -> None:
    ((theirs, _), *_rest) = residences_of(shared_demo, "PLURALIS")
    client = signed_in(shared_demo, "dpo")

    answers = [client.get(f"/droits?lieu={key}").status_code for key in (theirs, uuid4())]

    assert answers == [404, 404]


def test_the_matrix_is_exported_for_a_french_spreadsheet(shared_demo: World) -> None:
    answer = signed_in(shared_demo, "dpo").get("/droits.csv")

    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:2] == ["droit", "Direction"]
    assert rows[[row[0] for row in rows].index("Donner une suite, convoquer")][:4] == [
        "Donner une suite, convoquer",
        "",
        "",
        "oui",
    ]


@pytest.mark.parametrize("prefix", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_formula_is_neutralised_in_a_csv(prefix: str) -> None:
    cell = f"{prefix}cmd|' /C calc'!A0"

    assert safe_cell(cell).startswith("'")
    assert b"'" in csv_bytes([[cell]])


@pytest.mark.parametrize("number", ["-12", "+3,5", "12", "-1\u202f430"])
def test_a_number_keeps_its_sign_in_a_csv(number: str) -> None:
    assert safe_cell(number) == number


def test_an_invitation_travels_from_the_page_to_a_signed_in_colleague(demo: World) -> None:
    admin = signed_in(demo, "opac38")
    token = csrf_of(admin.get("/membres").text)
    email = f"lea.{uuid4().hex[:6]}@opac38.example"
    sent = {"csrf_token": token, "nom": "Léa Martin", "email": email, "roles": ["sector"]}

    refused = admin.post("/membres/invitations", data=sent)
    accepted = admin.post(
        "/membres/invitations",
        data={**sent, "residences": [str(residences_of(demo, "OPAC38")[0][0])]},
    )
    demo.run_jobs()
    link = link_in(received(demo, email)[-1])
    guest = demo.app.test_client()
    page = guest.get(link).text
    opened = guest.post(
        link, data={"csrf_token": csrf_of(page), "nom": "Léa Martin", "mot_de_passe": NEW}
    )

    assert (refused.status_code, accepted.status_code, opened.status_code) == (422, 303, 303)
    assert "OPAC 38" in page
    assert email in page
    assert "Responsable de secteur" in page


def test_a_place_of_another_bailleur_is_no_scope(demo: World) -> None:
    admin = signed_in(demo, "opac38")
    token = csrf_of(admin.get("/membres").text)
    told = []
    for place in (residences_of(demo, "PLURALIS")[0][0], uuid4()):
        answer = admin.post(
            "/membres/invitations",
            data={
                "csrf_token": token, "nom": "Léa", "email": "lea@opac38.example",
                "roles": ["caretaker"], "residences": [str(place)],
            },
        )  # fmt: skip
        told.append((answer.status_code, without_marks(answer.text.replace(str(place), ""))))

    assert told[0] == told[1]
    assert told[0][0] == 422


def test_a_name_is_text_on_every_page(demo: World) -> None:
    admin = signed_in(demo, "opac38")
    token = csrf_of(admin.get("/membres").text)
    admin.post(
        "/membres/invitations",
        data={
            "csrf_token": token, "nom": "<script>alert(1)</script>{{7*191}}",
            "email": "x@opac38.example", "roles": ["dpo"],
        },
    )  # fmt: skip
    demo.run_jobs()

    page = admin.get("/membres").text
    letter = received(demo, "x@opac38.example")[-1].get_content()

    assert "<script>alert" not in page
    assert "1337" not in page + letter


def test_a_second_factor_is_enrolled_then_asked_for(demo: World) -> None:
    client = signed_in(demo, "agent")
    page = client.get("/compte/second-facteur").text
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert found is not None
    secret = found.group(1).replace(" ", "")

    wrong = client.post(
        "/compte/second-facteur", data={"csrf_token": csrf_of(page), "code": "000000"}
    )
    right = client.post(
        "/compte/second-facteur",
        data={"csrf_token": csrf_of(page), "code": pyotp.TOTP(secret).now()},
    )

    assert (wrong.status_code, right.status_code) == (422, 200)
    assert len(re.findall(r"<li><code>[A-Z2-9]{5}-[A-Z2-9]{5}</code>", right.text)) == 10


def test_a_second_factor_is_not_replaced_by_an_open_session_alone(demo: World) -> None:
    client = signed_in(demo, "dpo")
    page = client.get("/compte/second-facteur").text
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert found is not None
    secret = found.group(1).replace(" ", "")
    form = {"csrf_token": csrf_of(page), "code": pyotp.TOTP(secret).now()}

    alone = client.post("/compte/second-facteur", data=form)
    confirmed = client.post("/compte/second-facteur", data={**form, "actuel": demo.password})

    assert (alone.status_code, confirmed.status_code) == (422, 200)


def test_after_the_password_alone_no_page_opens(demo: World) -> None:
    client = demo.app.test_client()
    page = client.get("/connexion").text
    answer = client.post(
        "/connexion",
        data={
            "email": "dpo@opac38.example", "mot_de_passe": demo.password,
            "csrf_token": csrf_of(page),
        },
    )  # fmt: skip

    assert answer.headers["Location"] == "/connexion/code"
    for path in ("/isolation", "/membres", "/compte", "/"):
        assert client.get(path).headers["Location"].startswith("/connexion")


def test_ending_a_contract_closes_the_agents_page_at_the_next_click(demo: World) -> None:
    agent, operator = signed_in(demo, "agent"), signed_in(demo, "operator")
    before = agent.get("/soiree").text
    page = operator.get("/contrats").text
    for contract in re.findall(r"/contrats/([0-9a-f-]{36})/fin", page):
        operator.post(
            f"/contrats/{contract}/fin", data={"csrf_token": csrf_of(page), "fin": "2013-12-05"}
        )

    after = agent.get("/soiree")

    assert any(name in before for _, name in residences_of(demo, "OPAC38"))
    assert not [
        n
        for code in ("OPAC38", "PLURALIS")
        for _, n in residences_of(demo, code)
        if n in after.text
    ]
    assert after.status_code in {200, 404}


def test_a_contract_cannot_end_before_it_began(demo: World) -> None:
    operator = signed_in(demo, "operator")
    page = operator.get("/contrats").text
    contract = re.findall(r"/contrats/([0-9a-f-]{36})/fin", page)[0]

    answer = operator.post(
        f"/contrats/{contract}/fin", data={"csrf_token": csrf_of(page), "fin": "2001-01-01"}
    )

    assert answer.status_code == 422
    assert "après avoir commencé" in answer.text


def test_the_certificates_of_a_month_are_downloaded_as_sealed(shared_demo: World) -> None:
    client = signed_in(shared_demo, "provider")
    page = client.get("/contrats").text
    key = re.findall(r"/attestations/([0-9a-f-]{36})\.json", page)[0]

    answer = client.get(f"/attestations/{key}.json")

    assert answer.data == shared_demo.scalar(
        "select content from presence.service_certificate where id = %s", key
    )
    assert "Mediation" not in answer.text


def test_another_bailleurs_certificate_does_not_exist(shared_demo: World) -> None:
    theirs = shared_demo.scalar(
        "select id from presence.service_certificate where bailleur_id = %s limit 1",
        shared_demo.ids["PLURALIS"],
    )

    client = signed_in(shared_demo, "opac38")
    answers = [client.get(f"/attestations/{key}.json").status_code for key in (theirs, uuid4())]

    assert answers == [404, 404]


def test_a_bailleur_asks_for_a_verification_and_reads_it(demo: World) -> None:
    client = signed_in(demo, "dpo")
    token = csrf_of(client.get("/isolation").text)

    client.post("/isolation/verifier", data={"csrf_token": token})
    demo.run_jobs()
    page = client.get("/isolation").text

    assert "Aucune exception" in page
    assert "Convocations" in page
    assert "Pluralis" not in page


def test_the_journal_shows_the_own_organisation_only(demo: World) -> None:
    signed_in(demo, "pluralis")
    page = signed_in(demo, "opac38").get("/journal").text

    assert "Claire Martin" in page
    assert "Hugo Bernard" not in page
    assert "Nadia" not in page


def test_the_operator_invites_a_first_administrator_from_the_page(demo: World) -> None:
    operator = signed_in(demo, "operator")
    page = operator.get("/exploitation").text
    organisation = demo.scalar(
        "select public_id from presence.organisation where code = 'BAILLEURC'"
    )

    answer = operator.post(
        "/exploitation/administrateurs",
        data={
            "csrf_token": csrf_of(page), "organisme": str(organisation), "nom": "Première",
            "email": "premiere@bailleur-c.example",
        },
    )  # fmt: skip
    demo.run_jobs()

    assert answer.status_code == 303
    assert received(demo, "premiere@bailleur-c.example")
