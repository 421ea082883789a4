"""Defects in what the prestataire reaches: contract, perimeter, late deposit, bound context."""

from tests.mutants.defects import DatabaseMutant, Mutant, SourceMutant, edited

RIGHTS = "tests/tenants/test_provider_rights.py"
BOUND = "tests/tenants/test_bound_contexts.py"
PLANTED = "tests/tenants/test_planted.py"
_OWN = "prestataire_id = app.signed_prestataire()"

PROVIDER: tuple[Mutant, ...] = (
    DatabaseMutant(
        "M160", ("T91", "D7"),
        "Le dépôt tardif reste ouvert un mois après la fin du contrat.",
        (f"{RIGHTS}::test_a_late_deposit_is_taken_for_72_hours",),
        edited("app.deposit_bailleurs()", "interval '72 hours'", "interval '30 days'"),
    ),
    DatabaseMutant(
        "M161", ("T91", "D7"),
        "Un passage daté d'après la fin du contrat est accepté.",
        (
            f"{RIGHTS}::test_a_late_deposit_dated_after_the_end_is_refused",
            f"{RIGHTS}::test_a_visit_outside_the_contracts_dates_is_refused_by_the_database",
        ),
        """alter policy visit_prestataire on presence.visit with check
             (bailleur_id = any((select app.deposit_bailleurs())::int[])
              and prestataire_id = (select app.signed_prestataire()))""",
    ),
    DatabaseMutant(
        "M162", ("T91", "D7"),
        "Ce qui est déposé après la fin du contrat se relit.",
        (f"{RIGHTS}::test_a_late_deposit_is_not_read_back",),
        f"""alter policy visit_prestataire on presence.visit using
             (bailleur_id = any(app.deposit_bailleurs()) and {_OWN})""",
    ),
    SourceMutant(
        "M163", ("T91", "D7"),
        "Un téléphone admis après la fin du contrat dépose encore.",
        (f"{RIGHTS}::test_a_device_bound_after_the_end_deposits_nothing",),
        "platform/presence/field/services.py",
        "and bound_at < at_paris(contract.valid_during.upper, time(0, 0))",
        "and bound_at",
    ),
    DatabaseMutant(
        "M164", ("T91", "T40"),
        "Le lieu d'un dépôt dit si le lieu d'un bailleur sans contrat existe.",
        (f"{RIGHTS}::test_the_place_of_a_deposit_tells_nothing_of_a_bailleur_without_contract",),
        edited("app.place_of_deposit(uuid)", "where e.id = wanted and ", "where e.id = wanted or "),
    ),
    DatabaseMutant(
        "M165", ("T90",),
        "Une résidence hors du périmètre ou de ses dates reste visible du prestataire.",
        (f"{RIGHTS}::test_a_residence_is_seen_while_it_is_in_the_perimeter",),
        """alter policy residence_prestataire on presence.residence using
             (bailleur_id = any(app.signed_bailleurs())
              and scheme_id = any(app.signed_schemes()))""",
    ),
    DatabaseMutant(
        "M166", ("T87",),
        "Un bailleur voit qu'un événement en a touché un autre.",
        (
            f"{RIGHTS}::test_an_event_across_two_bailleurs_is_two_rows_and_a_link_that_neither_sees",
        ),
        """grant select on presence.event_link to presence_bailleur;
           create policy event_link_bailleur on presence.event_link for select
             to presence_bailleur using (bailleur_id = app.signed_bailleur())""",
    ),
    SourceMutant(
        "M168", ("T17", "D2"),
        "Le produit ne lie plus ses contextes à leur connexion.",
        (f"{BOUND}::test_the_product_binds_every_context_it_makes",),
        "tenants/database.py",
        "    backend = driver.info.backend_pid\n",
        "    backend = driver.info.backend_pid and None\n",
    ),
    SourceMutant(
        "M169", ("T38",),
        "Une requête de page attend un verrou sans limite.",
        (f"{PLANTED}::test_every_engine_of_people_has_its_limits",),
        "tenants/database.py",
        "-c lock_timeout=4s ",
        "",
    ),
)  # fmt: skip
