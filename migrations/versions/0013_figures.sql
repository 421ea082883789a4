-- The night counts more: what was found, why, when, how it ended, in which priority area.
-- daily_figure is derived: its rows are copied into partitions by month of the evening, and every
-- sealed evening is marked, so that the next night counts it again with the new measures.
-- squawk-ignore-file renaming-object, ban-drop-constraint, adding-serial-primary-key-field, ban-drop-table, renaming-table, require-concurrent-index-creation, adding-not-nullable-field, adding-required-field, constraint-missing-not-valid, disallowed-unique-constraint
create or replace function app.prepare_months(from_on date, to_on date) returns int
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  month date := date_trunc('month', from_on)::date;
  parent text;
  child text;
  made int := 0;
begin
  if app.signed_operator() is not true and app.signed_relay() is not true then
    raise exception 'prepare_months: neither the signed operator nor the signed relay'
      using errcode = '42501';
  end if;
  if to_on > from_on + interval '12 years' then
    raise exception 'prepare_months: more than twelve years asked for';
  end if;
  perform pg_advisory_xact_lock(hashtext('app.prepare_months'));
  while month <= to_on loop
    foreach parent in array array['visit', 'intervention', 'intervention_action', 'daily_figure'] loop
      child := parent || '_' || to_char(month, 'YYYY_MM');
      if to_regclass('presence.' || child) is null then
        execute format(
          'create table presence.%I partition of presence.%I for values from (%L) to (%L)',
          child, parent, month, (month + interval '1 month')::date);
        execute format('alter table presence.%I enable row level security', child);
        execute format('alter table presence.%I force row level security', child);
        made := made + 1;
      end if;
    end loop;
    month := (month + interval '1 month')::date;
  end loop;
  return made;
end $$;

alter table presence.daily_figure rename to daily_figure_former;
alter table presence.daily_figure_former rename constraint pk_daily_figure to pk_daily_figure_former;

-- Day tier (chiffres du jour): evening × residence × measure, by month. Kind: bailleur.
create table presence.daily_figure (
  evening_on DATE NOT NULL,
  scheme_id INTEGER NOT NULL,
  residence_id UUID NOT NULL,
  measure TEXT NOT NULL,
  insee_code TEXT NOT NULL,
  qpv TEXT DEFAULT '' NOT NULL,
  value INTEGER NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_daily_figure PRIMARY KEY (bailleur_id, evening_on, scheme_id, residence_id, measure),
  CONSTRAINT fk_daily_figure_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_daily_figure_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
) partition by range (evening_on);
alter table presence.daily_figure enable row level security;
alter table presence.daily_figure force row level security;
create policy daily_figure_bailleur on presence.daily_figure for select to presence_bailleur
  using (bailleur_id = app.signed_bailleur());
grant select on presence.daily_figure to presence_bailleur;
create policy daily_figure_aggregator on presence.daily_figure for all to presence_aggregator
  using (true)
  with check (true);
grant select, insert, delete, update (value, insee_code, qpv) on presence.daily_figure to presence_aggregator;

-- A month of evenings has its month of figures.
do $$
declare
  child text;
  month date;
begin
  for child in
    select c.relname from pg_catalog.pg_inherits h
      join pg_catalog.pg_class c on c.oid = h.inhrelid
     where h.inhparent = 'presence.visit'::regclass order by 1
  loop
    month := to_date(right(child, 7), 'YYYY_MM');
    execute format(
      'create table presence.%I partition of presence.daily_figure for values from (%L) to (%L)',
      'daily_figure_' || to_char(month, 'YYYY_MM'), month, (month + interval '1 month')::date);
    execute format('alter table presence.%I enable row level security',
                   'daily_figure_' || to_char(month, 'YYYY_MM'));
    execute format('alter table presence.%I force row level security',
                   'daily_figure_' || to_char(month, 'YYYY_MM'));
  end loop;
end $$;
-- The owner is held by row security too; it is lifted for the copy alone, in this transaction.
alter table presence.daily_figure_former no force row level security;
alter table presence.daily_figure no force row level security;
insert into presence.daily_figure
  (evening_on, scheme_id, residence_id, measure, insee_code, value, bailleur_id)
