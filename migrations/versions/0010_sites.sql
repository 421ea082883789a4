-- An import: read, planned, applied exactly as shown, undone within a week. Kind: bailleur.
create table presence.place_import (
  id UUID NOT NULL,
  file_name TEXT NOT NULL,
  file_hash TEXT NOT NULL,
  format TEXT NOT NULL,
  header TEXT[] NOT NULL,
  table_data BYTEA,
  mapping JSONB NOT NULL,
  repairs TEXT[] DEFAULT '{}' NOT NULL,
  archive_absent TEXT[] DEFAULT '{}' NOT NULL,
  state TEXT NOT NULL,
  plan JSONB,
  fingerprint TEXT,
  undo JSONB,
  progress_done INTEGER DEFAULT '0' NOT NULL,
  progress_total INTEGER DEFAULT '0' NOT NULL,
  error TEXT,
  covered_from_on DATE,
  scheme_id INTEGER,
  days_to_undo SMALLINT DEFAULT '7' NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  planned_at TIMESTAMP WITH TIME ZONE,
  applied_at TIMESTAMP WITH TIME ZONE,
  undone_at TIMESTAMP WITH TIME ZONE,
  account_id UUID,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_place_import PRIMARY KEY (id, bailleur_id),
  CONSTRAINT ck_place_import_state CHECK (state in ('reading', 'planned', 'applying', 'applied', 'undone', 'abandoned', 'failed')),
  CONSTRAINT ck_place_import_progress CHECK (progress_done <= progress_total),
  CONSTRAINT fk_place_import_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);

create INDEX ix_place_import_bailleur_id_created_at ON presence.place_import (bailleur_id, created_at);

-- Instruction or hazard (consigne, danger): a version, by whom, since when. Kind: bailleur.
create table presence.site_note (
  thread_id UUID NOT NULL,
  version SMALLINT NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  author_name TEXT NOT NULL,
  account_id UUID,
  written_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  starts_on DATE NOT NULL,
  ends_on DATE,
  id UUID NOT NULL,
  residence_id UUID NOT NULL,
  entrance_id UUID,
  scheme_id INTEGER,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_site_note PRIMARY KEY (id, bailleur_id),
  CONSTRAINT fk_site_note_bailleur_id_residence_id FOREIGN KEY(bailleur_id, residence_id) REFERENCES presence.residence (bailleur_id, id),
  CONSTRAINT fk_site_note_bailleur_id_residence_id_entrance_id FOREIGN KEY(bailleur_id, residence_id, entrance_id) REFERENCES presence.entrance (bailleur_id, residence_id, id),
  CONSTRAINT ck_site_note_kind CHECK (kind in ('instruction', 'hazard')),
  CONSTRAINT uq_site_note_bailleur_id_thread_id_version UNIQUE (bailleur_id, thread_id, version),
  CONSTRAINT uq_site_note_bailleur_id_id UNIQUE (bailleur_id, id),
  CONSTRAINT fk_site_note_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_site_note_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);

create INDEX ix_site_note_bailleur_id_residence_id ON presence.site_note (bailleur_id, residence_id);

-- Reading of a note (accusé de lecture) by one agent, known by the card number. Kind: bailleur.
create table presence.note_reading (
  id UUID NOT NULL,
  note_id UUID NOT NULL,
  residence_id UUID NOT NULL,
  prestataire_id INTEGER NOT NULL,
  account_id UUID NOT NULL,
  card_number TEXT,
  read_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_note_reading PRIMARY KEY (id, bailleur_id),
  CONSTRAINT fk_note_reading_bailleur_id_note_id FOREIGN KEY(bailleur_id, note_id) REFERENCES presence.site_note (bailleur_id, id),
  CONSTRAINT uq_note_reading_bailleur_id_note_id_account_id UNIQUE (bailleur_id, note_id, account_id),
  CONSTRAINT fk_note_reading_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_note_reading_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);

