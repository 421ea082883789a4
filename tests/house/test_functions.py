"""The pinned functions of schema `app`: which exist, who owns them, who may run them."""

from tests.house.catalogue import LOGINS, rows
from tests.worlds import World

EVERYBODY = sorted([*LOGINS, "presence_aggregator"])
RELAY, SCHEME = ["presence_relay"], ["presence_scheme"]
# Reviewed one by one (actors.md, ADR 0002, 0006): adding a line is an ADR.
REVIEWED = {
    "account_for_sign_in": ("presence_owner", RELAY),
    "aggregate": ("presence_aggregator", RELAY),
    "close_session": ("presence_owner", RELAY),
    "contribute": ("presence_aggregator", SCHEME),
    "identity_of": ("presence_owner", RELAY),
    "issue_token": ("presence_owner", RELAY),
    "now": ("presence_owner", EVERYBODY),
    "open_session": ("presence_owner", RELAY),
    "prepare_months": ("presence_owner", ["presence_operator", "presence_relay"]),
    "schema_revision": ("presence_owner", RELAY),
    "schemes_with_due_releases": ("presence_aggregator", RELAY),
    "session_by_hash": ("presence_owner", RELAY),
    "signed_account": ("presence_owner", EVERYBODY),
    "signed_bailleur": ("presence_owner", EVERYBODY),
    "signed_bailleurs": ("presence_owner", EVERYBODY),
    "signed_kind": ("presence_owner", EVERYBODY),
    "signed_operator": ("presence_owner", EVERYBODY),
    "signed_prestataire": ("presence_owner", EVERYBODY),
    "signed_reader": ("presence_owner", EVERYBODY),
    "signed_relay": ("presence_owner", EVERYBODY),
    "signed_scheme": ("presence_owner", EVERYBODY),
    "signed_schemes": ("presence_owner", EVERYBODY),
    "snapshot_bases": ("presence_aggregator", SCHEME),
    "today": ("presence_owner", EVERYBODY),
    "token_by_hash": ("presence_owner", RELAY),
    "verify": ("presence_owner", []),
}
FUNCTIONS = """
  select p.proname, p.prosecdef, p.proconfig, p.proowner::regrole::text,
         array(select coalesce(r.rolname, 'PUBLIC')
                 from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
                 left join pg_roles r on r.oid = a.grantee
                where a.grantee <> p.proowner order by 1)
    from pg_proc p where p.pronamespace in ('app'::regnamespace, 'presence'::regnamespace)
"""


def test_the_functions_that_act_as_their_owner_are_the_reviewed_ones(shared_demo: World) -> None:
    found = {
        name: (owner, runners)
        for name, definer, _, owner, runners in rows(shared_demo, FUNCTIONS)
        if definer
    }

    assert found == REVIEWED


def test_every_function_has_a_pinned_search_path_that_ends_with_pg_temp(
    shared_demo: World,
) -> None:
    found = [
        row[0]
        for row in rows(shared_demo, FUNCTIONS)
        if row[2] != ["search_path=pg_catalog, pg_temp"]
    ]

    assert found == []


def test_no_function_is_open_to_everybody(shared_demo: World) -> None:
    found = [row[0] for row in rows(shared_demo, FUNCTIONS) if "PUBLIC" in list(row[4])]  # type: ignore[call-overload]

    assert found == []
