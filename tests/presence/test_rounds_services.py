"""An evening's rounds: drawn for all bailleurs, edited, published to each its own."""

from collections import Counter
from datetime import date, time
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.planning.models import EveningPlan, PlannedVisit
from presence.planning.queries import places_due, published_visits
from presence.rounds import drafting, editing, publishing
from presence.rounds.editing import Where
from presence.rounds.models import RoundPlan, RoundStop
from tests.factories.duty import a_team_on_duty
from tests.factories.places import a_residence
from tests.factories.visits import a_visit
from tests.presence.scene import Scene

TONIGHT = date(2013, 12, 5)


def drawn(scene: Scene, evening_on: date = TONIGHT) -> UUID:
    with scene.world.prestataire() as session:
        plan_id = drafting.ask_for_rounds(session, scene.scheme_id, evening_on).id
    with scene.world.prestataire() as session:
        drafting.draw_rounds(session, plan_id, seconds=0.2)
    return plan_id


def published(scene: Scene, evening_on: date = TONIGHT) -> UUID:
    plan_id = drawn(scene, evening_on)
    with scene.world.prestataire() as session:
        publishing.publish_rounds(session, plan_id)
    return plan_id


def stops(scene: Scene, plan_id: UUID) -> list[tuple[UUID, UUID | None, int, str | None]]:
    with scene.world.prestataire() as session:
        rows = session.scalars(
            select(RoundStop)
            .where(RoundStop.round_plan_id == plan_id)
            .order_by(RoundStop.team_id, RoundStop.rank)
        )
        return [(row.entrance_id, row.team_id, row.rank, row.given_up_why) for row in rows]


def seen_by(scene: Scene, code: str) -> set[UUID]:
    with scene.world.bailleur(code) as session:
        return {
            visit.entrance_id
            for visit in session.scalars(
                select(PlannedVisit).where(PlannedVisit.evening_on == TONIGHT)
            )
        }


def test_rounds_serve_what_is_due_of_all_bailleurs(scene: Scene) -> None:
    a_team_on_duty(scene.world, TONIGHT)

    plan_id = drawn(scene)

    served = {entrance for entrance, team, _, _ in stops(scene, plan_id) if team}
    assert served == {hall.id for hall in (*scene.alpha, *scene.beta)}


def test_the_worker_draws_what_was_asked_for(scene: Scene) -> None:
    a_team_on_duty(scene.world, TONIGHT)

    with scene.world.prestataire() as session:
        plan_id = drafting.ask_for_rounds(session, scene.scheme_id, TONIGHT).id
    scene.world.run_jobs()

    assert (
        scene.world.scalar("select state from presence.round_plan where id = %s", plan_id)
        == "draft"
    )


def test_drawing_twice_is_drawing_once(scene: Scene) -> None:
    a_team_on_duty(scene.world, TONIGHT)
    plan_id = drawn(scene)
    before = stops(scene, plan_id)

    with scene.world.prestataire() as session:
        drafting.draw_rounds(session, plan_id, seconds=0.2)

    assert stops(scene, plan_id) == before


def test_without_a_team_every_stop_says_why_it_is_given_up(scene: Scene) -> None:
    plan_id = drawn(scene)

    found = stops(scene, plan_id)

    assert {why for _, _, _, why in found} == {"Aucune équipe ce soir"}
    assert len(found) == 4


def test_each_bailleur_is_published_its_own_visits_and_no_other(scene: Scene) -> None:
    a_team_on_duty(scene.world, TONIGHT)

    published(scene)

    assert seen_by(scene, "ALPHA") == {hall.id for hall in scene.alpha}
    assert seen_by(scene, "BETA") == {hall.id for hall in scene.beta}


