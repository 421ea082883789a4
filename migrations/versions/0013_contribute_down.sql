grant create on schema app to presence_aggregator;
set role presence_aggregator;
create or replace function app.contribute(release uuid) returns int
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  r presence.release;
  filled int;
begin
  select * into r from presence.release t where t.id = contribute.release for update;
  if not found or r.scheme_id is distinct from app.signed_scheme() then
    raise exception 'contribute: not a release of the signed scheme' using errcode = '42501';
  end if;
  if r.published_at is not null then
    raise exception 'contribute: this release is published, hence frozen';
  end if;
  -- Figures that are about to change are not published: the night comes first.
  if exists (select 1 from presence.evening_marker m
               join presence.membership b on b.bailleur_id = m.bailleur_id and b.scheme_id = r.scheme_id
              where m.evening_on between r.from_on and r.to_on) then
    return -1;
  end if;
  delete from presence.contribution c where c.scheme_id = r.scheme_id and c.release_id = r.id;
  insert into presence.contribution (scheme_id, release_id, bailleur_id, indicator, month_on, value)
  select r.scheme_id, r.id, f.bailleur_id, f.measure, f.month_on, sum(f.value)
    from presence.monthly_figure f
   where f.scheme_id = r.scheme_id and f.month_on between r.from_on and r.to_on
     and exists (select 1 from presence.membership m
                  where m.scheme_id = r.scheme_id and m.bailleur_id = f.bailleur_id)
   group by f.bailleur_id, f.measure, f.month_on
  union all
  select r.scheme_id, r.id, s.bailleur_id, 'families_summoned',
         date_trunc('month', s.summoned_on)::date, count(*)
    from presence.summons s
   where s.scheme_id = r.scheme_id and s.summoned_on between r.from_on and r.to_on
     and exists (select 1 from presence.membership m
                  where m.scheme_id = r.scheme_id and m.bailleur_id = s.bailleur_id)
   group by s.bailleur_id, date_trunc('month', s.summoned_on)
  union all
  select r.scheme_id, r.id, m.bailleur_id, 'dwellings', date_trunc('month', r.to_on)::date,
         coalesce(sum(p.dwellings), 0)
    from presence.membership m
    left join presence.coverage p on p.bailleur_id = m.bailleur_id and p.scheme_id = m.scheme_id
     and p.valid_during @> r.to_on
   where m.scheme_id = r.scheme_id and m.valid_during && daterange(r.from_on, r.to_on, '[]')
   group by m.bailleur_id;
  get diagnostics filled = row_count;

  -- An evening is due when the window serves that evening and a contract runs; it is signed when
  -- every bailleur under contract that day has its sealed report.
  update presence.release t
     set (evenings_due, evenings_signed) = (
       select count(*), count(*) filter (where not exists (
                select 1 from presence.contract c
                 where c.scheme_id = r.scheme_id and c.valid_during @> d.day::date
                   and not exists (select 1 from presence.daily_report p
                                    where p.bailleur_id = c.bailleur_id and p.scheme_id = c.scheme_id
                                      and p.evening_on = d.day::date)))
         from generate_series(r.from_on, r.to_on, interval '1 day') as d(day)
        where exists (select 1 from presence.service_window w
                       where w.scheme_id = r.scheme_id and w.valid_during @> d.day::date
                         and extract(isodow from d.day)::int = any (w.weekdays)
                         and d.day::date <> all (w.unserved_on))
          and exists (select 1 from presence.contract c
                       where c.scheme_id = r.scheme_id and c.valid_during @> d.day::date))
   where t.id = r.id and t.scheme_id = r.scheme_id;
  return filled;
end $$;
create or replace function app.schemes_with_due_releases() returns setof int
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  if app.signed_relay() is not true then
    raise exception 'schemes_with_due_releases: not the signed relay' using errcode = '42501';
  end if;
  return query select distinct r.scheme_id from presence.release r
    where r.published_at is null and r.to_on < app.today() order by 1;
end $$;
set role presence_owner;
revoke create on schema app from presence_aggregator;
