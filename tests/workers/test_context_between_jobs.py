"""One worker process, one job after another: nothing of a context outlives its job (T83)."""

from uuid import UUID, uuid4

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from presence.field.models import Visit
from tenants.context import RELAY, Kind
from tenants.database import transaction
from tests.worlds import World
from workers.relay import JobSpec, add_job
from workers.scoping import Parameters, run_job

TASK = "tests.read_owners"


def test_a_failed_job_leaves_nothing_to_the_next_one(demo: World) -> None:
    seen: list[set[int]] = []

    def read(session: Session, _: Parameters) -> None:
        seen.append(set(session.scalars(select(Visit.bailleur_id).distinct())))

    def fail(session: Session, _: Parameters) -> None:
        read(session, _)
        session.execute(text("select set_config('app.kind', 'bailleur', false)"))
        raise ZeroDivisionError

    with demo.app.app_context():
        run_job(_job(demo.ids["OPAC38"]), TASK, read)
        run_job(_job(demo.ids["OPAC38"]), TASK, fail)
        run_job(_job(demo.ids["PLURALIS"]), TASK, read)

    assert seen == [{demo.ids["OPAC38"]}, {demo.ids["OPAC38"]}, {demo.ids["PLURALIS"]}]


def test_a_jobs_message_names_no_tenant_of_its_own(demo: World) -> None:
    seen: list[set[int]] = []

    def read(session: Session, parameters: Parameters) -> None:
        seen.append(set(session.scalars(select(Visit.bailleur_id).distinct())))
        assert parameters == {}

    with demo.app.app_context():
        run_job(uuid4(), TASK, read)
        run_job(_job(demo.ids["OPAC38"]), "tests.another_task", read)

    assert seen == []


def _job(bailleur_id: int) -> UUID:
    with transaction(RELAY) as session:
        key = f"test:{uuid4()}"
        add_job(session, JobSpec(key, TASK, Kind.BAILLEUR, bailleur_id))
        return UUID(
            str(session.scalar(text("select id from presence.job where key = :k"), {"k": key}))
        )
