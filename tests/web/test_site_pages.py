"""A residence's sheet (A5) and the agents' own (T3): what is shown, written, refused, masked."""

import json
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from time import sleep
from uuid import UUID, uuid4

import psycopg
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from presence.kernel import vault
from presence.patrimoine.queries import entrances, residences
from presence.settings import VaultKeys
from tenants.scheme import contracts, end_contract
from tests.factories.walkers import account_of, put_on_duty
from tests.web.accounts import EMAILS, csrf_of, signed_in, without_marks
from tests.worlds import World

CODE = "Z4QX71"
TONIGHT = "2013-12-05"
NOT_ON_DUTY = "Vous n&#39;êtes pas de service à cette adresse ce soir."


@pytest.fixture
def idle(demo: World) -> World:
    """The demonstration, with nobody on duty tonight."""
    with demo.superuser() as connection:
        connection.execute("delete from presence.round_stop")
    return demo


def site(world: World, name: str = "Les Fougères", code: str = "OPAC38") -> str:
    with world.bailleur(code) as session:
        return str(next(p.id for p in residences(session) if p.name == name))


def page_of(place: str) -> str:
    return f"/residences/{place}"


def field_page(place: str) -> str:
    return f"/soiree/residence/{place}"


def send(client: FlaskClient, page: str, action: str, **fields: object) -> TestResponse:
    """Send a form of a page; its key is new unless it is given."""
    token = csrf_of(client.get("/compte").text)
    sent = {"csrf_token": token, "cle": str(uuid4()), **fields}
    return client.post(f"{page}/{action}", data=sent)


def note(**changes: object) -> dict[str, object]:
    return {"texte": "Fermer le local.", "nature": "instruction", "du": TONIGHT} | changes


def count(world: World, table: str, where: str = "true") -> int:
    return int(str(world.scalar(f"select count(*) from presence.{table} where {where}")))  # noqa: S608


def walk(world: World, place: str) -> UUID:
    """Make the agent walk a residence tonight: its account."""
    with world.bailleur("OPAC38") as session:
        halls = entrances(session, [UUID(place)])
    account = account_of(world, EMAILS["agent"])
    put_on_duty(world, account, halls)
    return account


def a_code(world: World, place: str, client: FlaskClient) -> str:
    answer = send(client, page_of(place), "codes", intitule="Porte de la cour", code=CODE)
    assert answer.status_code == 303, answer.text
    return str(world.scalar("select id from presence.access_code where label = 'Porte de la cour' "
                            "and residence_id = %s and superseded_at is null", place))  # fmt: skip


def test_the_sheet_answers_first_and_says_who_wrote_and_who_read(demo: World) -> None:
    page = signed_in(demo, "opac38").get(page_of(site(demo))).text

    assert "Ce soir : 1\xa0danger et 1\xa0consigne." in page
    assert "1 n&#39;a pas encore été lue." in page
    assert "Claire Martin, le 02/12/2013 · version 1" in page
    assert "Lue par 2\xa0agents sur 2" in page
    assert "Pas encore lue" in page
    assert "Fermer le local vélos en partant ; la clé est à la loge." in page
    assert "soirées du 12/11/2013 au 04/12/2013 exclu" in page
    assert page.index("Garde-corps descellé") < page.index("la clé est dans le boîtier")


def test_the_sheet_shows_places_police_contacts_and_the_year(demo: World) -> None:
    page = signed_in(demo, "opac38").get(page_of(site(demo))).text

    assert "QPV Saint-Bonnet" in page
    assert "contours de 2015" in page
    assert "depuis le 1er janvier 2012" in page
    assert page.index("Hall 1</th>") < page.index("Hall 4</th>")
    assert "Convention 2013-14" in page
    assert 'href="tel:0400000041"' in page
    assert "en douze mois, le plus en novembre 2013" in page
    assert re.search(r"Convocations</dt><dd>", page)


