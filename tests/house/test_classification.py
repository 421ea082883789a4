"""Every column has one class, and whoever gives columns to somebody follows it (ADR 0013)."""

import csv
import json
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, Integer, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

import presence.api
import presence.tables
from presence.api.door import NOTHING, Door
from presence.api.v1 import BLUEPRINTS
from presence.cli.figures import as_csv
from presence.migrating import ROOT
from presence.schemas.base import PageOut, Shape, page_of
from presence.schemas.fields import Id, Part, Several
from presence.schemas.fields import Text as Line
from presence.schemas.followup import SummonsOut
from presence.schemas.shown import Shown, ShowsTooMuch, kinds_behind, only, require
from tenants.classes import CLASS_LABELS, GIVEN, OWNER_KEYS, PEOPLE, DataClass, classified
from tenants.classification import (
    CONTEXTS,
    Unclassified,
    classes_of,
    classification,
    columns_held,
)
from tenants.columns import Base
from tenants.context import Kind
from tenants.rls import accesses
from tenants.roles import OrganisationKind, Permission
from tenants.verification.french import tables_in_french
from tenants.verification.retention import KEPT, concerned, written
from tests.house.catalogue import rows
from tests.house.test_house_rules import calls, modules, name_of
from tests.worlds import World

COLUMNS = classification()
PAGE = ROOT / "platform" / "docs" / "retention.md"
ACTORS = ("bailleur", "prestataire", "figures", "operator")
# What the sealed bytes hold, key by key.
REPORT = Shown(
    "visit",
    "intervention",
    "call",
    "daily_report",
    "anomaly",
    "anomaly_sighting",
    "sheet_change",
    bailleur="organisation.name",
    scheme="scheme.name",
    evening="evening_on",
    residence="residence.name",
    place="entrance.name",
    at="visit.started_at",
    reason="visit.not_done_reason",
    actions="intervention_action.action",
    followed_by="call.intervention_id",
    because={
        "signer": "A prestataire answers for its evening by name.",
        "author": "Who corrected and who approved a sheet answer for it by name (ADR 0019).",
    },
)
CERTIFICATE = Shown(
    bailleur="organisation.name",
    scheme="scheme.name",
    month="service_certificate.month_on",
    evening="visit.evening_on",
    first_at="visit.started_at",
    last_at="visit.started_at",
    buildings="residence.code",
    report="daily_report.number",
    report_hash="daily_report.content_hash",
)
# The counts, the groups and the format are nobody's column.
GROUPS = {
    "format", "counts", "totals", "planned", "evenings", "visits", "not_done", "not_visited",
    "interventions", "calls", "anomalies", "awaited", "off_programme", "police_requests",
    "supersedes", "changes", "field", "disputed", "without_report",
}  # fmt: skip
WRITERS = {"csv_bytes", "writer", "workbook_bytes"}
# Who writes files for spreadsheets: one more is a review of what it holds.
SPREADSHEETS = {
    "platform/presence/cli/figures.py",  # the published bilan
    "platform/presence/daily_reports/spreadsheet.py",  # a report, as its page says it
    "platform/presence/imports/plan.py",  # the refused lines of a file, as they were
    "platform/presence/publication/flat.py",  # the tables of a published bilan
    "platform/presence/imports/template.py",  # the file to fill in, with an example
    "platform/presence/web/anomalies.py",  # the anomalies of one's places
    "platform/presence/web/follow_ups.py",  # the bailleur's own follow-ups, without a name
    "platform/presence/web/residences_export.py",  # the list of residences
    "platform/presence/web/rights.py",  # the table of rights
}


class _Elsewhere(DeclarativeBase):
    """A registry that is not the house's."""


class Planted(_Elsewhere):
    __tablename__ = "planted"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    remark: Mapped[str]
    bailleur_id: Mapped[int]


def tables() -> dict[str, Table]:
    return {table.name: table for table in presence.tables.metadata.tables.values()}


def holds_anything(table: Table, name: str) -> bool:
    """Whether a column may hold what a person wrote, or a whole document."""
    kind = table.columns[name].type
    if isinstance(kind, JSONB | LargeBinary):
        return True
    if isinstance(kind, ARRAY):
        return isinstance(kind.item_type, Text)
    listed = any(
        isinstance(check, CheckConstraint) and str(check.sqltext).startswith(f"{name} in (")
        for check in table.constraints
    )
    return isinstance(kind, Text) and not listed


def keys_of(content: Any) -> Iterator[str]:
    if isinstance(content, dict):
        for key, inner in content.items():
            yield key
            yield from keys_of(inner)
    elif isinstance(content, list):
        for inner in content:
            yield from keys_of(inner)


