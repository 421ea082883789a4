"""« Membres » (O4): who works here, with which roles where; invite, change, close."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.kernel.clock import today
from presence.kernel.errors import Conflict, DomainError, Invalid, NotFound
from presence.members import queries
from presence.members import services as members
from presence.patrimoine import queries as patrimoine
from presence.web.edge import page, see_other
from presence.web.forms import date_of, member_of, uuid_of
from tenants.roles import RIGHTS, ROLE_LABELS, SCOPABLE, OrganisationKind, Permission, Role

blueprint = Blueprint("members", __name__, url_prefix="/membres")


@blueprint.get("")
@page(Permission.MANAGE_MEMBERS)
def read_members(session: Session, identity: Identity) -> ResponseReturnValue:
    """Everybody, and the invitations that wait."""
    return _page(session, identity)


@blueprint.post("/invitations")
@page(Permission.MANAGE_MEMBERS)
def invite(session: Session, identity: Identity) -> ResponseReturnValue:
    """Invite a person by e-mail."""
    form = request.form
    try:
        members.invite(
            identity,
            email=form.get("email", ""),
            display_name=form.get("nom", ""),
            grants=_grants(session, identity),
            card_number=form.get("carte"),
        )
    except (Invalid, Conflict) as error:
        return _page(session, identity, error), 409 if isinstance(error, Conflict) else 422
    flash("Invitation envoyée, valable 7 jours.")
    return see_other("members.read_members")


@blueprint.post("/invitations/<uuid:invitation_id>/renvoyer")
@page(Permission.MANAGE_MEMBERS)
def send_again(_: Session, identity: Identity, invitation_id: UUID) -> ResponseReturnValue:
    """Mail an invitation again: the former link dies."""
    members.send_again(identity, invitation_id)
    flash("Invitation renvoyée : l'ancien lien ne vaut plus rien.")
    return see_other("members.read_members")


@blueprint.post("/invitations/<uuid:invitation_id>/annuler")
@page(Permission.MANAGE_MEMBERS)
def revoke(_: Session, identity: Identity, invitation_id: UUID) -> ResponseReturnValue:
    """Withdraw an invitation."""
    members.revoke_invitation(identity, invitation_id)
    flash("Invitation annulée.")
    return see_other("members.read_members")


@blueprint.get("/<uuid:account_id>")
@page(Permission.MANAGE_MEMBERS)
def read_member(session: Session, identity: Identity, account_id: UUID) -> ResponseReturnValue:
    """A colleague's roles, to be changed."""
    return _member_page(session, identity, account_id)


@blueprint.post("/<uuid:account_id>/roles")
@page(Permission.MANAGE_MEMBERS)
def set_roles(session: Session, identity: Identity, account_id: UUID) -> ResponseReturnValue:
    """Replace a colleague's roles: what is taken away ends at the next click."""
    try:
        members.set_grants(identity, account_id, _grants(session, identity))
    except (Invalid, Conflict) as error:
        page = _member_page(session, identity, account_id, error)
        return page, 409 if isinstance(error, Conflict) else 422
    flash("Droits changés.")
    return see_other("members.read_members")


@blueprint.post("/<uuid:account_id>/fermer")
@page(Permission.MANAGE_MEMBERS)
def close(session: Session, identity: Identity, account_id: UUID) -> ResponseReturnValue:
    """Close an account: its sessions and tokens end at once."""
    try:
        members.close_account(identity, account_id)
    except Conflict as error:
        return _page(session, identity, error), 409
    flash("Compte fermé : ses sessions et ses jetons ne valent plus rien.")
    return see_other("members.read_members")


def _grants(session: Session, identity: Identity) -> list[members.GrantDraft]:
    form = request.form
    to_on = date_of(form["jusqu_au"], "jusqu_au") if form.get("jusqu_au") else None
    if to_on is not None and to_on <= today(session):
        raise Invalid("jusqu_au", "La fin d'un rôle est une date à venir.")
    agencies = [uuid_of(text, "agences") for text in form.getlist("agences")]
    residences = [uuid_of(text, "residences") for text in form.getlist("residences")]
    _require_own(session, identity, agencies, residences)
    return [
        members.GrantDraft(
            role,
            to_on,
            tuple(agencies) if role in SCOPABLE else (),
            tuple(residences) if role in SCOPABLE else (),
        )
        for role in (member_of(Role, text, "roles") for text in form.getlist("roles"))
    ]


def _require_own(
    session: Session, identity: Identity, agencies: list[UUID], residences: list[UUID]
) -> None:
    """Another's place and an unknown one are refused alike."""
    if not agencies and not residences:
        return
    known = {key for key, _ in _agencies(session, identity)}
    known |= {place.id for place in _places(session, identity)}
    if not known.issuperset([*agencies, *residences]):
        raise Invalid("residences", "Un de ces lieux n'existe pas ou n'est pas à vous.")


def _agencies(session: Session, identity: Identity) -> list[tuple[UUID, str]]:
    bailleur = identity.organisation_kind is OrganisationKind.BAILLEUR
    return patrimoine.agencies(session) if bailleur else []


def _places(session: Session, identity: Identity) -> list[patrimoine.Place]:
    bailleur = identity.organisation_kind is OrganisationKind.BAILLEUR
    return patrimoine.residences(session) if bailleur else []


def _names(session: Session, identity: Identity) -> Mapping[UUID, str]:
    places = {place.id: place.name for place in _places(session, identity)}
    return places | dict(_agencies(session, identity))


def _page(session: Session, identity: Identity, refused: DomainError | None = None) -> str:
    people = queries.members(identity)
    return render_template(
        "members/members.html",
        people=[person for person in people if person.closed_at is None],
        closed=[person for person in people if person.closed_at is not None],
        pending=queries.pending(identity),
        names=_names(session, identity),
        today=today(session),
        refused=refused,
        **_choices(session, identity),
    )


def _member_page(
    session: Session, identity: Identity, account_id: UUID, refused: DomainError | None = None
) -> str:
    found = [p for p in queries.members(identity) if p.account_id == account_id]
    if not found or found[0].closed_at is not None:
        raise NotFound
    held = found[0].roles
    return render_template(
        "members/member.html",
        person=found[0],
        held={role.role for role in held},
        held_places={key for role in held for key in (*role.agencies, *role.residences)},
        until=next((role.to_on for role in held if role.to_on), None),
        own=account_id == identity.account_id,
        refused=refused,
        **_choices(session, identity),
    )


def _choices(session: Session, identity: Identity) -> dict[str, object]:
    return {
        "roles": list(RIGHTS[identity.organisation_kind]),
        "role_labels": ROLE_LABELS,
        "agencies": _agencies(session, identity),
        "places": sorted(_places(session, identity), key=lambda place: place.name),
        "with_card": identity.organisation_kind is OrganisationKind.PRESTATAIRE,
        "given": request.form,
    }
