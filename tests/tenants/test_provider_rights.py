"""The prestataire: contract × bailleur × perimeter × dates × duty, at the next statement."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import func, select

from presence.daily_reports.closing import close_evening
from presence.field.events import link_interventions
from presence.field.services import intervention_key, take_in
from presence.kernel.errors import Conflict, Invalid
from presence.patrimoine import queries as patrimoine
from presence.patrimoine.queries import Hall
from presence.review.certificates import certificates, seal_certificate
from tenants.context import Context, Kind
from tenants.scheme import contracts, end_contract
from tests.factories.places import a_residence
from tests.factories.schemes import a_scheme
from tests.factories.visits import a_visit, a_visit_with_intervention
from tests.stack import Servers
from tests.tenants.doors import Connection, acting
from tests.worlds import EMPTY, World, cloned

TODAY = date(2013, 12, 5)
LAST_EVENING = date(2013, 12, 4)


@pytest.fixture
def served(world: World) -> World:
    """Two bailleurs, one prestataire, contracts that run."""
    a_scheme(world)
    return world


@pytest.fixture
def alpha(served: World) -> Hall:
    return a_residence(served, "ALPHA")[0]


@pytest.fixture
def beta(served: World) -> Hall:
    return a_residence(served, "BETA", code="B001")[0]


def end(world: World, on: date, code: str = "ALPHA") -> None:
    """End a bailleur's contract."""
    with world.operator() as session:
        own = world.ids[code]
        (row,) = [c for c in contracts(session) if c.bailleur_id == own]
        end_contract(session, row.id, on)


@pytest.fixture
def provider(served: World) -> Iterator[Connection]:
    """A bare connection in the prestataire's context, one transaction."""
    with acting(served, Context(Kind.PRESTATAIRE, served.ids["PRESTA"])) as connection:
        yield connection


def places(connection: Connection) -> int:
    row = connection.execute("select count(*) from presence.residence").fetchone()
    return int(str(row and row[0]))


def visit_row(world: World, hall: Hall, evening_on: date) -> tuple[object, ...]:
    at = datetime.combine(evening_on, time(19), UTC)
    return (
        hall.bailleur_id, uuid4(), evening_on, world.ids["PRESTA"], world.ids["scheme"],
        hall.residence_id, hall.id, at,
    )  # fmt: skip


INSERT = b"""insert into presence.visit (bailleur_id, id, evening_on, prestataire_id, scheme_id,
  residence_id, entrance_id, started_at, result, content_hash)
  values (%s, %s, %s, %s, %s, %s, %s, %s, 'nothing_to_report', 'h')"""


def test_a_contract_that_ends_is_seen_by_the_next_statement(
    served: World, alpha: Hall, beta: Hall, provider: Connection
) -> None:
    before = places(provider)

    end(served, TODAY)

    assert (before, places(provider)) == (2, 1)


def test_the_end_is_midnight_in_paris_by_the_database_clock(
    served: World, alpha: Hall, provider: Connection
) -> None:
    end(served, TODAY)
    served.set_clock("2013-12-04T23:59:30+01:00")
    eve = places(provider)
    served.set_clock("2013-12-05T00:00:01+01:00")

    assert (eve, places(provider)) == (1, 0)


@pytest.mark.parametrize(
    ("hours", "accepted"), [(1, True), (71, True), (73, False)], ids=["1 h", "71 h", "73 h"]
)
def test_a_late_deposit_is_taken_for_72_hours(
    served: World, alpha: Hall, hours: int, accepted: bool
) -> None:
    end(served, TODAY)
    served.set_clock((datetime(2013, 12, 4, 23, tzinfo=UTC) + timedelta(hours=hours)).isoformat())
    row = visit_row(served, alpha, LAST_EVENING)
    with acting(served, Context(Kind.PRESTATAIRE, served.ids["PRESTA"])) as connection:
        if accepted:
            assert connection.execute(INSERT, row).rowcount == 1
        else:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(INSERT, row)


def test_a_late_deposit_is_not_read_back(served: World, alpha: Hall, provider: Connection) -> None:
    end(served, TODAY)
    with provider.transaction(force_rollback=True):
        provider.execute(INSERT, visit_row(served, alpha, LAST_EVENING))
        seen = provider.execute("select count(*) from presence.visit").fetchone()

    assert seen == (0,)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        provider.execute(INSERT + b" returning id", visit_row(served, alpha, LAST_EVENING))


