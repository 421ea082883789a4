"""`presence verify-isolation`: no exception as delivered, one for each planted defect."""

from collections.abc import Sequence

import pytest
import sqlalchemy as sa
from flask import Flask

import presence.tables
from presence.cli import main
from tenants.context import RELAY, Kind
from tenants.database import transaction
from tenants.rls import kinds
from tenants.verification.catalogue import expected, read, written
from tenants.verification.french import TABLES, tables_in_french
from tenants.verification.report import Report, as_text, last_reports, verify
from tests.worlds import World


def verified(world: World, occasion: str = "command") -> Report:
    with world.app.app_context():
        return verify(occasion)


def codes(report: Report) -> set[str]:
    return {item.code for item in report.exceptions}


def test_nothing_is_found_as_delivered(demo: World) -> None:
    report = verified(demo)

    assert report.exceptions == ()
    assert report.passed
    assert {item.code for item in report.checks} >= {f"C{n}" for n in range(1, 18)}
    assert {item.code for item in report.checks} >= {f"S{n}" for n in range(1, 11)}


def test_the_reviewed_catalogue_is_the_migrated_one(world: World) -> None:
    engine = sa.create_engine(
        world.superuser_url.replace("postgresql://", "postgresql+psycopg://"),
        poolclass=sa.pool.NullPool,
    )
    with engine.connect() as connection:
        live = read(connection)

    assert written(live) == written(expected()), "migrations moved: run « make catalogue », review"


DEFECTS = {
    "row security off": ("alter table presence.visit disable row level security", {"C8"}),
    "force removed": ("alter table presence.call no force row level security", {"C8"}),
    "a month opened": (
        "grant select on presence.visit_2013_11 to presence_bailleur", {"C9"},
    ),
    "an open policy": (
        "create policy open on presence.residence for select to presence_bailleur using (true)",
        {"C1", "S1", "S2"},
    ),
    "a policy that lets all in": (
        "alter policy visit_bailleur on presence.visit using (true)", {"C1", "S1"},
    ),
    "a grant too many": ("grant select on presence.summons to presence_prestataire", {"C2"}),
    "a column to change": (
        "grant update (bailleur_id) on presence.visit to presence_prestataire", {"C3"},
    ),
    "a function rewritten": (
        """create or replace function app.signed_bailleur() returns int language sql stable
           security definer set search_path = pg_catalog, pg_temp as
           $$ select nullif(current_setting('app.bailleur_id', true), '')::int $$""",
        {"C4", "S3", "S4", "S5"},
    ),
    "a unique key without the owner": (
        "create unique index planted on presence.residence (id)", {"C6"},
    ),
    "a view": ("create view presence.leak as select * from presence.visit", {"C7"}),
    "an owner": ("alter table presence.commune owner to presence_bailleur", {"C7", "C11"}),
    "a preset": (
        "alter role presence_bailleur in database {database} set app.kind = 'bailleur'", {"C13"},
    ),
    "a place to create": ("grant create on schema presence to presence_bailleur", {"C14"}),
    "a publication": ("create publication planted for all tables", {"C15"}),
}  # fmt: skip


@pytest.mark.parametrize("defect", list(DEFECTS))
def test_a_planted_defect_is_found(demo: World, defect: str) -> None:
    statement, found = DEFECTS[defect]
    with demo.superuser() as connection:
        connection.execute(statement.format(database=demo.database).encode())

    report = verified(demo)

    assert codes(report) >= found
    assert not report.passed


def test_the_report_is_dated_in_french_and_holds_nobodys_row(demo: World) -> None:
    report = verified(demo)

    told = as_text(report)

    assert told.startswith("Vérification d'isolation du ")
    assert "Aucune exception" in told
    assert not [name for name in ("OPAC", "Pluralis", "Claire") if name in told]


def test_alone_a_bailleur_cannot_be_probed_and_the_report_says_so(world: World) -> None:
    report = verified(world)

    (probe,) = [item for item in report.checks if item.code == "S0"]
    assert probe.impossible
    assert not report.passed


def test_the_command_prints_the_report_and_its_exit_code(
    demo: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(demo, monkeypatch, ["verify-isolation"]) == 0
    assert "Aucune exception" in capsys.readouterr().out

    with demo.superuser() as connection:
        connection.execute("alter policy visit_bailleur on presence.visit using (true)")

    assert _run(demo, monkeypatch, ["verify-isolation", "--format", "json"]) == 1
    assert '"passed":false' in capsys.readouterr().out


def test_the_night_and_a_request_keep_their_reports(demo: World) -> None:
    from workers.isolation import TASK  # noqa: PLC0415
    from workers.relay import JobSpec, add_job  # noqa: PLC0415

    with demo.app.app_context(), transaction(RELAY) as session:
        add_job(session, JobSpec("isolation:test", TASK, Kind.RELAY, None, {"occasion": "night"}))
    demo.run_jobs()

    with demo.operator() as session:
        found = last_reports(session)

    assert [(item.occasion, item.passed) for item in found][:1] == [("night", True)]


def test_every_table_is_told_in_french() -> None:
    assert presence.tables.metadata.tables
    assert set(TABLES) == set(kinds())
    assert all(table.rules for table in tables_in_french())


def _run(world: World, monkeypatch: pytest.MonkeyPatch, arguments: Sequence[str]) -> int:
    app: Flask = world.app
    monkeypatch.setattr("presence.cli.product.create_app", lambda _: app)
    monkeypatch.setattr("presence.cli.product.load", lambda: None)
    return main(arguments)
