"""Defects in accounts: passwords, second factor, links, tokens, members and their reach."""

from tests.mutants.defects import DatabaseMutant, Mutant, SourceMutant, edited

ACCOUNTS = "tests/presence/test_accounts.py"
MEMBERS = "tests/presence/test_members.py"
TOKENS = "tests/api/test_tokens.py"
PAGES = "tests/web/test_rights_pages.py"
SURFACE = "tests/web/test_surface.py"
PLANTED = "tests/web/test_planted_sign_in.py"
ROUND = "test_an_agent_sees_the_places_of_tonights_round_and_a_leader_the_whole_contract"
SERVICES = "platform/presence/accounts/services.py"
PASSWORDS = "platform/presence/accounts/passwords.py"
IDENTITY = "platform/presence/accounts/identity.py"

_PASSED = "app.code_passed(text,text,bigint,text,int,int,text)"
_CHANGED = "app.change_password(uuid,text,text)"
_UNUSED_RESET = "and t.used_at is null"

_SECOND_FACTOR: tuple[Mutant, ...] = (
    DatabaseMutant(
        "M170", ("T68",),
        "Le mot de passe seul ouvre : la session qui attend un code vaut une session.",
        (f"{ACCOUNTS}::test_a_session_that_waits_for_a_code_opens_nothing",),
        edited("app.session_by_hash(text)", "and not t.code_due", ""),
    ),
    SourceMutant(
        "M171", ("T68", "T69"),
        "Le second facteur n'est plus demandé à la connexion.",
        (
            f"{ACCOUNTS}::test_a_session_that_waits_for_a_code_opens_nothing",
            f"{ACCOUNTS}::test_a_reset_does_not_bypass_the_second_factor",
        ),
        SERVICES,
        "waits = identity.second_factor",
        "waits = identity.second_factor and identity.waived",
    ),
    DatabaseMutant(
        "M172", ("T68",),
        "Le même code sert deux fois.",
        (f"{ACCOUNTS}::test_a_right_code_opens_another_session_and_serves_once",),
        edited(
            _PASSED, "and (a.second_factor_step is null or a.second_factor_step < step)", ""
        ),
    ),
    DatabaseMutant(
        "M173", ("T68",),
        "Les codes s'essaient sans limite.",
        (f"{ACCOUNTS}::test_five_wrong_codes_end_the_waiting_session",),
        edited("app.code_tried(text)", "t.code_tries >= 5", "t.code_tries >= 500"),
    ),
    SourceMutant(
        "M174", ("T68",),
        "Un code reste bon neuf pas avant et après le sien.",
        (f"{ACCOUNTS}::test_a_code_is_accepted_one_step_late_and_no_more",),
        "platform/presence/accounts/second_factor.py",
        "for step in (current - 1, current, current + 1)",
        "for step in range(current - 9, current + 10)",
    ),
    DatabaseMutant(
        "M175", ("T68",),
        "Un code de secours sert deux fois.",
        (f"{ACCOUNTS}::test_a_recovery_code_serves_once_and_is_stored_hashed",),
        edited(_PASSED, "and c.used_at is null", ""),
    ),
    SourceMutant(
        "M176", ("T68",),
        "Une page s'ouvre à qui doit encore poser son second facteur.",
        (f"{ACCOUNTS}::test_a_waiver_holds_outside_production_only",),
        IDENTITY,
        "and (production or not self.waived)",
        "and not self.waived",
    ),
    SourceMutant(
        "M177", ("T68",),
        "Un jeton d'API passe outre le second facteur que son titulaire doit.",
        (f"{TOKENS}::test_a_token_of_somebody_who_owes_a_second_factor_opens_nothing",),
        "platform/presence/api/auth.py",
        "if not identity.may(permission) or _owes(identity):",
        "if not identity.may(permission):",
    ),
    SourceMutant(
        "M178", ("T68",),
        "Une adresse tapée à la main passe outre le second facteur à poser.",
        (f"{PLANTED}::test_whoever_owes_a_second_factor_opens_no_page",),
        "platform/presence/web/edge.py",
        '            if owes_second_factor(identity):\n                return see_other("account.',
        '            if not identity.roles:\n                return see_other("account.',
    ),
)  # fmt: skip

