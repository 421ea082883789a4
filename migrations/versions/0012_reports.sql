-- Reports in versions, sheets that are changed by two people, sheets to finish, printed pages.
-- The new columns are empty: their checks read nothing that could fail.
-- squawk-ignore-file constraint-missing-not-valid, require-concurrent-index-creation
alter table presence.daily_report add column cause text;
alter table presence.daily_report
  add constraint ck_daily_report_cause CHECK (cause in ('late', 'correction', 'dispute'));
alter table presence.daily_report
  add constraint ck_daily_report_cause_of_version CHECK ((version = 1) = (cause is null));
create index ix_daily_report_bailleur_id_content_hash on presence.daily_report (bailleur_id, content_hash);
alter table presence.aggregated_evening add column report_version smallint;
-- Days that the bailleur has to accept or dispute a report.
alter table presence.contract add column visa_days smallint default 5 not null;
grant update (visa_days) on presence.contract to presence_operator;

-- « Noter plus tard » (fiche à compléter): the hour and the place, kept until it is told. Kind: prestataire.
create table presence.unfinished_sheet (
  id UUID NOT NULL,
  scheme_id INTEGER NOT NULL,
  bailleur_id INTEGER NOT NULL,
  residence_id UUID NOT NULL,
  entrance_id UUID NOT NULL,
  evening_on DATE NOT NULL,
  started_at TIMESTAMP WITH TIME ZONE NOT NULL,
  dropped_at TIMESTAMP WITH TIME ZONE,
  account_id UUID,
  prestataire_id INTEGER NOT NULL,
  CONSTRAINT pk_unfinished_sheet PRIMARY KEY (id, prestataire_id),
  CONSTRAINT fk_unfinished_sheet_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_unfinished_sheet_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_unfinished_sheet_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id)
);
create INDEX ix_unfinished_sheet_prestataire_id_evening_on ON presence.unfinished_sheet (prestataire_id, evening_on);

-- Change of a sheet (correction d'une fiche): what was, what is, why, by whom, approved by whom. Kind: prestataire.
create table presence.sheet_change (
  id UUID NOT NULL,
  scheme_id INTEGER NOT NULL,
  bailleur_id INTEGER NOT NULL,
  evening_on DATE NOT NULL,
  sheet TEXT NOT NULL,
  sheet_id UUID NOT NULL,
  act TEXT NOT NULL,
  before JSONB NOT NULL,
  after JSONB NOT NULL,
  reason TEXT NOT NULL,
  dispute_id UUID,
  state TEXT NOT NULL,
  author_id UUID NOT NULL,
  author TEXT NOT NULL,
  proposed_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  approver_id UUID,
  approver TEXT,
  decided_at TIMESTAMP WITH TIME ZONE,
  content_hash TEXT NOT NULL,
  prestataire_id INTEGER NOT NULL,
  CONSTRAINT pk_sheet_change PRIMARY KEY (id, prestataire_id),
  CONSTRAINT ck_sheet_change_state CHECK (state in ('proposed', 'applied', 'refused')),
  CONSTRAINT ck_sheet_change_sheet CHECK (sheet in ('visit', 'intervention')),
  CONSTRAINT ck_sheet_change_act CHECK (act in ('revise', 'withdraw')),
  CONSTRAINT ck_sheet_change_two_people CHECK (approver_id is null or approver_id <> author_id),
  CONSTRAINT fk_sheet_change_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_sheet_change_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_sheet_change_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id)
);
create INDEX ix_sheet_change_prestataire_id_evening_on ON presence.sheet_change (prestataire_id, evening_on);
create INDEX ix_sheet_change_prestataire_id_sheet_id ON presence.sheet_change (prestataire_id, sheet_id);
create UNIQUE INDEX uq_sheet_change_proposed ON presence.sheet_change (prestataire_id, sheet_id) WHERE state = 'proposed';

-- A report as printed (PDF): rendered once, kept as it was sent. Kind: bailleur.
create table presence.report_document (
  id UUID NOT NULL,
  report_id UUID NOT NULL,
  kind TEXT NOT NULL,
  content BYTEA NOT NULL,
  content_hash TEXT NOT NULL,
  rendered_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_report_document PRIMARY KEY (id, bailleur_id),
  CONSTRAINT fk_report_document_report_id_bailleur_id FOREIGN KEY(report_id, bailleur_id) REFERENCES presence.daily_report (id, bailleur_id),
  CONSTRAINT uq_report_document_bailleur_id_report_id_kind UNIQUE (bailleur_id, report_id, kind),
  CONSTRAINT fk_report_document_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);
create INDEX ix_report_document_bailleur_id_content_hash ON presence.report_document (bailleur_id, content_hash);

alter table presence.unfinished_sheet enable row level security;
alter table presence.unfinished_sheet force row level security;
create policy unfinished_sheet_prestataire on presence.unfinished_sheet for all to presence_prestataire
  using (prestataire_id = app.signed_prestataire() and bailleur_id = any(app.signed_bailleurs()))
  with check (prestataire_id = (select app.signed_prestataire()) and bailleur_id = any((select app.signed_bailleurs())::int[]));
grant select, insert, update (dropped_at) on presence.unfinished_sheet to presence_prestataire;

