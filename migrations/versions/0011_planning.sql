-- Frequencies, windows and contracts are small tables: their scan is short.
-- squawk-ignore-file adding-field-with-default, constraint-missing-not-valid, renaming-column
-- squawk-ignore-file adding-foreign-key-constraint, adding-not-nullable-field, ban-drop-constraint
-- Frequency: of an entrance too, a week or a month, weekdays, hour band, order, gap.
alter table presence.visit_frequency rename column times_per_week to times;
alter table presence.visit_frequency drop constraint ck_visit_frequency_times_per_week;
alter table presence.visit_frequency drop constraint ex_visit_frequency_no_overlap;
alter table presence.visit_frequency
  add column entrance_id UUID,
  add column per TEXT DEFAULT 'week' NOT NULL,
  add column weekdays SMALLINT[] DEFAULT '{}' NOT NULL,
  add column from_time TIME WITHOUT TIME ZONE,
  add column to_time TIME WITHOUT TIME ZONE,
  add column pattern TEXT DEFAULT 'ordered' NOT NULL,
  add column min_gap_days SMALLINT DEFAULT 0 NOT NULL,
  add constraint fk_visit_frequency_bailleur_id_residence_id_entrance_id FOREIGN KEY (bailleur_id, residence_id, entrance_id) REFERENCES presence.entrance (bailleur_id, residence_id, id),
  add constraint ck_visit_frequency_per CHECK (per in ('week', 'month')),
  add constraint ck_visit_frequency_pattern CHECK (pattern in ('ordered', 'random')),
  add constraint ck_visit_frequency_times CHECK (times between 1 and 31),
  add constraint ck_visit_frequency_times_per_week CHECK (per = 'month' or times <= 7),
  add constraint ck_visit_frequency_weekdays CHECK (weekdays <@ '{1,2,3,4,5,6,7}'),
  add constraint ck_visit_frequency_min_gap_days CHECK (min_gap_days between 0 and 30),
  add constraint ck_visit_frequency_band CHECK ((from_time is null) = (to_time is null)),
  add constraint ex_visit_frequency_no_overlap EXCLUDE USING gist (bailleur_id WITH =, coalesce(entrance_id, residence_id) WITH =, valid_during WITH &&);

-- Service window: seasons, weekdays, public holidays; the evenings that they take out.
alter table presence.service_window
  add column rules JSONB DEFAULT '[]' NOT NULL,
  add column holidays TEXT DEFAULT 'served' NOT NULL,
  add column department TEXT,
  add column unserved_on DATE[] DEFAULT '{}' NOT NULL,
  add constraint ck_service_window_hours CHECK (opens_at >= '12:00' and (closes_at > opens_at or closes_at <= '12:00')),
  add constraint ck_service_window_holidays CHECK (holidays in ('served', 'not_served', 'as_sunday'));
grant update (valid_during) on presence.service_window to presence_operator;

-- Contract: how many visits a bailleur may ask for in a month.
alter table presence.contract add column requests_per_month SMALLINT DEFAULT 4 NOT NULL;
grant update (requests_per_month) on presence.contract to presence_operator;

-- Request of a visit (demande de passage) on an evening, answered by the prestataire. Kind: bailleur.
create table presence.visit_request (
  id UUID NOT NULL,
  scheme_id INTEGER NOT NULL,
  residence_id UUID NOT NULL,
  entrance_id UUID,
  wanted_on DATE NOT NULL,
  note TEXT NOT NULL,
  state TEXT DEFAULT 'pending' NOT NULL,
  asked_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  account_id UUID,
  answered_at TIMESTAMP WITH TIME ZONE,
  answer TEXT,
  withdrawn_at TIMESTAMP WITH TIME ZONE,
  content_hash TEXT NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_visit_request PRIMARY KEY (id, bailleur_id),
  CONSTRAINT fk_visit_request_bailleur_id_residence_id FOREIGN KEY(bailleur_id, residence_id) REFERENCES presence.residence (bailleur_id, id),
  CONSTRAINT fk_visit_request_bailleur_id_residence_id_entrance_id FOREIGN KEY(bailleur_id, residence_id, entrance_id) REFERENCES presence.entrance (bailleur_id, residence_id, id),
  CONSTRAINT ck_visit_request_state CHECK (state in ('pending', 'accepted', 'refused', 'withdrawn')),
  CONSTRAINT ck_visit_request_answered CHECK ((state in ('accepted', 'refused')) = (answered_at is not null)),
  CONSTRAINT ck_visit_request_refused CHECK (state <> 'refused' or answer is not null),
  CONSTRAINT fk_visit_request_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_visit_request_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);

