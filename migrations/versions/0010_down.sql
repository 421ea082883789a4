-- Back to 0009.
drop table presence.onboarding, presence.access_reveal, presence.access_code, presence.police_access,
  presence.site_contact, presence.note_reading, presence.site_note, presence.place_import;
drop function app.take_transfer, app.transfer_offered;
alter table presence.residence add column covered_from_on DATE, add column covered_to_on DATE;
alter table presence.residence no force row level security;
update presence.residence set covered_from_on = lower(covered_during), covered_to_on = upper(covered_during);
alter table presence.residence force row level security;
grant update (covered_from_on, covered_to_on) on presence.residence to presence_bailleur;
grant create on schema app to presence_aggregator;
set role presence_aggregator;
drop function app.base_dates;
create or replace function app.snapshot_bases(scheme int, from_on date, to_on date, taken_for uuid) returns int
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
    left join presence.residence p on p.bailleur_id = m.bailleur_id and p.scheme_id = m.scheme_id
     and p.covered_from_on <= r.to_on and (p.covered_to_on is null or p.covered_to_on > r.to_on)
   where m.scheme_id = r.scheme_id and m.valid_during && daterange(r.from_on, r.to_on, '[]')
   group by m.bailleur_id;
  get diagnostics filled = row_count;

  -- An evening is due when the window serves that day and a contract runs; it is signed when
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
                         and extract(isodow from d.day)::int = any (w.weekdays))
          and exists (select 1 from presence.contract c
                       where c.scheme_id = r.scheme_id and c.valid_during @> d.day::date))
   where t.id = r.id and t.scheme_id = r.scheme_id;
  return filled;
end $$;

set role presence_owner;
revoke create on schema app from presence_aggregator;
drop policy residence_prestataire on presence.residence;
create policy residence_prestataire on presence.residence for select to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and scheme_id = any(app.signed_schemes()) and covered_from_on <= (select app.today()) and (covered_to_on is null or covered_to_on > (select app.today())));
drop policy residence_owner on presence.residence;
drop policy visit_frequency_owner on presence.visit_frequency;
drop table presence.common_area, presence.transfer, presence.coverage;
alter table presence.entrance drop column moved_from_id, drop column archived_on, drop column longitude,
  drop column latitude, drop column ban_key, drop column rnb_id, drop column dwellings,
  drop column address, drop column code, drop column building_id,
  drop constraint uq_entrance_bailleur_id_id;
drop table presence.building;
alter table presence.residence drop column archive_reason, drop column archived_on,
  drop column covered_during, drop column qpv_vintage;