def test_a_sheet_without_anything_says_what_will_come(demo: World) -> None:
    page = signed_in(demo, "pluralis").get(page_of(site(demo, "Le Moulin", "PLURALIS"))).text

    assert "Aucune consigne pour ce soir." in page
    assert "marqué « nouveau »" in page
    assert "Aucun code ici." in page
    assert "Personne à appeler sur place" in page


def test_another_bailleur_s_sheet_and_an_unknown_one_are_the_same_page(demo: World) -> None:
    client = signed_in(demo, "pluralis")

    pages = [client.get(page_of(key)) for key in (site(demo), str(uuid4()))]

    assert [page.status_code for page in pages] == [404, 404]
    assert without_marks(pages[0].text) == without_marks(pages[1].text)


def test_a_sector_reads_its_agency_and_a_caretaker_writes_nothing(demo: World) -> None:
    caretaker = signed_in(demo, "caretaker")
    place = site(demo)

    page = caretaker.get(page_of(place)).text

    assert "Révéler" in page
    assert "Ajouter une consigne" not in page
    assert "affichage" not in page
    assert "Convocations" not in page
    assert caretaker.get(page_of(site(demo, "Saint-Hubert"))).status_code == 404
    assert "Ajouter une consigne" in signed_in(demo, "sector").get(page_of(place)).text


def test_a_note_is_written_revised_then_ended(demo: World) -> None:
    client, place = signed_in(demo, "opac38"), site(demo, "Les Tilleuls")
    where = page_of(place)

    assert send(client, where, "consignes", **note()).status_code == 303
    first = demo.scalar("select id from presence.site_note where residence_id = %s", place)
    revised = note(texte="Fermer aussi la cave.", remplace=first)
    assert send(client, where, "consignes", **revised).status_code == 303
    page = client.get(where).text
    assert "Fermer aussi la cave." in page
    assert "Versions précédentes (1)" in page
    second = demo.scalar(
        "select id from presence.site_note where residence_id = %s and version = 2", place
    )
    assert send(client, where, f"consignes/{second}/fin", au=TONIGHT).status_code == 303
    assert "Terminées (2)" in client.get(where).text


def test_the_second_of_two_who_revise_at_once_is_told_so(demo: World) -> None:
    client, place = signed_in(demo, "opac38"), site(demo, "Les Tilleuls")
    assert send(client, page_of(place), "consignes", **note()).status_code == 303
    first = demo.scalar("select id from presence.site_note where residence_id = %s", place)
    revised = note(texte="Fermer aussi la cave.", remplace=first)

    with ThreadPoolExecutor(1) as pool, psycopg.connect(demo.superuser_url) as other:
        other.execute(
            "insert into presence.site_note select (jsonb_populate_record(n, jsonb_build_object("
            "'id', %s::text, 'version', 2))).* from presence.site_note n where id = %s",
            (str(uuid4()), first),
        )
        waiting = pool.submit(send, client, page_of(place), "consignes", **revised)
        # The page's own write waits for ours before anybody commits.
        while not waiting.done() and not demo.scalar(
            "select count(*) from pg_stat_activity where datname = current_database() "
            "and wait_event_type = 'Lock'"
        ):
            sleep(0.05)
        other.commit()
        answer = waiting.result(timeout=30)

    assert answer.status_code == 409
    assert "Quelqu&#39;un vient d&#39;enregistrer avant vous." in answer.text
    assert count(demo, "site_note", "version = 2 and body = 'Fermer aussi la cave.'") == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"texte": "=1+1"}, "un tableur y lit un calcul"),
        ({"texte": " "}, "Écrivez quelque chose"),
        ({"texte": "x" * 501}, "Au plus 500"),
        ({"nature": "avis"}, "Choisissez une réponse"),
        ({"du": "2013-12-04"}, "au plus tôt pour la soirée du 05/12/2013"),
        ({"du": "hier"}, "n&#39;est pas une date"),
        ({"lieu": str(uuid4())}, "Hall inconnu"),
        ({"remplace": str(uuid4())}, "n&#39;existe pas dans cette résidence"),
    ],
)
def test_a_refused_note_keeps_what_was_typed_and_writes_nothing(
    demo: World, changes: dict[str, object], said: str
) -> None:
    client, place, before = signed_in(demo, "opac38"), site(demo), count(demo, "site_note")

    answer = send(client, page_of(place), "consignes", **note(**changes))

    assert answer.status_code == 422
    assert "error-summary" in answer.text
    assert said in answer.text
    assert "<title>Erreur : " in answer.text
    if "texte" not in changes and "remplace" not in changes:
        assert ">Fermer le local.</textarea>" in answer.text
    assert count(demo, "site_note") == before


