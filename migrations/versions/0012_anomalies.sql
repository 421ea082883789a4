-- Technical anomalies, and what came of a request to the police.
-- The new columns are empty: their checks read nothing that could fail.
-- squawk-ignore-file constraint-missing-not-valid
alter table presence.intervention add column police_outcome text;
alter table presence.intervention
  add constraint ck_intervention_police_outcome CHECK (police_outcome in ('came', 'not_come', 'refused'));
alter table presence.intervention
  add constraint ck_intervention_police_came CHECK (police_outcome is null or police_force is not null and (police_outcome = 'came' or police_arrived_at is null));

-- Technical anomaly (anomalie technique) of an entrance: one open per equipment. Kind: bailleur.
create table presence.anomaly (
  scheme_id INTEGER NOT NULL,
  entrance_id UUID NOT NULL,
  equipment TEXT NOT NULL,
  state TEXT NOT NULL,
  state_at TIMESTAMP WITH TIME ZONE NOT NULL,
  first_seen_on DATE NOT NULL,
  last_seen_on DATE NOT NULL,
  sightings SMALLINT NOT NULL,
  reported_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  note TEXT,
  id UUID NOT NULL,
  residence_id UUID NOT NULL,
  prestataire_id INTEGER NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_anomaly PRIMARY KEY (id, bailleur_id),
  CONSTRAINT fk_anomaly_bailleur_id_residence_id_entrance_id FOREIGN KEY(bailleur_id, residence_id, entrance_id) REFERENCES presence.entrance (bailleur_id, residence_id, id),
  CONSTRAINT ck_anomaly_equipment CHECK (equipment in ('lighting', 'door', 'lock', 'intercom', 'lift', 'glass', 'leak', 'fire_safety', 'electrical', 'stairs', 'bin_room', 'mailboxes', 'parking_gate', 'tag', 'bulky_waste', 'pest', 'other')),
  CONSTRAINT ck_anomaly_state CHECK (state in ('reported', 'acknowledged', 'fixed', 'verified')),
  CONSTRAINT ck_anomaly_seen CHECK (first_seen_on <= last_seen_on),
  CONSTRAINT ck_anomaly_note CHECK (char_length(note) <= 280),
  CONSTRAINT fk_anomaly_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_anomaly_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_anomaly_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);
create INDEX ix_anomaly_bailleur_id_entrance_id ON presence.anomaly (bailleur_id, entrance_id);
create INDEX ix_anomaly_bailleur_id_first_seen_on ON presence.anomaly (bailleur_id, first_seen_on);
create UNIQUE INDEX uq_anomaly_open ON presence.anomaly (bailleur_id, prestataire_id, entrance_id, equipment) WHERE state <> 'verified';

-- Sighting (constat) of an anomaly during a visit: still there, or repaired. Kind: bailleur.
create table presence.anomaly_sighting (
  scheme_id INTEGER NOT NULL,
  anomaly_id UUID NOT NULL,
  visit_id UUID NOT NULL,
  evening_on DATE NOT NULL,
  seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
  still_there BOOLEAN NOT NULL,
  note TEXT,
  withdrawn_at TIMESTAMP WITH TIME ZONE,
  account_id UUID,
  id UUID NOT NULL,
  residence_id UUID NOT NULL,
  prestataire_id INTEGER NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_anomaly_sighting PRIMARY KEY (id, bailleur_id),
  CONSTRAINT fk_anomaly_sighting_anomaly_id_bailleur_id FOREIGN KEY(anomaly_id, bailleur_id) REFERENCES presence.anomaly (id, bailleur_id),
  CONSTRAINT uq_anomaly_sighting_bailleur_id_anomaly_id_visit_id UNIQUE (bailleur_id, anomaly_id, visit_id),
  CONSTRAINT ck_anomaly_sighting_note CHECK (char_length(note) <= 280),
  CONSTRAINT fk_anomaly_sighting_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_anomaly_sighting_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_anomaly_sighting_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);
create INDEX ix_anomaly_sighting_bailleur_id_evening_on ON presence.anomaly_sighting (bailleur_id, evening_on);
create INDEX ix_anomaly_sighting_bailleur_id_visit_id ON presence.anomaly_sighting (bailleur_id, visit_id);

-- Step of an anomaly (étape): the state it reached, by which side, when; never rewritten. Kind: bailleur.
create table presence.anomaly_step (
  anomaly_id UUID NOT NULL,
  state TEXT NOT NULL,
  side TEXT NOT NULL,
  taken_at TIMESTAMP WITH TIME ZONE NOT NULL,
  note TEXT,
  account_id UUID,
  content_hash TEXT NOT NULL,
  id UUID NOT NULL,
  residence_id UUID NOT NULL,
  prestataire_id INTEGER NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_anomaly_step PRIMARY KEY (id, bailleur_id),
  CONSTRAINT fk_anomaly_step_anomaly_id_bailleur_id FOREIGN KEY(anomaly_id, bailleur_id) REFERENCES presence.anomaly (id, bailleur_id),
  CONSTRAINT ck_anomaly_step_state CHECK (state in ('reported', 'acknowledged', 'fixed', 'verified')),
  CONSTRAINT ck_anomaly_step_side CHECK (side in ('bailleur', 'prestataire')),
  CONSTRAINT ck_anomaly_step_note CHECK (char_length(note) <= 280),
  CONSTRAINT fk_anomaly_step_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_anomaly_step_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);
create INDEX ix_anomaly_step_bailleur_id_anomaly_id_taken_at ON presence.anomaly_step (bailleur_id, anomaly_id, taken_at);

alter table presence.anomaly enable row level security;
alter table presence.anomaly force row level security;
create policy anomaly_bailleur on presence.anomaly for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()));
grant select, update (state, state_at) on presence.anomaly to presence_bailleur;
create policy anomaly_prestataire on presence.anomaly for all to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and prestataire_id = app.signed_prestataire())
  with check (bailleur_id = any((select app.signed_bailleurs())::int[]) and prestataire_id = (select app.signed_prestataire()) and scheme_id = any((select app.signed_schemes())::int[]));
grant select, insert, update (state, state_at, first_seen_on, last_seen_on, sightings, note) on presence.anomaly to presence_prestataire;

alter table presence.anomaly_sighting enable row level security;
alter table presence.anomaly_sighting force row level security;
create policy anomaly_sighting_bailleur on presence.anomaly_sighting for select to presence_bailleur
  using (bailleur_id = app.signed_bailleur());
grant select on presence.anomaly_sighting to presence_bailleur;
create policy anomaly_sighting_prestataire on presence.anomaly_sighting for all to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and prestataire_id = app.signed_prestataire())
  with check (bailleur_id = any((select app.signed_bailleurs())::int[]) and prestataire_id = (select app.signed_prestataire()) and scheme_id = any((select app.signed_schemes())::int[]));
grant select, insert, update (withdrawn_at) on presence.anomaly_sighting to presence_prestataire;

alter table presence.anomaly_step enable row level security;
alter table presence.anomaly_step force row level security;
create policy anomaly_step_bailleur on presence.anomaly_step for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()));
grant select, insert on presence.anomaly_step to presence_bailleur;
create policy anomaly_step_prestataire on presence.anomaly_step for all to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and prestataire_id = app.signed_prestataire())
  with check (bailleur_id = any((select app.signed_bailleurs())::int[]) and prestataire_id = (select app.signed_prestataire()));
grant select, insert on presence.anomaly_step to presence_prestataire;