select evening_on, scheme_id, residence_id, measure, insee_code, value, bailleur_id
  from presence.daily_figure_former;
alter table presence.daily_figure force row level security;
drop table presence.daily_figure_former;

alter table presence.monthly_figure add column qpv text default '' not null;
alter table presence.monthly_figure drop constraint pk_monthly_figure;
alter table presence.monthly_figure add constraint pk_monthly_figure
  PRIMARY KEY (bailleur_id, month_on, scheme_id, insee_code, qpv, measure);

create policy anomaly_aggregator on presence.anomaly for select to presence_aggregator
  using (true);
grant select on presence.anomaly to presence_aggregator;
create policy follow_up_aggregator on presence.follow_up for select to presence_aggregator
  using (true);
grant select on presence.follow_up to presence_aggregator;

alter table presence.daily_report no force row level security;
alter table presence.evening_marker no force row level security;
insert into presence.evening_marker (id, bailleur_id, evening_on)
select gen_random_uuid(), r.bailleur_id, r.evening_on
  from presence.daily_report r group by r.bailleur_id, r.evening_on;
alter table presence.daily_report force row level security;
alter table presence.evening_marker force row level security;

grant create on schema app to presence_aggregator;
set role presence_aggregator;
create or replace function app.aggregate(max_evenings int, only_on date default null)
returns table (bailleur uuid, evening date, row_count int, version int)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  b int[];
  e date[];
  changed_b int[];
  changed_e date[];
  first_e date;
  last_e date;
