"""Access codes: sealed, masked, shown to whoever is entitled, and written each time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from presence.kernel import vault
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.vault import Unopened
from presence.settings import VaultKeys
from presence.sites import codes, queries
from presence.sites.codes import CodeDraft, NotOnDuty, Revealed
from tenants.errors import NotPermitted
from tenants.scheme import contracts, end_contract
from tests.factories.walkers import TONIGHT, an_account, an_agent, person, put_on_duty
from tests.presence.scene import EVENING, Scene

CODE = "38A41Z"
NEXT = date(2013, 12, 6)


def a_code(scene: Scene, **changes: object) -> CodeDraft:
    draft = CodeDraft(uuid4(), scene.alpha[0].residence_id, "Porte du hall", CODE)
    return replace(draft, **changes)  # type: ignore[arg-type]


def coded(scene: Scene, **changes: object) -> UUID:
    with scene.world.bailleur("ALPHA") as session:
        return codes.set_code(session, a_code(scene, **changes)).id


def revealed(scene: Scene, account: UUID, code_id: UUID, key: UUID | None = None) -> Revealed:
    with person(scene.world, "PRESTA", account) as session:
        return codes.reveal(session, code_id, key or uuid4())


@pytest.fixture
def agent(scene: Scene) -> UUID:
    """Somebody of the prestataire who walks ALPHA's halls tonight."""
    account = an_account(scene.world)
    put_on_duty(scene.world, account, list(scene.alpha))
    return account


@pytest.fixture
def stranger(scene: Scene) -> UUID:
    """A colleague who does not walk tonight."""
    account = an_account(scene.world)
    an_agent(scene.world, account, "38-0002")
    return account


def test_nobody_finds_the_code_in_the_database(scene: Scene) -> None:
    coded(scene)

    with scene.world.superuser() as connection:
        tables = connection.execute(
            "select relname from pg_class where relnamespace = 'presence'::regnamespace "
            "and relkind in ('r', 'p')"
        ).fetchall()
        told = "".join(
            str(connection.execute(f"select t::text from presence.{name} t".encode()).fetchall())  # noqa: S608
            for (name,) in tables
        )
        sealed = connection.execute("select sealed from presence.access_code").fetchone()

    assert CODE not in told
    assert CODE.encode().hex() not in told
    assert sealed is not None
    assert CODE.encode() not in bytes(sealed[0])  # type: ignore[call-overload]


def test_an_agent_on_duty_sees_the_code_and_it_is_written(scene: Scene, agent: UUID) -> None:
    code_id = coded(scene)

    shown = revealed(scene, agent, code_id)

    assert (shown.code, shown.evening_on) == (CODE, TONIGHT)
    with scene.world.bailleur("ALPHA") as session:
        (line,) = queries.reveals_of(session, scene.alpha[0].residence_id)
        assert (line.card_number, line.own, line.evening_on) == ("38-0001", False, TONIGHT)
    assert scene.count("audit_entry", f"act = 'access_code.revealed' and account_id = '{agent}'")


def test_the_same_key_is_one_reveal_and_another_key_is_another(scene: Scene, agent: UUID) -> None:
    code_id, key = coded(scene), uuid4()

    again = [revealed(scene, agent, code_id, key).id for _ in range(2)]
    revealed(scene, agent, code_id)

    assert again[0] == again[1]
    assert scene.count("access_reveal") == 2
    assert scene.count("audit_entry", "act = 'access_code.revealed'") == 2


def test_one_key_on_two_codes_is_two_reveals(scene: Scene, agent: UUID) -> None:
    key = uuid4()

    for label in ("Porte du hall", "Local vélos"):
        revealed(scene, agent, coded(scene, label=label), key)

    assert scene.count("access_reveal") == 2


def test_an_agent_who_is_not_on_duty_sees_nothing_and_nothing_is_written(
    scene: Scene, agent: UUID, stranger: UUID
) -> None:
    code_id = coded(scene)

    with pytest.raises(NotOnDuty, match="pas de service à cette adresse ce soir"):
        revealed(scene, stranger, code_id)

    assert scene.count("access_reveal") == 0
    assert scene.count("audit_entry", "act = 'access_code.revealed'") == 0


def test_duty_of_another_evening_or_place_opens_nothing(scene: Scene, stranger: UUID) -> None:
    put_on_duty(scene.world, stranger, list(scene.alpha), EVENING)
    put_on_duty(scene.world, stranger, list(scene.beta))

    with pytest.raises(NotOnDuty):
        revealed(scene, stranger, coded(scene))


def test_a_code_is_closed_with_its_contract(scene: Scene, agent: UUID) -> None:
    code_id = coded(scene)
    end(scene)

    with pytest.raises(NotFound):
        revealed(scene, agent, code_id)

    assert scene.count("access_reveal") == 0


def test_a_machine_is_never_shown_a_code(scene: Scene) -> None:
    code_id = coded(scene)

    with scene.world.bailleur("ALPHA") as session, pytest.raises(NotPermitted):
        codes.reveal(session, code_id, uuid4())


