"""Texts replaced, first half: the ground floor, the rooms, the workers."""

from tests.mutants.defects import SourceMutant
from tests.mutants.source_web import WEB

CONTEXT = "tests/tenants/test_context.py"
PLANTED = "tests/tenants/test_planted.py"
RELAY = "tests/workers/test_relay.py"
REFUSED = "tests/workers/test_refused_announcements.py"
MESSAGES = "tests/tenants/test_planted_messages.py"
PRIVACY = "tests/presence/test_disclosure_rules.py"
REPORTS = "tests/presence/test_daily_reports.py"
FIELD_API = "tests/api/test_field_endpoints.py"

_GROUND = (
    SourceMutant(
        "M70", ("T12", "D2"),
        "Le contexte est posé pour toute la session au lieu de la transaction.",
        (f"{PLANTED}::test_the_products_own_context_ends_with_its_transaction",),
        "tenants/database.py",
        """f"set_config('app.{name}', :{name}, true)\"""",
        """f"set_config('app.{name}', :{name}, false)\"""",
    ),
    SourceMutant(
        "M71", ("T13",),
        "Une connexion rendue garde ses réglages de session.",
        (f"{CONTEXT}::test_a_session_setting_left_in_the_pool_is_gone_when_the_connection_comes_back",),
        "tenants/database.py",
        'connection.execute("reset all")',
        'connection.execute("select 1")',
    ),
    SourceMutant(
        "M72", ("T15", "D3"),
        "Une session ouverte sans contexte agit comme le relais.",
        (f"{CONTEXT}::test_a_session_without_a_context_cannot_begin",),
        "tenants/database.py",
        'context = session.info.get("context")',
        'context = session.info.get("context", Context(Kind.RELAY))',
    ),
    SourceMutant(
        "M73", ("T12", "D4"),
        "La même session sert à tous les contextes et garde les objets du précédent.",
        (f"{PLANTED}::test_an_object_of_one_context_is_not_served_to_the_next",),
        "tenants/database.py",
        '    with db.session.session_factory(info={"context": context}) as session, '
        "session.begin():\n        yield session",
        "    session = db.session()\n    session.expire_on_commit = False\n"
        '    session.info["context"] = context\n    with session.begin():\n        yield session',
    ),
    SourceMutant(
        "M74", ("D3", "D10"),
        "Un bloc qui échoue est tout de même enregistré.",
        (f"{CONTEXT}::test_a_failed_block_leaves_nothing",),
        "tenants/database.py",
        "as session, session.begin():\n        yield session",
        "as session:\n        try:\n            yield session\n"
        "        finally:\n            session.commit()",
    ),
    SourceMutant(
        "M75", ("T17", "D2"),
        "Un contexte dit durer dix fois plus que ce qui est signé.",
        ("tests/tenants/test_signature_format.py::test_a_context_is_signed_as_written",),
        "tenants/context.py",
        "expires = int((time.time() if now is None else now) + context.seconds)",
        "expires = int((time.time() if now is None else now) + 10 * context.seconds)",
    ),
    SourceMutant(
        "M76", ("T29", "D1"),
        "La base de données est ouverte à tout rôle du serveur.",
        ("tests/house/test_row_security.py::test_a_login_role_can_create_nothing_anywhere",),
        "tenants/installation.py",
        '_run(connection, "revoke all on database {} from public", database)',
        '_run(connection, "revoke connect on database {} from public", database)',
    ),
    SourceMutant(
        "M77", ("T44",),
        "Un agent du prestataire ouvre le contrôle d'isolation des bailleurs.",
        ("tests/tenants/test_roles.py::test_a_prestataire_never_opens_follow_up_nor_money",),
        "tenants/roles.py",
        "Role.AGENT: _FIELD | {P.RECORD_ACTIVITY, P.REVEAL_CODES},",
        "Role.AGENT: _FIELD | {P.RECORD_ACTIVITY, P.REVEAL_CODES, P.READ_ISOLATION},",
    ),
)  # fmt: skip

