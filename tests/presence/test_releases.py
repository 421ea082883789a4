"""Releases: what they show, what they withhold and say, run again the same, attacked in vain."""

import subprocess
import sys
from datetime import date, timedelta

import orjson
import pytest

from presence.disclosure.rules import Policy
from presence.kernel.errors import Conflict, Invalid
from presence.releases.agreements import propose_agreement, sign_agreement, withdraw_signature
from presence.releases.checking import audit_release, in_force, recalculate
from presence.releases.content import Bilan
from presence.releases.indicators import DICTIONARY, EVERYTHING, label, splits
from presence.releases.models import Release, SharingAgreement
from presence.releases.policies import policy_in_force, set_policy
from presence.releases.publishing import (
    open_calendar_releases,
    open_release,
    publish_due_releases,
)
from presence.releases.queries import bilan, releases, versions
from presence.releases.revisions import wait_for_others
from tests.worlds import World

NOVEMBER = date(2013, 11, 1), date(2013, 11, 30)
TODAY = date(2013, 12, 5)


def current(world: World) -> Bilan:
    with world.reader() as session:
        found = bilan(session, releases(session)[0].id)
    assert found
    return found


def publish_again(world: World) -> Bilan:
    with world.scheme() as session:
        open_release(session, *NOVEMBER, "essai")
    with world.scheme() as session:
        publish_due_releases(session)
    return current(world)


def sums_of(found: Bilan, name: str) -> int | None:
    table = found.table(name)
    assert table
    values = [row.cells[0].value for row in table.rows]
    return None if None in values else sum(value or 0 for value in values)


def test_the_first_sentence_says_how_many(shared_demo: World) -> None:
    found = current(shared_demo)

    assert found.answer == "60\u00a0interventions pendant le mois."
    assert found.completeness.missing == 1
    assert found.completeness.excluded == ("1\u00a0soirée sans rapport signé, exclue des chiffres",)
    assert found.perimeter.names == ("OPAC 38", "Pluralis")


def test_no_count_from_one_to_four_is_shown(shared_demo: World) -> None:
    found = current(shared_demo)

    events = [
        cell.value
        for section in found.sections
        if section.id not in {"funding", "service"}
        for table in section.tables
        for row in table.rows
        for column, cell in zip(table.columns, row.cells, strict=True)
        if column.code not in {"visits", "dwellings"}
    ]
    assert not {1, 2, 3, 4} & set(events)
    assert None in events


def test_no_place_smaller_than_a_priority_area_is_named(shared_demo: World) -> None:
    told = orjson.dumps([str(current(shared_demo))]).decode()

    with shared_demo.superuser() as connection:
        names = connection.execute(
            "select name from presence.residence union select name from presence.entrance "
            "except select qpv_name from presence.residence"
        ).fetchall()
    found = [str(name) for (name,) in names if len(str(name)) > 6 and str(name) in told]
    assert len(names) > 20
    assert found == []


def test_without_an_agreement_two_bailleurs_are_told_why_nothing_is_shown(demo: World) -> None:
    with demo.scheme() as session:
        agreement_id = session.query(SharingAgreement.id).scalar()
    with demo.bailleur("PLURALIS") as session:
        withdraw_signature(session, agreement_id)

    found = publish_again(demo)

    assert found.answer == ("Chiffres non communicables\u00a0: moins de 3 bailleurs contributeurs.")
    assert "révélerait les chiffres de l'un à l'autre" in found.paragraphs[0]
    assert {c.value for t in found.tables() for row in t.rows for c in row.cells} == {None}
    assert found.years == ()


def test_an_agreement_opens_what_it_names_and_no_finer(demo: World) -> None:
    with demo.scheme() as session:
        former = session.query(SharingAgreement.id).scalar()
    with demo.bailleur("PLURALIS") as session:
        withdraw_signature(session, former)
    with demo.scheme() as session:
        agreement_id = propose_agreement(
            session,
            indicators=["interventions", "action"],
            from_on=date(2012, 2, 1),
            grains=["scheme"],
        ).id
    for code in ("OPAC38", "PLURALIS"):
        with demo.bailleur(code) as session:
            sign_agreement(session, agreement_id)

    found = publish_again(demo)

    assert found.total("interventions").value == 60
    assert found.total("action:mediation").value == 56
    assert found.total("visits").value is None
    communes = found.table("communes")
    assert communes
    assert {cell.value for row in communes.rows for cell in row.cells} == {None}