def test_what_a_bailleur_reads_is_the_same_without_the_others(scene: Scene) -> None:
    a_team_on_duty(scene.world, TONIGHT)
    published(scene)
    told = told_to(scene, "ALPHA")

    with scene.world.superuser() as connection:
        connection.execute(
            "delete from presence.visit_frequency where bailleur_id = %s",
            (scene.world.ids["BETA"],),
        )
        connection.execute("delete from presence.planned_visit")
        connection.execute("delete from presence.evening_plan")
    published(scene)

    assert told_to(scene, "ALPHA") == told


def told_to(scene: Scene, code: str) -> list[tuple[object, ...]]:
    """Everything of a bailleur's plan but random identifiers and the instant of publication."""
    with scene.world.bailleur(code) as session:
        rows = session.execute(
            select(
                EveningPlan.version, EveningPlan.evening_on, PlannedVisit.entrance_id,
                PlannedVisit.from_time, PlannedVisit.to_time, PlannedVisit.source,
                PlannedVisit.reasons,
            )
            .join(PlannedVisit, PlannedVisit.evening_plan_id == EveningPlan.id)
            .order_by(PlannedVisit.entrance_id)
        )  # fmt: skip
        return [tuple(row) for row in rows]


def test_a_bailleurs_version_moves_when_its_own_visits_change_only(scene: Scene) -> None:
    a_team_on_duty(scene.world, TONIGHT)
    published(scene)
    plan_id = drawn(scene)
    with scene.world.prestataire() as session:
        (one,) = session.scalars(
            select(RoundStop.id).where(
                RoundStop.round_plan_id == plan_id,
                RoundStop.entrance_id == scene.beta[0].id,
            )
        )
        editing.give_up_stop(session, plan_id, one, "Travaux dans le hall")

    with scene.world.prestataire() as session:
        publishing.publish_rounds(session, plan_id)

    versions = "select count(*) from presence.evening_plan where bailleur_id = %s"
    counts = [scene.world.scalar(versions, scene.world.ids[c]) for c in ("ALPHA", "BETA")]
    assert counts == [1, 2]


def test_places_due_follow_the_published_plan(scene: Scene) -> None:
    a_team_on_duty(scene.world, TONIGHT)
    plan_id = drawn(scene)
    with scene.world.prestataire() as session:
        (one,) = session.scalars(
            select(RoundStop.id).where(
                RoundStop.round_plan_id == plan_id, RoundStop.entrance_id == scene.alpha[0].id
            )
        )
        editing.give_up_stop(session, plan_id, one, "Accès fermé pour travaux")
        publishing.publish_rounds(session, plan_id)

    with scene.world.bailleur("ALPHA") as session:
        due = {place.hall.id for place in places_due(session, TONIGHT, scene.scheme_id)}
    assert due == {scene.alpha[1].id}


def test_a_bailleur_without_a_visit_is_told_so(scene: Scene) -> None:
    a_team_on_duty(scene.world, TONIGHT)
    with scene.world.superuser() as connection:
        connection.execute(
            "delete from presence.visit_frequency where bailleur_id = %s",
            (scene.world.ids["BETA"],),
        )

    published(scene)

    with scene.world.bailleur("BETA") as session:
        found = published_visits(session, TONIGHT, scene.scheme_id)
    assert found == {scene.world.ids["BETA"]: set()}


def test_a_stop_goes_to_another_team_and_hours_are_worked_out_again(scene: Scene) -> None:
    one = a_team_on_duty(scene.world, TONIGHT)
    two = a_team_on_duty(scene.world, TONIGHT, name="Équipe 2")
    plan_id = drawn(scene)
    with scene.world.prestataire() as session:
        moved = session.scalars(select(RoundStop).where(RoundStop.round_plan_id == plan_id)).first()
        assert moved
        target = two if moved.team_id == one else one
        editing.place_stop(session, plan_id, moved.id, Where(target, 1))
        moved_id = moved.entrance_id

    found = stops(scene, plan_id)

    assert [team for entrance, team, _, _ in found if entrance == moved_id] == [target]
    ranks = Counter((team, rank) for _, team, rank, _ in found)
    assert set(ranks.values()) == {1}