_SECRETS: tuple[Mutant, ...] = (
    DatabaseMutant(
        "M180", ("T69",),
        "Un lien de réinitialisation sert deux fois.",
        (f"{ACCOUNTS}::test_a_reset_link_serves_once_and_closes_everything",),
        edited("app.reset_by_hash(text)", _UNUSED_RESET, "")
        + ";"
        + edited("app.use_reset(text,text)", _UNUSED_RESET, ""),
    ),
    DatabaseMutant(
        "M181", ("T65", "T69"),
        "Changer de mot de passe laisse ouvertes les autres sessions.",
        (
            f"{ACCOUNTS}::test_changing_the_password_ends_other_sessions_and_every_token",
            f"{ACCOUNTS}::test_a_reset_link_serves_once_and_closes_everything",
        ),
        edited(_CHANGED, "and s.revoked_at is null and", "and false and"),
    ),
    DatabaseMutant(
        "M182", ("T65", "T69"),
        "Changer de mot de passe laisse vivre les jetons d'API.",
        (
            f"{ACCOUNTS}::test_changing_the_password_ends_other_sessions_and_every_token",
            f"{ACCOUNTS}::test_a_reset_link_serves_once_and_closes_everything",
        ),
        edited(_CHANGED, "and k.revoked_at is null", "and false"),
    ),
    SourceMutant(
        "M183", ("T65",),
        "Le mot de passe se change sans donner l'ancien.",
        (f"{ACCOUNTS}::test_changing_the_password_asks_for_the_former_one",),
        PASSWORDS,
        "    confirm(identity, current)\n    hashed",
        "    hashed",
    ),
    SourceMutant(
        "M184", ("T67",),
        "Un administrateur se contente de douze caractères.",
        (f"{ACCOUNTS}::test_an_administrator_needs_sixteen_characters",),
        PASSWORDS,
        "MINIMUM, MINIMUM_ADMINISTRATOR, MOST = 12, 16, 256",
        "MINIMUM, MINIMUM_ADMINISTRATOR, MOST = 12, 12, 256",
    ),
    SourceMutant(
        "M185", ("T67",),
        "Un mot de passe qui se devine est accepté.",
        (f"{ACCOUNTS}::test_a_guessable_password_is_refused",),
        PASSWORDS,
        '["score"] < _STRONG:',
        '["score"] < 0:',
    ),
    SourceMutant(
        "M186", ("T62",),
        "La page du mot de passe oublié dit qui a un compte.",
        (f"{SURFACE}::test_a_known_and_an_unknown_address_get_the_same_answer",),
        "platform/presence/web/door.py",
        "        passwords.ask_reset(email)\n",
        "        passwords.ask_reset(email)\n"
        "        if not passwords.call('account_for_sign_in', email):\n"
        "            return _void()\n",
    ),
    SourceMutant(
        "M188", ("T61",),
        "La production répond à n'importe quel nom d'hôte.",
        (f"{SURFACE}::test_production_answers_to_its_own_name_only",),
        "platform/presence/app.py",
        "    if not settings.production:\n        return None\n",
        "    if settings.public_url:\n        return None\n",
    ),
    SourceMutant(
        "M189", ("T64", "T66"),
        "La session d'avant reste ouverte en base quand on se connecte à nouveau.",
        (f"{SURFACE}::test_signing_in_again_closes_the_session_of_before",),
        "platform/presence/web/session.py",
        "        close_session(current_user.secret)\n    session.clear()",
        "        logout_user()\n    session.clear()",
    ),
)  # fmt: skip

