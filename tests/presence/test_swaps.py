"""Swaps: asked with a reason, answered by a planner or the other agent; calendars of teams."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from icalendar import Calendar, Event  # type: ignore[import-untyped]
from sqlalchemy.orm import Session

from presence.accounts.identity import Grant
from presence.accounts.services import NewAccount, open_account
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.roster import queries
from presence.roster.calendars import calendar_behind, create_link, links, revoke_link
from presence.roster.queries import ShiftLine
from presence.roster.rules import SwapAnswer
from presence.roster.shifts import cancel_shift
from presence.roster.swaps import SwapDraft, answer_swap, ask_swap, swaps, withdraw_swap
from tenants.context import Context, Kind
from tenants.registry import organisations
from tenants.roles import Role
from tests.factories.roster import THURSDAY, a_shift, a_team, an_agent
from tests.presence.people import NEW
from tests.presence.scene import Scene

FRIDAY = THURSDAY + timedelta(days=1)


@dataclass(frozen=True)
class Pair:
    """Karim, who has a shift on Friday, and Samir, who has none; each with an account."""

    scene: Scene
    team: UUID
    karim: UUID
    samir: UUID
    shift: ShiftLine
    accounts: dict[str, UUID]

    @contextmanager
    def acting(self, name: str) -> Iterator[Session]:
        """A transaction of one of them."""
        own = self.scene.world.ids["PRESTA"]
        with self.scene.world.acting(
            Context(Kind.PRESTATAIRE, own, self.accounts[name])
        ) as session:
            yield session

    def ask(self, name: str = "karim", key: UUID | None = None, **changed: Any) -> UUID:
        """Ask for the swap of Friday."""
        swap_id = key or uuid4()
        draft = SwapDraft(self.shift.id, self.samir, "Formation")
        with self.acting(name) as session:
            ask_swap(session, swap_id, replace(draft, **changed), planner=False)
        return swap_id

    def walker(self) -> str:
        """Who walks on Friday."""
        with self.scene.world.prestataire() as session:
            found = queries.shifts_of_evening(session, self.scene.scheme_id, FRIDAY)
        return found[0].agent.display_name


@pytest.fixture
def pair(scene: Scene) -> Pair:
    """The two of them."""
    world = scene.world
    with world.operator() as session:
        presta = next(o for o in organisations(session) if o.code == "PRESTA")
        session.expunge_all()
    accounts = {}
    for name in ("karim", "samir", "lina"):
        with world.app.app_context():
            account = NewAccount(f"{name}@presta.example", name, NEW, (Grant(Role.AGENT),))
            accounts[name] = open_account(presta, account).account_id
    team = a_team(world)
    karim = an_agent(world, "Karim", account_id=accounts["karim"])
    samir = an_agent(world, "Samir", account_id=accounts["samir"])
    return Pair(scene, team, karim, samir, a_shift(world, team, karim, FRIDAY), accounts)


def test_an_accepted_swap_changes_who_walks_at_the_same_instant(pair: Pair) -> None:
    swap_id = pair.ask()

    with pair.acting("samir") as session:
        line = answer_swap(session, swap_id, SwapAnswer.ACCEPTED, planner=False)

    assert line.state == "accepted"
    assert pair.walker() == "Samir"
    with pair.scene.world.prestataire() as session:
        assert queries.shifts_of_agent(session, pair.karim, FRIDAY, FRIDAY) == []
    acts = "act in ('swap.asked', 'swap.accepted')"
    assert pair.scene.count("prestataire_audit_entry", acts) == 2


def test_a_refused_swap_changes_nothing(pair: Pair) -> None:
    swap_id = pair.ask()

    with pair.acting("samir") as session:
        answer_swap(session, swap_id, SwapAnswer.REFUSED, planner=False)

    assert pair.walker() == "Karim"


def test_answering_twice_is_once_and_the_contrary_is_a_conflict(pair: Pair) -> None:
    swap_id = pair.ask()
    for _ in range(2):
        with pair.acting("samir") as session:
            answer_swap(session, swap_id, SwapAnswer.ACCEPTED, planner=False)

    with pair.acting("samir") as session, pytest.raises(Conflict, match="déjà reçu une réponse"):
        answer_swap(session, swap_id, SwapAnswer.REFUSED, planner=False)

    assert pair.scene.count("prestataire_audit_entry", "act = 'swap.accepted'") == 1


@pytest.mark.parametrize("name", ["karim", "lina"])
def test_neither_the_asker_nor_a_third_person_answers(pair: Pair, name: str) -> None:
    swap_id = pair.ask()

    with pair.acting(name) as session, pytest.raises(NotFound):
        answer_swap(session, swap_id, SwapAnswer.ACCEPTED, planner=False)


def test_a_planner_answers_for_anybody(pair: Pair) -> None:
    swap_id = pair.ask()

    with pair.acting("lina") as session:
        answer_swap(session, swap_id, SwapAnswer.ACCEPTED, planner=True)

    assert pair.walker() == "Samir"


def test_nobody_asks_for_a_swap_of_somebody_else_s_shift(pair: Pair) -> None:
    with pytest.raises(Invalid) as caught:
        pair.ask("samir", to_agent_id=pair.karim)

    assert caught.value.faults[0].field == "shift_id"


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("shift_id", {"shift_id": uuid4()}),
        ("to_agent_id", {"to_agent_id": uuid4()}),
        ("reason", {"reason": " "}),
    ],
)
def test_a_swap_that_cannot_be_is_refused(pair: Pair, field: str, changed: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        pair.ask(**changed)

    assert caught.value.faults[0].field == field
    assert pair.scene.count("shift_swap") == 0


def test_a_swap_is_not_asked_of_somebody_whose_card_has_expired(pair: Pair) -> None:
    expired = an_agent(pair.scene.world, "Zoé", until=date(2013, 11, 30))

    with pytest.raises(Invalid, match="La carte de Zoé a expiré le 30/11/2013"):
        pair.ask(to_agent_id=expired)


def test_accepting_checks_the_other_agent_again(pair: Pair) -> None:
    swap_id = pair.ask()
    a_shift(pair.scene.world, a_team(pair.scene.world, "Villefontaine"), pair.samir, FRIDAY)

    with pair.acting("samir") as session, pytest.raises(Conflict, match="déjà de service"):
        answer_swap(session, swap_id, SwapAnswer.ACCEPTED, planner=False)

    assert pair.walker() == "Karim"


def test_one_swap_at_a_time_is_asked_for_a_shift(pair: Pair) -> None:
    pair.ask()

    with pytest.raises(Conflict, match="déjà demandé"):
        pair.ask()


def test_the_same_key_asks_once(pair: Pair) -> None:
    key = pair.ask()

    pair.ask(key=key)

    assert pair.scene.count("shift_swap") == 1
    with pytest.raises(Conflict, match="déjà servi"):
        pair.ask(key=key, reason="Autre chose")


def test_the_asker_takes_the_request_back(pair: Pair) -> None:
    swap_id = pair.ask()

    with pair.acting("karim") as session:
        withdraw_swap(session, swap_id, planner=False)
    with pair.acting("samir") as session, pytest.raises(Conflict):
        answer_swap(session, swap_id, SwapAnswer.ACCEPTED, planner=False)

    assert pair.walker() == "Karim"


def test_a_cancelled_shift_takes_its_swap_along(pair: Pair) -> None:
    pair.ask()

    with pair.scene.world.prestataire() as session:
        cancel_shift(session, pair.shift.id)
        (line,) = swaps(session)

    assert (line.state, line.shift) == ("withdrawn", None)


def test_a_shift_that_is_over_is_not_swapped(pair: Pair) -> None:
    swap_id = pair.ask()
    pair.scene.world.set_clock("2013-12-07T08:00:00+01:00")

    with pair.acting("samir") as session, pytest.raises(Invalid, match="terminée"):
        answer_swap(session, swap_id, SwapAnswer.ACCEPTED, planner=False)


def test_an_agent_s_swaps_are_those_that_concern_them(pair: Pair) -> None:
    pair.ask()

    with pair.scene.world.prestataire() as session:
        own = swaps(session, agent_id=pair.samir, waiting=True)
        nobody_s = swaps(session, agent_id=an_agent(pair.scene.world, "Lina"))

    assert [line.from_agent.display_name for line in own] == ["Karim"]
    assert nobody_s == []


def a_link(scene: Scene, team: UUID) -> tuple[UUID, str]:
    key = uuid4()
    with scene.world.prestataire() as session:
        return key, create_link(session, key, team)


def events(scene: Scene, secret: str) -> list[Event]:
    with scene.world.app.app_context():
        content = calendar_behind(secret)
    assert content is not None
    return list(Calendar.from_ical(content).walk("VEVENT"))


def test_a_calendar_shows_a_team_s_hours_in_utc_and_nothing_of_its_people(pair: Pair) -> None:
    _, secret = a_link(pair.scene, pair.team)

    (event,) = events(pair.scene, secret)

    assert event.decoded("dtstart") == datetime(2013, 12, 6, 16, tzinfo=UTC)
    assert event.decoded("dtend") == datetime(2013, 12, 6, 22, tzinfo=UTC)
    assert str(event["summary"]) == "Vacations Bourgoin Ouest"
    assert b"DTSTART:20131206T160000Z" in event.to_ical()
    assert set(event) == {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY"}


def test_an_evening_is_one_event_whose_name_outlives_a_swap(pair: Pair) -> None:
    _, secret = a_link(pair.scene, pair.team)
    before = events(pair.scene, secret)

    a_shift(pair.scene.world, pair.team, pair.samir, FRIDAY)
    with pair.scene.world.prestataire() as session:
        cancel_shift(session, pair.shift.id)
    after = events(pair.scene, secret)

    assert [str(event["uid"]) for event in before] == [str(event["uid"]) for event in after]


def test_a_calendar_follows_paris_across_a_clock_change(scene: Scene) -> None:
    scene.world.set_clock("2013-10-24T08:00:00+02:00")
    team, agent = a_team(scene.world), an_agent(scene.world)
    for day in (26, 27):
        a_shift(scene.world, team, agent, date(2013, 10, day))
    _, secret = a_link(scene, team)

    found = events(scene, secret)

    assert [event.decoded("dtstart").isoformat() for event in found] == [
        "2013-10-26T15:00:00+00:00",
        "2013-10-27T16:00:00+00:00",
    ]
    assert {event.decoded("dtend") - event.decoded("dtstart") for event in found} == {
        timedelta(hours=6)
    }


def test_only_the_hash_of_an_address_is_kept(pair: Pair) -> None:
    _, secret = a_link(pair.scene, pair.team)

    kept = str(pair.scene.world.scalar("select l::text from presence.calendar_link l"))

    assert secret not in kept


def test_a_revoked_address_is_an_unknown_one(pair: Pair) -> None:
    key, secret = a_link(pair.scene, pair.team)

    for _ in range(2):
        with pair.scene.world.prestataire() as session:
            revoke_link(session, key)

    with pair.scene.world.app.app_context():
        assert [calendar_behind(given) for given in (secret, "x" * 43)] == [None, None]
    with pair.scene.world.prestataire() as session:
        assert links(session) == []
    assert pair.scene.count("prestataire_audit_entry", "act = 'calendar_link.revoked'") == 1


def test_reading_a_calendar_is_dated(pair: Pair) -> None:
    _, secret = a_link(pair.scene, pair.team)

    events(pair.scene, secret)

    with pair.scene.world.prestataire() as session:
        assert links(session)[0].read_at is not None


def test_an_address_is_given_once(pair: Pair) -> None:
    key, _ = a_link(pair.scene, pair.team)

    with pair.scene.world.prestataire() as session:
        with pytest.raises(Conflict, match="ne se montre qu'une fois"):
            create_link(session, key, pair.team)
        with pytest.raises(Invalid, match="n'est pas à vous"):
            create_link(session, uuid4(), uuid4())
        with pytest.raises(NotFound):
            revoke_link(session, uuid4())
