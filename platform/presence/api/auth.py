"""Who calls: a bearer token gives an identity, its roles open the door, one transaction acts.

CSRF does not apply: no cookie is read here.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any
from uuid import UUID

from flask import Response, request
from sqlalchemy.orm import Session

from presence.accounts.services import Identity, identity_of_token
from presence.api.answers import Refused, answer
from presence.api.schemes import only_scheme
from tenants.context import Context, Kind
from tenants.database import transaction
from tenants.roles import Permission, may
from tenants.scheme import schemes

View = Callable[..., Any]
_BEARER = re.compile(r"Bearer +([A-Za-z0-9_\-]{20,200}) *", re.IGNORECASE)
_BOTH = frozenset({Kind.BAILLEUR, Kind.PRESTATAIRE})
# A role opens the door of its own kind of organisation only, whatever roles an account was given.
KINDS: dict[Permission, frozenset[Kind]] = {
    Permission.READ_PLACES: _BOTH,
    Permission.READ_ACTIVITY: _BOTH,
    Permission.READ_REPORTS: _BOTH,
    Permission.RECORD_ACTIVITY: frozenset({Kind.PRESTATAIRE}),
    Permission.CLOSE_EVENING: frozenset({Kind.PRESTATAIRE}),
    Permission.READ_BILAN: frozenset({Kind.BAILLEUR, Kind.FIGURES}),
    Permission.OPERATE: frozenset({Kind.OPERATOR}),
}
_BAILLEUR = frozenset({Kind.BAILLEUR})


def acting(permission: Permission, status: int) -> Callable[[View], View]:
    """`view(session, identity, …)` behind a permission, in one transaction; answered in JSON."""

    def decorate(view: View) -> View:
        @wraps(view)
        def run(*args: Any, **kwargs: Any) -> Response:
            identity = _identity()
            if not _open_to(identity, permission):
                raise Refused(403)
            with transaction(identity.context()) as session:
                return answer(view(session, identity, *args, **kwargs), status)

        return run

    return decorate


@contextmanager
def leading(session: Session, identity: Identity, scheme: UUID | None) -> Iterator[Session]:
    """A transaction of the scheme that the bailleur leads (chef de file); 403 if it leads none.

    Checked in the bailleur's own context first: the scheme's is opened for nobody else.
    """
    led = [row for row in schemes(session) if row.lead_bailleur_id == identity.organisation_id]
    if not led:
        raise Refused(403, "Seul le bailleur chef de file saisit l'argent du dispositif.")
    chosen = only_scheme(led, scheme)
    with transaction(Context(Kind.SCHEME, chosen.id, identity.account_id)) as inner:
        yield inner


def _identity() -> Identity:
    found = _BEARER.fullmatch(request.headers.get("Authorization", ""))
    identity = identity_of_token(found[1]) if found else None
    if identity is None:
        raise Refused(401)
    return identity


def _open_to(identity: Identity, permission: Permission) -> bool:
    kinds = KINDS.get(permission, _BAILLEUR)
    return identity.context().kind in kinds and may(identity.roles, permission)
