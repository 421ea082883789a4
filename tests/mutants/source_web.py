"""Texts replaced, second half: pages, sign-in, headers, the API."""

from tests.mutants.defects import SourceMutant

SESSION = "tests/web/test_session.py"
PAGES = "tests/web/test_navigation.py"
MATRIX = f"{PAGES}::test_a_door_opens_to_whom_the_matrix_says"
FORMS = "tests/web/test_forms.py"
API_PAGES = "tests/web/test_api_matrix.py"
API_MATRIX = f"{API_PAGES}::test_a_route_opens_to_whom_the_matrix_says"
PLANTED = "tests/web/test_planted.py"
SIGN_IN = "tests/web/test_planted_sign_in.py"
HEADERS = f"{SESSION}::test_every_page_carries_the_strict_headers"
WHOLE_HEADERS = f"{PLANTED}::test_every_answer_carries_exactly_these_headers"
TOKENS = "tests/api/test_tokens.py"
SURFACE = "tests/web/test_surface.py"
ROLES = "tests/tenants/test_roles.py"
AUTHENTICATION = "tests/api/test_authentication.py"
FIELD_API = "tests/api/test_field_endpoints.py"
READ_API = "tests/api/test_read_endpoints.py"
EDGE = "platform/presence/web/edge.py"
SIGNING = "platform/presence/web/session.py"
ACCOUNTS = "platform/presence/accounts/services.py"

_DOORS = (
    SourceMutant(
        "M110", ("T39",),
        "Les pages ne demandent plus de rôle.",
        (MATRIX,),
        EDGE,
        "            if not identity.may(permission):\n                abort(403)\n",
        "",
    ),
    SourceMutant(
        "M111", ("T39",),
        "Les pages s'ouvrent sans être connecté dès qu'on connaît l'adresse (réponse 200 vide).",
        (MATRIX,),
        EDGE,
        "                return to_sign_in()\n            if owes",
        '                return make_response("")\n            if owes',
    ),
    SourceMutant(
        "M112", ("T39",),
        "Un agent peut clore la soirée.",
        (MATRIX,),
        "platform/presence/web/closing.py",
        "@page(Permission.CLOSE_EVENING)\ndef close(",
        "@page(Permission.RECORD_ACTIVITY)\ndef close(",
    ),
    SourceMutant(
        "M113", ("T39",),
        "L'API ne demande plus de rôle.",
        (API_MATRIX,),
        "platform/presence/api/auth.py",
        "if not identity.may(permission) or _owes(identity):",
        "if _owes(identity):",
    ),
    SourceMutant(
        "M114", ("T39",),
        "Un rôle d'une autre sorte d'organisme ouvre des portes.",
        (
            f"{ROLES}::test_a_role_of_another_kind_of_organisation_opens_nothing",
            f"{AUTHENTICATION}::test_a_role_of_another_kind_of_organisation_opens_nothing",
        ),
        "tenants/roles.py",
        "    rights = RIGHTS[kind]\n",
        "    rights = {role: p for some in RIGHTS.values() for role, p in some.items()}\n",
    ),
    SourceMutant(
        "M115", ("T39",),
        "Un bailleur qui n'est pas chef de file saisit l'argent du dispositif.",
        ("tests/api/test_money_endpoints.py::test_only_the_lead_bailleur_enters_money",),
        "platform/presence/api/auth.py",
        "if row.lead_bailleur_id == identity.organisation_id]",
        "if row.lead_bailleur_id]",
    ),
    SourceMutant(
        "M116", ("T39", "T57"),
        "Les motifs d'une clôture répondent aussi à une simple lecture (GET).",
        (f"{PAGES}::test_every_rule_of_the_application_is_in_the_matrix",),
        "platform/presence/web/closing.py",
        '@blueprint.post("/soiree/cloture/motifs")',
        '@blueprint.route("/soiree/cloture/motifs", methods=["GET", "POST"])',
    ),
    SourceMutant(
        "M117", ("T40", "D14"),
        "Le rapport d'un autre répond « interdit » au lieu de « introuvable » (pages).",
        (f"{PAGES}::test_anothers_report_and_an_unknown_one_get_the_same_page",),
        "platform/presence/web/report_files.py",
        "        abort(404)\n    return found",
        "        abort(403)\n    return found",
    ),
    SourceMutant(
        "M118", ("T40", "D14"),
        "Le refus « introuvable » de l'API cite l'adresse demandée.",
        (
            f"{READ_API}::test_another_s_is_what_does_not_exist",
            f"{API_PAGES}::test_anothers_id_and_an_unknown_one_get_the_same_answer",
        ),
        "platform/presence/api/answers.py",
        "    if isinstance(error, NotFound):\n        return problem(404)",
        "    if isinstance(error, NotFound):\n        return problem(404, request.path)",
    ),
    SourceMutant(
        "M119", ("T43",),
        "Le bailleur vient de l'adresse quand elle en nomme un.",
        (f"{PLANTED}::test_whom_a_request_names_is_not_who_acts",),
        EDGE,
        "with transaction(identity.context()) as session:",
        "context = identity.context()\n"
        '            if named := request.args.get("bailleur_id", type=int):\n'
        '                object.__setattr__(context, "subject", named)\n'
        "            with transaction(context) as session:",
    ),
    SourceMutant(
        "M120", ("T43",),
        "L'organisme vient d'un en-tête de la requête quand elle en porte un (API).",
        (f"{PLANTED}::test_whom_a_call_names_is_not_who_acts",),
        "platform/presence/api/auth.py",
        "with transaction(identity.context()) as session:",
        "context = identity.context()\n"
        '            if named := request.headers.get("X-Bailleur-Id", type=int):\n'
        '                object.__setattr__(context, "subject", named)\n'
        "            with transaction(context) as session:",
    ),
)  # fmt: skip

