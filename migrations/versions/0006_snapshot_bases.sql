-- Fixed function: freeze every member's quantities over a slice. The signed scheme only.
create function app.snapshot_bases(scheme int, from_on date, to_on date, taken_for uuid) returns int
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  frozen int;
begin
  if scheme is null or scheme is distinct from app.signed_scheme() then
    raise exception 'snapshot_bases: not the signed scheme' using errcode = '42501';
  end if;
  insert into presence.basis_snapshot (scheme_id, id, taken_for, bailleur_id, from_on, to_on, dwellings)
  select m.scheme_id, gen_random_uuid(), snapshot_bases.taken_for, m.bailleur_id,
         snapshot_bases.from_on, snapshot_bases.to_on,
         coalesce((select sum(r.dwellings) from presence.residence r
                    where r.bailleur_id = m.bailleur_id and r.scheme_id = m.scheme_id
                      and r.covered_from_on <= snapshot_bases.from_on
                      and (r.covered_to_on is null or r.covered_to_on > snapshot_bases.from_on)), 0)
    from presence.membership m
   where m.scheme_id = snapshot_bases.scheme and m.valid_during @> snapshot_bases.from_on;
  get diagnostics frozen = row_count;
  return frozen;
end $$;
grant create on schema app to presence_aggregator;
alter function app.snapshot_bases(int, date, date, uuid) owner to presence_aggregator;
revoke create on schema app from presence_aggregator;
set role presence_aggregator;
revoke execute on function app.snapshot_bases(int, date, date, uuid) from public, presence_owner;
grant execute on function app.snapshot_bases(int, date, date, uuid) to presence_scheme;
set role presence_owner;
