"""What the relay does with announcements that it cannot trust or understand."""

from sqlalchemy import text

from presence.kernel import outbox
from tests.worlds import World


def test_a_line_that_is_not_understood_blocks_nobody(demo: World) -> None:
    with demo.bailleur("OPAC38") as session:
        outbox.announce(session, "inconnu")
        outbox.announce(session, "reporting.agreement_changed")
    with demo.scheme() as session:
        session.execute(text("select 1"))
        outbox.announce(
            session, "finance.basis_changed", scheme_id=0, from_on="2012-01-01", to_on=None
        )

    done = demo.run_jobs()

    assert done == 1
    assert demo.scalar("select count(*) from presence.outbox where relayed_at is null") == 0


def test_a_bailleur_starts_no_work_in_a_scheme_it_is_not_a_member_of(demo: World) -> None:
    with demo.superuser() as connection:
        connection.execute(
            "delete from presence.membership where bailleur_id = %s", (demo.ids["BAILLEURC"],)
        )

    with demo.bailleur("BAILLEURC") as session:
        outbox.announce(
            session,
            "patrimoine.bases_changed",
            scheme_id=demo.ids["scheme"],
            from_on="2014-01-01",
        )
    demo.run_jobs()

    assert "pas membre" in str(demo.scalar("select error from presence.job where state = 'failed'"))
