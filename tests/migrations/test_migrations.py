"""Numbered files, one head, up and down, and a schema equal to the models."""

import re

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import presence.tables
from presence.migrating import ROOT, alembic_config, head, migrate
from tests.house.catalogue import PARTITION
from tests.worlds import World

VERSIONS = ROOT / "migrations" / "versions"


def test_there_is_one_head_and_it_is_the_one_written_down() -> None:
    heads = ScriptDirectory.from_config(alembic_config()).get_heads()

    assert heads == [(ROOT / "migrations/.current-head").read_text(encoding="utf-8").strip()]


@pytest.mark.parametrize("path", sorted(VERSIONS.glob("*.py")), ids=lambda path: path.stem)
def test_a_migration_is_numbered_and_says_whether_it_expands(path: object) -> None:
    name, content = str(getattr(path, "name", "")), str(getattr(path, "read_text", str)())

    assert re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", name)
    assert f'revision = "{name[:4]}"' in content
    assert re.search(r"^(Expand|Contract)[:.]", content, re.MULTILINE)


def test_a_migration_imports_nothing_of_the_house() -> None:
    found = [
        path.name
        for path in VERSIONS.glob("*.py")
        if re.search(r"^(from|import) (presence|tenants|workers)", path.read_text("utf-8"), re.M)
    ]

    assert found == []


def compared(item: sa.schema.SchemaItem, _name: object, kind: str, *_: object) -> bool:
    """PostgreSQL repeats a key to a partitioned table for each partition: not ours."""
    if kind != "foreign_key_constraint" or not isinstance(item, sa.ForeignKeyConstraint):
        return True
    return not PARTITION.search(item.elements[0].target_fullname.rsplit(".", 1)[0])


def test_the_migrated_schema_is_the_models(shared_demo: World) -> None:
    engine = sa.create_engine(
        shared_demo.superuser_url.replace("postgresql://", "postgresql+psycopg://"),
        poolclass=sa.pool.NullPool,
    )
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_schemas": True,
                "include_object": compared,
                "include_name": lambda name, kind, _: (
                    name == "presence" if kind == "schema" else not PARTITION.search(name or "")
                ),
            },
        )

        differences = compare_metadata(context, presence.tables.metadata)

    assert differences == []


def test_down_to_nothing_then_up_again(world: World) -> None:
    config = alembic_config(world.admin_url)

    command.downgrade(config, "base")
    emptied = world.scalar("select count(*) from pg_namespace where nspname = 'presence'")
    migrate(world.admin_url, world.servers.secrets.signing_key())

    assert emptied == 0
    assert world.scalar("select version_num from app.alembic_version") == head()


def test_migrating_a_migrated_database_changes_nothing(world: World) -> None:
    migrate(world.admin_url, world.servers.secrets.signing_key())

    assert world.scalar("select version_num from app.alembic_version") == head()
