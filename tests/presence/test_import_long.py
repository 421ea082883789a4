"""Long files: read by the worker with a progress that moves, given up, applied by the worker."""

from uuid import UUID

import pytest

from presence.imports import services
from presence.imports.queries import import_sample
from presence.imports.services import LONG, note_progress
from presence.kernel.errors import Conflict
from presence.kernel.nomenclature import ImportState
from tests.factories.imports import confirmed, deposited, seen
from tests.factories.patrimoine_files import TITLES, csv_file, good_rows
from tests.presence.scene import Scene
from tests.presence.test_import_rpls import FLAT, HEADER

DWELLINGS = 20_000


def a_national_return(dwellings: int, siret: str = "") -> bytes:
    """A return of dwellings, ten to an entrance, five entrances to a residence."""
    rows = [
        [
            {
                "IDENT_REP": str(number), "CODSEGPATRIM": f"S{number // 50}",
                "LIBSEGPATRIM": f"Segment {number // 50}", "NUMVOIE": str(number // 10 % 5 + 1),
                "NOMVOIE": f"CHOPIN {number // 50}", "SIRET": siret,
            }.get(title, FLAT.get(title, ""))
            for title in HEADER
        ]
        for number in range(dwellings)
    ]  # fmt: skip
    return csv_file(HEADER, rows)


def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The progress told, as it is told."""
    heard: list[tuple[int, int]] = []

    def listen(session: object, import_id: UUID, done: int, total: int) -> None:
        note_progress(session, import_id, done, total)  # type: ignore[arg-type]
        heard.append((done, total))

    monkeypatch.setattr("workers.imports.note_progress", listen)
    return heard


def test_a_national_return_is_gathered_by_the_worker_with_a_real_progress(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = told(monkeypatch)
    key = deposited(scene.world, a_national_return(DWELLINGS))
    waiting = seen(scene.world, key)

    scene.world.run_jobs()

    shown = seen(scene.world, key)
    assert (waiting.state, waiting.progress_done, waiting.progress_total) == (
        ImportState.READING, 0, DWELLINGS,
    )  # fmt: skip
    assert heard == [(done, DWELLINGS) for done in range(1_000, DWELLINGS + 1, 1_000)]
    assert shown.state is ImportState.PLANNED
    assert shown.counts is not None
    # Agencies are not in a return: ALPHA has one, which takes the new residences.
    assert (shown.agency, shown.counts.created, shown.counts.refused) == ("Agence", 400, 0)
    assert shown.told == {"dwellings": DWELLINGS, "outside": 0, "gone": 0, "repeated": 0}


def test_nothing_of_a_dwelling_is_left_once_a_return_is_gathered(scene: Scene) -> None:
    key = deposited(scene.world, a_national_return(300))
    before = _weight(scene)

    scene.world.run_jobs()

    assert _weight(scene) < before
    with scene.world.bailleur("ALPHA") as session:
        assert import_sample(session, key)[1] == ()


def test_a_return_of_another_bailleur_is_refused(scene: Scene) -> None:
    with scene.world.superuser() as connection:
        connection.execute(
            "update presence.organisation set siren = '779537125' where code = 'ALPHA'"
        )
    key = deposited(scene.world, a_national_return(60, siret="33337000000019"))

    scene.world.run_jobs()

    shown = seen(scene.world, key)
    assert shown.state is ImportState.FAILED
    assert "autre bailleur (SIREN 333370000)" in (shown.error or "")


def test_a_long_list_is_read_then_written_by_the_worker(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = told(monkeypatch)
    rows = [row for row in good_rows(LONG, halls=2) if row[5] != "01004"]
    key = deposited(scene.world, csv_file(TITLES, rows))
    scene.world.run_jobs()
    shown = seen(scene.world, key)

    asked = confirmed(scene.world, key)
    written = scene.count("residence")
    scene.world.run_jobs()

    done = seen(scene.world, key)
    assert heard[-1] == (len(rows), len(rows))
    assert shown.state is ImportState.PLANNED
    assert asked.state is ImportState.APPLYING
    assert written == 2
    assert done.state is ImportState.APPLIED
    assert scene.count("entrance") == 4 + len(rows)


def test_a_file_that_is_read_can_be_given_up(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    key = deposited(scene.world, a_national_return(3_000))

    def give_up(session: object, import_id: UUID, done: int, total: int) -> None:
        with scene.world.bailleur("ALPHA") as own:
            services.abandon(own, import_id)
        note_progress(session, import_id, done, total)  # type: ignore[arg-type]

    monkeypatch.setattr("workers.imports.note_progress", give_up)
    scene.world.run_jobs()

    assert seen(scene.world, key).state is ImportState.ABANDONED
    assert scene.count("place_import", "table_data is null and plan is null or plan = 'null'") == 1


def test_a_file_that_is_read_is_not_prepared_meanwhile(scene: Scene) -> None:
    key = deposited(scene.world, a_national_return(60))

    with scene.world.bailleur("ALPHA") as session, pytest.raises(Conflict, match="en cours"):
        services.set_repairs(session, key, [])


def test_a_job_that_comes_again_changes_nothing(scene: Scene) -> None:
    key = deposited(scene.world, a_national_return(60))
    scene.world.run_jobs()
    planned = seen(scene.world, key)
    with scene.world.superuser() as connection:
        connection.execute("update presence.job set state = 'queued'")

    scene.world.run_jobs()

    assert seen(scene.world, key) == planned


def test_a_job_never_reads_another_bailleurs_import(scene: Scene) -> None:
    key = deposited(scene.world, a_national_return(60))
    with scene.world.superuser() as connection:
        connection.execute(
            "update presence.outbox set subject = %s where topic = 'imports.uploaded'",
            (scene.world.ids["BETA"],),
        )

    scene.world.run_jobs()

    assert seen(scene.world, key).state is ImportState.READING
    assert scene.count("job", "task = 'workers.imports.read' and state = 'failed'") == 1


def _weight(scene: Scene) -> int:
    return int(str(scene.world.scalar("select length(table_data) from presence.place_import")))
