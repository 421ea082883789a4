"""The book of policies: for each table and role, the SQL that must be in force.

Migrations spell the SQL out; this book says what the live catalogue must then contain. A policy
compares columns of the row with the signed context, by equality or « any », and nothing else:
the one form that is fast, and that a distributed engine accepts (ADR 0002).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tenants.columns import Access, Base, TableKind

SCHEMA = "presence"
APPLICATION_ROLES = ("bailleur", "prestataire", "scheme", "operator", "relay", "figures")

# The one key that a pinned function looks for (ADR 0006). An array rather than an IN: PostgreSQL
# writes it back alike after a dump and a restore.
_LOOKED_UP = "current_setting('app.lookup', true)"
# role -> key column -> the comparison, as written in USING.
_COMPARISONS: dict[str, dict[str, str]] = {
    "bailleur": {
        "bailleur_id": "bailleur_id = app.signed_bailleur()",
        "organisation_id": "organisation_id = app.signed_bailleur()",
        "scheme_id": "scheme_id = any(app.signed_schemes())",
        "published": "published_at is not null",
        "reference": "app.signed_kind() = 'bailleur'",
        "announcer": "kind = 'bailleur' and subject = app.signed_bailleur()",
    },
    "prestataire": {
        "bailleur_id": "bailleur_id = any(app.signed_bailleurs())",
        "organisation_id": "organisation_id = app.signed_prestataire()",
        "prestataire_id": "prestataire_id = app.signed_prestataire()",
        "scheme_id": "scheme_id = any(app.signed_schemes())",
        "reference": "app.signed_kind() = 'prestataire'",
        # In the perimeter today, by the business clock; one look at the clock per statement.
        "covered": "covered_during @> (select app.today())",
        # Contracts that run or ended less than 72 hours ago, each on its own evenings (D7).
        "deposit": "bailleur_id = any(app.deposit_bailleurs())",
        "deposit_evening": "evening_on <@ ((select app.deposit_periods())::datemultirange[])"
        "[array_position((select app.deposit_keys())::bigint[], "
        "(bailleur_id::bigint << 32) | scheme_id)]",
        "announcer": "kind = 'prestataire' and subject = app.signed_prestataire()",
    },
    "scheme": {
        "scheme_id": "scheme_id = app.signed_scheme()",
        "reference": "app.signed_kind() = 'scheme'",
        "announcer": "kind = 'scheme' and subject = app.signed_scheme()",
    },
    "figures": {
        "scheme_id": "scheme_id = any(app.signed_schemes())",
        "published": "published_at is not null",
    },
    "operator": {
        "operator": "app.signed_operator()",
        "reference": "app.signed_operator()",
        "announcer": "kind = 'operator' and app.signed_operator()",
    },
    "relay": {"relay": "app.signed_relay()"},
    # The owner runs the pinned functions of schema `app`. Even it sees only the rows of the
    # context's subject (which those functions have verified before they look), or the one row
    # that they ask for by its exact key.
    "owner": {
        "bailleur_id": "bailleur_id::text = current_setting('app.subject', true)",
        "prestataire_id": "prestataire_id::text = current_setting('app.subject', true)",
        "organisation_id": "organisation_id::text = current_setting('app.subject', true)",
        # « * » is no key's name: it lists them, for a rotation, and verifies nothing.
        "key_id": "current_setting('app.key_id', true) = any(array[key_id, '*'])",
        "clock": "id = 1",
        "account_key": f"{_LOOKED_UP} = any(array[email, id::text, 'org:' || organisation_id])",
        "token_key": f"{_LOOKED_UP} = any(array[token_hash, account_id::text])",
        "reset_key": f"{_LOOKED_UP} = any(array[token_hash, id::text, account_id::text])",
        "invitation_key": f"{_LOOKED_UP} = "
        "any(array[token_hash, id::text, 'org:' || organisation_id])",
        "organisation_key": "current_setting('app.lookup', true) = 'org:' || organisation_id",
        "id_text": "id::text = current_setting('app.lookup', true)",
        "account_text": "account_id::text = current_setting('app.lookup', true)",
        "residence_text": "residence_id::text = current_setting('app.lookup', true)",
        "team_text": "team_id::text = current_setting('app.lookup', true)",
        "secret_key": "secret_hash = current_setting('app.lookup', true)",
    },
}
_IDENTIFIED_BY = {
    "organisation": {
        "bailleur": "id = app.signed_bailleur()",
        "prestataire": "id = any(app.signed_bailleurs())",
    },
    "scheme": {
        "bailleur": "id = any(app.signed_schemes())",
        "prestataire": "id = any(app.signed_schemes())",
        "scheme": "id = app.signed_scheme()",
        "figures": "id = any(app.signed_schemes())",
    },
}


@dataclass(frozen=True)
class Policy:
    """One policy, as a migration must write it."""

    table: str
    role: str
    command: str
    using: str | None
    check: str | None

    @property
    def name(self) -> str:
        """`<table>_<role>`: one policy per table and role."""
        return f"{self.table}_{self.role}"


def condition(table: str, role: str, access: Access) -> str:
    """The boolean that selects the rows a role may touch."""
    if role == "aggregator":
        return "true"
    parts = []
    for key in access.keys:
        if key == "id":
            parts.append(_IDENTIFIED_BY[table][role])
        else:
            parts.append(_COMPARISONS[role][key])
    return " and ".join(parts)


def wrapped(expression: str) -> str:
    """The same condition for WITH CHECK, where it runs once per row written: wrap the calls."""
    for call in ("signed_bailleurs", "signed_schemes", "deposit_bailleurs"):
        expression = expression.replace(f"any(app.{call}())", f"any((select app.{call}())::int[])")
    for call in ("bailleur", "prestataire", "scheme", "account", "operator", "relay"):
        expression = expression.replace(f"= app.signed_{call}()", f"= (select app.signed_{call}())")
    return expression


def policy_of(table: str, role: str, access: Access) -> Policy:
    """The policy that an access declaration asks for."""
    using = condition(table, role, access)
    compared = access.writes or (*access.keys, *access.checks)
    written = wrapped(condition(table, role, Access(access.verbs, compared)))
    if access.verbs == "S":
        return Policy(table, role, "select", using, None)
    if access.verbs == "I":
        return Policy(table, role, "insert", None, written)
    return Policy(table, role, "all", using, written)


def book() -> Iterator[Policy]:
    """Every policy that must be in force, and no other may be."""
    for mapper in Base.registry.mappers:
        table = mapper.class_.__tablename__
        for role, access in mapper.class_.__access__.items():
            yield policy_of(table, role, access)


def kinds() -> dict[str, TableKind]:
    """The kind of every table."""
    return {m.class_.__tablename__: m.class_.__kind__ for m in Base.registry.mappers}


def accesses() -> dict[str, dict[str, Access]]:
    """The declared accesses of every table."""
    return {m.class_.__tablename__: dict(m.class_.__access__) for m in Base.registry.mappers}