def test_the_same_form_sent_twice_is_one_note(demo: World) -> None:
    client, place, key = signed_in(demo, "opac38"), site(demo, "Les Tilleuls"), str(uuid4())

    for _ in range(2):
        assert send(client, page_of(place), "consignes", **note(cle=key)).status_code == 303

    assert count(demo, "site_note", f"residence_id = '{place}'") == 1


def test_a_stale_page_does_not_replace_a_note_twice(demo: World) -> None:
    client, place = signed_in(demo, "opac38"), site(demo, "Les Tilleuls")
    send(client, page_of(place), "consignes", **note())
    first = demo.scalar("select id from presence.site_note where residence_id = %s", place)
    send(client, page_of(place), "consignes", **note(texte="Un.", remplace=first))

    answer = send(client, page_of(place), "consignes", **note(texte="Deux.", remplace=first))

    assert answer.status_code == 409
    assert "a changé depuis" in answer.text
    assert count(demo, "site_note", f"residence_id = '{place}'") == 2


def test_a_contact_is_added_refused_and_archived(demo: World) -> None:
    client, place = signed_in(demo, "opac38"), site(demo, "Les Tilleuls")
    where, sent = page_of(place), {"fonction": "Gardien", "nom": "Paul", "telephone": "0474000038"}

    assert send(client, where, "contacts", **sent).status_code == 303
    refused = send(client, where, "contacts", **sent | {"telephone": "17"})
    assert refused.status_code == 422
    assert 'value="Paul"' in refused.text
    contact = demo.scalar("select id from presence.site_contact where residence_id = %s", place)
    assert send(client, where, f"contacts/{contact}/archiver").status_code == 303
    assert 'href="tel:' not in client.get(where).text
    assert count(demo, "site_contact", f"residence_id = '{place}'") == 1


def test_police_access_is_stated_and_the_pair_is_asked_for(demo: World) -> None:
    client, place = signed_in(demo, "opac38"), site(demo, "Les Tilleuls")
    where = page_of(place)

    refused = send(client, where, "forces-de-l-ordre", moyen="Badge.", autorisee_le="2013-09-02")
    assert (refused.status_code, "référence" in refused.text) == (422, True)
    sent = {"moyen": "Badge.", "autorisee_le": "2013-09-02", "document": "C-14"}
    assert send(client, where, "forces-de-l-ordre", **sent).status_code == 303
    assert "autorisée depuis le 2 septembre 2013 (C-14)" in client.get(where).text


def test_a_code_is_shown_on_one_answer_only_and_it_is_written(demo: World) -> None:
    client, place = signed_in(demo, "opac38"), site(demo, "Les Tilleuls")
    code = a_code(demo, place, client)
    assert CODE not in client.get(page_of(place)).text

    shown = send(client, page_of(place), f"codes/{code}/reveler")

    assert shown.status_code == 200
    assert f"<code>{CODE}</code>" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    after = client.get(page_of(place)).text
    assert CODE not in after
    assert "1\xa0affichage" in after
    assert "Votre organisme" in after
    assert count(demo, "access_reveal", f"access_code_id = '{code}'") == 1
    assert count(demo, "audit_entry", f"act = 'access_code.revealed' and object_id = '{code}'") == 1


