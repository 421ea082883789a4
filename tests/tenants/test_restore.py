"""A dump that is restored elsewhere keeps forced row security, roles' rights and policies (T37)."""

import subprocess

from devstack.binaries import postgres_bin
from tenants.verification.report import verify
from tests.worlds import World, drop_database


def test_a_restored_dump_is_as_isolated_as_its_source(demo: World) -> None:
    name = f"{demo.database}_restored"
    restored = World(demo.servers, name)
    try:
        with demo.superuser() as connection:
            connection.execute(f'create database "{name}" owner presence_owner'.encode())
            for role in ("bailleur", "prestataire", "scheme", "figures", "operator", "relay"):
                connection.execute(
                    f'grant connect on database "{name}" to presence_{role}'.encode()
                )
            connection.execute(f'revoke all on database "{name}" from public'.encode())
        dump = subprocess.run(  # noqa: S603
            [str(postgres_bin() / "pg_dump"), "--format=custom", demo.superuser_url],
            check=True, capture_output=True,
        ).stdout  # fmt: skip
        subprocess.run(  # noqa: S603
            [str(postgres_bin() / "pg_restore"), "--exit-on-error",
             f"--dbname={restored.superuser_url}"],
            input=dump, check=True, capture_output=True,
        )  # fmt: skip

        with restored.app.app_context():
            report = verify("command")
        kept = restored.scalar("select count(*) from presence.visit")
    finally:
        restored.close()
        drop_database(demo.servers, name)

    assert report.exceptions == ()
    assert kept == demo.scalar("select count(*) from presence.visit")
