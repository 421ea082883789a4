"""Which scheme a page is about: the only one, or the one asked for among those open."""

from flask import request
from sqlalchemy.orm import Session

from presence.kernel.errors import NotFound
from tenants.models import Scheme
from tenants.scheme import schemes


def chosen_scheme(session: Session) -> Scheme:
    """The scheme named by `?dispositif=`, else the first; raises `NotFound` when there is none."""
    open_ones = schemes(session)
    wanted = request.values.get("dispositif")
    found = [s for s in open_ones if wanted is None or str(s.public_id) == wanted]
    if not found:
        raise NotFound
    return found[0]