def test_stricter_rules_withhold_more(demo: World) -> None:
    assert current(demo).total("action:house_rules_reminder").value == 8
    with demo.scheme() as session:
        set_policy(session, Policy(least_events=10), TODAY)

    found = publish_again(demo)

    assert found.total("action:house_rules_reminder").value is None
    assert found.total("interventions").value == 60
    assert "de 1 à 9 faits" in found.policy[1]


@pytest.mark.parametrize(
    "policy",
    [
        Policy(least_contributors=2), Policy(dominance_percent=90), Policy(p_percent=5),
        Policy(least_events=4), Policy(least_persons=10),
    ],
    ids=["contributors", "dominance", "p", "events", "persons"],
)  # fmt: skip
def test_the_rules_are_never_loosened(shared_demo: World, policy: Policy) -> None:
    with shared_demo.scheme() as session, pytest.raises(Invalid):
        set_policy(session, policy, date(2014, 1, 1))


def test_rules_are_dated_and_not_set_before_later_ones(demo: World) -> None:
    scheme_id = demo.ids["scheme"]
    with demo.scheme() as session:
        set_policy(session, Policy(least_events=7), date(2014, 1, 1))

    with demo.scheme() as session:
        before = policy_in_force(session, scheme_id, date(2013, 12, 31))
        after = policy_in_force(session, scheme_id, date(2014, 1, 1))
        with pytest.raises(Conflict):
            set_policy(session, Policy(), date(2013, 6, 1))

    assert (before.least_events, after.least_events) == (5, 7)


def test_a_bilan_run_again_gives_the_same_bytes(demo: World) -> None:
    with demo.scheme() as session:
        (release,) = in_force(session)
        row = recalculate(session, release.id)
        differences = row.differences
        same = (row.content, row.content_hash) == (release.content, release.content_hash)

    assert same
    assert differences == []
    with demo.reader() as session:
        assert releases(session)[0].check_note == "recalculé le 5 décembre 2013\u00a0: identique"


def test_a_bilan_run_again_says_why_it_differs(demo: World) -> None:
    with demo.superuser() as connection:
        connection.execute("update presence.scheme_year_total set cost_cents = cost_cents + 100")

    with demo.scheme() as session:
        (release,) = in_force(session)
        before = release.content
        differences = recalculate(session, release.id).differences
        after = release.content

    assert differences[0] == "comptes des années corrigés"
    assert before == after


def test_every_version_stays_readable(demo: World) -> None:
    first = current(demo)

    second = publish_again(demo)

    with demo.reader() as session:
        assert [row.version for row in versions(session, *NOVEMBER)] == [2, 1]
        assert bilan(session, first.release_id) == first
    assert second.version == 2


def test_the_attack_recovers_nothing(shared_demo: World) -> None:
    with shared_demo.scheme() as session:
        (release,) = in_force(session)
        found = audit_release(session, release)

    assert found.exposed == ()
    assert found.attackers == 3
    assert found.hidden > 10


def test_the_attack_sees_a_cell_that_was_shown_by_mistake(demo: World) -> None:
    """A check that cannot fail checks nothing: one complementary cell is put back."""
    with demo.superuser() as connection:
        connection.execute(
            "update presence.release_cell c set withheld = null, value = (select sum(k.value) "
            "from presence.contribution k where k.release_id = c.release_id and "
            "k.indicator = c.indicator) where c.area = '' and c.value is null and "
            "c.indicator like 'origin:%' and (select sum(k.value) from presence.contribution k "
            "where k.release_id = c.release_id and k.indicator = c.indicator) >= 5"
        )

    with demo.scheme() as session:
        (release,) = in_force(session)
        found = audit_release(session, release)

    assert {item.key.indicator for item in found.exposed} == {"origin:landlord_request"}
    assert all(item.exact for item in found.exposed)


