"""G24: what verifying a signed context costs, warm and cold."""

import time
from typing import LiteralString

from devstack.bench.city import City, Connection
from devstack.bench.measure import Result, interleave

# A statement of its own each time round, run by the server for itself.
_LOOPS: LiteralString = """
  create schema bench;
  create table bench.line as select 1 as line;
  create function bench.signed(times int) returns void language plpgsql as $$
  begin
    for i in 1..times loop perform app.signed_bailleur() from bench.line; end loop;
  end $$;
  create function bench.plain(times int) returns void language plpgsql as $$
  begin
    for i in 1..times loop perform line from bench.line; end loop;
  end $$;
  grant usage on schema bench to presence_bailleur;
  grant select on bench.line to presence_bailleur"""
# What is sent with and without the call, how many calls that makes, how often it is sent.
_WAYS: dict[str, tuple[LiteralString, LiteralString, int, int]] = {
    "par appel de plus dans une requête": (
        "select count(app.signed_bailleur()) from generate_series(1, 1000)",
        "select count(n) from generate_series(1, 1000) n",
        1_000, 2,
    ),
    "par requête du serveur à lui-même": (
        "select bench.signed(1000)", "select bench.plain(1000)", 1_000, 2,
    ),
    "par requête et aller-retour, caches froids": (
        "select app.signed_bailleur()", "select 1", 1, 100,
    ),
}  # fmt: skip


def measure(city: City) -> list[Result]:
    """One more call, one more statement, one more round trip.

    The work is the same in all three. While a server waits for its client other programs take the
    processor's caches, and the first call afterwards pays for filling them again.
    """
    with city.connect() as connection:
        connection.execute(_LOOPS)
        city.act_as(connection, city.as_bailleur())
        return [_result(connection, what, *way) for what, way in _WAYS.items()]


def _result(
    connection: Connection,
    what: str,
    signed: LiteralString,
    plain: LiteralString,
    calls: int,
    repeats: int,
) -> Result:
    samples = interleave(
        {
            "signed": lambda: _seconds(connection, signed, repeats),
            "plain": lambda: _seconds(connection, plain, repeats),
        },
        chunks=6,
    )
    pairs = zip(samples["signed"], samples["plain"], strict=True)
    each = [(more - less) / calls * 1e6 for more, less in pairs]
    return Result("G24", f"contexte signé, {what}", each, 15.0, unit="µs")


def _seconds(connection: Connection, query: LiteralString, repeats: int) -> float:
    # In one transaction, as the queries of a request are.
    with connection.transaction():
        connection.execute(query, prepare=True)
        started = time.perf_counter()
        for _ in range(repeats):
            connection.execute(query, prepare=True)
        return (time.perf_counter() - started) / repeats