def test_a_late_deposit_dated_after_the_end_is_refused(
    served: World, alpha: Hall, provider: Connection
) -> None:
    end(served, TODAY)

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        provider.execute(INSERT, visit_row(served, alpha, TODAY))


def test_a_visit_outside_the_contracts_dates_is_refused_by_the_database(
    served: World, alpha: Hall, provider: Connection
) -> None:
    before = date(2012, 12, 31)
    with served.operator() as session:
        session.execute(select(func.app.prepare_months(before, before)))

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        provider.execute(INSERT, visit_row(served, alpha, before))


def test_a_device_bound_before_the_end_deposits_through_the_product(
    served: World, alpha: Hall
) -> None:
    end(served, TODAY)
    bound = datetime(2013, 12, 4, 15, tzinfo=UTC)
    visit = a_visit_with_intervention(alpha)

    with served.prestataire() as session:
        (outcome,) = take_in(session, [visit], bound_at=bound)
        (again,) = take_in(session, [visit], bound_at=bound)

    assert (outcome.status, again.status) == ("deposited", "deposited")
    assert served.scalar("select count(*) from presence.visit") == 1
    assert served.scalar("select count(*) from presence.intervention") == 1


@pytest.mark.parametrize(
    "bound", [datetime(2013, 12, 5, 6, tzinfo=UTC), None], ids=["new", "unknown"]
)
def test_a_device_bound_after_the_end_deposits_nothing(
    served: World, alpha: Hall, bound: datetime | None
) -> None:
    end(served, TODAY)

    with served.prestataire() as session:
        (outcome,) = take_in(session, [a_visit(alpha)], bound_at=bound)

    assert outcome.status == "refused"
    assert served.scalar("select count(*) from presence.visit") == 0


def test_the_place_of_a_deposit_tells_nothing_of_a_bailleur_without_contract(
    served: World, alpha: Hall, provider: Connection
) -> None:
    end(served, TODAY - timedelta(days=10))
    statement = b"select count(*) from app.place_of_deposit(%s)"

    found = [provider.execute(statement, (key,)).fetchone() for key in (alpha.id, uuid4())]

    assert found == [(0,), (0,)]


def test_a_shortened_contract_sets_its_later_visits_apart(served: World, alpha: Hall) -> None:
    with served.prestataire() as session:
        take_in(session, [a_visit(alpha)])

    end(served, LAST_EVENING)

    assert served.scalar("select count(*) from presence.visit") == 1
    with served.prestataire() as session:
        assert patrimoine.residences(session) == []


@pytest.mark.parametrize(
    ("periods", "seen"),
    [("{[2013-12-06,)}", 0), ("{[2013-01-01,2013-12-05)}", 0), ("{[2013-01-01,2013-12-06)}", 1),
     ("{}", 0), ("{[2013-01-01,2013-02-01),[2013-12-01,2014-01-01)}", 1)],
)  # fmt: skip
def test_a_residence_is_seen_while_it_is_in_the_perimeter(
    served: World, alpha: Hall, provider: Connection, periods: str, seen: int
) -> None:
    with served.superuser() as connection:
        connection.execute("update presence.residence set covered_during = %s", (periods,))

    assert places(provider) == seen


def test_the_halls_of_a_residence_out_of_the_perimeter_are_not_found(
    served: World, alpha: Hall
) -> None:
    with served.superuser() as connection:
        connection.execute(
            "update presence.residence set covered_during = '{[2013-01-01,2013-12-01)}'"
        )

    with served.prestataire() as session:
        assert patrimoine.entrances_by_id(session, [alpha.id]) == {}


def test_a_certificate_outlives_the_contract_and_nothing_else_does(
    served: World, alpha: Hall
) -> None:
    with served.prestataire() as session:
        take_in(session, [a_visit(alpha)])
    with served.bailleur("ALPHA") as session:
        made = seal_certificate(
            session, served.ids["PRESTA"], served.ids["scheme"], date(2013, 12, 1)
        )
        again = seal_certificate(
            session, served.ids["PRESTA"], served.ids["scheme"], date(2013, 12, 1)
        )

    end(served, TODAY)

    with served.prestataire() as session:
        (kept,) = certificates(session)
        assert patrimoine.residences(session) == []
    assert made is not None
    assert again is not None
    assert (kept.id, kept.content_hash, kept.version) == (made.id, again.content_hash, 1)
    assert b"R001" in kept.content
    assert str(alpha.id).encode() not in kept.content