def sealed_keys(world: World, table: str) -> set[str]:
    found = rows(world, f"select content from presence.{table}")  # noqa: S608
    assert found
    return {key for (content,) in found for key in keys_of(json.loads(bytes(content)))}  # type: ignore[call-overload]


def test_every_column_of_every_table_has_exactly_one_class() -> None:
    known = {(name, column.name) for name, table in tables().items() for column in table.columns}

    assert set(COLUMNS) == known
    assert set(COLUMNS.values()) == set(DataClass) == set(CLASS_LABELS)


def test_free_text_and_documents_are_classed_by_name() -> None:
    named = {m.class_.__tablename__: m.class_.__classes__.named for m in _mappers()}

    silent = [
        f"{table.name}.{column.name}"
        for table in tables().values()
        for column in table.columns
        if holds_anything(table, column.name)
        and column.name not in named[table.name]
        and column.name not in PEOPLE
    ]

    assert silent == []


def test_every_foreign_key_to_an_owner_is_an_internal_key() -> None:
    pointing = {
        column.name
        for table in tables().values()
        for column in table.columns
        for key in column.foreign_keys
        if key.target_fullname in {"presence.organisation.id", "presence.scheme.id"}
    }

    assert pointing | {"subject"} == OWNER_KEYS
    assert {COLUMNS["organisation", "id"], COLUMNS["scheme", "id"]} == {DataClass.SECRET}


def test_every_foreign_key_to_a_person_is_personal() -> None:
    pointing = {
        DataClass(COLUMNS[table.name, column.name])
        for table in tables().values()
        for column in table.columns
        for key in column.foreign_keys
        if key.target_fullname == "presence.account.id"
    }

    assert pointing == {DataClass.PERSONAL}


def test_a_table_that_says_nothing_is_refused() -> None:
    with pytest.raises(Unclassified, match="planted"):
        classes_of(Planted)


def test_a_class_for_a_column_that_is_not_there_is_refused() -> None:
    class Wrong(Planted):
        __classes__ = classified(DataClass.PUBLIC, personal=("nickname",))

    with pytest.raises(Unclassified, match="nickname"):
        classes_of(Wrong)


def test_a_column_is_never_classed_twice() -> None:
    with pytest.raises(ValueError, match="remark"):
        classified(DataClass.PUBLIC, personal=("remark",), secret=("remark",))
    with pytest.raises(ValueError, match="bailleur_id"):
        classified(DataClass.PUBLIC, public=("bailleur_id",))


def test_nobody_is_ever_given_a_secret() -> None:
    assert set(GIVEN) == set(Kind)
    assert set(CONTEXTS) == set(OrganisationKind)
    assert not [kind for kind, given in GIVEN.items() if DataClass.SECRET in given]


@pytest.mark.parametrize("role", ACTORS)
def test_no_policy_opens_a_table_whose_class_is_closed(role: str) -> None:
    # Columns about people are kept inside an organisation by the policies of people (ADR 0012).
    aside = {DataClass.PERSONAL, DataClass.SECRET}
    held = columns_held(COLUMNS)

    wrong = {
        table: closed
        for table, roles in accesses().items()
        if role in roles
        and "S" in roles[role].verbs
        and (closed := set(held[table].values()) - aside - GIVEN[role])
    }

    assert wrong == {}


def test_every_route_shows_what_all_behind_its_permission_may_be_given() -> None:
    doors = [
        door
        for module in iter_modules(presence.api.__path__, "presence.api.")
        for door in getattr(import_module(module.name), "DOORS", ())
    ]
    shapes = [shape for door in doors for shape in door.shapes]

    assert {door.blueprint for door in doors} == set(BLUEPRINTS)
    assert len(shapes) > 25
    for permission, shape in shapes:
        require(shape, permission, COLUMNS)


def test_a_prestataire_is_shown_no_summons() -> None:
    assert Kind.PRESTATAIRE in kinds_behind(Permission.READ_ACTIVITY)

    with pytest.raises(ShowsTooMuch, match=r"summons\.help_offered \(landlord-only\)"):
        Door("planted", "").get("", Permission.READ_ACTIVITY, page_of(SummonsOut), NOTHING)


def test_a_partner_is_shown_no_visit() -> None:
    class PlantedOut(Shape):
        shows = Shown("visit")
        started_at = Line()

    with pytest.raises(ShowsTooMuch, match=r"visit\.started_at \(operational\) à : figures"):
        require(PlantedOut, Permission.READ_BILAN, COLUMNS)


