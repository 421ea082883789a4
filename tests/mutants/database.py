"""Planted SQL, first half: policies, the signature, the contracts."""

from tests.mutants.catalogue import CATALOGUE
from tests.mutants.defects import DatabaseMutant, edited

HOUSE = "tests/house/test_row_security.py"
BOOK = f"{HOUSE}::test_the_policies_in_force_are_those_of_the_book"
FORCED = f"{HOUSE}::test_row_security_is_on_and_forced_everywhere_partitions_included"
WALL = "tests/tenants/test_isolation.py"
OWN_ROWS = f"{WALL}::test_a_bailleur_sees_its_rows_and_none_of_the_other"
BOUND = "tests/tenants/test_bound_contexts.py"
PLANTED = "tests/tenants/test_planted.py"
NO_CONTEXT = f"{WALL}::test_without_a_valid_context_no_table_shows_a_row"
NO_FOREIGN_WRITE = f"{WALL}::test_a_bailleur_writes_no_row_in_the_name_of_the_other"
OWNER = f"{WALL}::test_the_owner_itself_sees_no_row_without_a_context"
CONTEXT = "tests/tenants/test_context.py"
TWO_SCHEMES = "tests/tenants/test_two_schemes.py::test_a_prestataire_sees_its_scheme_only"

_POLICIES = (
    DatabaseMutant(
        "M01", ("T01", "D1"),
        "La sécurité par ligne est éteinte sur les passages.",
        (FORCED, OWN_ROWS),
        "alter table presence.visit disable row level security",
    ),
    DatabaseMutant(
        "M02", ("T02", "D1"),
        "Le propriétaire des tables échappe à la sécurité par ligne (plus de FORCE).",
        (FORCED, OWNER),
        "alter table presence.residence no force row level security",
    ),
    DatabaseMutant(
        "M03", ("T28",),
        "Une partition mensuelle n'a plus de sécurité par ligne à elle.",
        (FORCED,),
        """do $$ begin
             if to_regclass('presence.visit_2013_11') is not null then
               alter table presence.visit_2013_11 disable row level security;
             end if;
           end $$""",
    ),
    DatabaseMutant(
        "M04", ("T06",),
        "La règle des passages d'un bailleur laisse tout passer : USING (true).",
        (BOOK, OWN_ROWS, NO_CONTEXT),
        "alter policy visit_bailleur on presence.visit using (true)",
    ),
    DatabaseMutant(
        "M05", ("T06", "T15"),
        "Sans contexte signé, la règle des résidences ne filtre plus : « ou contexte absent ».",
        (BOOK, NO_CONTEXT),
        """alter policy residence_bailleur on presence.residence using
             (bailleur_id = app.signed_bailleur() or app.signed_bailleur() is null)""",
    ),
    DatabaseMutant(
        "M06", ("T06",),
        "La règle des appels compare la ligne à elle-même quand le contexte manque (COALESCE).",
        (BOOK, NO_CONTEXT),
        """alter policy call_bailleur on presence.call using
             (bailleur_id = coalesce(app.signed_bailleur(), bailleur_id))""",
    ),
    DatabaseMutant(
        "M07", ("T06",),
        "La règle des interventions écarte le bailleur au lieu de l'exiger (IS DISTINCT FROM).",
        (BOOK, OWN_ROWS, NO_CONTEXT),
        """alter policy intervention_bailleur on presence.intervention using
             (bailleur_id is distinct from app.signed_bailleur())""",
    ),
    DatabaseMutant(
        "M08", ("T07",),
        "Un bailleur peut écrire une résidence au nom d'un autre : WITH CHECK (true).",
        (BOOK, NO_FOREIGN_WRITE),
        "alter policy residence_bailleur on presence.residence with check (true)",
    ),
    DatabaseMutant(
        "M09", ("T07", "T15"),
        "Sans contexte, un bailleur peut déposer une convocation.",
        (BOOK, f"{WALL}::test_without_a_context_no_table_takes_a_row"),
        "alter policy summons_bailleur on presence.summons with check (true)",
    ),
    DatabaseMutant(
        "M10", ("T08",),
        "Un contrat quelconque suffit au prestataire pour lire toutes les résidences.",
        (BOOK, TWO_SCHEMES),
        """alter policy residence_prestataire on presence.residence using (exists (
             select 1 from unnest(app.signed_bailleurs())))""",
    ),
    DatabaseMutant(
        "M11", ("T08",),
        "Le prestataire lit aussi les résidences qu'un bailleur commun a dans un autre dispositif.",
        (BOOK, TWO_SCHEMES),
        """alter policy residence_prestataire on presence.residence using
             (bailleur_id = any(app.signed_bailleurs()))""",
    ),
    DatabaseMutant(
        "M12", ("T06",),
        "Le prestataire lit les passages faits par un autre chez le même bailleur.",
        (BOOK, TWO_SCHEMES),
        """alter policy visit_prestataire on presence.visit using
             (bailleur_id = any(app.signed_bailleurs()))""",
    ),
    DatabaseMutant(
        "M13", ("T14",),
        "Un contexte vide vaut « pas de filtre ».",
        (NO_CONTEXT,),
        """alter policy visit_bailleur on presence.visit using
             (bailleur_id = app.signed_bailleur() or current_setting('app.mac', true) = '')""",
    ),
    DatabaseMutant(
        "M14", ("D1", "T06"),
        "Une règle s'adresse à tous les rôles au lieu d'un seul (TO PUBLIC).",
        (f"{HOUSE}::test_every_policy_is_for_exactly_one_role_of_the_house",),
        """create policy visit_everybody on presence.visit for select to public
             using (bailleur_id = app.signed_bailleur())""",
    ),
    DatabaseMutant(
        "M15", ("D1",),
        "Le contexte d'un bailleur ouvre aussi les passages sur la connexion du prestataire.",
        (f"{WALL}::test_a_context_of_one_kind_opens_nothing_on_another_kinds_engine",),
        """create policy visit_borrowed on presence.visit for select to presence_prestataire
             using (bailleur_id = app.signed_bailleur())""",
    ),
    DatabaseMutant(
        "M16", ("T16",),
        "Une annonce peut être faite au nom d'un autre bailleur.",
        (f"{CONTEXT}::test_an_announcement_in_anothers_name_is_refused",),
        "alter policy outbox_bailleur on presence.outbox with check (kind = 'bailleur')",
    ),
    DatabaseMutant(
        "M17", ("T06", "D17"),
        "Les comptes sont tous lisibles par le propriétaire, donc par les fonctions d'entrée.",
        (BOOK, OWNER),
        "alter policy account_owner on presence.account using (true)",
    ),
    DatabaseMutant(
        "M18", ("D8",),
        "Les partenaires lisent les bilans avant leur publication.",
        (BOOK,),
        """alter policy release_figures on presence.release using
             (scheme_id = any(app.signed_schemes()))""",
    ),
)  # fmt: skip