def test_a_refused_code_is_never_given_back(demo: World) -> None:
    client, place, before = signed_in(demo, "opac38"), site(demo), count(demo, "access_code")

    for label, status in ((f"Porte {CODE}", 422), ("", 422)):
        answer = send(client, page_of(place), "codes", intitule=label, code=CODE)
        assert answer.status_code == status
        assert f'value="{CODE}"' not in answer.text

    assert count(demo, "access_code") == before


def test_a_code_is_replaced_then_withdrawn(demo: World) -> None:
    client, place = signed_in(demo, "opac38"), site(demo, "Les Tilleuls")
    former = a_code(demo, place, client)
    sent = {"intitule": "Cave", "code": "77C", "remplace": former, "a_changer": "2014-02-01"}

    assert send(client, page_of(place), "codes", **sent).status_code == 303

    page = client.get(page_of(place)).text
    assert "À changer avant le 1er février 2014" in page
    assert send(client, page_of(place), f"codes/{former}/reveler").status_code == 404
    current = demo.scalar("select id from presence.access_code where label = 'Cave'")
    assert send(client, page_of(place), f"codes/{current}/retirer").status_code == 303
    assert "Aucun code ici." in client.get(page_of(place)).text


def test_a_code_is_not_revealed_under_another_residence_s_address(demo: World) -> None:
    client, place = signed_in(demo, "opac38"), site(demo, "Les Tilleuls")
    code, before = a_code(demo, place, client), count(demo, "access_reveal")

    answer = send(client, page_of(site(demo)), f"codes/{code}/reveler")

    assert answer.status_code == 404
    assert CODE not in answer.text
    assert count(demo, "access_reveal") == before


def test_without_the_key_the_page_says_so_and_nothing_is_written(demo: World) -> None:
    client, place = signed_in(demo, "opac38"), site(demo, "Les Tilleuls")
    code, before = a_code(demo, place, client), count(demo, "access_reveal")
    boxes, sealing = dict(vault._boxes), list(vault._sealing)

    try:
        vault.configure(VaultKeys(bytes(32)))
        answer = send(client, page_of(place), f"codes/{code}/reveler")
    finally:
        vault._boxes.clear()
        vault._boxes.update(boxes)
        vault._sealing[:] = sealing

    assert answer.status_code == 409
    assert "la clé qui l&#39;a scellé" in answer.text
    assert count(demo, "access_reveal") == before


def test_an_archived_residence_is_read_without_any_form(demo: World) -> None:
    place = site(demo)
    with demo.superuser() as connection:
        connection.execute(
            "update presence.residence set archived_on = '2013-12-01', "
            "archive_reason = 'demolished' where id = %s",
            (place,),
        )
    client = signed_in(demo, "opac38")

    page = client.get(page_of(place)).text

    assert "sa fiche se lit, elle ne s'écrit plus" in page
    assert "Ajouter" not in page
    assert send(client, page_of(place), "consignes", **note()).status_code == 409


def test_the_agent_sees_hazards_first_and_what_is_new(idle: World) -> None:
    place = site(idle)
    walk(idle, place)
    client = signed_in(idle, "agent")

    page = client.get(field_page(place)).text

    assert page.index("Garde-corps descellé") < page.index("la clé est dans le boîtier")
    assert page.count("nouveau</strong>") == 1
    assert "Rose Gardienne" in page
    assert "Clé T25" in page
    assert "6\xa0soirs par semaine" in page
    assert page.count("<time") == 3


