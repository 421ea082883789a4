"""Read-only links: made by the territory, opened by whoever has the address, until they close."""

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from presence.kernel.errors import NotFound
from presence.links.services import ShareEntry, links, network_of, share
from presence.releases.queries import releases
from tests.stack import Servers
from tests.web.accounts import csrf_of, signed_in, without_marks
from tests.worlds import SMALL_DEMO, World, cloned

ADDRESS = re.compile(r'value="http://[^"]*/partage/([\w-]+)"')


@pytest.fixture(scope="module")
def own(servers: Servers) -> Iterator[World]:
    with cloned(servers, SMALL_DEMO) as world:
        yield world


@pytest.fixture(scope="module")
def capi(own: World) -> FlaskClient:
    return signed_in(own, "capi")


def release_of(world: World) -> UUID:
    with world.reader() as session:
        return releases(session)[0].id


def made(capi: FlaskClient, own: World, *, key: UUID | None = None, who: str = "Préfecture") -> str:
    answer = capi.post(
        "/partages",
        data={
            "csrf_token": csrf_of(capi.get("/partages").text), "cle": str(key or uuid4()),
            "bilan": str(release_of(own)), "destinataire": who,
        },
    )  # fmt: skip
    assert answer.status_code == 201
    found = ADDRESS.search(answer.text)
    assert found
    return found[1]


def test_a_link_shows_the_bilan_to_who_has_no_account(own: World, capi: FlaskClient) -> None:
    secret = made(capi, own)

    answer = own.app.test_client().get(f"/partage/{secret}")

    assert answer.status_code == 200
    assert "60\u00a0interventions" in answer.text
    assert "Ce lien ouvre le bilan « Novembre 2013 », sans donnée nominative" in answer.text
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == (
        "no-store", "no-referrer",
    )  # fmt: skip


def test_a_link_opens_nothing_else(own: World, capi: FlaskClient) -> None:
    client = own.app.test_client()
    client.get(f"/partage/{made(capi, own)}")

    found = {
        path: client.get(path).status_code
        for path in ("/bilan", "/partages", f"/bilan/{release_of(own)}.pdf", "/cette-nuit")
    }

    assert set(found.values()) == {303}


def test_the_secret_is_not_in_the_database(own: World, capi: FlaskClient) -> None:
    secret = made(capi, own)

    with own.superuser() as connection:
        found = connection.execute("select t::text from presence.share_link t").fetchall()

    assert found
    assert not any(secret in str(row[0]) for row in found)
    assert secret not in capi.get("/partages").text


def test_each_opening_is_logged_with_a_truncated_address(own: World, capi: FlaskClient) -> None:
    secret = made(capi, own, who="Conseil de sécurité")
    client = own.app.test_client()

    for _ in range(2):
        client.get(f"/partage/{secret}", environ_base={"REMOTE_ADDR": "203.0.113.7"})

    with own.scheme() as session:
        link = next(item for item in links(session) if item.recipient == "Conseil de sécurité")
    page = capi.get(f"/partages/{link.id}").text
    assert link.opened == 2
    assert page.count("203.0.113.0/24") == 2
    assert "203.0.113.7" not in page


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("2001:db8:1:2::9", "2001:db8:1::/48"),
        (None, "inconnu"),
        ("nonsense", "inconnu"),
    ],
)
def test_an_address_is_never_kept_whole(address: str | None, kept: str) -> None:
    assert network_of(address) == kept


def test_a_revoked_link_says_so_at_once(own: World, capi: FlaskClient) -> None:
    secret = made(capi, own, who="À révoquer")
    with own.scheme() as session:
        link = next(item for item in links(session) if item.recipient == "À révoquer")

    capi.post(
        f"/partages/{link.id}/revoquer", data={"csrf_token": csrf_of(capi.get("/partages").text)}
    )

    answer = own.app.test_client().get(f"/partage/{secret}")
    assert answer.status_code == 410
    assert "Ce lien a été révoqué." in answer.text
    assert "interventions" not in answer.text


def test_an_expired_link_says_since_when(own: World, capi: FlaskClient) -> None:
    secret = made(capi, own, who="Bientôt expiré")
    with own.superuser() as connection:
        connection.execute(
            "update presence.share_link set created_at = created_at - interval '60 days', "
            "expires_at = '2013-11-30T23:00:00Z' where recipient = 'Bientôt expiré'"
        )

    answer = own.app.test_client().get(f"/partage/{secret}")

    assert answer.status_code == 410
    assert "Ce lien a expiré le 30 novembre 2013." in answer.text


def test_an_unknown_link_gets_the_page_of_an_unknown_address(own: World) -> None:
    client = own.app.test_client()

    unknown, nowhere = client.get("/partage/" + "x" * 43), client.get("/nulle-part")

    assert unknown.status_code == nowhere.status_code == 404
    assert without_marks(unknown.text) == without_marks(nowhere.text)


def test_the_same_key_makes_one_link(own: World, capi: FlaskClient) -> None:
    key = uuid4()
    made(capi, own, key=key)

    again = capi.post(
        "/partages",
        data={
            "csrf_token": csrf_of(capi.get("/partages").text), "cle": str(key),
            "bilan": str(release_of(own)), "destinataire": "Préfecture",
        },
    )  # fmt: skip

    assert again.status_code == 422
    assert "Ce partage existe déjà" in again.text
    assert own.scalar(f"select count(*) from presence.share_link where id = '{key}'") == 1  # noqa: S608


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"destinataire": "   "}, "Dites à qui va ce lien"),
        ({"destinataire": "x" * 121}, "Dites à qui va ce lien"),
        ({"jusqu_au": "2013-01-01"}, "L&#39;échéance va d&#39;aujourd&#39;hui à 366 jours."),
        ({"jusqu_au": "2016-01-01"}, "L&#39;échéance va d&#39;aujourd&#39;hui à 366 jours."),
    ],
    ids=["nobody", "too long", "past", "too far"],
)
def test_a_bad_entry_says_why_and_makes_nothing(
    own: World, capi: FlaskClient, sent: dict[str, str], said: str
) -> None:
    before = own.scalar("select count(*) from presence.share_link")
    data = {
        "csrf_token": csrf_of(capi.get("/partages").text), "cle": str(uuid4()),
        "bilan": str(release_of(own)), "destinataire": "Quelqu'un", **sent,
    }  # fmt: skip

    answer = capi.post("/partages", data=data)

    assert answer.status_code == 422
    assert said in answer.text
    assert own.scalar("select count(*) from presence.share_link") == before


def test_a_bilan_that_is_not_published_is_not_shared(own: World) -> None:
    with own.scheme() as session, pytest.raises(NotFound):
        share(session, ShareEntry(uuid4(), uuid4(), own.ids["CAPI"], "Personne"))


def test_a_link_is_open_thirty_days_by_default(own: World, capi: FlaskClient) -> None:
    made(capi, own, who="Trente jours")

    with own.scheme() as session:
        link = next(item for item in links(session) if item.recipient == "Trente jours")

    assert timedelta(days=30) < link.expires_at - link.created_at <= timedelta(days=31)
