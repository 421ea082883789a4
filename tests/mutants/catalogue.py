"""Planted SQL, second half: rights, roles, keys, and what must not exist at all."""

from tests.mutants.defects import DatabaseMutant

HOUSE = "tests/house/test_row_security.py"
FORCED = f"{HOUSE}::test_row_security_is_on_and_forced_everywhere_partitions_included"
GRANTS = f"{HOUSE}::test_each_role_holds_the_grants_that_the_models_declare"
COLUMN_GRANTS = f"{HOUSE}::test_each_role_changes_only_the_columns_that_the_models_declare"
POWER = f"{HOUSE}::test_a_login_role_has_no_power_and_belongs_to_nothing"
FUNCTIONS = "tests/house/test_functions.py"
REVIEWED = f"{FUNCTIONS}::test_the_functions_that_act_as_their_owner_are_the_reviewed_ones"
PINNED = f"{FUNCTIONS}::test_every_function_has_a_pinned_search_path_that_ends_with_pg_temp"
CLOSED = f"{FUNCTIONS}::test_no_function_is_open_to_everybody"
REPORTS = "tests/presence/test_daily_reports.py"
WALL = "tests/tenants/test_isolation.py"
LIFT = f"{WALL}::test_an_application_role_cannot_lift_itself"
ATTACKS = "tests/tenants/test_attacks.py"
PLANTED = "tests/tenants/test_planted.py"
NO_VIEW = f"{HOUSE}::test_there_is_no_view_no_foreign_table_and_no_publication"

_ROLES = (
    DatabaseMutant(
        "M35", ("T03",),
        "Le rôle des bailleurs contourne la sécurité par ligne (BYPASSRLS).",
        (POWER,),
        "alter role presence_bailleur bypassrls",
        undo="alter role presence_bailleur nobypassrls",
    ),
    DatabaseMutant(
        "M36", ("T03",),
        "Le rôle du relais peut créer des rôles.",
        (POWER,),
        "alter role presence_relay createrole",
        undo="alter role presence_relay nocreaterole",
    ),
    DatabaseMutant(
        "M37", ("T04",),
        "Le rôle de l'exploitation lit toutes les tables par un rôle de PostgreSQL.",
        (POWER,),
        "grant pg_read_all_data to presence_operator",
        undo="revoke pg_read_all_data from presence_operator",
    ),
    DatabaseMutant(
        "M38", ("T05",),
        "Le rôle des dispositifs peut devenir propriétaire des tables.",
        (
            POWER,
            f"{HOUSE}::test_nobody_becomes_the_owner_or_the_aggregator_but_by_saying_so",
            LIFT,
        ),
        "grant presence_owner to presence_scheme with inherit false, set true",
        undo="revoke presence_owner from presence_scheme",
    ),
    DatabaseMutant(
        "M39", ("T05",),
        "Le rôle des bailleurs possède la table des appels.",
        (f"{HOUSE}::test_a_login_role_owns_nothing",),
        "alter table presence.call owner to presence_bailleur",
    ),
    DatabaseMutant(
        "M40", ("T29",),
        "Le rôle des dispositifs peut créer des objets dans le schéma des tables.",
        (f"{HOUSE}::test_a_login_role_can_create_nothing_anywhere", LIFT),
        "grant create on schema presence to presence_scheme",
    ),
    DatabaseMutant(
        "M41", ("T29",),
        "Le rôle des prestataires peut créer des tables temporaires.",
        (f"{HOUSE}::test_a_login_role_can_create_nothing_anywhere", LIFT),
        """do $$ begin
             execute format('grant temporary on database %I to presence_prestataire',
                            current_database());
           end $$""",
    ),
    DatabaseMutant(
        "M42", ("T30", "D10"),
        "Un réglage est posé d'avance sur le rôle du relais (accusé avant l'écriture sur disque).",
        (f"{HOUSE}::test_no_setting_is_preset_for_a_role_or_the_database",),
        """do $$ begin
             execute format('alter role presence_relay in database %I '
                            'set synchronous_commit = off', current_database());
           end $$""",
    ),
)  # fmt: skip

