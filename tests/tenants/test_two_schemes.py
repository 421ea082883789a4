"""Two schemes side by side, a bailleur in both, another prestataire in each: nothing crosses."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from presence.daily_reports.closing import close_evening
from presence.daily_reports.models import DailyReport
from presence.field.models import Visit
from presence.field.services import take_in
from presence.finance.models import Cost
from presence.finance.services import AmountEntry, enter_amount
from presence.kernel.clock import at_paris
from presence.kernel.nomenclature import AmountStatus, Situation, Urgency
from presence.oncall.models import Call
from presence.oncall.services import CallReport, log_call
from presence.patrimoine import queries as patrimoine
from presence.patrimoine.models import Residence
from presence.patrimoine.queries import Hall
from tests.factories.places import a_residence
from tests.factories.schemes import a_scheme
from tests.factories.visits import a_visit
from tests.stack import Servers
from tests.worlds import EMPTY, World, cloned

EVENING = date(2013, 12, 4)


@dataclass(frozen=True)
class Side:
    """One of the two schemes."""

    scheme_id: int
    prestataire: str
    halls: tuple[Hall, ...]
    visits: tuple[UUID, ...]


@dataclass(frozen=True)
class Both:
    """The world and its two schemes; COMMON is a member of both."""

    world: World
    north: Side
    south: Side


@pytest.fixture(scope="module")
def both(servers: Servers) -> Iterator[Both]:
    with cloned(servers, EMPTY) as world:
        yield Both(
            world,
            _side(world, "NORD", "PRESTA1", ("COMMON", "ALPHA")),
            _side(world, "SUD", "PRESTA2", ("COMMON", "BETA")),
        )


def _side(world: World, name: str, prestataire: str, bailleurs: tuple[str, ...]) -> Side:
    scheme_id = a_scheme(
        world, name=name, bailleurs=bailleurs, prestataire=prestataire, territory=f"T{name}"
    )
    halls = tuple(
        a_residence(world, code, scheme_id=scheme_id, code=f"R-{name}")[0] for code in bailleurs
    )
    visits = [a_visit(hall) for hall in halls]
    with world.prestataire(prestataire) as session:
        take_in(session, visits)
        for hall in halls:
            log_call(
                session,
                CallReport(
                    uuid4(), hall.residence_id, at_paris(EVENING, visits[0].started_at.time()),
                    Situation.NOISE, Urgency.TONIGHT,
                ),
            )  # fmt: skip
        close_evening(session, scheme_id, EVENING, signer="Chef")
    with world.scheme(scheme_id) as session:
        enter_amount(
            session,
            AmountEntry(
                uuid4(), name, date(2013, 1, 1), date(2013, 12, 31), 100, AmountStatus.ACTUAL
            ),
        )
    world.run_jobs()
    return Side(scheme_id, prestataire, halls, tuple(visit.client_id for visit in visits))


@pytest.mark.parametrize("table", [Visit, Residence, Call, DailyReport], ids=lambda t: t.__name__)
@pytest.mark.parametrize("side", ["north", "south"])
def test_a_prestataire_sees_its_scheme_only(
    both: Both, side: str, table: type[Visit] | type[Residence] | type[Call] | type[DailyReport]
) -> None:
    own: Side = getattr(both, side)

    with both.world.prestataire(own.prestataire) as session:
        seen = session.scalars(select(table.scheme_id)).all()

    assert seen == [own.scheme_id] * 2


def test_a_prestataire_cannot_write_at_a_place_of_the_other_scheme(both: Both) -> None:
    foreign = both.south.halls[0]

    with both.world.prestataire(both.north.prestataire) as session:
        (outcome,) = take_in(session, [a_visit(foreign)])

    assert (outcome.status, outcome.field) == ("refused", "entrance_id")


def test_the_common_bailleur_sees_its_visits_of_both(both: Both) -> None:
    with both.world.bailleur("COMMON") as session:
        seen = set(session.scalars(select(Visit.id)))

    assert seen == {both.north.visits[0], both.south.visits[0]}


def test_the_common_bailleur_gets_one_report_per_scheme(both: Both) -> None:
    with both.world.bailleur("COMMON") as session:
        rows = session.execute(select(DailyReport.scheme_id, DailyReport.content)).all()

    held = {
        row.scheme_id: [
            str(v) in row.content.decode() for v in both.north.visits + both.south.visits
        ]
        for row in rows
    }
    assert held == {
        both.north.scheme_id: [True, False, False, False],
        both.south.scheme_id: [False, False, True, False],
    }


def test_a_member_of_one_scheme_sees_no_place_of_the_others(both: Both) -> None:
    with both.world.bailleur("ALPHA") as session:
        seen = [place.id for place in patrimoine.residences(session)]

    assert seen == [both.north.halls[1].residence_id]


@pytest.mark.parametrize(
    ("code", "names"), [("ALPHA", {"NORD"}), ("BETA", {"SUD"}), ("COMMON", {"NORD", "SUD"})]
)
def test_costs_are_read_by_the_members_of_their_scheme(
    both: Both, code: str, names: set[str]
) -> None:
    with both.world.bailleur(code) as session:
        seen = set(session.scalars(select(Cost.label)))

    assert seen == names


def test_a_schemes_job_reads_its_own_costs(both: Both) -> None:
    with both.world.scheme(both.south.scheme_id) as session:
        seen = session.scalars(select(Cost.label)).all()

    assert seen == ["SUD"]


def test_the_same_residence_code_serves_two_bailleurs(both: Both) -> None:
    a_residence(both.world, "ALPHA", scheme_id=both.north.scheme_id, code="R-TWICE")

    made = a_residence(both.world, "BETA", scheme_id=both.south.scheme_id, code="R-TWICE")

    assert made
