"""Sign in and out: a password, then a code when the account has a second factor.

Every secret is renewed at each step; a session that waits for a code opens nothing else.
"""

import secrets
from dataclasses import dataclass

from presence.accounts import passwords, second_factor
from presence.accounts.identity import Grant, Identity, call, hash_of, identity_of, jsonb, within
from presence.kernel.errors import Invalid
from tenants.context import RELAY
from tenants.database import transaction
from tenants.models import Organisation
from tenants.roles import OrganisationKind, Role

# Idle and absolute limits (ANSSI): an office closes at night, an agent's phone lasts a shift.
OFFICE = (30 * 60, 12 * 3600)
FIELD = (12 * 3600, 7 * 24 * 3600)
CODE_SECONDS = 10 * 60
_FIELD_ROLES = frozenset({Role.AGENT, Role.TEAM_LEADER, Role.ONCALL_OPERATOR})


@dataclass(frozen=True)
class Opened:
    """A session's secret and whom it stands for; `code_due` while it waits for a code."""

    secret: str
    identity: Identity
    code_due: bool = False


def sign_in(email: str, password: str, browser: str | None = None) -> Opened | None:
    """Open a session; None when e-mail and password do not match, whichever is wrong."""
    with transaction(RELAY) as session:
        row = next(iter(within(session, "account_for_sign_in", email.strip())), None)
        # An unknown address costs the same as a wrong password.
        right = passwords.matches(row.password_hash if row else None, password)
        if not right:
            within(session, "sign_in_failed", row.account_id if row else None)
    identity = identity_of(row.account_id) if row and right else None
    if identity is None:
        return None
    secret = secrets.token_urlsafe(32)
    waits = identity.second_factor
    idle, absolute = (CODE_SECONDS, CODE_SECONDS) if waits else limits_of(identity)
    call("open_session", identity.account_id, hash_of(secret), idle, absolute, browser, waits)
    return Opened(secret, identity, waits)


def pass_code(waiting: str, code: str, browser: str | None = None) -> Opened | None:
    """Exchange a waiting session for an open one; None when the code is refused.

    Raises `Invalid` when the session waits no longer: too old, or five codes were tried.
    """
    found = call("waiting_session", hash_of(waiting))
    # Counted and committed before it is compared: tries cannot be run side by side.
    if not found or not call("code_tried", hash_of(waiting))[0][0]:
        raise Invalid("code", "Trop d'essais, ou trop de temps : reprenez à la connexion.")
    used = second_factor.check(found[0].secret, code)
    identity = identity_of(found[0].account_id)
    if used is None or identity is None:
        call("sign_in_failed", found[0].account_id)
        return None
    secret = secrets.token_urlsafe(32)
    (row,) = call(
        "code_passed", hash_of(waiting), hash_of(secret), *used, *limits_of(identity), browser
    )
    return Opened(secret, identity) if row[0] else None


def waits_for_code(waiting: str) -> bool:
    """Whether a session still waits for a code."""
    return bool(call("waiting_session", hash_of(waiting)))


def sign_out(secret: str) -> None:
    """Close a session, at once and everywhere."""
    call("close_session", hash_of(secret))


def limits_of(identity: Identity) -> tuple[int, int]:
    """Idle and absolute seconds of a person's sessions."""
    field = identity.organisation_kind is OrganisationKind.PRESTATAIRE
    return FIELD if field and identity.roles & _FIELD_ROLES else OFFICE


@dataclass(frozen=True)
class NewAccount:
    """An account opened without an invitation: a demonstration's, a test's."""

    email: str
    display_name: str
    password: str
    grants: tuple[Grant, ...]
    card_number: str | None = None
    waived: bool = False


def open_account(organisation: Organisation, new: NewAccount) -> Identity:
    """Open an account at once, with its roles from today; the organisation must be committed."""
    roles = frozenset(grant.role for grant in new.grants)
    hashed = passwords.accept(new.password, roles, [new.email, new.display_name])
    given = [
        {
            "role": grant.role.value,
            "agencies": list(map(str, grant.agencies)),
            "residences": list(map(str, grant.residences)),
        }
        for grant in new.grants
    ]
    (row,) = call(
        "open_account", organisation.id, new.email.strip(), new.display_name, hashed,
        jsonb(given), new.card_number, new.waived,
    )  # fmt: skip
    made = identity_of(row[0])
    if made is None:
        raise LookupError(new.email)
    return made