def test_a_certificate_changed_by_a_late_deposit_is_a_new_version(
    served: World, alpha: Hall
) -> None:
    versions = []
    for _ in range(2):
        with served.prestataire() as session:
            take_in(session, [a_visit(alpha)])
        with served.bailleur("ALPHA") as session:
            made = seal_certificate(
                session, served.ids["PRESTA"], served.ids["scheme"], date(2013, 12, 1)
            )
            versions.append(made and made.version)

    assert versions == [1, 2]


def test_an_event_across_two_bailleurs_is_two_rows_and_a_link_that_neither_sees(
    served: World, alpha: Hall, beta: Hall
) -> None:
    visits = [a_visit_with_intervention(alpha), a_visit_with_intervention(beta)]
    keys = [intervention_key(visit.client_id, 0) for visit in visits]
    with served.prestataire() as session:
        take_in(session, visits)
        event = link_interventions(session, uuid4(), LAST_EVENING, keys)
        same = link_interventions(session, event.id, LAST_EVENING, keys)

    assert set(event.interventions) == set(keys)
    assert same == event
    for code in ("ALPHA", "BETA"):
        with (
            acting(served, Context(Kind.BAILLEUR, served.ids[code])) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute("select * from presence.event_link")
        with acting(served, Context(Kind.BAILLEUR, served.ids[code])) as connection:
            told = connection.execute(
                "select count(*) from presence.audit_entry where act like 'event%'"
            ).fetchone()
        assert told == (0,)


def test_an_intervention_belongs_to_one_event(served: World, alpha: Hall, beta: Hall) -> None:
    visits = [a_visit_with_intervention(alpha), a_visit_with_intervention(beta)]
    keys = [intervention_key(visit.client_id, 0) for visit in visits]
    with served.prestataire() as session:
        take_in(session, visits)
        link_interventions(session, uuid4(), LAST_EVENING, keys)

        with pytest.raises(Conflict):
            link_interventions(session, uuid4(), LAST_EVENING, keys)
        with pytest.raises(Invalid):
            link_interventions(session, uuid4(), LAST_EVENING, [keys[0]])
        with pytest.raises(Invalid):
            link_interventions(session, uuid4(), LAST_EVENING, [keys[0], uuid4()])


def test_a_report_is_the_same_bytes_whether_the_round_crossed_another_bailleur(
    servers: Servers,
) -> None:
    key = uuid4()

    alone, mixed = (_sealed(servers, key, mixed=mixed) for mixed in (False, True))

    assert alone == mixed
    assert b"BETA" not in mixed


def _sealed(servers: Servers, key: UUID, *, mixed: bool) -> bytes:
    """ALPHA's report of an evening, with or without what happened at BETA (T87, T88)."""
    with cloned(servers, EMPTY) as world:
        a_scheme(world)
        alpha, *rest = a_residence(world, "ALPHA")
        a_second, beta = [hall.id for hall in rest], a_residence(world, "BETA", code="B001")[0]
        others = [a_visit_with_intervention(beta), a_visit(beta, at="2013-12-04T19:59:00+01:00")]
        with world.prestataire() as session:
            take_in(session, [a_visit(alpha, client_id=key), *(others if mixed else [])])
            close_evening(
                session, world.ids["scheme"], LAST_EVENING, signer="Nadia",
                signed_at=datetime(2013, 12, 4, 22, 6, tzinfo=UTC),
            )  # fmt: skip
        world.run_jobs()
        content = world.scalar(
            "select content from presence.daily_report where bailleur_id = %s", world.ids["ALPHA"]
        )
        assert isinstance(content, bytes)
        # The two worlds drew other keys for the same places.
        for drawn, name in ((alpha.residence_id, b"residence"), (alpha.id, b"hall")):
            content = content.replace(str(drawn).encode(), name)
        for hall in a_second:
            content = content.replace(str(hall).encode(), b"second hall")
        return content