create INDEX ix_visit_request_bailleur_id_wanted_on ON presence.visit_request (bailleur_id, wanted_on);

-- An evening's plan (programme de la soirée) as published for one bailleur, version by version. Kind: bailleur.
create table presence.evening_plan (
  id UUID NOT NULL,
  scheme_id INTEGER NOT NULL,
  prestataire_id INTEGER NOT NULL,
  evening_on DATE NOT NULL,
  version SMALLINT NOT NULL,
  published_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_evening_plan PRIMARY KEY (id, bailleur_id),
  CONSTRAINT uq_evening_plan_bailleur_id_scheme_id_evening_on_version UNIQUE (bailleur_id, scheme_id, evening_on, version),
  CONSTRAINT uq_evening_plan_bailleur_id_id UNIQUE (bailleur_id, id),
  CONSTRAINT fk_evening_plan_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_evening_plan_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_evening_plan_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);

-- A visit foreseen (passage prévu) at an entrance: the hour band asked for, no order, no team. Kind: bailleur.
create table presence.planned_visit (
  id UUID NOT NULL,
  evening_plan_id UUID NOT NULL,
  scheme_id INTEGER NOT NULL,
  prestataire_id INTEGER NOT NULL,
  evening_on DATE NOT NULL,
  residence_id UUID NOT NULL,
  entrance_id UUID NOT NULL,
  from_time TIME WITHOUT TIME ZONE NOT NULL,
  to_time TIME WITHOUT TIME ZONE NOT NULL,
  source TEXT NOT NULL,
  reasons TEXT[] DEFAULT '{}' NOT NULL,
  request_id UUID,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_planned_visit PRIMARY KEY (id, bailleur_id),
  CONSTRAINT fk_planned_visit_bailleur_id_residence_id_entrance_id FOREIGN KEY(bailleur_id, residence_id, entrance_id) REFERENCES presence.entrance (bailleur_id, residence_id, id),
  CONSTRAINT fk_planned_visit_bailleur_id_evening_plan_id FOREIGN KEY(bailleur_id, evening_plan_id) REFERENCES presence.evening_plan (bailleur_id, id),
  CONSTRAINT ck_planned_visit_source CHECK (source in ('frequency', 'request', 'catch_up', 'added')),
  CONSTRAINT uq_planned_visit_bailleur_id_evening_plan_id_entrance_id UNIQUE (bailleur_id, evening_plan_id, entrance_id),
  CONSTRAINT fk_planned_visit_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_planned_visit_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_planned_visit_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);

create INDEX ix_planned_visit_bailleur_id_evening_on ON presence.planned_visit (bailleur_id, evening_on);

alter table presence.visit_request enable row level security;
alter table presence.visit_request force row level security;
create policy visit_request_bailleur on presence.visit_request for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()) and scheme_id = any((select app.signed_schemes())::int[]));
grant select, insert, update (state, withdrawn_at) on presence.visit_request to presence_bailleur;
create policy visit_request_prestataire on presence.visit_request for all to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and scheme_id = any(app.signed_schemes()))
  with check (bailleur_id = any((select app.signed_bailleurs())::int[]) and scheme_id = any((select app.signed_schemes())::int[]));
grant select, update (state, answered_at, answer) on presence.visit_request to presence_prestataire;

alter table presence.evening_plan enable row level security;
alter table presence.evening_plan force row level security;
create policy evening_plan_bailleur on presence.evening_plan for select to presence_bailleur
  using (bailleur_id = app.signed_bailleur());
grant select on presence.evening_plan to presence_bailleur;
create policy evening_plan_prestataire on presence.evening_plan for all to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and prestataire_id = app.signed_prestataire())
  with check (bailleur_id = any((select app.signed_bailleurs())::int[]) and prestataire_id = (select app.signed_prestataire()) and scheme_id = any((select app.signed_schemes())::int[]));
grant select, insert on presence.evening_plan to presence_prestataire;

alter table presence.planned_visit enable row level security;
alter table presence.planned_visit force row level security;
create policy planned_visit_bailleur on presence.planned_visit for select to presence_bailleur
  using (bailleur_id = app.signed_bailleur());
grant select on presence.planned_visit to presence_bailleur;
create policy planned_visit_prestataire on presence.planned_visit for all to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and prestataire_id = app.signed_prestataire())
  with check (bailleur_id = any((select app.signed_bailleurs())::int[]) and prestataire_id = (select app.signed_prestataire()) and scheme_id = any((select app.signed_schemes())::int[]));
grant select, insert on presence.planned_visit to presence_prestataire;