_RIGHTS = (
    DatabaseMutant(
        "M43", ("T28",),
        "Une partition se lit directement, sans passer par sa table.",
        (f"{HOUSE}::test_a_partition_is_reached_through_its_parent_only", LIFT),
        """do $$ begin
             if to_regclass('presence.visit_2013_11') is not null then
               grant select on presence.visit_2013_11 to presence_bailleur;
             end if;
           end $$""",
    ),
    DatabaseMutant(
        "M44", ("T20",),
        "Un bailleur peut vider la table des passages (TRUNCATE).",
        (GRANTS, LIFT),
        "grant truncate on presence.visit to presence_bailleur",
    ),
    DatabaseMutant(
        "M45", ("T20", "T38"),
        "Un bailleur peut poser clés, déclencheurs et verrous sur la table des passages.",
        (GRANTS, f"{PLANTED}::test_no_application_role_locks_a_table_against_the_others"),
        "grant references, trigger, maintain on presence.visit to presence_bailleur",
    ),
    DatabaseMutant(
        "M46", ("T33", "D6"),
        "Le prestataire peut changer le bailleur d'un passage.",
        (
            COLUMN_GRANTS,
            f"{HOUSE}::test_nobody_may_change_whose_a_row_is",
            f"{WALL}::test_no_row_changes_hands",
        ),
        "grant update (bailleur_id) on presence.visit to presence_prestataire",
    ),
    DatabaseMutant(
        "M47", ("T44",),
        "Le prestataire lit les convocations des bailleurs.",
        (GRANTS, f"{WALL}::test_a_prestataire_has_no_business_with_follow_up_money_and_agreements"),
        """grant select on presence.summons to presence_prestataire;
           create policy summons_prestataire on presence.summons for select
             to presence_prestataire using (bailleur_id = any(app.signed_bailleurs()))""",
    ),
    DatabaseMutant(
        "M48", ("D8",),
        "Les partenaires ont un droit sur les interventions.",
        (GRANTS, f"{WALL}::test_partners_read_published_figures_and_nothing_else"),
        "grant select on presence.intervention to presence_figures",
    ),
    DatabaseMutant(
        "M49", ("T16", "D2"),
        "La clé qui signe les contextes est lisible par un rôle de l'application.",
        (GRANTS, f"{HOUSE}::test_the_policies_in_force_are_those_of_the_book"),
        """grant select on presence.signing_key to presence_bailleur;
           create policy signing_key_bailleur on presence.signing_key for select
             to presence_bailleur using (true)""",
    ),
    DatabaseMutant(
        "M50", ("T102",),
        "Un bailleur peut effacer des lignes de son journal d'audit.",
        (GRANTS,),
        "grant delete on presence.audit_entry to presence_bailleur",
    ),
    DatabaseMutant(
        "M51", ("D13",),
        "Un bailleur peut changer le signataire d'un rapport scellé.",
        (
            COLUMN_GRANTS,
            f"{REPORTS}::test_a_sealed_report_is_never_changed_nor_removed",
        ),
        "grant update (signer) on presence.daily_report to presence_bailleur",
    ),
    DatabaseMutant(
        "M52", ("T19", "T29"),
        "Un rôle de l'application lit les fichiers du serveur.",
        (POWER, LIFT),
        """grant pg_read_server_files to presence_bailleur with inherit true;
           grant execute on function pg_read_file(text) to presence_bailleur""",
        undo="revoke pg_read_server_files from presence_bailleur",
    ),
    DatabaseMutant(
        "M53", ("T19",),
        "Un rôle de l'application lance des programmes sur le serveur (COPY … TO PROGRAM).",
        (POWER, LIFT),
        "grant pg_execute_server_program to presence_bailleur with inherit true",
        undo="revoke pg_execute_server_program from presence_bailleur",
    ),
    DatabaseMutant(
        "M54", ("T25",),
        "Les statistiques du planificateur, qui citent des lignes de tous, sont lisibles.",
        (f"{PLANTED}::test_the_planners_statistics_tell_nothing",),
        "grant select on pg_statistic to presence_bailleur",
    ),
    DatabaseMutant(
        "M55", ("T36",),
        "Une table à venir serait ouverte d'avance à un rôle (droits par défaut).",
        (f"{PLANTED}::test_nothing_to_come_is_open_to_anybody",),
        """alter default privileges for role presence_owner in schema presence
             grant select on tables to presence_bailleur""",
    ),
)  # fmt: skip

_FUNCTIONS = (
    DatabaseMutant(
        "M56", ("T11",),
        "Une fonction de plus agit avec les droits du propriétaire, et pour tout le monde.",
        (REVIEWED, PINNED, CLOSED),
        """create function app.peek() returns bigint language sql security definer
             as 'select count(*) from presence.visit';
           grant execute on function app.peek() to public""",
    ),
    DatabaseMutant(
        "M57", ("T11",),
        "Le schéma temporaire passe avant pg_catalog dans une fonction épinglée.",
        (PINNED,),
        "alter function app.signed_bailleur() set search_path = pg_temp, pg_catalog",
    ),
    DatabaseMutant(
        "M58", ("T11",),
        "Chacun peut demander si un contexte est signé, et essayer des signatures.",
        (REVIEWED, CLOSED, LIFT),
        "grant execute on function app.verify() to public",
    ),
    DatabaseMutant(
        "M59", ("T11", "T62"),
        "Le rôle des bailleurs peut demander le mot de passe haché d'un compte par son adresse.",
        (REVIEWED,),
        "grant execute on function app.account_for_sign_in(text) to presence_bailleur",
    ),
    DatabaseMutant(
        "M60", ("T27",),
        "Une fonction est dite sans fuite : elle passerait avant les règles.",
        (f"{HOUSE}::test_no_function_of_the_house_is_leakproof",),
        "alter function app.signed_kind() leakproof",
    ),
)  # fmt: skip