_SIGN_IN = (
    SourceMutant(
        "M121", ("T56",),
        "Un formulaire sans son jeton est accepté (CSRF).",
        (f"{SESSION}::test_a_form_without_its_token_is_refused",),
        "platform/presence/app.py",
        "WTF_CSRF_TIME_LIMIT=12 * 3600,",
        "WTF_CSRF_CHECK_DEFAULT=False,",
    ),
    SourceMutant(
        "M122", ("T56",),
        "Les formulaires de la soirée sont dispensés de jeton (CSRF).",
        (f"{SESSION}::test_a_form_without_its_token_is_refused",),
        "platform/presence/web/pages.py",
        "    csrf.init_app(app)\n",
        "    csrf.init_app(app)\n    csrf.exempt(evening.blueprint)\n",
    ),
    SourceMutant(
        "M123", ("T60",),
        "Après la connexion, la redirection mène hors du site.",
        (f"{SESSION}::test_sign_in_never_leads_outside",),
        EDGE,
        'if not wanted or not wanted.startswith("/") or wanted.startswith("//") '
        'or "\\\\" in wanted:',
        "if not wanted:",
    ),
    SourceMutant(
        "M124", ("T60",),
        "Une barre oblique inversée mène hors du site après la connexion.",
        (f"{SESSION}::test_sign_in_never_leads_outside",),
        EDGE,
        ' or "\\\\" in wanted:',
        ":",
    ),
    SourceMutant(
        "M125", ("T60",),
        "Une tabulation cachée dans l'adresse mène hors du site après la connexion.",
        (f"{SIGN_IN}::test_a_hidden_character_never_leads_outside",),
        EDGE,
        "return wanted if wanted.isprintable() else None",
        "return wanted",
    ),
    SourceMutant(
        "M126", ("T61",),
        "Les redirections reprennent l'hôte que la requête annonce.",
        (
            f"{SESSION}::test_sign_in_never_leads_outside",
            f"{SIGN_IN}::test_the_announced_host_goes_nowhere",
        ),
        EDGE,
        'headers={"Location": target}',
        'headers={"Location": request.host_url.rstrip("/") + target}',
    ),
    SourceMutant(
        "M127", ("T62",),
        "Une adresse inconnue est refusée d'une autre façon qu'un mauvais mot de passe.",
        (f"{SESSION}::test_a_wrong_password_and_an_unknown_address_get_the_same_answer",),
        ACCOUNTS,
        "        if not right:\n            within",
        "        if row is None:\n"
        '            raise Invalid("email", "Adresse inconnue.")\n'
        "        if not right:\n            within",
    ),
    SourceMutant(
        "M128", ("T63",),
        "Une adresse inconnue est refusée plus vite : son mot de passe n'est plus calculé.",
        (f"{SIGN_IN}::test_an_unknown_address_costs_as_much_as_a_wrong_password",),
        ACCOUNTS,
        "passwords.matches(row.password_hash if row else None, password)",
        "row is not None and passwords.matches(row.password_hash, password)",
    ),
    SourceMutant(
        "M129", ("T64",),
        "La session d'avant la connexion est gardée après.",
        (f"{SIGN_IN}::test_a_form_token_of_before_sign_in_is_worth_nothing_after",),
        SIGNING,
        "    session.clear()\n\n\ndef _enter",
        "\n\ndef _enter",
    ),
    SourceMutant(
        "M130", ("T65",),
        "La déconnexion efface le témoin du navigateur sans fermer la session en base.",
        (f"{SESSION}::test_signing_out_kills_the_session_in_the_database",),
        SIGNING,
        "        close_session(current_user.secret)\n        logout_user()",
        "        logout_user()",
    ),
    SourceMutant(
        "M131", ("T67",),
        "Les essais de mot de passe sur un compte ne sont plus ralentis.",
        (f"{SESSION}::test_trying_passwords_is_slowed_down",),
        SIGNING,
        '@limiter.limit("10 per 5 minutes", key_func=_source_and_account, deduct_when=_failed)\n',
        "",
    ),
    SourceMutant(
        "M132", ("T67",),
        "Les essais d'une même source sur de nombreux comptes ne sont plus ralentis.",
        (f"{SIGN_IN}::test_one_source_that_tries_many_accounts_is_slowed_down",),
        SIGNING,
        '@limiter.limit("60 per 5 minutes", deduct_when=_failed)\n',
        "",
    ),
    SourceMutant(
        "M133", ("T67",),
        "La source des essais est celle que l'en-tête X-Forwarded-For annonce.",
        (f"{SURFACE}::test_rotating_a_forwarded_address_does_not_reset_the_limit",),
        SIGNING,
        'return f"{get_remote_address()}|{_account()}"',
        'source = request.headers.get("X-Forwarded-For", get_remote_address())\n'
        '    return f"{source}|{_account()}"',
    ),
    SourceMutant(
        "M134", ("T65",),
        "Le témoin de session est lisible par un script, et part sur une liaison en clair.",
        (f"{SESSION}::test_production_cookies_are_bound_to_the_host_and_to_https",),
        "platform/presence/app.py",
        '"SESSION_COOKIE_HTTPONLY": True,',
        '"SESSION_COOKIE_HTTPONLY": False,',
    ),
)  # fmt: skip