def test_the_bailleur_s_own_people_see_it_and_it_is_written_too(scene: Scene) -> None:
    code_id, account = coded(scene), an_account(scene.world, "ALPHA")

    with person(scene.world, "ALPHA", account) as session:
        assert codes.reveal(session, code_id, uuid4()).code == CODE

    with scene.world.bailleur("ALPHA") as session:
        (line,) = queries.reveals_of(session, scene.alpha[0].residence_id)
        assert (line.own, line.card_number) == (True, None)


def test_the_other_bailleur_s_people_do_not_find_it(scene: Scene) -> None:
    code_id, account = coded(scene), an_account(scene.world, "BETA")

    with person(scene.world, "BETA", account) as session:
        assert queries.codes_of(session, scene.alpha[0].residence_id) == []
        with pytest.raises(NotFound):
            codes.reveal(session, code_id, uuid4())


def test_a_ciphertext_copied_to_another_row_does_not_open(scene: Scene) -> None:
    first = coded(scene)
    account = an_account(scene.world, "ALPHA")
    with scene.world.bailleur("BETA") as session:
        draft = CodeDraft(uuid4(), scene.beta[0].residence_id, "Porte", "99B")
        codes.set_code(session, draft)
    with scene.world.superuser() as connection:
        connection.execute(
            "update presence.access_code set sealed = "
            "(select sealed from presence.access_code where id = %s) where id = %s",
            (draft.client_id, first),
        )

    with person(scene.world, "ALPHA", account) as session, pytest.raises(Unopened):
        codes.reveal(session, first, uuid4())

    assert scene.count("access_reveal") == 0


@pytest.fixture
def restored() -> Iterator[None]:
    """The vault as it was."""
    boxes, sealing = dict(vault._boxes), list(vault._sealing)
    yield
    vault._boxes.clear()
    vault._boxes.update(boxes)
    vault._sealing[:] = sealing


@pytest.mark.usefixtures("restored")
def test_under_another_key_the_refusal_names_the_key_and_nothing_is_written(
    scene: Scene, agent: UUID
) -> None:
    code_id = coded(scene)
    vault.configure(VaultKeys(bytes(32)))

    with pytest.raises(Unopened, match=str(scene.world.scalar(
        "select key_id from presence.access_code"
    ))):  # fmt: skip
        revealed(scene, agent, code_id)

    assert scene.count("access_reveal") == 0


def test_a_code_that_is_replaced_is_no_longer_shown_and_stays_sealed(
    scene: Scene, agent: UUID
) -> None:
    former = coded(scene)
    current = coded(scene, code="77C", replaces=former)

    with pytest.raises(NotFound):
        revealed(scene, agent, former)

    assert revealed(scene, agent, current).code == "77C"
    assert scene.count("access_code", "superseded_at is not null") == 1


def test_a_withdrawn_code_is_gone_for_good(scene: Scene) -> None:
    code_id, where = coded(scene), scene.alpha[0].residence_id

    with scene.world.bailleur("ALPHA") as session:
        codes.withdraw_code(session, where, code_id)

    with scene.world.bailleur("ALPHA") as session:
        assert queries.codes_of(session, where) == []
        with pytest.raises(Conflict):
            codes.withdraw_code(session, where, code_id)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"code": ""}, "Écrivez"),
        ({"code": "1" * 41}, "Au plus 40"),
        ({"code": "12\u200b34"}, "invisible"),
        ({"label": f"Porte {CODE.lower()}"}, "n'y écrivez pas le code"),
        ({"label": "=Porte"}, "tableur"),
        ({"change_by_on": TONIGHT}, "à venir"),
    ],
)
def test_a_code_that_cannot_be_kept_is_refused(
    scene: Scene, changes: dict[str, object], said: str
) -> None:
    with pytest.raises(Invalid, match=said) as refused:
        coded(scene, **changes)

    assert CODE not in refused.value.message
    assert scene.count("access_code") == 0


def test_the_same_key_is_the_same_code_and_another_content_is_refused(scene: Scene) -> None:
    key = uuid4()
    assert coded(scene, client_id=key) == coded(scene, client_id=key)

    with pytest.raises(Conflict, match="déjà servi"):
        coded(scene, client_id=key, code="99B")

    assert scene.count("access_code") == 1


def test_a_draft_or_a_revealed_code_never_prints_it(scene: Scene, agent: UUID) -> None:
    shown = revealed(scene, agent, coded(scene))

    assert CODE not in repr(a_code(scene)) + repr(shown)


def test_a_code_to_change_is_said_to_be(scene: Scene) -> None:
    coded(scene, change_by_on=NEXT)

    with scene.world.bailleur("ALPHA") as session:
        (code,) = queries.codes_of(session, scene.alpha[0].residence_id)
        assert (code.is_overdue(TONIGHT), code.is_overdue(NEXT)) == (False, True)


def end(scene: Scene) -> None:
    """End ALPHA's contract today."""
    own = scene.world.ids["ALPHA"]
    with scene.world.operator() as session:
        (row,) = [c for c in contracts(session) if c.bailleur_id == own]
        end_contract(session, row.id, TONIGHT)
