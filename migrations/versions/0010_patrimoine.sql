-- No installation holds a large patrimoine yet: a few thousand residences, a scan of milliseconds.
-- squawk-ignore-file adding-field-with-default, constraint-missing-not-valid, ban-drop-column
-- squawk-ignore-file disallowed-unique-constraint, adding-foreign-key-constraint
-- squawk-ignore-file adding-not-nullable-field, require-concurrent-index-creation
-- Residence: vintage of its priority area, every period of its coverage, and its end, dated.
alter table presence.residence
  add column qpv_vintage SMALLINT,
  add column covered_during DATEMULTIRANGE DEFAULT '{}' NOT NULL,
  add column archived_on DATE,
  add column archive_reason TEXT,
  add constraint ck_residence_qpv_vintage CHECK (qpv_vintage in (2015, 2024)),
  add constraint ck_residence_archive_reason CHECK (archive_reason in ('sold', 'demolished', 'withdrawn', 'error')),
  add constraint ck_residence_archived CHECK ((archived_on is null) = (archive_reason is null));

-- Coverage (périmètre): a residence in a scheme's perimeter, with its dwellings of that time. Kind: bailleur.
create table presence.coverage (
  id UUID NOT NULL,
  residence_id UUID NOT NULL,
  scheme_id INTEGER NOT NULL,
  valid_during DATERANGE NOT NULL,
  dwellings INTEGER NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_coverage PRIMARY KEY (id, bailleur_id),
  CONSTRAINT fk_coverage_bailleur_id_residence_id FOREIGN KEY(bailleur_id, residence_id) REFERENCES presence.residence (bailleur_id, id),
  CONSTRAINT ck_coverage_dwellings CHECK (dwellings >= 0),
  CONSTRAINT ex_coverage_no_overlap EXCLUDE USING gist (bailleur_id WITH =, residence_id WITH =, valid_during WITH &&),
  CONSTRAINT fk_coverage_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_coverage_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);

create INDEX ix_coverage_bailleur_id_scheme_id ON presence.coverage (bailleur_id, scheme_id);

-- Transfer (cession) of residences to another bailleur, offered by the seller. Kind: bailleur.
create table presence.transfer (
  id UUID NOT NULL,
  effective_on DATE NOT NULL,
  content JSONB NOT NULL,
  secret_hash TEXT NOT NULL,
  offered_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  account_id UUID,
  withdrawn_at TIMESTAMP WITH TIME ZONE,
  taken_at TIMESTAMP WITH TIME ZONE,
  buyer_id INTEGER,
  buyer_name TEXT,
  settled_at TIMESTAMP WITH TIME ZONE,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_transfer PRIMARY KEY (id, bailleur_id),
  CONSTRAINT uq_transfer_bailleur_id_secret_hash UNIQUE (bailleur_id, secret_hash),
  CONSTRAINT fk_transfer_buyer_id FOREIGN KEY(buyer_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_transfer_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);

-- Building (bâtiment) of a residence, with its national identifier (RNB) when known. Kind: bailleur.
create table presence.building (
  id UUID NOT NULL,
  residence_id UUID NOT NULL,
  scheme_id INTEGER,
  code TEXT,
  name TEXT NOT NULL,
  rnb_id TEXT,
  archived_on DATE,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_building PRIMARY KEY (id, bailleur_id),
  CONSTRAINT fk_building_bailleur_id_residence_id FOREIGN KEY(bailleur_id, residence_id) REFERENCES presence.residence (bailleur_id, id),
  CONSTRAINT uq_building_bailleur_id_residence_id_name UNIQUE (bailleur_id, residence_id, name),
  CONSTRAINT uq_building_bailleur_id_residence_id_id UNIQUE (bailleur_id, residence_id, id),
  CONSTRAINT fk_building_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_building_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);


-- Entrance: its building, codes, dwellings, position; what it follows when it was moved.
alter table presence.entrance
  add column building_id UUID,
  add column code TEXT,
  add column address TEXT,
  add column dwellings INTEGER,
  add column rnb_id TEXT,
  add column ban_key TEXT,
  add column latitude DOUBLE PRECISION,
  add column longitude DOUBLE PRECISION,
  add column archived_on DATE,
  add column moved_from_id UUID,
  add constraint uq_entrance_bailleur_id_id UNIQUE (bailleur_id, id),
  add constraint fk_entrance_bailleur_id_residence_id_building_id FOREIGN KEY (bailleur_id, residence_id, building_id) REFERENCES presence.building (bailleur_id, residence_id, id),
  add constraint fk_entrance_bailleur_id_moved_from_id FOREIGN KEY (bailleur_id, moved_from_id) REFERENCES presence.entrance (bailleur_id, id),
  add constraint ck_entrance_dwellings CHECK (dwellings >= 0),
  add constraint ck_entrance_latitude CHECK (latitude between -90 and 90),
  add constraint ck_entrance_longitude CHECK (longitude between -180 and 180),
  add constraint ck_entrance_coordinates CHECK ((latitude is null) = (longitude is null)),
  add constraint ck_entrance_moved_from CHECK (moved_from_id <> id);

-- Common area (partie commune) of a residence, or of one of its entrances. Kind: bailleur.
create table presence.common_area (
  id UUID NOT NULL,
  residence_id UUID NOT NULL,
  entrance_id UUID,
  scheme_id INTEGER,
  kind TEXT NOT NULL,
  name TEXT,
  archived_on DATE,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_common_area PRIMARY KEY (id, bailleur_id),
  CONSTRAINT fk_common_area_bailleur_id_residence_id FOREIGN KEY(bailleur_id, residence_id) REFERENCES presence.residence (bailleur_id, id),
  CONSTRAINT fk_common_area_bailleur_id_residence_id_entrance_id FOREIGN KEY(bailleur_id, residence_id, entrance_id) REFERENCES presence.entrance (bailleur_id, residence_id, id),
  CONSTRAINT ck_common_area_kind CHECK (kind in ('hall', 'stairwell', 'landing', 'corridor', 'lift', 'cellar', 'basement', 'underground_parking', 'outdoor_parking', 'garage_box', 'bin_room', 'bike_room', 'technical_room', 'roof', 'courtyard', 'garden', 'playground', 'forecourt', 'shared_room', 'mailboxes', 'entrance_door', 'other_outdoor')),
  CONSTRAINT uq_common_area_name UNIQUE NULLS NOT DISTINCT (bailleur_id, residence_id, entrance_id, kind, name),
  CONSTRAINT fk_common_area_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_common_area_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);

alter table presence.coverage enable row level security;
alter table presence.coverage force row level security;
create policy coverage_bailleur on presence.coverage for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()) and scheme_id = any((select app.signed_schemes())::int[]));
grant select, insert, update (valid_during, dwellings) on presence.coverage to presence_bailleur;
create policy coverage_prestataire on presence.coverage for select to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and scheme_id = any(app.signed_schemes()));
grant select on presence.coverage to presence_prestataire;
create policy coverage_owner on presence.coverage for all to presence_owner
  using (residence_id::text = current_setting('app.lookup', true))
  with check (residence_id::text = current_setting('app.lookup', true));