_TOKENS: tuple[Mutant, ...] = (
    SourceMutant(
        "M190", ("T65",),
        "La portée d'un jeton n'est plus appliquée : il ouvre tout ce qu'ouvre son titulaire.",
        (
            f"{ACCOUNTS}::test_a_token_is_narrowed_to_its_scope_and_never_widened",
            f"{TOKENS}::test_a_narrowed_token_opens_its_scope_only",
        ),
        IDENTITY,
        "return opened if self.scopes is None else frozenset(opened & self.scopes)",
        "return opened",
    ),
    SourceMutant(
        "M191", ("T65",),
        "Un jeton garde les droits de sa portée quand son titulaire les a perdus.",
        (f"{PLANTED}::test_a_scoped_token_loses_what_its_holder_loses",),
        IDENTITY,
        "frozenset(opened & self.scopes)",
        "frozenset(Permission(scope) for scope in self.scopes)",
    ),
    SourceMutant(
        "M192", ("T65",),
        "On peut créer un jeton plus large que ses propres droits.",
        (f"{ACCOUNTS}::test_a_token_is_narrowed_to_its_scope_and_never_widened",),
        "platform/presence/accounts/credentials.py",
        "(not scopes or not identity.permissions.issuperset(scopes))",
        "not scopes",
    ),
    SourceMutant(
        "M193", ("T47",),
        "Un curseur de pagination sert à un autre lecteur.",
        (f"{TOKENS}::test_a_cursor_serves_its_reader_on_its_list_only",),
        "platform/presence/api/paging.py",
        'salt = f"cursor {request.endpoint} {g.reader}"',
        'salt = f"cursor {request.endpoint}"',
    ),
    SourceMutant(
        "M194", ("T47",),
        "Un curseur de pagination sert sur une autre liste.",
        (f"{TOKENS}::test_a_cursor_serves_its_reader_on_its_list_only",),
        "platform/presence/api/paging.py",
        'salt = f"cursor {request.endpoint} {g.reader}"',
        'salt = f"cursor {g.reader}"',
    ),
)  # fmt: skip

