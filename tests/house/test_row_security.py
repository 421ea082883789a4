"""The live catalogue says what the book of policies says, and nothing more."""

import presence.tables
from tenants.rls import accesses, book
from tests.house.catalogue import (
    BAILLEUR_TABLES,
    KINDS,
    LOGINS,
    PARTITION,
    names,
    parent,
    policies,
    rows,
)
from tests.worlds import World

OWNER_COLUMNS = {"bailleur_id", "prestataire_id", "scheme_id"}
TABLES = """
  select c.relname, c.relrowsecurity, c.relforcerowsecurity from pg_class c
   where c.relnamespace = 'presence'::regnamespace and c.relkind in ('r', 'p')
"""
GRANTS = """
  select c.relname, r.rolname, a.privilege_type from pg_class c
    cross join lateral aclexplode(c.relacl) a left join pg_roles r on r.oid = a.grantee
   where c.relnamespace = 'presence'::regnamespace and c.relowner <> a.grantee
"""
COLUMN_GRANTS = """
  select c.relname, r.rolname, a.privilege_type, t.attname from pg_class c
    join pg_attribute t on t.attrelid = c.oid
    cross join lateral aclexplode(t.attacl) a left join pg_roles r on r.oid = a.grantee
   where c.relnamespace = 'presence'::regnamespace
"""


def test_every_table_has_a_declared_kind(shared_demo: World) -> None:
    live = {parent(str(row[0])) for row in rows(shared_demo, TABLES)}

    assert live == set(KINDS)


def test_row_security_is_on_and_forced_everywhere_partitions_included(shared_demo: World) -> None:
    found = rows(shared_demo, TABLES)

    assert any(PARTITION.search(str(row[0])) for row in found)
    assert [row for row in found if not (row[1] and row[2])] == []


def test_the_policies_in_force_are_those_of_the_book(shared_demo: World) -> None:
    with shared_demo.superuser() as connection, connection.transaction(force_rollback=True):
        live = policies(connection)
        for table, name in live:
            connection.execute(f'drop policy "{name}" on presence."{table}"'.encode())
        for policy in book():
            using = f" using ({policy.using})" if policy.using else ""
            check = f" with check ({policy.check})" if policy.check else ""
            connection.execute(
                f"create policy {policy.name} on presence.{policy.table} "
                f"for {policy.command} to presence_{policy.role}{using}{check}".encode()
            )

        written = policies(connection)

    assert live == written


def test_every_policy_is_for_exactly_one_role_of_the_house(shared_demo: World) -> None:
    found = rows(
        shared_demo,
        "select p.policyname, p.roles::text[] from pg_policies p where p.schemaname = 'presence'",
    )

    house = {*LOGINS, "presence_owner", "presence_aggregator"}
    assert [row for row in found if len(list(row[1])) != 1 or not set(row[1]) <= house] == []  # type: ignore[call-overload]


def test_each_role_holds_the_grants_that_the_models_declare(shared_demo: World) -> None:
    verbs = {"S": "SELECT", "I": "INSERT", "D": "DELETE"}

    declared = {
        (table, f"presence_{role}", verbs[verb])
        for table, roles in accesses().items()
        for role, access in roles.items()
        for verb in access.verbs
        if verb in verbs and role != "owner"
    }

    assert set(rows(shared_demo, GRANTS)) == declared


def test_each_role_changes_only_the_columns_that_the_models_declare(shared_demo: World) -> None:
    declared = {
        (table, f"presence_{role}", "UPDATE", column)
        for table, roles in accesses().items()
        for role, access in roles.items()
        for column in access.updates
        if role != "owner"
    }

    assert set(rows(shared_demo, COLUMN_GRANTS)) == declared


def test_nobody_may_change_whose_a_row_is(shared_demo: World) -> None:
    found = {row[3] for row in rows(shared_demo, COLUMN_GRANTS)}

    assert found & OWNER_COLUMNS == set()


def test_a_partition_is_reached_through_its_parent_only(shared_demo: World) -> None:
    granted = {str(row[0]) for row in rows(shared_demo, GRANTS)}
    granted |= {str(row[0]) for row in rows(shared_demo, COLUMN_GRANTS)}

    assert [name for name in granted if PARTITION.search(name)] == []


def test_a_login_role_has_no_power_and_belongs_to_nothing(shared_demo: World) -> None:
    found = rows(
        shared_demo,
        """select r.rolname, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolcreatedb,
                  r.rolreplication, (select count(*) from pg_auth_members m where m.member = r.oid)
             from pg_roles r where r.rolname = any(%s)""",
        list(LOGINS),
    )

    assert sorted(found) == [
        (role, False, False, False, False, False, 0) for role in sorted(LOGINS)
    ]


def test_a_login_role_owns_nothing(shared_demo: World) -> None:
    owned = rows(
        shared_demo,
        """select d.classid::regclass::text, d.objid from pg_shdepend d
             join pg_roles r on r.oid = d.refobjid
            where d.deptype = 'o' and r.rolname = any(%s)""",
        list(LOGINS),
    )

    assert owned == []