def test_the_month_that_has_ended_is_opened_once(demo: World) -> None:
    with demo.superuser() as connection:
        connection.execute("update presence.release set from_on = '2013-10-01' where version = 1")

    with demo.scheme() as session:
        opened = [(row.kind, row.from_on, row.to_on) for row in open_calendar_releases(session)]
    with demo.scheme() as session:
        again = open_calendar_releases(session)

    assert opened == [("month", *NOVEMBER)]
    assert again == []


@pytest.mark.parametrize(
    ("from_on", "to_on", "said"),
    [
        (date(2013, 11, 1), date(2013, 10, 31), "finit avant de commencer"),
        (date(2011, 1, 1), date(2013, 11, 30), "n'existe que depuis le"),
        (date(2013, 11, 1), date(2013, 11, 30) - timedelta(days=1), "au dernier d'un autre"),
    ],
    ids=["backwards", "before the scheme", "ends early"],
)
def test_a_period_that_cannot_be_is_refused_with_its_reason(
    shared_demo: World, from_on: date, to_on: date, said: str
) -> None:
    with shared_demo.scheme() as session, pytest.raises(Invalid, match=said):
        open_release(session, from_on, to_on, "essai")


@pytest.mark.parametrize(("changed", "waits"), [(0, False), (1, True), (2, True), (3, False)])
def test_a_revision_that_would_tell_of_one_bailleur_waits(
    demo: World, changed: int, waits: bool
) -> None:
    """Seven contributors, no agreement: the difference of two versions is a total like another."""
    copied = (
        "insert into presence.contribution (release_id, bailleur_id, indicator, month_on, value, "
        "scheme_id, insee_code, qpv) "
    )
    with demo.scheme() as session:
        opened = open_release(session, *NOVEMBER, "fiche tardive").id
    with demo.superuser() as connection:
        connection.execute("update presence.agreement_signature set withdrawn_at = app.now()")
        connection.execute(
            copied  # noqa: S608 - both halves are written here
            + "select c.release_id, o.id, c.indicator, c.month_on, c.value, c.scheme_id, "
            "c.insee_code, c.qpv from presence.contribution c join presence.organisation o "
            "on o.code not in ('OPAC38', 'PLURALIS') and o.kind = 'bailleur' where c.bailleur_id = "
            "(select id from presence.organisation where code = 'PLURALIS')"
        )
        connection.execute(
            copied  # noqa: S608 - both halves are written here
            + "select %s, bailleur_id, indicator, month_on, value + (indicator = "
            "'interventions' and bailleur_id in (select distinct bailleur_id from "
            "presence.contribution order by 1 limit %s))::int, scheme_id, insee_code, qpv "
            "from presence.contribution",
            (opened, changed),
        )

    with demo.scheme() as session:
        release = session.get_one(Release, (opened, demo.ids["scheme"]))
        found = wait_for_others(session, release)

    assert found is waits


def test_every_code_has_a_definition_and_a_french_name() -> None:
    tied = splits(("combination:mediation", "combination:mediation+police_request"))
    codes = {code for split in tied for code in (split.total, *split.parts)}

    assert all(label(code) for code in codes)
    assert {code.split(":")[0] for code in codes} <= set(DICTIONARY)
    assert frozenset(DICTIONARY) == EVERYTHING
    assert label("combination:mediation+police_request") == "Médiation + Appel FO"


def test_the_command_audits_and_recalculates(shared_demo: World) -> None:
    environment = {**shared_demo.servers.environment(shared_demo.database)}

    def run(command: str) -> dict[str, list[dict[str, object]]]:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "presence.cli", command],
            capture_output=True, check=True, env={**environment, "PYTHONPATH": "platform:."},
        )  # fmt: skip
        found: dict[str, list[dict[str, object]]] = orjson.loads(done.stdout)
        return found

    (audited,) = run("audit-disclosure")["bilans"]
    (recalculated,) = run("recalculate-bilan")["bilans"]

    assert (audited["exposed"], audited["attackers"]) == ([], 3)
    assert recalculated["identical"] is True