-- Contact on site (gardien, gardienne, référent): a name and a number for the agents. Kind: bailleur.
create table presence.site_contact (
  role TEXT NOT NULL,
  name TEXT NOT NULL,
  phone TEXT NOT NULL,
  archived_on DATE,
  id UUID NOT NULL,
  residence_id UUID NOT NULL,
  entrance_id UUID,
  scheme_id INTEGER,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_site_contact PRIMARY KEY (id, bailleur_id),
  CONSTRAINT fk_site_contact_bailleur_id_residence_id FOREIGN KEY(bailleur_id, residence_id) REFERENCES presence.residence (bailleur_id, id),
  CONSTRAINT fk_site_contact_bailleur_id_residence_id_entrance_id FOREIGN KEY(bailleur_id, residence_id, entrance_id) REFERENCES presence.entrance (bailleur_id, residence_id, id),
  CONSTRAINT fk_site_contact_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_site_contact_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);

create INDEX ix_site_contact_bailleur_id_residence_id ON presence.site_contact (bailleur_id, residence_id);

-- How police and fire services come in (L272-1 CSI), and what municipal police was granted. Kind: bailleur.
create table presence.police_access (
  access_means TEXT NOT NULL,
  municipal_police_on DATE,
  document TEXT,
  stated_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  account_id UUID,
  superseded_at TIMESTAMP WITH TIME ZONE,
  id UUID NOT NULL,
  residence_id UUID NOT NULL,
  entrance_id UUID,
  scheme_id INTEGER,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_police_access PRIMARY KEY (id, bailleur_id),
  CONSTRAINT fk_police_access_bailleur_id_residence_id FOREIGN KEY(bailleur_id, residence_id) REFERENCES presence.residence (bailleur_id, id),
  CONSTRAINT fk_police_access_bailleur_id_residence_id_entrance_id FOREIGN KEY(bailleur_id, residence_id, entrance_id) REFERENCES presence.entrance (bailleur_id, residence_id, id),
  CONSTRAINT ck_police_access_municipal_police CHECK ((municipal_police_on is null) = (document is null)),
  CONSTRAINT fk_police_access_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_police_access_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);

create UNIQUE INDEX uq_police_access_current ON presence.police_access (bailleur_id, residence_id) WHERE superseded_at is null;

-- Access code (code d'accès), sealed with a key that the database does not hold. Kind: bailleur.
create table presence.access_code (
  label TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  key_id TEXT NOT NULL,
  set_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  change_by_on DATE,
  account_id UUID,
  superseded_at TIMESTAMP WITH TIME ZONE,
  id UUID NOT NULL,
  residence_id UUID NOT NULL,
  entrance_id UUID,
  scheme_id INTEGER,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_access_code PRIMARY KEY (id, bailleur_id),
  CONSTRAINT fk_access_code_bailleur_id_residence_id FOREIGN KEY(bailleur_id, residence_id) REFERENCES presence.residence (bailleur_id, id),
  CONSTRAINT fk_access_code_bailleur_id_residence_id_entrance_id FOREIGN KEY(bailleur_id, residence_id, entrance_id) REFERENCES presence.entrance (bailleur_id, residence_id, id),
  CONSTRAINT uq_access_code_bailleur_id_id UNIQUE (bailleur_id, id),
  CONSTRAINT fk_access_code_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_access_code_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);

create INDEX ix_access_code_bailleur_id_residence_id ON presence.access_code (bailleur_id, residence_id);

-- A code was shown (code révélé): to whom, by card number, on which evening. Kind: bailleur.
create table presence.access_reveal (
  id UUID NOT NULL,
  access_code_id UUID NOT NULL,
  residence_id UUID NOT NULL,
  evening_on DATE NOT NULL,
  prestataire_id INTEGER,
  account_id UUID NOT NULL,
  card_number TEXT,
  revealed_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_access_reveal PRIMARY KEY (id, bailleur_id),
  CONSTRAINT fk_access_reveal_bailleur_id_access_code_id FOREIGN KEY(bailleur_id, access_code_id) REFERENCES presence.access_code (bailleur_id, id),
  CONSTRAINT fk_access_reveal_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_access_reveal_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);

create INDEX ix_access_reveal_bailleur_id_residence_id_revealed_at ON presence.access_reveal (bailleur_id, residence_id, revealed_at);

-- Onboarding (mise en route): one row per bailleur; each task's fact, with its date. Kind: bailleur.
create table presence.onboarding (
  legal_form TEXT,
  siret TEXT,
  contact_name TEXT,
  contact_email TEXT,
  contact_phone TEXT,
  key_accepted_on DATE,
  convention_reference TEXT,
  convention_on DATE,
  data_agreement_on DATE,
  trial_evening_on DATE,
  changed_at TIMESTAMP WITH TIME ZONE,
  changed_by_id UUID,
  activated_at TIMESTAMP WITH TIME ZONE,
  live_from_on DATE,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_onboarding PRIMARY KEY (bailleur_id),
  CONSTRAINT ck_onboarding_legal_form CHECK (legal_form in ('oph', 'esh', 'coop', 'sem', 'other')),
  CONSTRAINT ck_onboarding_convention CHECK ((convention_reference is null) = (convention_on is null)),
  CONSTRAINT ck_onboarding_activation CHECK ((activated_at is null) = (live_from_on is null)),
  CONSTRAINT fk_onboarding_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);

alter table presence.place_import enable row level security;
alter table presence.place_import force row level security;
create policy place_import_bailleur on presence.place_import for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()));
grant select, insert, update (state, mapping, repairs, archive_absent, plan, fingerprint, table_data, undo, progress_done, progress_total, error, planned_at, applied_at, undone_at) on presence.place_import to presence_bailleur;