def test_nobody_becomes_the_owner_or_the_aggregator_but_by_saying_so(shared_demo: World) -> None:
    members = rows(
        shared_demo,
        """select m.member::regrole::text, m.roleid::regrole::text, m.inherit_option, m.set_option
             from pg_auth_members m where m.roleid::regrole::text like 'presence%%' and %s""",
        True,
    )

    assert {row[:4] for row in members if row[0] != "postgres"} == {
        ("presence_migrator", "presence_owner", False, True),
        ("presence_owner", "presence_aggregator", False, True),
    }


def test_no_setting_is_preset_for_a_role_or_the_database(shared_demo: World) -> None:
    found = rows(
        shared_demo,
        """select setrole::regrole::text, setconfig from pg_db_role_setting
            where setdatabase = 0 or setdatabase = (
              select oid from pg_database where datname = current_database())""",
    )

    assert found == []


def test_a_login_role_can_create_nothing_anywhere(shared_demo: World) -> None:
    found = rows(
        shared_demo,
        """select r.rolname, n.nspname from pg_roles r cross join pg_namespace n
            where r.rolname = any(%s) and n.nspname !~ '^pg_(toast|temp)'
              and has_schema_privilege(r.oid, n.oid, 'create')
            union all
           select r.rolname, 'database' from pg_roles r where r.rolname = any(%s)
              and (has_database_privilege(r.oid, current_database(), 'create')
                   or has_database_privilege(r.oid, current_database(), 'temp'))""",
        list(LOGINS),
        list(LOGINS),
    )

    assert found == []


def test_every_key_of_a_bailleur_owned_table_holds_its_owner(shared_demo: World) -> None:
    found = rows(
        shared_demo,
        """select c.conrelid::regclass::text, c.conname from pg_constraint c
            where c.contype in ('p', 'u', 'x') and c.conrelid::regclass::text = any(%s)
              and not exists (select 1 from pg_attribute a where a.attrelid = c.conrelid
                               and a.attnum = any(c.conkey) and a.attname = 'bailleur_id')""",
        [f"presence.{name}" for name in BAILLEUR_TABLES],
    )

    assert found == []


def test_a_unique_index_of_a_bailleur_owned_table_holds_its_owner(shared_demo: World) -> None:
    found = rows(
        shared_demo,
        """select i.indexrelid::regclass::text from pg_index i
            where i.indisunique and i.indrelid::regclass::text = any(%s)
              and not exists (select 1 from pg_attribute a where a.attrelid = i.indrelid
                               and a.attnum = any(i.indkey) and a.attname = 'bailleur_id')""",
        [f"presence.{name}" for name in BAILLEUR_TABLES],
    )

    assert found == []


def test_a_foreign_key_between_bailleur_owned_tables_holds_their_owner(shared_demo: World) -> None:
    tables = [f"presence.{name}" for name in BAILLEUR_TABLES]

    found = rows(
        shared_demo,
        """select c.conrelid::regclass::text, c.conname from pg_constraint c
            where c.contype = 'f' and c.conrelid::regclass::text = any(%s)
              and c.confrelid::regclass::text = any(%s)
              and not exists (
                select 1 from unnest(c.conkey, c.confkey) as k(own, other)
                  join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.own
                  join pg_attribute b on b.attrelid = c.confrelid and b.attnum = k.other
                 where a.attname = 'bailleur_id' and b.attname = 'bailleur_id')""",
        tables,
        tables,
    )

    assert found == []


def test_no_foreign_key_acts_by_itself(shared_demo: World) -> None:
    found = names(
        shared_demo,
        """select conname from pg_constraint where contype = 'f'
              and connamespace = 'presence'::regnamespace
              and (confdeltype <> 'a' or confupdtype <> 'a')""",
    )

    assert found == set()


def test_no_number_of_a_bailleur_owned_table_comes_from_a_shared_counter(
    shared_demo: World,
) -> None:
    found = rows(
        shared_demo,
        """select a.attrelid::regclass::text, a.attname from pg_attribute a
            left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
            where a.attrelid::regclass::text = any(%s)
              and (a.attidentity <> '' or pg_get_expr(d.adbin, d.adrelid) ~ 'nextval')""",
        [f"presence.{name}" for name in BAILLEUR_TABLES],
    )

    assert found == []


def test_there_is_no_view_no_foreign_table_and_no_publication(shared_demo: World) -> None:
    found = names(
        shared_demo,
        """select relname from pg_class where relnamespace in ('presence'::regnamespace,
             'app'::regnamespace) and relkind in ('v', 'm', 'f')
           union all select pubname from pg_publication
           union all select srvname from pg_foreign_server""",
    )

    assert found == set()


def test_no_function_of_the_house_is_leakproof(shared_demo: World) -> None:
    found = names(
        shared_demo,
        """select proname from pg_proc where proleakproof
              and pronamespace in ('presence'::regnamespace, 'app'::regnamespace)""",
    )

    assert found == set()


def test_the_metadata_and_the_book_hold_the_same_tables() -> None:
    assert {t.name for t in presence.tables.metadata.tables.values()} == set(KINDS)