create policy coverage_aggregator on presence.coverage for select to presence_aggregator
  using (true);
grant select on presence.coverage to presence_aggregator;

alter table presence.transfer enable row level security;
alter table presence.transfer force row level security;
create policy transfer_bailleur on presence.transfer for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()));
grant select, insert, update (withdrawn_at, settled_at) on presence.transfer to presence_bailleur;
create policy transfer_owner on presence.transfer for all to presence_owner
  using (secret_hash = current_setting('app.lookup', true))
  with check (secret_hash = current_setting('app.lookup', true));

alter table presence.building enable row level security;
alter table presence.building force row level security;
create policy building_bailleur on presence.building for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()));
grant select, insert, update (code, name, rnb_id, archived_on) on presence.building to presence_bailleur;
create policy building_prestataire on presence.building for select to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and scheme_id = any(app.signed_schemes()));
grant select on presence.building to presence_prestataire;

alter table presence.common_area enable row level security;
alter table presence.common_area force row level security;
create policy common_area_bailleur on presence.common_area for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()));
grant select, insert, update (name, archived_on) on presence.common_area to presence_bailleur;
create policy common_area_prestataire on presence.common_area for select to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and scheme_id = any(app.signed_schemes()));
grant select on presence.common_area to presence_prestataire;


grant update (qpv_vintage, covered_during, archived_on, archive_reason) on presence.residence to presence_bailleur;
grant update (building_id, code, address, dwellings, rnb_id, ban_key, latitude, longitude, archived_on) on presence.entrance to presence_bailleur;

-- What was covered stays covered, with its dwellings; the vintage of what was seeded is 2015's.
alter table presence.residence no force row level security;
alter table presence.coverage no force row level security;
insert into presence.coverage (bailleur_id, id, residence_id, scheme_id, valid_during, dwellings)
select bailleur_id, gen_random_uuid(), id, scheme_id, daterange(covered_from_on, covered_to_on), dwellings
  from presence.residence where scheme_id is not null and covered_from_on is not null;
update presence.residence
   set qpv_vintage = case when qpv_name is not null then 2015 end,
       covered_during = case when scheme_id is not null and covered_from_on is not null
                             then datemultirange(daterange(covered_from_on, covered_to_on)) else '{}' end;
alter table presence.coverage force row level security;
alter table presence.residence force row level security;
alter table presence.residence
  add constraint ck_residence_qpv CHECK ((qpv_name is null) = (qpv_vintage is null));

drop policy residence_prestataire on presence.residence;
create policy residence_prestataire on presence.residence for select to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and scheme_id = any(app.signed_schemes()) and covered_during @> (select app.today()));
create policy residence_owner on presence.residence for all to presence_owner
  using (id::text = current_setting('app.lookup', true))
  with check (id::text = current_setting('app.lookup', true));
create policy visit_frequency_owner on presence.visit_frequency for all to presence_owner
  using (residence_id::text = current_setting('app.lookup', true))
  with check (residence_id::text = current_setting('app.lookup', true));
alter table presence.residence drop column covered_from_on, drop column covered_to_on;
