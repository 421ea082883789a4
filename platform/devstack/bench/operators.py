"""G6: behind row security an index serves only comparisons known to be leakproof."""

from typing import LiteralString

from devstack.bench.city import City
from devstack.bench.measure import Result

# The operators of each indexed column's class, between two values of its type, and the functions
# of indexed expressions. An exclusion constraint compares as the owner: no policy is in its way.
_LEAKY: LiteralString = """
  with protected as (
    select i.*, c.relname, x.relname as index_name
      from pg_index i
      join pg_class c on c.oid = i.indrelid
      join pg_class x on x.oid = i.indexrelid
     where c.relnamespace = 'presence'::regnamespace and c.relrowsecurity
       and not c.relispartition and not i.indisexclusion
  )
  select relname || '.' || pg_get_indexdef(i.indexrelid, k.rank::int, true) || ' '
         || string_agg(distinct o.oprname, ' ' order by o.oprname)
    from protected i
   cross join lateral unnest(i.indclass::oid[]) with ordinality k(class, rank)
    join pg_opclass c on c.oid = k.class
    join pg_amop a on a.amopfamily = c.opcfamily
     and a.amoplefttype = c.opcintype and a.amoprighttype = c.opcintype
    join pg_operator o on o.oid = a.amopopr
    join pg_proc p on p.oid = o.oprcode
   where k.rank <= i.indnkeyatts
     -- Only LIKE asks for the « pattern » classes, and LIKE may leak.
     and (not p.proleakproof or c.opcname like '%pattern_ops')
   group by i.relname, i.indexrelid, k.rank
  union
  select relname || '.' || pg_get_expr(i.indexprs, i.indrelid)
    from protected i
   cross join lateral regexp_matches(pg_get_expr(i.indexprs, i.indrelid), '(\\w+)\\(', 'g') f(name)
   where exists (select from pg_proc p where p.proname = f.name[1] and not p.proleakproof)
   order by 1"""
_COUNT: LiteralString = """
  select count(*) filter (where not i.indisexclusion), count(*) filter (where i.indisexclusion)
    from pg_index i join pg_class c on c.oid = i.indrelid
   where c.relnamespace = 'presence'::regnamespace and c.relrowsecurity and not c.relispartition"""


def measure(city: City) -> list[Result]:
    """How many indexed columns a policy would keep from being used, and which."""
    with city.connect() as connection:
        leaky = [str(row[0]) for row in connection.execute(_LEAKY)]
        row = connection.execute(_COUNT).fetchone()
    indexes, exclusions = row or (0, 0)
    told = f"{indexes} index, {exclusions} contraintes d'exclusion à part"
    return [
        Result(
            "G6", "colonnes d'index comparées par un opérateur qui peut fuir", [len(leaky)], 0.0,
            unit="", note="".join([told, *(f" ; {column}" for column in leaky)]),
        )
    ]  # fmt: skip