_SURFACE = (
    SourceMutant(
        "M217", ("T77",),
        "La déconnexion laisse dans le navigateur ce qu'il a gardé des pages.",
        (f"{SURFACE}::test_signing_out_clears_what_the_browser_kept",),
        SIGNING,
        """'"cache", "storage"'""",
        """'"cache"'""",
    ),
    SourceMutant(
        "M218", ("T76",),
        "Un paramètre d'adresse donné deux fois est accepté.",
        (f"{SURFACE}::test_a_parameter_said_twice_is_refused",),
        "platform/presence/web/surface.py",
        "len(request.args.getlist(name)) > 1",
        "len(request.args.getlist(name)) > 2",
    ),
    SourceMutant(
        "M219", ("T79",),
        "Les méthodes qu'aucune page n'utilise reçoivent une réponse.",
        (f"{SURFACE}::test_a_method_that_no_route_uses_is_refused",),
        "platform/presence/web/surface.py",
        "    if request.method not in _METHODS:\n        abort(405)\n",
        "",
    ),
    SourceMutant(
        "M220", ("T67",),
        "L'adresse annoncée par l'appelant est crue sans relais déclaré.",
        (f"{SURFACE}::test_a_forwarded_address_is_believed_from_a_declared_proxy_only",),
        "platform/presence/app.py",
        "    if settings.trusted_proxies:\n"
        "        # Only a declared proxy says where a request comes from; "
        "none is believed by default.\n        hops = settings.trusted_proxies\n",
        "    if settings:\n        hops = settings.trusted_proxies or 1\n",
    ),
    SourceMutant(
        "M221", ("T67", "T80"),
        "Un jeton qui tourne en boucle n'est pas ralenti.",
        (f"{TOKENS}::test_a_token_that_loops_is_slowed_down_without_slowing_another",),
        "platform/presence/api/v1.py",
        "        limiter.limit(per_token, key_func=token_or_address)(blueprint)\n",
        "",
    ),
)  # fmt: skip