def give_all_to(session: Session, plan_id: UUID, team_id: UUID) -> None:
    rows = session.scalars(select(RoundStop).where(RoundStop.round_plan_id == plan_id)).all()
    for row in rows:
        editing.place_stop(session, plan_id, row.id, Where(team_id))


def test_a_round_that_could_not_be_walked_is_refused_and_nothing_moves(scene: Scene) -> None:
    a_team_on_duty(scene.world, TONIGHT)
    short = a_team_on_duty(scene.world, TONIGHT, name="Renfort", hours=(time(17), time(17, 7)))
    plan_id = drawn(scene)
    before = stops(scene, plan_id)

    with (
        pytest.raises(Conflict, match="Renfort ne tiendrait plus"),
        scene.world.prestataire() as session,
    ):
        give_all_to(session, plan_id, short)

    assert stops(scene, plan_id) == before


def test_a_late_place_is_caught_up(scene: Scene) -> None:
    monday_only = a_residence(
        scene.world, "ALPHA", code="R005", times_per_week=3, halls=("Hall 9",)
    )[0]
    a_team_on_duty(scene.world, TONIGHT)

    plan_id = drawn(scene)

    with scene.world.prestataire() as session:
        found = session.scalars(
            select(RoundStop).where(
                RoundStop.round_plan_id == plan_id, RoundStop.entrance_id == monday_only.id
            )
        ).one()
        assert "behind" in found.reasons


def test_a_place_already_visited_this_week_is_not_behind(scene: Scene) -> None:
    a_team_on_duty(scene.world, TONIGHT)
    for day in (2, 3, 4):
        scene.record(a_visit(scene.alpha[0], at=f"2013-12-0{day}T20:00:00+01:00"))

    plan_id = drawn(scene)

    with scene.world.prestataire() as session:
        found = session.scalars(
            select(RoundStop).where(
                RoundStop.round_plan_id == plan_id, RoundStop.entrance_id == scene.alpha[0].id
            )
        ).one()
        assert found.reasons == ["due"]


def test_a_past_evening_is_not_prepared(scene: Scene) -> None:
    with pytest.raises(Invalid, match="est passée"), scene.world.prestataire() as session:
        drafting.ask_for_rounds(session, scene.scheme_id, date(2013, 12, 1))

    assert scene.count("round_plan") == 0


def test_a_published_plan_is_not_edited(scene: Scene) -> None:
    a_team_on_duty(scene.world, TONIGHT)
    plan_id = published(scene)

    with (
        pytest.raises(Conflict, match="ne se modifient plus"),
        scene.world.prestataire() as session,
    ):
        editing.give_up_stop(session, plan_id, uuid4(), "Trop tard")


def test_nothing_to_walk_is_nothing_to_publish(scene: Scene) -> None:
    plan_id = drawn(scene)

    with pytest.raises(Conflict, match="rien à publier"), scene.world.prestataire() as session:
        publishing.publish_rounds(session, plan_id)

    assert scene.count("evening_plan") == 0


def test_a_new_publication_supersedes_the_former_one(scene: Scene) -> None:
    a_team_on_duty(scene.world, TONIGHT)
    first, second = published(scene), published(scene)

    with scene.world.prestataire() as session:
        states = {row.id: row.state for row in session.scalars(select(RoundPlan))}

    assert states == {first: "superseded", second: "published"}


def test_a_hall_of_nobodys_perimeter_is_not_added(scene: Scene) -> None:
    team = a_team_on_duty(scene.world, TONIGHT)
    plan_id = drawn(scene)

    with (
        pytest.raises(Invalid, match="Hall inconnu"),
        scene.world.prestataire() as session,
    ):
        editing.add_stop(session, plan_id, uuid4(), Where(team))


def test_another_prestataires_plan_is_not_found(scene: Scene) -> None:
    with pytest.raises(NotFound), scene.world.prestataire() as session:
        drafting.own_plan(session, uuid4())
