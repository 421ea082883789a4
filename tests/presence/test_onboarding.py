"""A bailleur gets ready task by task, and goes live only when nothing is missing."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from presence.accounts.identity import Identity
from presence.finance.services import KeyEntry, adopt_key
from presence.kernel.errors import Conflict, Invalid
from presence.kernel.nomenclature import KeyBasis
from presence.onboarding import services
from presence.onboarding.queries import (
    covering_of_new_places,
    facts_of,
    trial_evening,
)
from presence.onboarding.tasks import Facts, Task, missing, states
from presence.patrimoine.queries import covered_on
from presence.patrimoine.services import ResidenceDraft, create_residences
from presence.planning.frequency import Frequency
from tenants.roles import OrganisationKind
from tenants.scheme import join, schemes
from tests.factories.schemes import an_organisation
from tests.presence.people import person
from tests.presence.scene import Scene
from tests.worlds import World

LIVE, DONE = date(2014, 1, 6), date(2013, 12, 1)
IDENTITY = {
    "legal_form": "oph", "siret": "24380060400007", "contact_name": "Mme Test",
    "contact_email": "test@neuf.example", "contact_phone": "04 00 00 00 00",
}  # fmt: skip
COMPLETE = Facts(
    True, "oph", "1", True, 1, 2, 0, 3, 0, LIVE, "Logements couverts", DONE, DONE, DONE, DONE
)


def words_of(facts: Facts) -> dict[Task, str]:
    return {state.task: state.words for state in states(facts)}


def test_nothing_done_makes_every_task_say_what_it_misses() -> None:
    found = states(Facts())

    assert not any(state.done for state in found)
    assert "la forme juridique" in found[0].words


def test_activation_names_the_tasks_that_are_missing() -> None:
    words = words_of(replace(COMPLETE, data_agreement_on=None, trial_evening_on=None))

    assert words[Task.ACTIVATION] == "Impossible pour l'instant : étapes 6 et 7"
    assert words[Task.AGREEMENTS] == "l'accord RGPD n'est pas signé"


def test_a_complete_file_may_be_activated() -> None:
    assert missing(COMPLETE) == []
    assert words_of(COMPLETE)[Task.ACTIVATION] == "Possible maintenant"


def test_without_a_scheme_nothing_goes_live() -> None:
    told = missing(replace(COMPLETE, member_from_on=None))

    assert told == ["l'exploitant n'a pas encore rattaché votre organisme à un dispositif"]


@pytest.fixture
def newcomer(scene: Scene) -> World:
    """A third bailleur, member from 6 January 2014, with two residences out of the perimeter."""
    world = scene.world
    with world.scheme() as session:
        adopt_key(session, KeyEntry(uuid4(), KeyBasis.DWELLINGS, date(2013, 1, 1)))
    with world.operator() as session:
        made = an_organisation(session, OrganisationKind.BAILLEUR, "NEUF")
        join(session, schemes(session)[0], made, from_on=LIVE)
    with world.bailleur("NEUF") as session:
        drafts = [
            ResidenceDraft("Sud", f"N{n}", f"Neuve {n}", "1 rue", "38053", 12) for n in (1, 2)
        ]
        create_residences(session, drafts, covering_of_new_places(session))
    return world


def test_places_of_a_newcomer_stay_out_of_the_perimeter(newcomer: World) -> None:
    assert (
        newcomer.scalar(
            "select count(*) from presence.coverage where bailleur_id = %s", newcomer.ids["NEUF"]
        )
        == 0
    )


def test_activation_takes_every_residence_into_the_perimeter_from_its_day(
    newcomer: World,
) -> None:
    with newcomer.bailleur("NEUF") as session:
        done = services.activate(session, COMPLETE, LIVE)

    with newcomer.bailleur("NEUF") as session:
        scheme_id = newcomer.ids["scheme"]
        assert done == 2
        assert covered_on(session, date(2014, 1, 5), scheme_id) == {}
        assert sum(covered_on(session, LIVE, scheme_id).values()) == 24


@pytest.mark.parametrize(
    ("facts", "on", "error", "told"),
    [(Facts(), LIVE, Conflict, "étape 1"),
     (COMPLETE, date(2013, 12, 30), Invalid, "aucun dispositif à cette date"),
     (COMPLETE, date(2013, 12, 4), Invalid, "après le 04/12/2013")],
    ids=["incomplete", "before joining", "past"],
)  # fmt: skip
def test_an_activation_that_cannot_be_says_why_and_writes_nothing(
    newcomer: World, facts: Facts, on: date, error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told), newcomer.bailleur("NEUF") as session:
        services.activate(session, facts, on)

    assert (
        newcomer.scalar(
            "select count(*) from presence.coverage where bailleur_id = %s", newcomer.ids["NEUF"]
        )
        == 0
    )


def test_an_activation_is_made_once(newcomer: World) -> None:
    with newcomer.bailleur("NEUF") as session:
        services.activate(session, COMPLETE, LIVE)

    with pytest.raises(Conflict, match="en service depuis"), newcomer.bailleur("NEUF") as session:
        services.activate(session, COMPLETE, LIVE)


def test_a_trial_evening_names_the_halls_that_would_be_visited(newcomer: World) -> None:
    with newcomer.bailleur("NEUF") as session:
        services.fix_missing_frequencies(session, Frequency(7), LIVE)

    with newcomer.bailleur("NEUF") as session:
        found = trial_evening(session, LIVE)
    assert found.labels == ("Neuve 1, hall", "Neuve 2, hall")


@pytest.mark.parametrize(
    ("change", "field"),
    [({"legal_form": "x"}, "legal_form"), ({"siret": "123"}, "siret"),
     ({"siret": "24380060400000"}, "siret"), ({"contact_name": " "}, "contact_name"),
     ({"contact_email": "nul"}, "contact_email")],
    ids=str,
)  # fmt: skip
def test_an_identity_that_cannot_be_is_refused_at_its_field(
    newcomer: World, change: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as refused, newcomer.bailleur("NEUF") as session:
        services.state_identity(session, IDENTITY | change)

    assert refused.value.faults[0].field == field
    assert newcomer.scalar("select count(*) from presence.onboarding") == 0


def test_facts_are_those_of_the_bailleur_itself(shared_demo: World) -> None:
    with shared_demo.app.app_context():
        who: Identity = person(shared_demo, "responsable@opac38.example")

    with shared_demo.bailleur("OPAC38") as session:
        facts = facts_of(session, who)

    assert (facts.residences, facts.without_frequency) == (23, 0)
    assert facts.key_words == "Logements couverts"
