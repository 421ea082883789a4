"""Who calls: a bearer token gives an identity, its roles open the door, one transaction acts.

CSRF does not apply: no cookie is read here.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any
from uuid import UUID

from flask import Response, current_app, g, request
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity, identity_of_token
from presence.api.answers import Refused, answer
from presence.api.schemes import only_scheme
from presence.oncall.duty import narrow
from tenants.context import Context, Kind
from tenants.database import transaction
from tenants.roles import Permission
from tenants.scheme import schemes

View = Callable[..., Any]
_BEARER = re.compile(r"Bearer +([A-Za-z0-9_\-]{20,200}) *", re.IGNORECASE)


def acting(permission: Permission, status: int) -> Callable[[View], View]:
    """`view(session, identity, …)` behind a permission, in one transaction; answered in JSON."""

    def decorate(view: View) -> View:
        @wraps(view)
        def run(*args: Any, **kwargs: Any) -> Response:
            identity = _identity()
            if not identity.may(permission) or _owes(identity):
                raise Refused(403)
            # A cursor is bound to whoever was given it.
            g.reader = identity.account_id
            with transaction(identity.context()) as session:
                narrow(session, identity, permission)
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


def _owes(identity: Identity) -> bool:
    return identity.owes_second_factor(production=current_app.config["PRODUCTION"])
