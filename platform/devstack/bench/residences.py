"""G30: the page of residences of a bailleur that has 20 000, against one that has 2 000."""

import time
from collections.abc import Callable
from typing import LiteralString

from flask import Flask

from devstack.bench.city import City, Connection
from devstack.bench.measure import Result, interleave, median_ms, ratios
from devstack.bench.product import Visitor, product, tonight
from presence.accounts.identity import Grant
from presence.accounts.services import NewAccount, open_account
from tenants.context import Context, Kind
from tenants.database import transaction
from tenants.registry import organisations
from tenants.roles import Role

SMALL, LARGE = 2_000, 20_000
REPEATS, CHUNKS = 2, 4
# What is asked of both; the last page that is asked for is in the middle of either list.
_ASKED = {
    "première page": "",
    "page du milieu": "page={middle}",
    "recherche sans accents": "q=chenaie",
    "filtres et tri": "qpv=oui&perimetre=dedans&frequence=fixee&tri=-logements",
}
# For ten times the rows: what finds, counts and orders reads them; the rest does not.
MOST = 3.0
_ORGANISATION: LiteralString = """
  insert into presence.organisation (public_id, kind, name, code)
  values (gen_random_uuid(), 'bailleur', %(code)s, %(code)s) returning id"""
_AGENCY: LiteralString = """
  insert into presence.agency (id, name, bailleur_id) values (gen_random_uuid(), 'Agence', %(b)s)"""
# Names begin as those of real estates do, one in three with a number.
_RESIDENCES: LiteralString = """
  insert into presence.residence (id, agency_id, code, name, address, insee_code, dwellings,
                                  qpv_name, qpv_vintage, scheme_id, covered_during, bailleur_id)
  select gen_random_uuid(), a.id, 'R' || n,
         (array['Les Églantiers', 'La Chênaie', 'Résidence du Parc', 'Square des Écoles',
                'Bâtiment', 'Le Clos Fleuri', 'Domaine de la Tour', 'Allée des Cèdres',
                'Église', 'Hameau du Lac', 'Jardins de Flore', 'Maison Haute', 'Orée du Bois',
                'Villa Mozart', 'Terrasses', 'Grand Pré'])[1 + n %% 16]
           || case when n %% 3 = 0 then ' ' || n else '' end,
         n || ' rue de la Liberté',
         (array(select insee_code from presence.commune order by 1))[1 + n %% 20], 20 + n %% 60,
         case when n %% 4 = 0 then 'Champaret' end, case when n %% 4 = 0 then 2015 end,
         %(scheme)s, datemultirange(daterange(%(from)s, null)), a.bailleur_id
    from presence.agency a, generate_series(1, %(size)s) n where a.bailleur_id = %(b)s"""
_HALLS: LiteralString = """
  insert into presence.entrance (id, residence_id, scheme_id, name, rank, bailleur_id)
  select gen_random_uuid(), r.id, r.scheme_id, 'Hall ' || h, h, r.bailleur_id
    from presence.residence r, generate_series(1, 3) h where r.bailleur_id = %(b)s"""
_FREQUENCIES: LiteralString = """
  insert into presence.visit_frequency (id, residence_id, scheme_id, times, valid_during,
                                        bailleur_id)
  select gen_random_uuid(), r.id, r.scheme_id, 3, daterange(%(from)s, null), r.bailleur_id
    from presence.residence r where r.bailleur_id = %(b)s and r.dwellings %% 10 > 0"""
# Forty evenings, a third of the residences each.
_VISITS: LiteralString = """
  insert into presence.visit (residence_id, entrance_id, started_at, received_at, result,
                              content_hash, id, evening_on, prestataire_id, scheme_id, bailleur_id)
  select e.residence_id, e.id, day + time '19:00', day + time '19:20', 'nothing_to_report', '',
         gen_random_uuid(), day::date, %(p)s, e.scheme_id, e.bailleur_id
    from generate_series(%(night)s::date - 39, %(night)s, interval '1 day') day
    join (select e.*, row_number() over (order by e.id) as turn from presence.entrance e
           where e.bailleur_id = %(b)s and e.rank = 1) e
      on (e.turn + extract(doy from day)::int) %% 3 = 0"""


def measure(city: City) -> list[Result]:
    """The same pages of both, opened in turn by somebody who is signed in."""
    with city.connect() as connection:
        for size in (SMALL, LARGE):
            _settle(city, connection, size)
        connection.execute("vacuum analyze")
    with product(city) as app:
        large, small = (_visitor(app, city, size) for size in (LARGE, SMALL))
        return [_grown(what, query, large, small) for what, query in _ASKED.items()]


def _grown(what: str, query: str, large: Visitor, small: Visitor) -> Result:
    samples = interleave(
        {
            "large": _timed(large, query.format(middle=LARGE // 100)),
            "small": _timed(small, query.format(middle=SMALL // 100)),
        },
        chunks=CHUNKS,
    )
    return Result(
        "G30", f"résidences, {what} : {LARGE} / {SMALL}",
        ratios(samples, "large", "small"), MOST, note=median_ms(samples),
    )  # fmt: skip


def _timed(visitor: Visitor, query: str) -> Callable[[], float]:
    def timed() -> float:
        started = time.perf_counter()
        for _ in range(REPEATS):
            answer = visitor.browser.get(f"/residences?{query}")
            if answer.status_code != 200 or "Fréquence" not in answer.text:
                raise AssertionError(query)
        return (time.perf_counter() - started) / REPEATS

    return timed


def _settle(city: City, connection: Connection, size: int) -> None:
    """A bailleur of its own with as many residences, written without checks."""
    connection.execute("set session_replication_role = replica")
    row = connection.execute(_ORGANISATION, {"code": f"L{size}"}).fetchone()
    values = {
        "b": row[0] if row else None, "size": size, "scheme": city.scheme, "p": city.prestataire,
        "from": city.first_on, "night": tonight(city),
    }  # fmt: skip
    for statement in (_AGENCY, _RESIDENCES, _HALLS, _FREQUENCIES, _VISITS):
        connection.execute(statement, values)
    connection.execute("reset session_replication_role")


def _visitor(app: Flask, city: City, size: int) -> Visitor:
    password = city.stack.secrets.demo_password
    with app.app_context(), transaction(Context(Kind.OPERATOR)) as session:
        owner = next(row for row in organisations(session) if row.code == f"L{size}")
        session.expunge_all()
    email = f"residences-{size}@bench.example"
    grants = (Grant(Role.PROXIMITY),)
    with app.app_context():
        open_account(
            owner, NewAccount(email, "Banc d'essai", password, grants, f"L-{size}", waived=True)
        )
    return Visitor(app, email, password)