begin
  if app.signed_relay() is not true then
    raise exception 'aggregate: not the signed relay' using errcode = '42501';
  end if;
  perform pg_advisory_xact_lock(hashtext('app.aggregate'));

  -- The markers seen here are removed; one that commits later stays for the next run.
  with picked as (
    select m.bailleur_id, m.evening_on from presence.evening_marker m
     where only_on is null or m.evening_on = only_on
     group by 1, 2 order by m.evening_on, m.bailleur_id limit max_evenings
  ), removed as (
    delete from presence.evening_marker m using picked p
     where m.bailleur_id = p.bailleur_id and m.evening_on = p.evening_on
  ), asked as (
    select r.bailleur_id, r.evening_on from presence.daily_report r where r.evening_on = only_on
  )
  select array_agg(t.bailleur_id), array_agg(t.evening_on) into b, e
    from (select * from picked union select * from asked) t;
  if b is null then return; end if;
  -- Stated bounds: the planner keeps the partitions and index ranges of these evenings only.
  select min(x), max(x) into first_e, last_e from unnest(e) x;

  with pair as (
    select * from unnest(b, e) as p(bailleur_id, evening_on)
  ), signed as (
    select distinct r.bailleur_id, r.scheme_id, r.evening_on
      from presence.daily_report r join pair using (bailleur_id, evening_on)
  ), acted as (
    select a.bailleur_id, a.evening_on, a.intervention_id,
           array_agg(a.action order by a.action) as actions
      from presence.intervention_action a join signed using (bailleur_id, scheme_id, evening_on)
     where a.evening_on between first_e and last_e
     group by 1, 2, 3
  ), counted as (
    select v.bailleur_id, v.scheme_id, v.evening_on, v.residence_id, m.measure
      from presence.visit v join signed using (bailleur_id, scheme_id, evening_on)
     cross join lateral unnest(case when v.result = 'not_done'
             then array['visits_not_done', 'not_done:' || v.not_done_reason]
             else array['visits'] end) as m(measure)
     where v.evening_on between first_e and last_e
    union all
    -- Each intervention is read once, whatever the number of its measures.
    select i.bailleur_id, i.scheme_id, i.evening_on, i.residence_id, m.measure
      from presence.intervention i
      join signed using (bailleur_id, scheme_id, evening_on)
      left join acted x on x.intervention_id = i.id and x.bailleur_id = i.bailleur_id
       and x.evening_on = i.evening_on
     cross join lateral (
       select extract(hour from i.started_at at time zone 'Europe/Paris')::int as hour
     ) t
     cross join lateral unnest(array[
         'interventions', 'situation:' || i.situation, 'origin:' || i.origin,
         'outcome:' || i.outcome, 'people:' || i.people_band,
         'hour:' || case when t.hour between 17 and 22 then t.hour::text else 'other' end,
         'combination:' || coalesce(array_to_string(x.actions, '+'), 'none'),
         case when 'mediation' = any (x.actions) then 'mediation_outcome:' || i.outcome end,
         case when i.police_outcome = 'came' and 'police_request' = any (x.actions)
              then 'police_came' end
       ]) as m(measure)
     where i.evening_on between first_e and last_e and m.measure is not null
    union all
    select i.bailleur_id, i.scheme_id, i.evening_on, i.residence_id, 'action:' || m.action
      from acted x
      join presence.intervention i on i.id = x.intervention_id
       and i.bailleur_id = x.bailleur_id and i.evening_on = x.evening_on
     cross join lateral unnest(x.actions) as m(action)
     where i.evening_on between first_e and last_e
    union all
    select c.bailleur_id, c.scheme_id, c.evening_on, c.residence_id, 'calls'
      from presence.call c join signed using (bailleur_id, scheme_id, evening_on)
     where c.evening_on between first_e and last_e
    union all
    select n.bailleur_id, n.scheme_id, n.first_seen_on, n.residence_id, 'anomaly:' || n.equipment
      from presence.anomaly n
      join signed s on s.bailleur_id = n.bailleur_id and s.scheme_id = n.scheme_id
       and s.evening_on = n.first_seen_on
     where n.first_seen_on between first_e and last_e
  ), source as materialized (
    select c.bailleur_id, c.scheme_id, c.evening_on, c.residence_id, r.insee_code,
           coalesce(r.qpv_vintage || ':' || r.qpv_name, '') as qpv, c.measure,
           count(*)::int as value
      from counted c join presence.residence r on r.bailleur_id = c.bailleur_id and r.id = c.residence_id
     group by 1, 2, 3, 4, 5, 6, 7
  ), merged as (
    merge into presence.daily_figure t using source s
       on t.evening_on between first_e and last_e
      and t.bailleur_id = s.bailleur_id and t.evening_on = s.evening_on
      and t.scheme_id = s.scheme_id and t.residence_id = s.residence_id and t.measure = s.measure
     when matched and (t.value, t.insee_code, t.qpv) is distinct from (s.value, s.insee_code, s.qpv)
       then update set value = s.value, insee_code = s.insee_code, qpv = s.qpv
     when not matched then
       insert (bailleur_id, scheme_id, evening_on, residence_id, measure, insee_code, qpv, value)
       values (s.bailleur_id, s.scheme_id, s.evening_on, s.residence_id, s.measure, s.insee_code,
               s.qpv, s.value)
    returning t.bailleur_id, t.evening_on
  ), stale as (
    -- What was counted before and is there no more (a DELETE of its own: « not matched by
    -- source » would join the whole table).
    -- EXCEPT is hashed whatever the planner expects of the source; NOT EXISTS became a loop.
    delete from presence.daily_figure t using (
        select d.bailleur_id, d.evening_on, d.scheme_id, d.residence_id, d.measure
          from presence.daily_figure d join pair p
            on p.bailleur_id = d.bailleur_id and p.evening_on = d.evening_on
         where d.evening_on between first_e and last_e
        except
        select s.bailleur_id, s.evening_on, s.scheme_id, s.residence_id, s.measure from source s
      ) gone
     where t.evening_on between first_e and last_e
       and t.bailleur_id = gone.bailleur_id and t.evening_on = gone.evening_on
       and t.scheme_id = gone.scheme_id and t.residence_id = gone.residence_id
       and t.measure = gone.measure
    returning t.bailleur_id, t.evening_on
  )
  select array_agg(m.bailleur_id), array_agg(m.evening_on) into changed_b, changed_e
    from (select bailleur_id, evening_on from merged
          union select bailleur_id, evening_on from stale) m;

  -- Month tier, from the day tier, for the months that changed: read once, used twice.
  first_e := (select date_trunc('month', min(x))::date from unnest(changed_e) x);
  last_e := (select (date_trunc('month', max(x)) + interval '1 month')::date
               from unnest(changed_e) x);
  with touched as (
    select distinct t.bailleur_id, date_trunc('month', t.evening_on)::date as month_on
      from unnest(changed_b, changed_e) as t(bailleur_id, evening_on)
  ), source as materialized (
    select d.bailleur_id, d.scheme_id, t.month_on, d.insee_code, d.qpv, m.measure,
           sum(d.value)::int as value
      from presence.daily_figure d
      join touched t on t.bailleur_id = d.bailleur_id and t.month_on = date_trunc('month', d.evening_on)::date
     -- The day of the week is lost in a month: it is told with the hour.
     cross join lateral (
       select d.measure
       union all
       select 'slot:' || extract(isodow from d.evening_on)::int || '-' || substr(d.measure, 6)
        where d.measure ^@ 'hour:' and d.measure <> 'hour:other'
     ) as m(measure)
     where d.evening_on >= first_e and d.evening_on < last_e
     group by 1, 2, 3, 4, 5, 6
  ), merged as (
    merge into presence.monthly_figure t using source s
       on t.bailleur_id = s.bailleur_id and t.scheme_id = s.scheme_id and t.month_on = s.month_on
      and t.insee_code = s.insee_code and t.qpv = s.qpv and t.measure = s.measure
     when matched and t.value <> s.value then update set value = s.value
     when not matched then
       insert (bailleur_id, scheme_id, month_on, insee_code, qpv, measure, value)
       values (s.bailleur_id, s.scheme_id, s.month_on, s.insee_code, s.qpv, s.measure, s.value)
    returning 1
  )
  delete from presence.monthly_figure m using (
      select f.bailleur_id, f.month_on, f.scheme_id, f.insee_code, f.qpv, f.measure
        from presence.monthly_figure f join touched t
          on t.bailleur_id = f.bailleur_id and t.month_on = f.month_on
      except
      select s.bailleur_id, s.month_on, s.scheme_id, s.insee_code, s.qpv, s.measure from source s
    ) gone
   where m.bailleur_id = gone.bailleur_id and m.month_on = gone.month_on
     and m.scheme_id = gone.scheme_id and m.insee_code = gone.insee_code
     and m.qpv = gone.qpv and m.measure = gone.measure;

  -- The register: a version grows only when a figure changed.
  return query
  with pair as (
    select * from unnest(b, e) as p(bailleur_id, evening_on)
  ), changed as (
    select distinct * from unnest(changed_b, changed_e) as c(bailleur_id, evening_on)
  ), counted as (
    select p.bailleur_id, p.evening_on, count(d.measure)::int as n,
           exists (select 1 from changed c
                    where c.bailleur_id = p.bailleur_id and c.evening_on = p.evening_on) as moved
      from pair p left join presence.daily_figure d
        on d.bailleur_id = p.bailleur_id and d.evening_on = p.evening_on
       and d.evening_on between (select min(x) from unnest(e) x) and (select max(x) from unnest(e) x)
     group by 1, 2
  ), registered as (
    insert into presence.aggregated_evening as g
           (bailleur_id, evening_on, version, row_count, aggregated_at, report_version)
    select c.bailleur_id, c.evening_on, 1, c.n, app.now(),
           (select max(r.version) from presence.daily_report r
             where r.bailleur_id = c.bailleur_id and r.evening_on = c.evening_on)
      from counted c
    on conflict (bailleur_id, evening_on) do update
      set version = g.version + (select c.moved::int from counted c
                                  where c.bailleur_id = g.bailleur_id and c.evening_on = g.evening_on),
          row_count = excluded.row_count, aggregated_at = excluded.aggregated_at,
          report_version = excluded.report_version
      where g.report_version is distinct from excluded.report_version
         or (select c.moved from counted c
              where c.bailleur_id = g.bailleur_id and c.evening_on = g.evening_on)
    returning g.bailleur_id, g.evening_on, g.version
  )
  select o.public_id, c.evening_on, c.n,
         coalesce(r.version, (select g.version from presence.aggregated_evening g
                               where g.bailleur_id = c.bailleur_id and g.evening_on = c.evening_on))::int
    from counted c
    join presence.organisation o on o.id = c.bailleur_id
    left join registered r on r.bailleur_id = c.bailleur_id and r.evening_on = c.evening_on
   order by c.evening_on, o.public_id;
end $$;
set role presence_owner;
revoke create on schema app from presence_aggregator;
