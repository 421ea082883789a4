-- Releases in finer cells, frozen content, the scheme's dated rules of secrecy, recalculations.
-- The tables are small and hold few rows; the checks are true of what they hold.
-- squawk-ignore-file ban-drop-constraint, adding-serial-primary-key-field, constraint-missing-not-valid, adding-required-field, adding-not-nullable-field, disallowed-unique-constraint
-- month_on of release_cell stays, unread: dropped by a later release.
alter table presence.sharing_agreement
  add column grains text[] default '{scheme,month,commune,qpv}' not null;

alter table presence.release add column kind text default 'drafted' not null;
alter table presence.release add constraint ck_release_kind
  CHECK (kind in ('month', 'quarter', 'year', 'drafted'));
alter table presence.release add column content text;
alter table presence.release add column code_version text;
-- What the newest recalculation found, in a sentence without figures.
alter table presence.release add column checked_at timestamptz;
alter table presence.release add column check_note text;
grant update (content, code_version, checked_at, check_note) on presence.release to presence_scheme;

alter table presence.contribution add column insee_code text default '' not null;
alter table presence.contribution add column qpv text default '' not null;
alter table presence.contribution drop constraint pk_contribution;
alter table presence.contribution add constraint pk_contribution
  PRIMARY KEY (release_id, bailleur_id, indicator, month_on, insee_code, qpv, scheme_id);

alter table presence.release_cell add column area text default '' not null;
alter table presence.release_cell add column members text default '' not null;
alter table presence.release_cell add column from_on date;
alter table presence.release_cell add column to_on date;
update presence.release_cell c
   set from_on = coalesce(c.month_on, r.from_on),
       to_on = coalesce((c.month_on + interval '1 month' - interval '1 day')::date, r.to_on)
  from presence.release r where r.id = c.release_id and r.scheme_id = c.scheme_id;
alter table presence.release_cell alter column from_on set not null;
alter table presence.release_cell alter column to_on set not null;
alter table presence.release_cell
  drop constraint uq_release_cell_scheme_id_release_id_indicator_month_on;
alter table presence.release_cell add constraint uq_release_cell_key
  UNIQUE (scheme_id, release_id, indicator, area, from_on, to_on, members);

-- Rules of secrecy (règles de secret) of a scheme, dated: never below the law's. Kind: scheme.
create table presence.disclosure_policy (
  id UUID NOT NULL,
  valid_during DATERANGE NOT NULL,
  least_contributors SMALLINT NOT NULL,
  dominance_percent SMALLINT NOT NULL,
  p_percent SMALLINT NOT NULL,
  least_events SMALLINT NOT NULL,
  least_persons SMALLINT NOT NULL,
  set_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  scheme_id INTEGER NOT NULL,
  CONSTRAINT pk_disclosure_policy PRIMARY KEY (id, scheme_id),
  CONSTRAINT ck_disclosure_policy_thresholds CHECK (least_contributors >= 3 and dominance_percent between 1 and 85 and p_percent between 10 and 100 and least_events >= 5 and least_persons >= 11),
  CONSTRAINT ex_disclosure_policy_no_overlap EXCLUDE USING gist (scheme_id WITH =, valid_during WITH &&),
  CONSTRAINT fk_disclosure_policy_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id)
);
alter table presence.disclosure_policy enable row level security;
alter table presence.disclosure_policy force row level security;
create policy disclosure_policy_scheme on presence.disclosure_policy for all to presence_scheme
  using (scheme_id = app.signed_scheme())
  with check (scheme_id = (select app.signed_scheme()));
grant select, insert, update (valid_during) on presence.disclosure_policy to presence_scheme;
create policy disclosure_policy_bailleur on presence.disclosure_policy for select to presence_bailleur
  using (scheme_id = any(app.signed_schemes()));
grant select on presence.disclosure_policy to presence_bailleur;

-- A published release run again (recalcul): the same bytes, or what differs and why. Kind: scheme.
create table presence.release_recalculation (
  id UUID NOT NULL,
  release_id UUID NOT NULL,
  run_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  content_hash TEXT NOT NULL,
  code_version TEXT NOT NULL,
  content TEXT NOT NULL,
  differences JSONB NOT NULL,
  scheme_id INTEGER NOT NULL,
  CONSTRAINT pk_release_recalculation PRIMARY KEY (id, scheme_id),
  CONSTRAINT fk_release_recalculation_scheme_id_release_id FOREIGN KEY(scheme_id, release_id) REFERENCES presence.release (scheme_id, id),
  CONSTRAINT fk_release_recalculation_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id)
);
alter table presence.release_recalculation enable row level security;
alter table presence.release_recalculation force row level security;
create policy release_recalculation_scheme on presence.release_recalculation for all to presence_scheme
  using (scheme_id = app.signed_scheme())
  with check (scheme_id = (select app.signed_scheme()));
grant select, insert on presence.release_recalculation to presence_scheme;