def test_j_ai_lu_is_noted_once_and_the_note_is_no_longer_new(idle: World) -> None:
    place = site(idle)
    walk(idle, place)
    client = signed_in(idle, "agent")
    (key,) = re.findall(r"consignes/([0-9a-f-]{36})/lue", client.get(field_page(place)).text)

    for _ in range(2):
        assert send(client, field_page(place), f"consignes/{key}/lue").status_code == 303

    assert "nouveau</strong>" not in client.get(field_page(place)).text
    assert count(idle, "note_reading", f"note_id = '{key}'") == 1
    assert send(client, field_page(place), f"consignes/{uuid4()}/lue").status_code == 404


def test_an_agent_on_duty_sees_the_code_and_the_bailleur_reads_the_card(idle: World) -> None:
    place, director = site(idle, "Les Tilleuls"), signed_in(idle, "opac38")
    code = a_code(idle, place, director)
    account = walk(idle, place)
    client = signed_in(idle, "agent")
    assert CODE not in client.get(field_page(place)).text

    shown = send(client, field_page(place), f"codes/{code}/reveler")

    assert (shown.status_code, f"<code>{CODE}</code>" in shown.text) == (200, True)
    assert shown.headers["Cache-Control"] == "no-store"
    assert CODE not in client.get(field_page(place)).text
    card = idle.scalar("select card_number from presence.agent where account_id = %s", account)
    assert f"Carte {card}" in director.get(page_of(place)).text
    assert "soirée du jeu. 5 déc." in director.get(page_of(place)).text


@pytest.mark.parametrize("account", ["agent", "leader"])
def test_who_is_not_on_duty_is_refused_in_words_and_nothing_is_written(
    idle: World, account: str
) -> None:
    place = site(idle, "Les Tilleuls")
    code = a_code(idle, place, signed_in(idle, "opac38"))
    client, before = signed_in(idle, account), count(idle, "access_reveal")

    answer = send(client, field_page(place), f"codes/{code}/reveler")

    assert answer.status_code == 403
    assert NOT_ON_DUTY in answer.text
    assert CODE not in answer.text
    assert count(idle, "access_reveal") == before


def test_who_is_not_on_duty_is_offered_no_button(idle: World) -> None:
    page = signed_in(idle, "leader").get(field_page(site(idle))).text

    assert "Révéler" not in page
    assert "Montrés au binôme de service" in page


def test_the_on_call_desk_reads_and_acknowledges_nothing(idle: World) -> None:
    page = signed_in(idle, "oncall").get(field_page(site(idle))).text

    assert "Garde-corps descellé" in page
    assert "J&#39;ai lu" not in page
    assert "J'ai lu" not in page
    assert "nouveau</strong>" not in page


def test_a_contract_that_ended_closes_the_field_sheet_and_the_code(idle: World) -> None:
    place = site(idle, "Les Tilleuls")
    code = a_code(idle, place, signed_in(idle, "opac38"))
    walk(idle, place)
    client = signed_in(idle, "agent")
    with idle.operator() as session:
        (row,) = [c for c in contracts(session) if c.bailleur_id == idle.ids["OPAC38"]]
        end_contract(session, row.id, date(2013, 12, 5))

    assert client.get(field_page(place)).status_code == 404
    assert send(client, field_page(place), f"codes/{code}/reveler").status_code == 404
    assert count(idle, "access_reveal", f"access_code_id = '{code}'") == 0


def test_no_page_export_or_log_line_holds_a_code(
    idle: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    place, client = site(idle, "Les Tilleuls"), signed_in(idle, "opac38")
    code = a_code(idle, place, client)
    send(client, page_of(place), f"codes/{code}/reveler")
    walk(idle, place)
    agent = signed_in(idle, "agent")

    told = [
        client.get(path).text
        for path in (
            page_of(place),
            "/residences",
            "/journal",
            "/droits",
            "/droits.csv",
            "/membres",
        )
    ]
    told += [agent.get(path).text for path in (field_page(place), "/soiree")]

    assert not [text for text in told if CODE in text]
    assert caplog.records
    assert CODE not in "".join(json.dumps(r.__dict__, default=str) for r in caplog.records)