_KEYS = (
    DatabaseMutant(
        "M61", ("T21",),
        "Les appels de tous les bailleurs partagent une numérotation.",
        (f"{HOUSE}::test_no_number_of_a_bailleur_owned_table_comes_from_a_shared_counter",),
        "alter table presence.call add number int generated always as identity",
    ),
    DatabaseMutant(
        "M62", ("T22", "D5"),
        "Une clé étrangère ne tient plus le bailleur : elle dit si la ligne d'un autre existe.",
        (
            f"{HOUSE}::test_a_foreign_key_between_bailleur_owned_tables_holds_their_owner",
            f"{WALL}::test_the_ids_that_a_row_may_point_at_tell_nothing_of_the_others",
        ),
        """create unique index planted on presence.residence (id);
           alter table presence.visit_frequency
             drop constraint fk_visit_frequency_bailleur_id_residence_id,
             add foreign key (residence_id) references presence.residence (id)""",
    ),
    DatabaseMutant(
        "M63", ("T23", "D5"),
        "Le code d'une résidence est unique entre tous les bailleurs.",
        (f"{PLANTED}::test_a_code_that_one_bailleur_gave_is_free_for_another",),
        # The demonstration's bailleurs already share codes: only an empty world takes the index.
        """do $$ begin
             if not exists (select 1 from presence.residence) then
               create unique index planted on presence.residence (code);
             end if;
           end $$""",
    ),
    DatabaseMutant(
        "M32", ("T23", "D5"),
        "Un index unique d'une table de bailleur ne tient pas le bailleur.",
        (f"{HOUSE}::test_a_unique_index_of_a_bailleur_owned_table_holds_its_owner",),
        "create unique index planted on presence.residence (id)",
    ),
    DatabaseMutant(
        "M64", ("T34",),
        "Une clé étrangère efface d'elle-même (ON DELETE CASCADE).",
        (f"{HOUSE}::test_no_foreign_key_acts_by_itself",),
        """alter table presence.entrance
             drop constraint fk_entrance_bailleur_id_residence_id,
             add foreign key (bailleur_id, residence_id)
               references presence.residence (bailleur_id, id) on delete cascade""",
    ),
)  # fmt: skip

_NOTHING_OF_THE_KIND = (
    DatabaseMutant(
        "M65", ("T09",),
        "Une vue montre les passages avec les droits de son propriétaire.",
        (NO_VIEW,),
        """create view presence.every_visit as select * from presence.visit;
           grant select on presence.every_visit to presence_bailleur""",
    ),
    DatabaseMutant(
        "M66", ("T10",),
        "Une vue matérialisée garde les passages de tous.",
        (NO_VIEW,),
        "create materialized view presence.kept_visits as select * from presence.visit",
    ),
    DatabaseMutant(
        "M67", ("T32",),
        "Une publication envoie toutes les tables hors de la base.",
        (NO_VIEW,),
        "create publication everything for all tables",
    ),
    DatabaseMutant(
        "M68", ("T01", "T36"),
        "Une table est ajoutée sans dire à qui sont ses lignes.",
        (f"{HOUSE}::test_every_table_has_a_declared_kind", FORCED),
        "create table presence.note (bailleur_id int, words text)",
    ),
    DatabaseMutant(
        "M69", ("T31",),
        "Un déclencheur crie le contenu des appels à qui écoute (NOTIFY).",
        (
            f"{ATTACKS}::test_the_house_notifies_nothing",
            f"{PLANTED}::test_nothing_happens_by_itself",
        ),
        """create function app.shout() returns trigger language plpgsql
             set search_path = pg_catalog, pg_temp
             as $$ begin perform pg_notify('calls', new.need); return new; end $$;
           revoke all on function app.shout() from public;
           create trigger shout after insert on presence.call
             for each row execute function app.shout()""",
    ),
)  # fmt: skip

CATALOGUE = (*_ROLES, *_RIGHTS, *_FUNCTIONS, *_KEYS, *_NOTHING_OF_THE_KIND)