_MEMBERS: tuple[Mutant, ...] = (
    DatabaseMutant(
        "M200", ("T39",),
        "Celui qui n'administre rien invite et change des droits.",
        (f"{MEMBERS}::test_only_an_administrator_invites_even_around_the_pages",),
        edited(
            "app.administered_by(uuid)", "and r.role in ('management', 'administrator')", ""
        ),
    ),
    DatabaseMutant(
        "M201", ("T70",),
        "Une invitation sert deux fois.",
        (f"{MEMBERS}::test_an_invitation_opens_one_account_of_its_address_and_organisation",),
        edited("app.invitation_by_hash(text)", "and t.accepted_at is null", "")
        + ";"
        + edited("app.accept_invitation(text,text,text)", "and t.accepted_at is null", ""),
    ),
    DatabaseMutant(
        "M202", ("T70",),
        "Une invitation retirée ouvre encore un compte.",
        (f"{MEMBERS}::test_a_withdrawn_invitation_is_void",),
        edited("app.invitation_by_hash(text)", "and t.revoked_at is null", "")
        + ";"
        + edited("app.accept_invitation(text,text,text)", "and t.revoked_at is null", ""),
    ),
    DatabaseMutant(
        "M203", ("T70",),
        "Une invitation trop vieille ouvre encore un compte.",
        (f"{PLANTED}::test_an_invitation_too_old_is_void",),
        edited("app.invitation_by_hash(text)", "and t.expires_at > clock_timestamp()", "")
        + ";"
        + edited(
            "app.accept_invitation(text,text,text)", "and t.expires_at > clock_timestamp()", ""
        ),
    ),
    DatabaseMutant(
        "M204", ("T70",),
        "Un administrateur retire l'invitation d'un autre organisme.",
        (f"{MEMBERS}::test_another_organisations_invitation_is_one_that_does_not_exist",),
        edited(
            "app.revoke_invitation(uuid,uuid)",
            "where i.id = wanted and i.organisation_id = org",
            "where i.id = wanted",
        )
        + """;alter policy invitation_owner on presence.invitation using (true)""",
    ),
    DatabaseMutant(
        "M205", ("T39",),
        "Un administrateur change ses propres droits.",
        (f"{MEMBERS}::test_nobody_changes_their_own_rights",),
        edited("app.set_grants(uuid,uuid,jsonb)", "if actor = target then", "if false then"),
    ),
    DatabaseMutant(
        "M215", ("T39",),
        "La base accepte qu'une personne se donne un rôle à elle-même.",
        (f"{MEMBERS}::test_the_database_refuses_a_role_given_to_oneself",),
        "alter table presence.account_role drop constraint ck_account_role_two_people",
    ),
    DatabaseMutant(
        "M206", ("T39",),
        "Le dernier administrateur peut partir et laisser l'organisme sans personne.",
        (
            f"{MEMBERS}::test_the_last_administrator_cannot_leave",
            f"{MEMBERS}::test_an_administrator_with_an_end_is_not_counted_as_one_who_stays",
        ),
        edited(
            "app.close_account(uuid,uuid)",
            "if app.administrators(org, target) = 0 then",
            "if false then",
        ),
    ),
    DatabaseMutant(
        "M207", ("T39",),
        "Un administrateur ferme un compte d'un autre organisme.",
        (f"{MEMBERS}::test_an_account_of_another_organisation_does_not_exist",),
        edited(
            "app.close_account(uuid,uuid)",
            "where a.id = target and a.organisation_id = org and",
            "where a.id = target and",
        )
        + """;alter policy account_owner on presence.account using (true)""",
    ),
    DatabaseMutant(
        "M208", ("T39", "D17"),
        "L'exploitation invite qui elle veut, pas seulement le premier administrateur.",
        (f"{MEMBERS}::test_the_operator_invites_the_first_administrator_only",),
        edited(
            "app.invite_first(uuid,int,text,text)",
            "if app.administrators(org, null) > 0 then",
            "if false then",
        ),
    ),
    DatabaseMutant(
        "M209", ("T65",),
        "Fermer un compte ne ferme rien : ses sessions et ses jetons vivent.",
        (f"{MEMBERS}::test_a_closed_account_loses_sessions_and_tokens_at_once",),
        edited(
            "app.close_account(uuid,uuid)", "set closed_at = clock_timestamp()", "set id = a.id"
        )
        + ";"
        + edited("app.close_account(uuid,uuid)", "and s.revoked_at is null", "and false"),
    ),
    DatabaseMutant(
        "M210", ("T102",),
        "Le journal montre les lignes d'un autre organisme.",
        (
            f"{MEMBERS}::test_the_security_journal_says_who_did_what_in_ones_own_organisation",
            f"{PAGES}::test_the_journal_shows_the_own_organisation_only",
        ),
        edited(
            "app.security_journal(uuid,int)", "where e.organisation_id = org order", "order"
        )
        + """;alter policy security_event_owner on presence.security_event using (true)
            ;alter policy account_owner on presence.account using (true)""",
    ),
    DatabaseMutant(
        "M211", ("T89",),
        "Le bailleur lit le nom des agents à la place de leur carte.",
        (f"{MEMBERS}::test_a_bailleur_knows_the_prestataires_people_by_card_only",),
        edited(
            "app.cards_of(integer)",
            "card_number := a.card_number;",
            "card_number := a.card_number || a.display_name;",
        ),
    ),
    SourceMutant(
        "M212", ("T39",),
        "Un gardien voit toutes les résidences de son bailleur.",
        (f"{PAGES}::test_a_caretaker_sees_two_residences_and_nothing_of_the_others",),
        "platform/presence/oncall/duty.py",
        "if grants and not any(grant.whole for grant in grants):",
        "if not grants:",
    ),
    SourceMutant(
        "M213", ("T39",),
        "Un agent voit tous les lieux du contrat, pas seulement ceux de sa tournée.",
        (
            f"{PAGES}::{ROUND}",
        ),
        "platform/presence/oncall/duty.py",
        "} == {Role.AGENT}:",
        "} == {Role.AGENT, Role.OPERATOR}:",
    ),
    SourceMutant(
        "M214", ("T39",),
        "Une session réduite à quelques résidences les montre toutes.",
        (f"{PAGES}::test_a_caretaker_sees_two_residences_and_nothing_of_the_others",),
        "tenants/database.py",
        "if reach is None or not state.is_select or",
        "if reach is None or reach or not state.is_select or",
    ),
    SourceMutant(
        "M216", ("T73",),
        "Une formule passe telle quelle dans un export.",
        (f"{PAGES}::test_a_formula_is_neutralised_in_a_csv",),
        "platform/presence/kernel/spreadsheets.py",
        "if not bare.startswith(_COMPUTED):",
        'if not bare.startswith("\\0"):',
    ),
)  # fmt: skip

ACCOUNT_DEFECTS = (*_SECOND_FACTOR, *_SECRETS, *_TOKENS, *_MEMBERS)
