"""The live catalogue (catalogue vivant) against the one that was reviewed.

`expected.json` is what a freshly migrated database holds, line by line: policies, rights,
functions with their bodies' fingerprints, constraints. It is written by `make catalogue` and a
house test keeps it equal to the migrations. Any installation is compared with it, by a role that
reads no table: `pg_catalog` is open to all.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from importlib.resources import files

from sqlalchemy import Connection, text

from tenants.context import Kind
from tenants.verification.checks import Check, check

# Eleven CVEs were fixed in 18.4, among them plans and statistics that leak (security.md §2).
OLDEST_SERVER = 180_004
_PARTITION = re.compile(r"_\d{4}_\d{2}\b")
_LOGINS = [kind.database_role for kind in Kind]

QUERIES: Mapping[str, str] = {
    "policies": """
      select tablename || ' · ' || policyname || ' · ' || permissive || ' · ' || cmd || ' · '
             || roles::text || ' · ' || coalesce(qual, '-') || ' · ' || coalesce(with_check, '-')
        from pg_policies where schemaname in ('presence', 'app')""",
    "rights": """
      select c.relname || ' · ' || coalesce(r.rolname, 'PUBLIC') || ' · ' || a.privilege_type
        from pg_class c cross join lateral aclexplode(c.relacl) a
        left join pg_roles r on r.oid = a.grantee
       where c.relnamespace in ('presence'::regnamespace, 'app'::regnamespace)
         and c.relowner <> a.grantee""",
    "column rights": """
      select c.relname || '.' || t.attname || ' · ' || coalesce(r.rolname, 'PUBLIC') || ' · '
             || a.privilege_type
        from pg_class c join pg_attribute t on t.attrelid = c.oid
        cross join lateral aclexplode(t.attacl) a left join pg_roles r on r.oid = a.grantee
       where c.relnamespace in ('presence'::regnamespace, 'app'::regnamespace)""",
    "functions": """
      select p.oid::regprocedure || ' · ' || p.proowner::regrole || ' · '
             || case when p.prosecdef then 'definer' else 'invoker' end || ' · '
             || p.proleakproof || ' · ' || coalesce(p.proconfig::text, '-') || ' · '
             || md5(p.prosrc) || ' · '
             || array(select coalesce(r.rolname, 'PUBLIC')
                        from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
                        left join pg_roles r on r.oid = a.grantee
                       where a.grantee <> p.proowner order by 1)::text
        from pg_proc p where p.pronamespace in ('presence'::regnamespace, 'app'::regnamespace)""",
    "constraints": """
      select c.conrelid::regclass || ' · ' || c.conname || ' · ' || pg_get_constraintdef(c.oid)
        from pg_constraint c
       where c.connamespace in ('presence'::regnamespace, 'app'::regnamespace)
         and c.contype <> 'n'
         and c.conparentid = 0""",
    "unique indexes": """
      select pg_get_indexdef(i.indexrelid)
        from pg_index i join pg_class c on c.oid = i.indexrelid
       where i.indisunique and c.relnamespace in ('presence'::regnamespace, 'app'::regnamespace)""",
    "relations": """
      select c.relkind::text || ' · ' || c.relname || ' · ' || c.relowner::regrole from pg_class c
       where c.relnamespace in ('presence'::regnamespace, 'app'::regnamespace)
         and c.relkind not in ('i', 'I', 't')""",
}  # fmt: skip
_TITLES = {
    "policies": "Chaque règle d'accès est celle qui a été relue",
    "rights": "Chaque droit sur une table est celui qui a été relu",
    "column rights": "Chaque droit sur une colonne est celui qui a été relu",
    "functions": "Chaque fonction est celle qui a été relue, jusqu'à son texte",
    "constraints": "Les clés et contraintes qui portent le bailleur sont en place",
    "unique indexes": "Aucune unicité ne révèle la ligne d'un autre bailleur",
    "relations": "Ni vue, ni table étrangère, ni table inconnue",
}


def read(connection: Connection) -> dict[str, list[str]]:
    """What the catalogue holds, without the partitions of the months."""
    return {
        name: sorted(row for row in connection.scalars(text(query)) if not _PARTITION.search(row))
        for name, query in QUERIES.items()
    }


def expected() -> dict[str, list[str]]:
    """What was reviewed."""
    content = files("tenants.verification").joinpath("expected.json").read_text(encoding="utf-8")
    found: dict[str, list[str]] = json.loads(content)
    return found


def written(catalogue: Mapping[str, list[str]]) -> str:
    """A catalogue as `expected.json` writes it."""
    return json.dumps(catalogue, ensure_ascii=False, indent=1) + "\n"


def fingerprint(catalogue: Mapping[str, list[str]]) -> str:
    """SHA-256 of a catalogue: two installations with the same one are alike."""
    return hashlib.sha256(written(catalogue).encode()).hexdigest()


def catalogue_checks(connection: Connection) -> list[Check]:
    """Every check on the catalogue, by any role that may connect."""
    live, reviewed = read(connection), expected()
    checks = [
        check(f"C{number}", _TITLES[name], _differences(live[name], reviewed.get(name, [])))
        for number, name in enumerate(QUERIES, start=1)
    ]
    values = {"logins": _LOGINS, "oldest": OLDEST_SERVER}
    return checks + [
        check(code, title, connection.scalars(text(query), values))
        for code, title, query in _STANDING
    ]


def _differences(live: list[str], reviewed: list[str]) -> list[str]:
    extra, missing = set(live) - set(reviewed), set(reviewed) - set(live)
    return [f"en trop : {row}" for row in sorted(extra)] + [
        f"absent : {row}" for row in sorted(missing)
    ]


_STANDING = (
    (
        "C8",
        "La sécurité par ligne est active et forcée sur chaque table et chaque mois",
        """select c.relname from pg_class c
            where c.relnamespace = 'presence'::regnamespace and c.relkind in ('r', 'p')
              and not (c.relrowsecurity and c.relforcerowsecurity)""",
    ),
    (
        "C9",
        "Une table de mois ne s'ouvre que par sa table mère",
        """select c.relname from pg_class c cross join lateral aclexplode(c.relacl) a
            where c.relispartition and c.relowner <> a.grantee""",
    ),
    (
        "C10",
        "Aucun rôle de l'application n'a de pouvoir, ni n'appartient à un autre",
        """select r.rolname from pg_roles r where r.rolname = any(:logins)
              and (r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb
                   or r.rolreplication or r.rolinherit
                   or exists (select 1 from pg_auth_members m where m.member = r.oid))""",
    ),
    (
        "C11",
        "Aucun rôle de l'application ne possède quoi que ce soit",
        """select r.rolname || ' : ' || d.classid::regclass from pg_shdepend d
             join pg_roles r on r.oid = d.refobjid
            where d.deptype = 'o' and r.rolname = any(:logins)""",
    ),
    (
        "C12",
        "Personne ne devient propriétaire sans le dire",
        """select m.member::regrole || ' dans ' || m.roleid::regrole from pg_auth_members m
            where m.roleid::regrole::text like 'presence%' and not m.admin_option
              and (m.inherit_option or (m.member::regrole::text, m.roleid::regrole::text) not in (
                ('presence_migrator', 'presence_owner'),
                ('presence_owner', 'presence_aggregator')))""",
    ),
    (
        "C13",
        "Aucun réglage n'est posé d'avance pour un rôle ou pour la base",
        """select coalesce(s.setrole::regrole::text, 'tous') || ' : ' || s.setconfig::text
             from pg_db_role_setting s where s.setdatabase in (
               0, (select oid from pg_database where datname = current_database()))
              and (s.setrole = 0 or s.setrole::regrole::text like 'presence%')""",
    ),
    (
        "C14",
        "Aucun rôle de l'application ne peut créer d'objet",
        """select r.rolname || ' : ' || n.nspname from pg_roles r cross join pg_namespace n
            where r.rolname = any(:logins) and n.nspname !~ '^pg_(toast|temp)'
              and has_schema_privilege(r.oid, n.oid, 'create')
            union all select r.rolname || ' : base' from pg_roles r where r.rolname = any(:logins)
              and (has_database_privilege(r.oid, current_database(), 'create')
                   or has_database_privilege(r.oid, current_database(), 'temp'))""",
    ),
    (
        "C15",
        "Rien ne sort de la base : ni publication, ni serveur étranger, ni extension inattendue",
        """select 'publication ' || pubname from pg_publication
            union all select 'serveur ' || srvname from pg_foreign_server
            union all select 'extension ' || extname from pg_extension
             where extname not in ('plpgsql', 'btree_gist')""",
    ),
    (
        "C16",
        "Le serveur a les correctifs de sécurité attendus",
        """select 'PostgreSQL ' || current_setting('server_version')
            where current_setting('server_version_num')::int < :oldest""",
    ),
    (
        "C17",
        "Un contexte lié à sa connexion est cru aussi par les processus parallèles",
        """select 'presence_owner n''a pas pg_read_all_stats'
            where not pg_has_role('presence_owner', 'pg_read_all_stats', 'usage')""",
    ),
)