alter table presence.sheet_change enable row level security;
alter table presence.sheet_change force row level security;
create policy sheet_change_prestataire on presence.sheet_change for all to presence_prestataire
  using (prestataire_id = app.signed_prestataire() and bailleur_id = any(app.signed_bailleurs()))
  with check (prestataire_id = (select app.signed_prestataire()) and bailleur_id = any((select app.signed_bailleurs())::int[]));
grant select, insert, update (state, approver_id, approver, decided_at) on presence.sheet_change to presence_prestataire;
create policy sheet_change_owner on presence.sheet_change for select to presence_owner
  using (prestataire_id::text = current_setting('app.subject', true));

alter table presence.report_document enable row level security;
alter table presence.report_document force row level security;
create policy report_document_bailleur on presence.report_document for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()));
grant select, insert on presence.report_document to presence_bailleur;
create policy report_document_prestataire on presence.report_document for select to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()));
grant select on presence.report_document to presence_prestataire;

-- The owner reaches the sheets of the signed prestataire, for the function below alone.
create policy visit_owner on presence.visit for all to presence_owner
  using (prestataire_id::text = current_setting('app.subject', true))
  with check (prestataire_id::text = current_setting('app.subject', true));
create policy intervention_owner on presence.intervention for all to presence_owner
  using (prestataire_id::text = current_setting('app.subject', true))
  with check (prestataire_id::text = current_setting('app.subject', true));
create policy intervention_action_owner on presence.intervention_action for all to presence_owner
  using (prestataire_id::text = current_setting('app.subject', true))
  with check (prestataire_id::text = current_setting('app.subject', true));
create policy evening_closure_owner on presence.evening_closure for select to presence_owner
  using (prestataire_id::text = current_setting('app.subject', true));

-- Apply a change of a sheet, as its row says: at once while the evening is open; once it is signed,
-- only when somebody else than its author approved it.
create function app.apply_sheet_change(change uuid) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  c presence.sheet_change;
begin
  select * into c from presence.sheet_change t
   where t.id = apply_sheet_change.change and t.prestataire_id = app.signed_prestataire();
  if c.id is null or c.state <> 'applied' or (c.bailleur_id = any (app.signed_bailleurs())) is not true then
    raise exception 'apply_sheet_change: not a change of the signed prestataire' using errcode = '42501';
  end if;
  if (c.approver_id is null or c.approver_id = c.author_id)
     and exists (select 1 from presence.evening_closure e
                  where e.prestataire_id = c.prestataire_id and e.scheme_id = c.scheme_id
                    and e.evening_on = c.evening_on) then
    raise exception 'apply_sheet_change: nobody else approved it' using errcode = '42501';
  end if;
  if c.act = 'withdraw' then
    delete from presence.intervention_action a using presence.intervention i
     where i.visit_id = c.sheet_id and i.bailleur_id = c.bailleur_id and i.evening_on = c.evening_on
       and a.intervention_id = i.id and a.bailleur_id = i.bailleur_id and a.evening_on = i.evening_on;
    delete from presence.intervention i
     where i.visit_id = c.sheet_id and i.bailleur_id = c.bailleur_id and i.evening_on = c.evening_on;
    delete from presence.visit v
     where v.id = c.sheet_id and v.bailleur_id = c.bailleur_id and v.evening_on = c.evening_on;
  elsif c.sheet = 'visit' then
    update presence.visit v
       set started_at = (c.after->>'started_at')::timestamptz,
           result = c.after->>'result', not_done_reason = c.after->>'not_done_reason'
     where v.id = c.sheet_id and v.bailleur_id = c.bailleur_id and v.evening_on = c.evening_on;
  else
    update presence.intervention i
       set started_at = (c.after->>'started_at')::timestamptz,
           area = c.after->>'area', situation = c.after->>'situation',
           outcome = c.after->>'outcome', origin = c.after->>'origin',
           people_band = c.after->>'people_band', police_force = c.after->>'police_force',
           police_called_at = (c.after->>'police_called_at')::timestamptz,
           police_arrived_at = (c.after->>'police_arrived_at')::timestamptz,
           police_outcome = c.after->>'police_outcome'
     where i.id = c.sheet_id and i.bailleur_id = c.bailleur_id and i.evening_on = c.evening_on;
    delete from presence.intervention_action a
     where a.intervention_id = c.sheet_id and a.bailleur_id = c.bailleur_id
       and a.evening_on = c.evening_on and not (c.after->'actions') ? a.action;
    insert into presence.intervention_action
           (bailleur_id, evening_on, prestataire_id, scheme_id, intervention_id, action)
    select c.bailleur_id, c.evening_on, c.prestataire_id, c.scheme_id, c.sheet_id, wanted.action
      from jsonb_array_elements_text(c.after->'actions') as wanted(action)
    on conflict do nothing;
  end if;
end $$;
revoke execute on function app.apply_sheet_change(uuid) from public;
grant execute on function app.apply_sheet_change(uuid) to presence_prestataire;

-- The nightly count says which version of the report it counted.
grant create on schema app to presence_aggregator;
grant update (report_version) on presence.aggregated_evening to presence_aggregator;
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