_ROOMS = (
    SourceMutant(
        "M78", ("T96", "D10"),
        "Une clé déjà servie pour un autre contenu est acceptée en silence (passages).",
        (
            f"{FIELD_API}::test_a_visit_is_recorded_once",
            f"{FIELD_API}::test_a_batch_answers_item_by_item",
        ),
        "platform/presence/field/services.py",
        "same = stored == accepted[client_id].content_hash",
        "same = bool(stored)",
    ),
    SourceMutant(
        "M79", ("T96", "D10"),
        "Une clé déjà servie pour un autre appel est acceptée en silence.",
        (f"{FIELD_API}::test_a_call_is_logged_then_tied",),
        "platform/presence/oncall/services.py",
        "if known.content_hash != digest:",
        "if not known.content_hash:",
    ),
    SourceMutant(
        "M80", ("T95",),
        "Un passage daté de demain est accepté.",
        (f"{FIELD_API}::test_what_contradicts_itself_is_refused_by_its_field",),
        "platform/presence/field/services.py",
        "if evening_on > day:",
        "if evening_on > day and not running:",
    ),
    SourceMutant(
        "M81", ("T40", "T22"),
        "Le refus d'un lieu cite l'identifiant demandé : deux refus ne se ressemblent plus.",
        (f"{FIELD_API}::test_another_s_place_and_an_unknown_one_are_the_same",),
        "platform/presence/field/services.py",
        "fault = fault_in(report) or _place_fault(hall, evening_on, running, day)",
        "fault = fault_in(report) or _place_fault(hall, evening_on, running, day)\n"
        "        if hall is None and fault:\n"
        '            fault = fault[0], f"{report.entrance_id} : {fault[1]}"',
    ),
    SourceMutant(
        "M82", ("T81", "D13"),
        "Un prestataire sans contrat fait sceller un rapport.",
        (f"{REPORTS}::test_a_closing_by_a_prestataire_without_a_contract_seals_nothing",),
        "platform/presence/daily_reports/services.py",
        "contract.prestataire_id == prestataire_id\n        and contract.scheme_id",
        "contract.scheme_id",
    ),
    SourceMutant(
        "M83", ("D13",),
        "L'empreinte d'un rapport n'est pas celle des octets scellés.",
        (f"{REPORTS}::test_the_hash_is_the_one_of_the_sealed_bytes",),
        "platform/presence/daily_reports/services.py",
        "content_hash=hashlib.sha256(written).hexdigest(),",
        "content_hash=hashlib.sha256(head.number.encode()).hexdigest(),",
    ),
    SourceMutant(
        "M84", ("T85", "D8"),
        "Un total est publié avec deux bailleurs contributeurs.",
        (PRIVACY,),
        "platform/presence/disclosure/rules.py",
        "least_contributors: int = 3",
        "least_contributors: int = 2",
    ),
    SourceMutant(
        "M85", ("T85", "D8"),
        "Un total qu'un bailleur fait presque à lui seul est publié.",
        ("tests/tenants/test_planted_rules.py::test_a_total_that_one_makes_nearly_alone_is_withheld",),
        "platform/presence/disclosure/rules.py",
        "dominance_percent: int = 85",
        "dominance_percent: int = 95",
    ),
    SourceMutant(
        "M86", ("T85", "D8"),
        "Le second bailleur peut estimer le premier à moins de 10 %.",
        (f"{PRIVACY}::test_a_total_is_published_or_withheld",),
        "platform/presence/disclosure/rules.py",
        "p_percent: int = 10",
        "p_percent: int = 1",
    ),
    SourceMutant(
        "M87", ("T85", "D8"),
        "Moins de onze familles sont publiées quand un accord est signé.",
        (f"{PRIVACY}::test_no_agreement_lifts_the_rule_on_small_counts",),
        "platform/presence/disclosure/rules.py",
        "if 0 < sum(contributions.values()) < policy.least(nature):",
        "if not agreed and 0 < sum(contributions.values()) < policy.least(nature):",
    ),
)  # fmt: skip

