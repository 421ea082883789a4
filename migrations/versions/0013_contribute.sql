-- What a member brings to a bilan, by month, commune and priority area.
grant create on schema app to presence_aggregator;
set role presence_aggregator;
create or replace function app.contribute(release uuid) returns int
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  r presence.release;
  filled int;
  period daterange;
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
               join presence.membership b on b.bailleur_id = m.bailleur_id
                and b.scheme_id = r.scheme_id and b.valid_during @> m.evening_on
              where m.evening_on between r.from_on and r.to_on) then
    return -1;
  end if;
  delete from presence.contribution c where c.scheme_id = r.scheme_id and c.release_id = r.id;
  period := daterange(r.from_on, r.to_on, '[]');
  insert into presence.contribution
    (scheme_id, release_id, bailleur_id, indicator, month_on, insee_code, qpv, value)
  with member as (
    select m.bailleur_id, range_agg(m.valid_during) as during from presence.membership m
     where m.scheme_id = r.scheme_id and m.valid_during && period group by m.bailleur_id
  ), place as (
    select p.bailleur_id, p.id, p.insee_code,
           coalesce(p.qpv_vintage || ':' || p.qpv_name, '') as qpv
      from presence.residence p join member using (bailleur_id)
  ), covered as (
    -- Covered, under contract, a member, within the period.
    select c.bailleur_id, c.residence_id,
           datemultirange(c.valid_during * k.valid_during * period) * m.during as days
      from presence.coverage c
      join member m using (bailleur_id)
      join presence.contract k on k.bailleur_id = c.bailleur_id and k.scheme_id = c.scheme_id
       and k.valid_during && c.valid_during
     where c.scheme_id = r.scheme_id and c.valid_during && period
       and not isempty(datemultirange(c.valid_during * k.valid_during * period) * m.during)
  ), month as (
    select d::date as month_on, daterange(d::date, (d + interval '1 month')::date) as days
      from generate_series(r.from_on, r.to_on, interval '1 month') as d
  ), own as (
    select f.bailleur_id, f.entrance_id, range_agg(f.valid_during) as days
      from presence.visit_frequency f join member using (bailleur_id)
     where f.entrance_id is not null group by 1, 2
  ), due as (
    select c.bailleur_id, c.residence_id, m.month_on,
           sum(f.times * n.days / case f.per when 'week' then 7.0
                                  else (upper(m.days) - lower(m.days))::numeric end) as visits
      from covered c
      join presence.visit_frequency f on f.bailleur_id = c.bailleur_id
       and f.residence_id = c.residence_id and f.valid_during && c.days
      join presence.entrance e on e.bailleur_id = c.bailleur_id
       and e.residence_id = c.residence_id and e.id = coalesce(f.entrance_id, e.id)
      -- An entrance's own frequency wins over that of its residence.
      left join own o on f.entrance_id is null and o.bailleur_id = e.bailleur_id
       and o.entrance_id = e.id
      join month m on m.days && (c.days * datemultirange(f.valid_during))
     cross join lateral (
       select coalesce(sum(upper(x) - lower(x)), 0) as days
         from unnest(c.days * datemultirange(f.valid_during * m.days)
                     - coalesce(o.days, '{}'::datemultirange)
                     - case when e.archived_on is null then '{}'::datemultirange
                            else datemultirange(daterange(e.archived_on, null)) end
                    ) as x
     ) n
     group by 1, 2, 3
  ), repeated as (
    -- Three interventions within thirty days at one entrance; told once, when it first happened.
    select s.bailleur_id, s.residence_id, s.entrance_id, min(s.evening_on) as evening_on
      from (select i.bailleur_id, i.residence_id, i.entrance_id, i.evening_on,
                   lag(i.evening_on, 2) over (partition by i.bailleur_id, i.entrance_id
                                              order by i.evening_on, i.id) as third_before
              from presence.intervention i
             where i.scheme_id = r.scheme_id and i.evening_on between r.from_on - 30 and r.to_on
               and exists (select 1 from presence.daily_report d
                            where d.bailleur_id = i.bailleur_id and d.scheme_id = i.scheme_id
                              and d.evening_on = i.evening_on)) s
     where s.evening_on - s.third_before <= 30 and s.evening_on >= r.from_on
     group by 1, 2, 3
  )
  select r.scheme_id, r.id, f.bailleur_id, f.measure, f.month_on, f.insee_code, f.qpv, f.value
    from presence.monthly_figure f join member m using (bailleur_id)
    join month using (month_on)
   where f.scheme_id = r.scheme_id and m.during @> month.days
  union all
  -- Of a month in which it joined or left, the evenings of its membership only.
  select r.scheme_id, r.id, d.bailleur_id, x.measure, month.month_on, d.insee_code, d.qpv,
         sum(d.value)
    from member m
    join month on month.days && m.during and not m.during @> month.days
    join presence.daily_figure d on d.bailleur_id = m.bailleur_id and d.scheme_id = r.scheme_id
     and d.evening_on between r.from_on and r.to_on
     and month.days @> d.evening_on and m.during @> d.evening_on
   cross join lateral (
     select d.measure
     union all
     select 'slot:' || extract(isodow from d.evening_on)::int || '-' || substr(d.measure, 6)
      where d.measure ^@ 'hour:' and d.measure <> 'hour:other'
   ) as x(measure)
   group by d.bailleur_id, x.measure, month.month_on, d.insee_code, d.qpv
  union all
  select r.scheme_id, r.id, p.bailleur_id, k.indicator, date_trunc('month', k.on_day)::date,
         p.insee_code, p.qpv, sum(k.value)
    from place p join member m using (bailleur_id)
    join (
      select s.bailleur_id, s.residence_id, 'families_summoned' as indicator,
             s.summoned_on as on_day, 1 as value
        from presence.summons s
       where s.scheme_id = r.scheme_id and s.summoned_on between r.from_on and r.to_on
      union all
      select s.bailleur_id, s.residence_id, 'follow_up:' || s.kind,
             s.opened_on, 1
        from presence.follow_up s
       where s.scheme_id = r.scheme_id and s.opened_on between r.from_on and r.to_on
      union all
      select s.bailleur_id, s.residence_id, 'follow_ups_closed',
             s.closed_on, 1
        from presence.follow_up s
       where s.scheme_id = r.scheme_id and s.closed_on between r.from_on and r.to_on
      union all
      select s.bailleur_id, s.residence_id, 'repeat_entrances',
             s.evening_on, 1
        from repeated s
      union all
      select c.bailleur_id, c.residence_id, v.indicator, r.to_on, v.value
        from presence.coverage c
       cross join lateral (values ('dwellings', c.dwellings), ('residences', 1)) v(indicator, value)
       where c.scheme_id = r.scheme_id and c.valid_during @> r.to_on
    ) k on k.bailleur_id = p.bailleur_id and k.residence_id = p.id and m.during @> k.on_day
   group by p.bailleur_id, k.indicator, 5, p.insee_code, p.qpv
  union all
  select r.scheme_id, r.id, p.bailleur_id, 'visits_due', d.month_on, p.insee_code, p.qpv,
         round(sum(d.visits))
    from due d join place p on p.bailleur_id = d.bailleur_id and p.id = d.residence_id
   group by p.bailleur_id, d.month_on, p.insee_code, p.qpv;
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
-- Which schemes have a bilan to open or to publish: ids only, so that the relay starts their jobs.
create or replace function app.schemes_with_due_releases() returns setof int
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  if app.signed_relay() is not true then
    raise exception 'schemes_with_due_releases: not the signed relay' using errcode = '42501';
  end if;
  return query
    select r.scheme_id from presence.release r
     where r.published_at is null and r.to_on < app.today()
    union
    -- A calendar period may have ended; the scheme's own job knows.
    select m.scheme_id from presence.membership m where m.valid_during @> app.today()
     order by 1;
end $$;
set role presence_owner;
revoke create on schema app from presence_aggregator;
