"""« Partages » (C4): the territory's read-only links to a bilan, and the page that a link opens."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

from flask import Blueprint, Response, flash, make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.kernel.clock import now
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.formats import long_date
from presence.links.services import (
    Opened,
    ShareEntry,
    accesses,
    links,
    open_link,
    revoke,
    share,
)
from presence.releases.queries import bilan, releases
from presence.releases.wording import period_label
from presence.throttling import limiter
from presence.web.bilan_view import view_of
from presence.web.edge import page, see_other
from presence.web.forms import date_of, uuid_of
from presence.web.scheme_choice import chosen_scheme
from tenants.context import Context, Kind
from tenants.database import transaction
from tenants.roles import Permission

blueprint = Blueprint("links", __name__)


@contextmanager
def _scheme_of(session: Session, identity: Identity) -> Iterator[Session]:
    """The scheme's own context, for the territory whose scheme it is; raises `NotFound`."""
    scheme = chosen_scheme(session)
    if scheme.territory_id != identity.organisation_id:
        raise NotFound
    context = Context(Kind.SCHEME, scheme.id, identity.account_id)
    with transaction(context) as inner:
        yield inner


@blueprint.get("/partages")
@page(Permission.SHARE_BILAN)
def list_links(session: Session, identity: Identity) -> ResponseReturnValue:
    """The links in force and past, and the form that makes one."""
    return _page(session, identity)


@blueprint.post("/partages")
@page(Permission.SHARE_BILAN)
def make_link(session: Session, identity: Identity) -> ResponseReturnValue:
    """Make a link; its address is shown once."""
    form = request.form
    try:
        entry = ShareEntry(
            uuid_of(form.get("cle"), "cle"),
            uuid_of(form.get("bilan"), "bilan"),
            identity.organisation_id,
            form.get("destinataire", ""),
            date_of(form.get("jusqu_au"), "jusqu_au") if form.get("jusqu_au") else None,
        )
        with _scheme_of(session, identity) as inner:
            secret = share(inner, entry)
    except (Invalid, Conflict) as error:
        return make_response(_page(session, identity, refused=error.message), 422)
    address = f"{request.url_root.rstrip('/')}/partage/{secret}"
    return make_response(_page(session, identity, address=address), 201)


@blueprint.post("/partages/<uuid:link_id>/revoquer")
@page(Permission.SHARE_BILAN)
def revoke_link(session: Session, identity: Identity, link_id: UUID) -> ResponseReturnValue:
    """Revoke a link, at once."""
    with _scheme_of(session, identity) as inner:
        revoke(inner, link_id)
    flash("Partage révoqué : son adresse n'ouvre plus rien.")
    return see_other("links.list_links")


@blueprint.get("/partages/<uuid:link_id>")
@page(Permission.SHARE_BILAN)
def read_log(session: Session, identity: Identity, link_id: UUID) -> ResponseReturnValue:
    """Each opening of a link."""
    with _scheme_of(session, identity) as inner:
        found = next((item for item in links(inner) if item.id == link_id), None)
        log = [(row.opened_at, row.network) for row in accesses(inner, link_id)]
    if found is None:
        raise NotFound
    label = period_label(found.from_on, found.to_on)
    return render_template("links/log.html", link=found, label=label, log=log)


@blueprint.get("/partage/<string(minlength=20, maxlength=100):secret>")
@limiter.limit("60 per 10 minutes")
def read_shared(secret: str) -> ResponseReturnValue:
    """The bilan behind a link; an unknown secret gets the page of an address that is not."""
    opened = open_link(secret, request.remote_addr)
    if opened is None:
        raise NotFound
    if opened.state != "open":
        return _private(make_response(render_template("links/closed.html", opened=opened), 410))
    return _private(make_response(_shared(opened)))


def _shared(opened: Opened) -> str:
    with transaction(Context(Kind.FIGURES, opened.territory_id)) as session:
        found = bilan(session, opened.release_id)
    if found is None:
        raise NotFound
    until = long_date(opened.until_on, weekday=False)
    return render_template("links/shared.html", bilan=found, view=view_of(found), until=until)


def _private(answer: Response) -> Response:
    """Kept by nobody, told to nobody: the address itself is the key."""
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _page(
    session: Session, identity: Identity, *, refused: str | None = None, address: str | None = None
) -> str:
    with _scheme_of(session, identity) as inner:
        made = links(inner)
        instant = now(inner)
    return render_template(
        "links/links.html",
        links=[(item, period_label(item.from_on, item.to_on)) for item in made],
        releases=[(r.id, period_label(r.from_on, r.to_on)) for r in releases(session)],
        instant=instant,
        refused=refused,
        address=address,
        given=request.form,
        new_key=uuid4,
    )