_WORKERS = (
    SourceMutant(
        "M90", ("T81", "D11"),
        "Un message désigne la tâche : la ligne du travail n'a plus le dernier mot.",
        (f"{RELAY}::test_a_message_that_names_another_task_is_ignored",),
        "workers/scoping.py",
        "select(Job).where(Job.id == job_id, Job.task == name)",
        "select(Job).where(Job.id == job_id)",
    ),
    SourceMutant(
        "M91", ("T81", "T83"),
        "Un travail tourne dans le contexte du relais au lieu du sien.",
        (f"{RELAY}::test_a_job_runs_in_the_context_of_its_row",),
        "workers/scoping.py",
        "with transaction(claimed.context) as session:",
        "with transaction(RELAY) as session:",
    ),
    SourceMutant(
        "M92", ("T81",),
        "N'importe quelle sorte d'acteur peut annoncer n'importe quoi.",
        (f"{RELAY}::test_a_topic_announced_by_the_wrong_kind_makes_no_job",),
        "workers/relay.py",
        "return list(jobs_of(line)) if Kind(line.kind) in announcers else []",
        "return list(jobs_of(line)) if announcers else []",
    ),
    SourceMutant(
        "M93", ("T81",),
        "Un dispositif fait travailler celui qu'il nomme, pas lui-même.",
        (f"{MESSAGES}::test_a_scheme_sets_itself_to_work_whatever_it_names",),
        "workers/relay.py",
        'line.subject if line.kind == Kind.SCHEME.value else line.payload["scheme_id"]',
        'line.payload["scheme_id"]',
    ),
    SourceMutant(
        "M94", ("T81",),
        "Un bailleur lance un travail dans un dispositif dont il n'est pas membre.",
        (f"{REFUSED}::test_a_bailleur_starts_no_work_in_a_scheme_it_is_not_a_member_of",),
        "workers/scoping.py",
        "if announcer is not None and announcer not in members:",
        "if announcer is not None and not members:",
    ),
    SourceMutant(
        "M95", ("T81", "D11"),
        "Le message de la file porte les paramètres du travail.",
        (f"{RELAY}::test_a_message_is_the_id_and_nothing_else",),
        "workers/relay.py",
        "current_app.send_task(row.task, args=[str(row.id)])",
        "with transaction(RELAY) as again:\n"
        "            said = again.scalar(select(Job.parameters).where(Job.id == row.id))\n"
        '        current_app.send_task(row.task, args=[str(row.id)], kwargs={"said": said})',
    ),
    SourceMutant(
        "M96", ("T82",),
        "Un travailleur lit les messages en pickle : du code venu de la file s'exécute.",
        (f"{MESSAGES}::test_a_worker_reads_json_and_nothing_else",),
        "workers/celery_app.py",
        'accept_content=["json"],',
        'accept_content=["json", "pickle"],',
    ),
    SourceMutant(
        "M97", ("T83", "D11"),
        "Deux travailleurs font le même travail en même temps.",
        (f"{RELAY}::test_a_job_claimed_twice_at_once_runs_once",),
        "workers/scoping.py",
        "if not session.scalar(select(func.pg_try_advisory_xact_lock(lock))):",
        "if not session.scalar(select(lock.is_not(None))):",
    ),
    SourceMutant(
        "M98", ("T103",),
        "L'erreur d'un travail recopie le message de l'exception, qui peut citer une ligne.",
        (f"{RELAY}::test_an_accident_is_tried_again_then_given_up",),
        "workers/scoping.py",
        "row.error = type(error).__name__",
        "row.error = str(error)",
    ),
    SourceMutant(
        "M99", ("D11",),
        "Un travail fait est refait à chaque message.",
        (f"{RELAY}::test_a_job_done_is_not_done_again",),
        "workers/scoping.py",
        'if row is None or row.state in {"done", "failed"}:',
        "if row is None:",
    ),
)  # fmt: skip

SOURCE = (*_GROUND, *_ROOMS, *_WORKERS, *WEB)
