"""Rules of secrecy of a scheme (règles de secret), dated: read, and tightened."""

from datetime import date
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.disclosure.rules import Policy
from presence.kernel.errors import Conflict, Invalid
from presence.releases.models import DisclosurePolicy
from tenants.database import context_of

LAW = Policy()


def policy_in_force(session: Session, scheme_id: int, day: date) -> Policy:
    """The rules of a scheme on a day; those of the law when it had set none."""
    row = session.scalar(
        select(DisclosurePolicy).where(
            DisclosurePolicy.scheme_id == scheme_id,
            DisclosurePolicy.valid_during.contains(day),
        )
    )
    if row is None:
        return LAW
    return Policy(
        row.least_contributors,
        row.dominance_percent,
        row.p_percent,
        row.least_events,
        row.least_persons,
    )


def set_policy(session: Session, policy: Policy, from_on: date) -> DisclosurePolicy:
    """Adopt rules from a date (scheme's context); the former ones end the day before.

    Raises `Invalid` when they are looser than the law's, `Conflict` when later ones exist.
    """
    _refuse_looser(policy)
    scheme_id = context_of(session).own_id
    rows = session.scalars(
        select(DisclosurePolicy).where(DisclosurePolicy.scheme_id == scheme_id)
    ).all()
    for row in rows:
        start = row.valid_during.lower or date.min
        if start >= from_on:
            raise Conflict("Des règles de secret plus récentes sont déjà fixées.")
        if row.valid_during.upper is None:
            row.valid_during = Range(start, from_on)
    session.flush()
    made = DisclosurePolicy(
        id=uuid4(),
        scheme_id=scheme_id,
        valid_during=Range(from_on, None),
        least_contributors=policy.least_contributors,
        dominance_percent=policy.dominance_percent,
        p_percent=policy.p_percent,
        least_events=policy.least_events,
        least_persons=policy.least_persons,
    )
    session.add(made)
    session.flush()
    audit.record(session, "policy.set", made.id, scheme_id=scheme_id)
    return made


def _refuse_looser(policy: Policy) -> None:
    for field, held in (
        ("least_contributors", policy.least_contributors >= LAW.least_contributors),
        ("dominance_percent", 1 <= policy.dominance_percent <= LAW.dominance_percent),
        ("p_percent", LAW.p_percent <= policy.p_percent <= 100),
        ("least_events", policy.least_events >= LAW.least_events),
        ("least_persons", policy.least_persons >= LAW.least_persons),
    ):
        if not held:
            raise Invalid(field, "Les règles de secret peuvent être durcies, jamais assouplies.")
