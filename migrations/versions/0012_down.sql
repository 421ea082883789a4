-- Back to 0011: each part undoes itself, in the reverse order of the files.
-- delivery
drop function app.mail_recipients(int);
alter table presence.job drop column not_before;
drop table presence.report_transmission, presence.report_delivery, presence.urgent_alert, presence.report_choice;
-- followup
drop table presence.follow_up_step, presence.follow_up;
-- review
drop table presence.deadline_exception, presence.dispute, presence.report_visa;
-- reports
drop function app.apply_sheet_change(uuid);
drop policy visit_owner on presence.visit;
drop policy intervention_owner on presence.intervention;
drop policy intervention_action_owner on presence.intervention_action;
drop policy evening_closure_owner on presence.evening_closure;
drop table presence.report_document, presence.sheet_change, presence.unfinished_sheet;
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
  ), counted as (
    select v.bailleur_id, v.scheme_id, v.evening_on, v.residence_id,
           case when v.result = 'not_done' then 'visits_not_done' else 'visits' end as measure
      from presence.visit v join signed using (bailleur_id, scheme_id, evening_on)
     where v.evening_on between first_e and last_e
    union all
    select i.bailleur_id, i.scheme_id, i.evening_on, i.residence_id, 'interventions'
      from presence.intervention i join signed using (bailleur_id, scheme_id, evening_on)
     where i.evening_on between first_e and last_e
    union all
    select a.bailleur_id, a.scheme_id, a.evening_on, i.residence_id, 'action:' || a.action
      from presence.intervention_action a
      join signed using (bailleur_id, scheme_id, evening_on)
      join presence.intervention i on i.id = a.intervention_id
       and i.bailleur_id = a.bailleur_id and i.evening_on = a.evening_on
     where a.evening_on between first_e and last_e and i.evening_on between first_e and last_e
    union all
    select c.bailleur_id, c.scheme_id, c.evening_on, c.residence_id, 'calls'
      from presence.call c join signed using (bailleur_id, scheme_id, evening_on)
     where c.evening_on between first_e and last_e
  ), source as materialized (
    select c.bailleur_id, c.scheme_id, c.evening_on, c.residence_id, r.insee_code, c.measure,
           count(*)::int as value
      from counted c join presence.residence r on r.bailleur_id = c.bailleur_id and r.id = c.residence_id
     group by 1, 2, 3, 4, 5, 6
  ), merged as (
    merge into presence.daily_figure t using source s
       on t.bailleur_id = s.bailleur_id and t.evening_on = s.evening_on
      and t.scheme_id = s.scheme_id and t.residence_id = s.residence_id and t.measure = s.measure
     when matched and (t.value, t.insee_code) is distinct from (s.value, s.insee_code) then
       update set value = s.value, insee_code = s.insee_code
     when not matched then
       insert (bailleur_id, scheme_id, evening_on, residence_id, measure, insee_code, value)
       values (s.bailleur_id, s.scheme_id, s.evening_on, s.residence_id, s.measure, s.insee_code, s.value)
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
     where t.bailleur_id = gone.bailleur_id and t.evening_on = gone.evening_on
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
    select d.bailleur_id, d.scheme_id, t.month_on, d.insee_code, d.measure, sum(d.value)::int as value
      from presence.daily_figure d
      join touched t on t.bailleur_id = d.bailleur_id and t.month_on = date_trunc('month', d.evening_on)::date
     where d.evening_on >= first_e and d.evening_on < last_e
     group by 1, 2, 3, 4, 5
  ), merged as (
    merge into presence.monthly_figure t using source s
       on t.bailleur_id = s.bailleur_id and t.scheme_id = s.scheme_id and t.month_on = s.month_on
      and t.insee_code = s.insee_code and t.measure = s.measure
     when matched and t.value <> s.value then update set value = s.value
     when not matched then
       insert (bailleur_id, scheme_id, month_on, insee_code, measure, value)
       values (s.bailleur_id, s.scheme_id, s.month_on, s.insee_code, s.measure, s.value)
    returning 1
  )
  delete from presence.monthly_figure m using (
      select f.bailleur_id, f.month_on, f.scheme_id, f.insee_code, f.measure
        from presence.monthly_figure f join touched t
          on t.bailleur_id = f.bailleur_id and t.month_on = f.month_on
      except
      select s.bailleur_id, s.month_on, s.scheme_id, s.insee_code, s.measure from source s
    ) gone
   where m.bailleur_id = gone.bailleur_id and m.month_on = gone.month_on
     and m.scheme_id = gone.scheme_id and m.insee_code = gone.insee_code
     and m.measure = gone.measure;

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
     group by 1, 2
  ), registered as (
    insert into presence.aggregated_evening as g (bailleur_id, evening_on, version, row_count, aggregated_at)
    select c.bailleur_id, c.evening_on, 1, c.n, app.now() from counted c
    on conflict (bailleur_id, evening_on) do update
      set version = g.version + 1, row_count = excluded.row_count, aggregated_at = excluded.aggregated_at
      where (select c.moved from counted c
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
alter table presence.contract drop column visa_days;
alter table presence.aggregated_evening drop column report_version;
-- Only first versions existed.
alter table presence.daily_report no force row level security;
delete from presence.daily_report where version > 1;
alter table presence.daily_report force row level security;
alter table presence.daily_report drop column cause;
drop index if exists presence.ix_daily_report_bailleur_id_content_hash;
-- anomalies
drop table presence.anomaly_step, presence.anomaly_sighting, presence.anomaly;
alter table presence.intervention drop column police_outcome;
-- handover
drop table presence.team_note_reading, presence.team_note;
