"""The live probe (sonde): two real bailleurs of this installation, each trying the other's door.

Everything runs on the application's own connections, and everything is rolled back. What is
reported is what was seen where nothing should be: never a row, never a number of rows.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from tenants.columns import Base, TableKind
from tenants.context import Context, Kind, SigningKey, settings_of
from tenants.database import db, signing_key, transaction
from tenants.registry import organisations
from tenants.roles import OrganisationKind
from tenants.scheme import contracts
from tenants.verification.checks import Check, check

_REFUSED = "42501"
_ALONE = "Moins de deux bailleurs inscrits : il n'y a pas d'autre porte à essayer."


@dataclass(frozen=True)
class Pair:
    """The two bailleurs of the probe, and a prestataire if there is one."""

    one: int
    other: int
    prestataire: int | None


def probe_checks() -> list[Check]:
    """Every try of the probe."""
    pair = _pair()
    if pair is None:
        return [Check("S0", "Deux bailleurs se frappent l'un à l'autre", impossible=_ALONE)]
    a, b = Context(Kind.BAILLEUR, pair.one), Context(Kind.BAILLEUR, pair.other)
    every = [
        check("S1", "Un bailleur ne lit aucune ligne d'un autre", _foreign(a, b)),
        check("S2", "Sans contexte, aucun rôle ne lit rien", _seen_with(lambda _: {})),
        check("S3", "Un contexte à la signature fausse n'ouvre rien", _seen_with(_forged(pair))),
        check("S4", "Un contexte expiré n'ouvre rien", _seen_with(_expired(pair))),
        check("S5", "Un contexte rejoué sur une autre connexion n'ouvre rien", _replayed(a)),
        check("S6", "Le contexte s'éteint avec la transaction", _after_commit(a)),
        check("S7", "Un bailleur n'écrit rien au nom d'un autre", _written_for(a, b)),
        check("S8", "Les partenaires ne lisent que le publié", _partners()),
    ]
    if pair.prestataire is not None:
        provider = Context(Kind.PRESTATAIRE, pair.prestataire)
        every += [
            check("S9", "Le prestataire ne lit que sous contrat en cours", _outside(provider)),
            check(
                "S10", "Le prestataire ne lit ni suites, ni argent, ni accords", _closed(provider)
            ),
        ]
    return every


def _pair() -> Pair | None:
    with transaction(Context(Kind.OPERATOR)) as session:
        ids = sorted(o.id for o in organisations(session) if o.is_a(OrganisationKind.BAILLEUR))
        signed = contracts(session)
        served = sorted(c.prestataire_id for c in signed)
        # Those under contract first: they have rows to protect.
        busy = [key for key in ids if key in {c.bailleur_id for c in signed}]
    chosen = [*busy, *(key for key in ids if key not in busy)][:2]
    if len(chosen) < 2:
        return None
    return Pair(chosen[0], chosen[1], served[0] if served else None)


def _tables(kind: TableKind | None = None) -> list[str]:
    return sorted(
        m.class_.__tablename__
        for m in Base.registry.mappers
        if kind is None or m.class_.__kind__ is kind
    )


@contextmanager
def _door(kind: Kind, settings: dict[str, str]) -> Iterator[Connection]:
    """A bare connection of a role, in a transaction that is rolled back."""
    with db.engines[kind.value].connect() as connection:
        _enter(connection, settings)
        yield connection
        connection.rollback()


def _enter(connection: Connection, settings: dict[str, str]) -> None:
    for name, value in settings.items():
        connection.execute(text("select set_config(:n, :v, true)"), {"n": name, "v": value})


def _signed(context: Context, connection: Connection | None = None) -> dict[str, str]:
    backend = None
    if connection is not None:
        backend = connection.execute(text("select pg_backend_pid()")).scalar_one()
    return settings_of(context, signing_key(), backend=backend)


def _shows(connection: Connection, table: str, where: str = "true") -> bool:
    """Whether a table shows a row; a refusal shows nothing."""
    statement = text(f"select exists (select 1 from presence.{table} where {where})")  # noqa: S608
    return bool(_tried(connection, lambda: connection.execute(statement).scalar_one()))


def _tried(connection: Connection, act: Callable[[], object]) -> object:
    """What an act gives, None when the right to it is refused; nothing is kept."""
    nested = connection.begin_nested()
    try:
        return act()
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != _REFUSED:
            raise
        return None
    finally:
        nested.rollback()


def _foreign(*contexts: Context) -> Iterator[str]:
    for context in contexts:
        with _door(context.kind, _signed(context)) as connection:
            for table in _tables(TableKind.BAILLEUR):
                if _shows(connection, table, f"bailleur_id <> {context.own_id}"):
                    yield table


def _seen_with(settings: Callable[[Kind], dict[str, str]]) -> Iterator[str]:
    for kind in Kind:
        with _door(kind, settings(kind)) as connection:
            for table in _tables():
                if _shows(connection, table):
                    yield f"{table} par {kind.database_role}"


def _subject(pair: Pair, kind: Kind) -> Context:
    alone = kind in {Kind.OPERATOR, Kind.RELAY}
    return Context(kind, None if alone else pair.one)


def _forged(pair: Pair) -> Callable[[Kind], dict[str, str]]:
    wrong = SigningKey(signing_key().key_id, b"not the key of this installation")
    return lambda kind: settings_of(_subject(pair, kind), wrong)


def _expired(pair: Pair) -> Callable[[Kind], dict[str, str]]:
    past = time.time() - 3_600
    return lambda kind: settings_of(replace(_subject(pair, kind), seconds=1), signing_key(), past)


def _replayed(context: Context) -> Iterator[str]:
    engine = db.engines[context.kind.value]
    with engine.connect() as first, engine.connect() as second:
        taken = _signed(context, first)
        _enter(second, taken)
        for table in _tables(TableKind.BAILLEUR):
            if _shows(second, table):
                yield table
        first.rollback()
        second.rollback()


def _after_commit(context: Context) -> Iterator[str]:
    with db.engines[context.kind.value].connect() as connection:
        for ending in (connection.commit, connection.rollback):
            _enter(connection, _signed(context))
            ending()
            yield from (t for t in _tables(TableKind.BAILLEUR) if _shows(connection, t))
            connection.rollback()


def _written_for(one: Context, other: Context) -> Iterator[str]:
    insert = text(
        "insert into presence.agency (bailleur_id, id, name) "
        "values (:b, gen_random_uuid(), 'sonde d''isolation')"
    )
    touch = text("update presence.agency set name = name where bailleur_id = :b")
    with _door(one.kind, _signed(one)) as connection:
        values = {"b": other.own_id}
        if _tried(connection, lambda: connection.execute(insert, values).rowcount):
            yield "agency : une ligne a pu être ajoutée"
        if _tried(connection, lambda: connection.execute(touch, values).rowcount):
            yield "agency : une ligne a pu être changée"


def _partners() -> Iterator[str]:
    allowed = {"release", "release_cell", "scheme", "scheme_year_total"}
    with _door(Kind.FIGURES, {}) as connection:
        for table in _tables():
            may = text("select has_table_privilege(:t, 'select')")
            if connection.execute(may, {"t": f"presence.{table}"}).scalar_one() and (
                table not in allowed
            ):
                yield table


def _outside(provider: Context) -> Iterator[str]:
    # The contracts' own policy shows the prestataire its own ones only.
    running = "select c.bailleur_id from presence.contract c where c.valid_during @> app.today()"
    with _door(provider.kind, _signed(provider)) as connection:
        for table in ("residence", "entrance", "visit", "intervention", "call", "daily_report"):
            if _shows(connection, table, f"bailleur_id not in ({running})"):
                yield table


def _closed(provider: Context) -> Iterator[str]:
    with _door(provider.kind, _signed(provider)) as connection:
        for table in ("summons", "cost", "subsidy", "allocation_share", "agreement_signature"):
            if _shows(connection, table):
                yield table