_ANSWERS = (
    SourceMutant(
        "M140", ("T58",),
        "La politique de contenu laisse les scripts écrits dans la page s'exécuter.",
        (HEADERS, WHOLE_HEADERS),
        "platform/presence/web/headers.py",
        "\"script-src 'self'\"",
        "\"script-src 'self' 'unsafe-inline'\"",
    ),
    SourceMutant(
        "M141", ("T58",),
        "Une autre page peut montrer celle-ci dans un cadre.",
        (WHOLE_HEADERS,),
        "platform/presence/web/headers.py",
        "        \"frame-ancestors 'none'\",\n",
        "",
    ),
    SourceMutant(
        "M142", ("T58",),
        "Le navigateur devine le type des fichiers (plus de nosniff).",
        (WHOLE_HEADERS,),
        "platform/presence/web/headers.py",
        '    "X-Content-Type-Options": "nosniff",\n',
        "",
    ),
    SourceMutant(
        "M143", ("T53",),
        "Les pages restent dans le cache du navigateur et des relais (plus de no-store).",
        (HEADERS,),
        "platform/presence/web/headers.py",
        'response.headers["Cache-Control"] = "no-store"',
        'response.headers["Cache-Control"] = "private"',
    ),
    SourceMutant(
        "M145", ("T58",),
        "En production, rien n'impose plus la liaison chiffrée (plus de HSTS).",
        (f"{PLANTED}::test_production_demands_https_for_a_year",),
        "platform/presence/web/headers.py",
        "        if production:\n            response.headers",
        "        if not production:\n            response.headers",
    ),
    SourceMutant(
        "M146", ("T58",),
        "Les pages n'échappent plus ce que les gens ont écrit.",
        (f"{PLANTED}::test_what_people_wrote_is_shown_not_run",),
        "platform/presence/web/pages.py",
        "    app.jinja_env.filters.update(FILTERS)\n",
        "    app.jinja_env.filters.update(FILTERS)\n    app.jinja_env.autoescape = False\n",
    ),
    SourceMutant(
        "M147", ("T24", "T55"),
        "Une erreur imprévue de l'API montre le message de l'exception.",
        (f"{AUTHENTICATION}::test_an_unforeseen_error_tells_nothing",),
        "platform/presence/api/answers.py",
        "    )  # fmt: skip\n    return problem(500)",
        "    )  # fmt: skip\n    return problem(500, str(error))",
    ),
    SourceMutant(
        "M148", ("T24", "T55"),
        "Une erreur imprévue d'une page montre le message de l'exception.",
        (f"{PLANTED}::test_an_unforeseen_error_of_a_page_tells_nothing",),
        "platform/presence/web/errors.py",
        "exc_info=error)\n    return answer(500)",
        "exc_info=error)\n    return answer(500, str(error))",
    ),
)  # fmt: skip

_INPUT = (
    SourceMutant(
        "M150", ("T42",),
        "Un champ inconnu envoyé à l'API est accepté en silence.",
        (f"{FIELD_API}::test_what_contradicts_itself_is_refused_by_its_field",),
        "platform/presence/api/reading.py",
        '"json": ma.RAISE,',
        '"json": ma.EXCLUDE,',
    ),
    SourceMutant(
        "M151", ("T42", "T41"),
        "Un champ inconnu dans un objet imbriqué est accepté en silence.",
        (f"{FIELD_API}::test_a_batch_answers_item_by_item",),
        "platform/presence/schemas/base.py",
        "        unknown = RAISE",
        '        unknown = "exclude"',
    ),
    SourceMutant(
        "M152", ("T45",),
        "Un paramètre d'adresse inconnu (tri, filtre) est accepté en silence.",
        (f"{READ_API}::test_a_bad_page_is_refused",),
        "platform/presence/api/reading.py",
        '"query": ma.RAISE,',
        '"query": ma.EXCLUDE,',
    ),
    SourceMutant(
        "M153", ("T76",),
        "Un champ donné deux fois dans le même objet JSON est accepté.",
        (f"{FIELD_API}::test_what_cannot_be_read_is_refused",),
        "platform/presence/api/reading.py",
        "if len(found) != len(pairs):",
        "if len(found) > len(pairs):",
    ),
    SourceMutant(
        "M154", ("T76",),
        "Un nombre de quatre mille chiffres est lu.",
        (f"{PLANTED}::test_a_number_that_is_too_long_is_refused_unread",),
        "platform/presence/api/reading.py",
        "MOST_DIGITS = 18",
        "MOST_DIGITS = 4_000",
    ),
    SourceMutant(
        "M155", ("T74", "T76"),
        "Une requête peut peser autant qu'on veut.",
        (f"{READ_API}::test_what_is_no_such_file",),
        "platform/presence/app.py",
        "MAX_CONTENT_LENGTH=MOST_BYTES,",
        "MAX_CONTENT_LENGTH=None,",
    ),
    SourceMutant(
        "M156", ("T44",),
        "L'API montre l'identifiant interne du bailleur.",
        (
            f"{READ_API}::test_each_bailleur_reads_its_own",
            "tests/api/test_openapi.py::test_lists_hold_what_the_document_says",
        ),
        "platform/presence/api/field.py",
        '    del values["bailleur_id"]\n',
        "",
    ),
    SourceMutant(
        "M157", ("T74",),
        "Un fichier fautif est importé pour ses bonnes lignes.",
        (f"{READ_API}::test_a_faulty_file_imports_nothing_and_names_each_line",),
        "platform/presence/imports/confirming.py",
        "    if not plan.faults:\n        return\n    faults",
        "    if plan.counts.to_apply:\n        return\n    faults",
    ),
)  # fmt: skip

WEB = (*_DOORS, *_SIGN_IN, *_SURFACE, *_ANSWERS, *_INPUT)