_ALIVE = (
    "least(retired, to_timestamp(current_setting('app.expires', true)::float8))\n"
    "        > statement_timestamp()"
)
_MAC = "'UTF8'))), 'hex')"
_BOUND = "if backend <> '' and backend <> pg_backend_pid()::text then"
_SIGNATURE = (
    DatabaseMutant(
        "M20", ("T16", "D2"),
        "La signature du contexte d'un bailleur n'est plus vérifiée.",
        (NO_CONTEXT,),
        edited("app.signed_bailleur()", _MAC, f"{_MAC} is not null"),
    ),
    DatabaseMutant(
        "M21", ("T16", "D2"),
        "La signature du contexte d'un dispositif, d'un lecteur, de l'exploitation et du relais "
        "n'est plus vérifiée.",
        (NO_CONTEXT,),
        edited("app.verify()", _MAC, f"{_MAC} is not null"),
    ),
    DatabaseMutant(
        "M33", ("T16", "D2"),
        "La signature du contexte d'un prestataire n'est plus vérifiée quand on cherche ses "
        "bailleurs.",
        (f"{PLANTED}::test_a_badly_signed_prestataire_serves_no_bailleur",),
        edited("app.signed_bailleurs()", _MAC, f"{_MAC} is not null"),
    ),
    DatabaseMutant(
        "M22", ("T16",),
        "Une signature coupée en deux est acceptée.",
        (NO_CONTEXT,),
        edited(
            "app.verify()",
            "current_setting('app.mac', true) = encode(",
            "length(current_setting('app.mac', true)) = 32 or "
            "current_setting('app.mac', true) = encode(",
        ),
    ),
    DatabaseMutant(
        "M23", ("T17", "D2"),
        "Un contexte de bailleur expiré reste bon.",
        (NO_CONTEXT, f"{CONTEXT}::test_a_context_expires_inside_its_transaction"),
        edited("app.signed_bailleur()", _ALIVE, "coalesce(retired > statement_timestamp(), true)"),
    ),
    DatabaseMutant(
        "M24", ("T17", "D2"),
        "Un contexte expiré des autres sortes reste bon.",
        (NO_CONTEXT,),
        edited("app.verify()", _ALIVE, "coalesce(retired > statement_timestamp(), true)"),
    ),
    DatabaseMutant(
        "M25", ("T17",),
        "Une clé de signature retirée ouvre encore.",
        (f"{CONTEXT}::test_a_retired_key_opens_nothing",),
        edited("app.signed_bailleur()", "least(retired, ", "least(null, "),
    ),
    DatabaseMutant(
        "M34", ("T17",),
        "Un contexte de bailleur volé sert sur une autre connexion.",
        (
            f"{BOUND}::test_a_context_replayed_on_another_connection_shows_nothing",
            f"{PLANTED}::test_a_context_of_any_kind_serves_on_its_own_connection_only",
        ),
        edited("app.signed_bailleur()", _BOUND, "if false then"),
    ),
    DatabaseMutant(
        "M19", ("T17",),
        "Un contexte volé d'une autre sorte sert sur une autre connexion.",
        (f"{PLANTED}::test_a_context_of_any_kind_serves_on_its_own_connection_only",),
        edited("app.verify()", _BOUND, "if false then"),
    ),
    DatabaseMutant(
        "M26", ("T18",),
        "Le bailleur signé est tenu pour une constante : un plan gardé sert au suivant.",
        (f"{WALL}::test_a_prepared_statement_follows_the_context_not_its_plan",),
        "alter function app.signed_bailleur() immutable",
    ),
    DatabaseMutant(
        "M27", ("T35", "D7"),
        "Un contrat terminé ouvre encore les lignes du bailleur au prestataire.",
        (f"{CONTEXT}::test_an_ended_contract_closes_the_next_statement",),
        edited(
            "app.signed_bailleurs()",
            "and c.valid_during @> (select",
            "and not isempty(c.valid_during) or false and c.valid_during @> (select",
        ),
    ),
    DatabaseMutant(
        "M28", ("T35", "D7"),
        "Les bailleurs du prestataire sont figés pour toute la transaction.",
        (f"{CONTEXT}::test_an_ended_contract_closes_the_next_statement",),
        """create function app.frozen_bailleurs() returns int[] language plpgsql stable as $$
           begin
             if current_setting('app.frozen', true) is null
                or current_setting('app.frozen', true) = '' then
               perform set_config('app.frozen', app.signed_bailleurs()::text, true);
             end if;
             return current_setting('app.frozen', true)::int[];
           end $$;
           grant execute on function app.frozen_bailleurs() to presence_prestataire;
           alter policy visit_prestataire on presence.visit using
             (bailleur_id = any(app.frozen_bailleurs())
              and prestataire_id = app.signed_prestataire())""",
    ),
    DatabaseMutant(
        "M29", ("D7",),
        "Un contexte réduit à un bailleur montre tous ceux du prestataire.",
        (f"{WALL}::test_a_narrowed_context_shows_one_bailleur_only",),
        edited(
            "app.signed_bailleurs()", "(narrowed is null or c.bailleur_id = any(narrowed))", "true"
        ),
    ),
    DatabaseMutant(
        "M30", ("T16", "D7"),
        "Un contexte peut nommer un bailleur qu'aucun contrat ne lie au prestataire.",
        (f"{PLANTED}::test_a_widened_context_names_no_bailleur",),
        edited(
            "app.signed_bailleurs()",
            "return array(",
            "if narrowed is not null then return narrowed; end if;\n  return array(",
        ),
    ),
    DatabaseMutant(
        "M31", ("T93", "T94"),
        "Une soirée change à minuit au lieu de midi, dans PostgreSQL.",
        ("tests/presence/test_clock.py::test_postgresql_says_the_same_over_ten_years",),
        edited("app.evening_of(timestamptz)", "interval '12 hours'", "interval '0 hours'"),
    ),
)  # fmt: skip

