"""The pinned functions of schema `app`: which exist, who owns them, who may run them."""

from tests.house.catalogue import LOGINS, rows
from tests.worlds import World

EVERYBODY = sorted([*LOGINS, "presence_aggregator"])
RELAY, SCHEME = ["presence_relay"], ["presence_scheme"]
BAILLEUR, PRESTATAIRE = ["presence_bailleur"], ["presence_prestataire"]
# Reviewed one by one (actors.md, ADR 0002, 0006, 0012, 0015, 0019): adding a line is an ADR.
REVIEWED = {
    "accept_invitation": ("presence_owner", RELAY),
    "account_for_sign_in": ("presence_owner", RELAY),
    "accounts_of": ("presence_owner", []),
    "administered_by": ("presence_owner", []),
    "administrators": ("presence_owner", []),
    "aggregate": ("presence_aggregator", RELAY),
    "apply_sheet_change": ("presence_owner", PRESTATAIRE),
    "arm_invitation": ("presence_owner", RELAY),
    "arm_reset": ("presence_owner", RELAY),
    "calendar_shifts": ("presence_owner", RELAY),
    "cards_of": ("presence_owner", RELAY),
    "base_dates": ("presence_aggregator", SCHEME),
    "change_password": ("presence_owner", RELAY),
    "close_account": ("presence_owner", RELAY),
    "close_session": ("presence_owner", RELAY),
    "close_sessions": ("presence_owner", RELAY),
    "code_passed": ("presence_owner", RELAY),
    "code_tried": ("presence_owner", RELAY),
    "contribute": ("presence_aggregator", SCHEME),
    "deposit_bailleurs": ("presence_owner", PRESTATAIRE),
    "deposit_keys": ("presence_owner", PRESTATAIRE),
    "deposit_periods": ("presence_owner", PRESTATAIRE),
    "identity_of": ("presence_owner", RELAY),
    "invitation_by_hash": ("presence_owner", RELAY),
    "invitations": ("presence_owner", RELAY),
    "invite": ("presence_owner", RELAY),
    "invite_first": ("presence_owner", RELAY),
    "issue_token": ("presence_owner", RELAY),
    "mail_recipients": ("presence_owner", RELAY),
    "members": ("presence_owner", RELAY),
    "note": ("presence_owner", []),
    "now": ("presence_owner", EVERYBODY),
    "open_account": ("presence_owner", RELAY),
    "open_reset": ("presence_owner", RELAY),
    "open_session": ("presence_owner", RELAY),
    "place_of_deposit": ("presence_owner", PRESTATAIRE),
    "prepare_months": ("presence_owner", ["presence_operator", "presence_relay"]),
    "reset_by_hash": ("presence_owner", RELAY),
    "revoke_invitation": ("presence_owner", RELAY),
    "revoke_token": ("presence_owner", RELAY),
    "schema_revision": ("presence_owner", RELAY),
    "schemes_with_due_releases": ("presence_aggregator", RELAY),
    "second_factor_of": ("presence_owner", RELAY),
    "security_journal": ("presence_owner", RELAY),
    "session_by_hash": ("presence_owner", RELAY),
    "share_link_by_hash": ("presence_owner", RELAY),
    "sessions_of": ("presence_owner", RELAY),
    "set_grants": ("presence_owner", RELAY),
    "set_second_factor": ("presence_owner", RELAY),
    "sign_in_failed": ("presence_owner", RELAY),
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
    "take_transfer": ("presence_owner", BAILLEUR),
    "today": ("presence_owner", EVERYBODY),
    "token_by_hash": ("presence_owner", RELAY),
    "tokens_of": ("presence_owner", RELAY),
    "transfer_offered": ("presence_owner", BAILLEUR),
    "use_reset": ("presence_owner", RELAY),
    "verify": ("presence_owner", []),
    "waiting_session": ("presence_owner", RELAY),
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