@pytest.mark.parametrize("key", sorted(OWNER_KEYS))
def test_an_internal_key_is_shown_to_nobody(key: str) -> None:
    owners = [table for table, column in COLUMNS if column == key]
    shape = type("PlantedOut", (Shape,), {"shows": Shown(*owners), key: Line()})

    for permission in Permission:
        with pytest.raises(ShowsTooMuch, match="secret"):
            require(shape, permission, COLUMNS)


def test_the_number_of_an_organisation_never_stands_for_its_public_id() -> None:
    class PlantedOut(Shape):
        shows = Shown("organisation")
        id = Id()

    with pytest.raises(ShowsTooMuch, match=r"organisation\.id \(secret\)"):
        require(PlantedOut, Permission.OPERATE, COLUMNS)


def test_a_person_is_shown_for_a_written_reason_only() -> None:
    class PlantedOut(Shape):
        shows = Shown("daily_report")
        signer = Line()

    with pytest.raises(ShowsTooMuch, match="sans dire pourquoi"):
        require(PlantedOut, Permission.READ_REPORTS, COLUMNS)


def test_a_field_that_nobody_knows_is_refused_wherever_it_hides() -> None:
    class InnerOut(Shape):
        shows = Shown("visit")
        remark = Line()

    class PlantedOut(Shape):
        shows = Shown()
        inner = Several(Part(InnerOut))

    with pytest.raises(ShowsTooMuch, match=r"InnerOut\.remark n'est ni une colonne"):
        require(page_of(PlantedOut), Permission.READ_ACTIVITY, COLUMNS)


def test_a_shape_that_says_nothing_is_refused() -> None:
    class PlantedOut(Shape):
        id = Id()

    with pytest.raises(ShowsTooMuch, match="ne dit pas ce qu'elle montre"):
        require(PlantedOut, Permission.OPERATE, COLUMNS)


def test_a_view_that_gives_more_than_its_shape_is_stopped() -> None:
    shape = page_of(SummonsOut)

    only(shape, {"items": [{"id": 1, "help_offered": "x"}], "next_cursor": None})
    with pytest.raises(ShowsTooMuch, match="SummonsOut ne déclare pas : account_id"):
        only(shape, {"items": [{"id": 1}, {"account_id": 2}]})
    with pytest.raises(ShowsTooMuch, match="total"):
        only(shape, {"items": [], "total": 3})


def test_a_page_shows_nothing_by_itself() -> None:
    assert PageOut.shows is not None
    assert PageOut.shows.tables == ()


@pytest.mark.parametrize(
    ("table", "shown"),
    [("daily_report", REPORT), ("service_certificate", CERTIFICATE)],
    ids=["reports", "certificates"],
)
def test_sealed_bytes_hold_what_both_parties_may_read(
    shared_demo: World, table: str, shown: Shown
) -> None:
    both = {Kind.BAILLEUR, Kind.PRESTATAIRE}

    refused = [
        why
        for key in sorted(sealed_keys(shared_demo, table) - GROUPS)
        for why in shown.refused(key, both, COLUMNS)
    ]

    assert refused == []


def test_spreadsheets_are_written_where_they_were_reviewed() -> None:
    found = {
        name_of(path)
        for path in modules("platform/presence", "tenants", "workers")
        for call in calls(path)
        if getattr(call.func, "id", getattr(call.func, "attr", "")) in WRITERS
    }

    assert found - {"platform/presence/kernel/spreadsheets.py"} == SPREADSHEETS


def test_the_spreadsheet_of_a_bilan_holds_its_figures_and_nothing_else() -> None:
    document = {
        "interventions": 1,
        "actions": [{"code": "mediation", "count": 1, "percent": 100.0, "signer": "Nadia"}],
        "families_summoned": None,
        "evenings": {"due": 2, "signed": 1, "missing": 1},
        "account_id": "never",
    }

    text = as_csv(document)

    names = [line[0].split(":")[0] for line in csv.reader(text.splitlines(), delimiter=";")]
    assert set(names) == {"indicateur", "interventions", "action", "families_summoned", "evenings"}
    assert "never" not in text
    assert "Nadia" not in text


def test_every_table_with_a_person_or_a_secret_has_its_period() -> None:
    assert set(KEPT) == set(concerned(COLUMNS))


def test_the_page_of_retention_says_what_the_models_say() -> None:
    assert PAGE.read_text(encoding="utf-8").endswith(f"\n\n{written(COLUMNS)}")


def test_the_tables_in_french_say_their_classes() -> None:
    told = {table.name: table.classes for table in tables_in_french()}

    assert told["summons"] == ("Réservée au bailleur", "Personnelle")
    assert told["commune"] == ("Publique",)
    assert told["account"] == ("Personnelle", "Secrète")


def _mappers() -> list[Any]:
    return list(Base.registry.mappers)