SIGN_IN = "tests/web/test_planted_sign_in.py"
_OVER = f"{SIGN_IN}::test_a_session_that_is_over_opens_nothing"
_TOKEN_OVER = f"{SIGN_IN}::test_a_token_that_is_over_opens_nothing"
_DOORKEEPER = (
    DatabaseMutant(
        "M100", ("T65",),
        "Une session fermée par la déconnexion ouvre encore.",
        ("tests/web/test_session.py::test_signing_out_kills_the_session_in_the_database", _OVER),
        edited("app.session_by_hash(text)", "and t.revoked_at is null", ""),
    ),
    DatabaseMutant(
        "M101", ("T65",),
        "Une session laissée sans activité ne se ferme plus.",
        (_OVER,),
        edited(
            "app.session_by_hash(text)",
            "and t.seen_at + make_interval(secs => t.idle_seconds) > clock_timestamp()",
            "",
        ),
    ),
    DatabaseMutant(
        "M102", ("T65",),
        "Une session dure sans fin tant qu'on s'en sert.",
        (_OVER,),
        edited("app.session_by_hash(text)", "and t.expires_at > clock_timestamp()", ""),
    ),
    DatabaseMutant(
        "M103", ("T65",),
        "Un jeton d'API révoqué ouvre encore.",
        (_TOKEN_OVER,),
        edited("app.token_by_hash(text)", "and k.revoked_at is null", ""),
    ),
    DatabaseMutant(
        "M104", ("T65",),
        "Un jeton d'API expiré ouvre encore.",
        (_TOKEN_OVER,),
        edited("app.token_by_hash(text)", "and k.expires_at > clock_timestamp()", ""),
    ),
    DatabaseMutant(
        "M105", ("T65",),
        "Un compte fermé reste dans la place avec sa session et son jeton.",
        (f"{SIGN_IN}::test_a_closed_account_is_out_at_once",),
        edited("app.identity_of(uuid)", "and t.closed_at is null", ""),
    ),
    DatabaseMutant(
        "M106", ("T65",),
        "Un rôle qui commence demain ouvre déjà.",
        (f"{SIGN_IN}::test_a_role_that_is_not_held_today_opens_nothing",),
        edited("app.identity_of(uuid)", "and r.from_on <= day", ""),
    ),
    DatabaseMutant(
        "M107", ("T65",),
        "Un rôle terminé ouvre encore.",
        (f"{SIGN_IN}::test_a_role_that_is_not_held_today_opens_nothing",),
        edited("app.identity_of(uuid)", "and (r.to_on is null or r.to_on > day)", ""),
    ),
)  # fmt: skip

DATABASE = (*_POLICIES, *_SIGNATURE, *_DOORKEEPER, *CATALOGUE)
