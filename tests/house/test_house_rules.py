"""Sizes, names, and what may be written where (house.md §2.8-2.12)."""

import ast
import csv
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import current_app
from celery.schedules import crontab

import presence.tables
import workers.aggregation
import workers.cost_sharing
import workers.daily_reports
import workers.publication
import workers.relay
from presence.kernel import nomenclature
from presence.kernel.nomenclature import Coded
from presence.migrating import ROOT
from workers.schedule import BEAT

SOURCES = ("platform/presence", "tenants", "workers")
CODES = {
    "area": nomenclature.Area,
    "situation": nomenclature.Situation,
    "action": nomenclature.Action,
    "outcome": nomenclature.Outcome,
    "origin": nomenclature.Origin,
    "police_force": nomenclature.PoliceForce,
    "visit_result": nomenclature.VisitResult,
    "not_done_reason": nomenclature.NotDoneReason,
    "people_band": nomenclature.PeopleBand,
    "help_offered": nomenclature.HelpOffered,
    "anomaly": nomenclature.Equipment,
    "follow_up": nomenclature.FollowUpKind,
    "report_state": nomenclature.ReportState,
}


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def too_long(paths: list[Path], limit: int) -> list[str]:
    return [
        name_of(path)
        for path in paths
        if len(path.read_text(encoding="utf-8").splitlines()) > limit
    ]


def test_platform_never_becomes_a_package() -> None:
    assert not (ROOT / "platform" / "__init__.py").exists()


def test_the_standard_platform_module_is_the_one_imported_in_a_checkout() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import platform; print(platform.system())"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert done.stdout.strip() == "Linux"


def test_a_module_fits_in_400_lines() -> None:
    assert too_long(modules(*SOURCES, "platform/devstack", "migrations"), 400) == []


def test_a_test_module_fits_in_500_lines() -> None:
    assert too_long(modules("tests"), 500) == []


def test_a_template_fits_in_200_lines() -> None:
    assert too_long(sorted((ROOT / "platform" / "presence").rglob("*.html")), 200) == []


def test_only_the_ground_floor_commits() -> None:
    found = {
        name_of(path)
        for path in modules(*SOURCES)
        for call in calls(path)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "commit"
    }

    assert found <= {"tenants/database.py"}


def test_nothing_prints_but_the_command_line() -> None:
    found = {
        name_of(path)
        for path in modules(*SOURCES)
        for call in calls(path)
        if isinstance(call.func, ast.Name) and call.func.id == "print"
    }

    assert found <= {"platform/presence/cli.py"}


def test_every_package_says_what_it_is() -> None:
    mute = [
        name_of(path)
        for path in modules(*SOURCES, "platform/devstack", "tests")
        if path.name == "__init__.py"
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]

    assert mute == []


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {path.parent for path in modules(*SOURCES, "tests")}

    assert [name_of(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


@pytest.mark.parametrize("kind", sorted(CODES))
def test_the_enumeration_says_what_the_nomenclature_says(kind: str) -> None:
    path = ROOT / "platform/presence/demonstration/data/nomenclature.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter=";") if row["kind"] == kind]

    said = [(row["code"], row["label"], row["short_label"] or row["label"]) for row in rows]

    members: list[Coded] = list(CODES[kind])
    assert [(m.value, m.label, m.short_label) for m in members] == said


def test_the_glossary_names_every_table() -> None:
    glossary = (ROOT / "platform/docs/glossary.md").read_text(encoding="utf-8")

    tables = sorted(table.name for table in presence.tables.metadata.tables.values())

    assert [name for name in tables if f"`{name}`" not in glossary] == []


def test_nothing_runs_while_the_clocks_change() -> None:
    hours = {
        name: sorted(entry["schedule"].hour)
        for name, entry in BEAT.items()
        if isinstance(entry["schedule"], crontab)
    }

    assert hours
    assert [name for name, found in hours.items() if 2 in found] == []


def test_whatever_is_scheduled_is_a_registered_task() -> None:
    asked = {str(entry["task"]) for entry in BEAT.values()}

    assert asked <= set(current_app.tasks)


def test_every_task_named_in_a_job_is_registered() -> None:
    named = {
        node.value
        for path in modules("workers")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.startswith("workers.")
        and node.value.count(".") == 2
    }

    assert "workers.daily_reports.seal_report" in named
    assert named <= set(current_app.tasks)


def test_every_topic_announced_has_a_subscriber_and_conversely() -> None:
    announced = {
        call.args[1].value
        for path in modules("platform/presence", "tenants")
        for call in calls(path)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr == "announce"
        and len(call.args) > 1
        and isinstance(call.args[1], ast.Constant)
    }

    assert announced == set(workers.relay.SUBSCRIBERS)


def test_nobody_imports_up_the_staircase() -> None:
    done = subprocess.run(  # noqa: S603
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout[-3000:]


def test_the_version_that_bilans_bear_is_that_of_the_package() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

    assert presence.__version__ == declared