alter table presence.site_note enable row level security;
alter table presence.site_note force row level security;
create policy site_note_bailleur on presence.site_note for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()));
grant select, insert, update (ends_on) on presence.site_note to presence_bailleur;
create policy site_note_prestataire on presence.site_note for select to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and scheme_id = any(app.signed_schemes()));
grant select on presence.site_note to presence_prestataire;

alter table presence.note_reading enable row level security;
alter table presence.note_reading force row level security;
create policy note_reading_bailleur on presence.note_reading for select to presence_bailleur
  using (bailleur_id = app.signed_bailleur());
grant select on presence.note_reading to presence_bailleur;
create policy note_reading_prestataire on presence.note_reading for all to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and prestataire_id = app.signed_prestataire())
  with check (bailleur_id = any((select app.signed_bailleurs())::int[]) and prestataire_id = (select app.signed_prestataire()));
grant select, insert on presence.note_reading to presence_prestataire;

alter table presence.site_contact enable row level security;
alter table presence.site_contact force row level security;
create policy site_contact_bailleur on presence.site_contact for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()));
grant select, insert, update (archived_on) on presence.site_contact to presence_bailleur;
create policy site_contact_prestataire on presence.site_contact for select to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and scheme_id = any(app.signed_schemes()));
grant select on presence.site_contact to presence_prestataire;

alter table presence.police_access enable row level security;
alter table presence.police_access force row level security;
create policy police_access_bailleur on presence.police_access for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()));
grant select, insert, update (superseded_at) on presence.police_access to presence_bailleur;
create policy police_access_prestataire on presence.police_access for select to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and scheme_id = any(app.signed_schemes()));
grant select on presence.police_access to presence_prestataire;

alter table presence.access_code enable row level security;
alter table presence.access_code force row level security;
create policy access_code_bailleur on presence.access_code for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()));
grant select, insert, update (superseded_at) on presence.access_code to presence_bailleur;
create policy access_code_prestataire on presence.access_code for select to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and scheme_id = any(app.signed_schemes()));
grant select on presence.access_code to presence_prestataire;

alter table presence.access_reveal enable row level security;
alter table presence.access_reveal force row level security;
create policy access_reveal_bailleur on presence.access_reveal for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()));
grant select, insert on presence.access_reveal to presence_bailleur;
create policy access_reveal_prestataire on presence.access_reveal for insert to presence_prestataire
  with check (bailleur_id = any((select app.signed_bailleurs())::int[]) and prestataire_id = (select app.signed_prestataire()));
grant insert on presence.access_reveal to presence_prestataire;

alter table presence.onboarding enable row level security;
alter table presence.onboarding force row level security;
create policy onboarding_bailleur on presence.onboarding for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()));
grant select, insert, update (legal_form, siret, contact_name, contact_email, contact_phone, key_accepted_on, convention_reference, convention_on, data_agreement_on, trial_evening_on, activated_at, live_from_on, changed_at, changed_by_id) on presence.onboarding to presence_bailleur;

