-- Agency (agence): the bailleur's local office. Kind: bailleur.
create table presence.agency (
  id UUID NOT NULL,
  name TEXT NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_agency PRIMARY KEY (id, bailleur_id),
  CONSTRAINT uq_agency_bailleur_id_name UNIQUE (bailleur_id, name),
  CONSTRAINT fk_agency_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);

-- Residence (résidence): named by the bailleur's own code, covered by a scheme or by none. Kind: bailleur.
create table presence.residence (
  id UUID NOT NULL,
  agency_id UUID NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  insee_code TEXT NOT NULL,
  dwellings INTEGER NOT NULL,
  qpv_name TEXT,
  scheme_id INTEGER,
  covered_from_on DATE,
  covered_to_on DATE,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_residence PRIMARY KEY (id, bailleur_id),
  CONSTRAINT uq_residence_bailleur_id_code UNIQUE (bailleur_id, code),
  CONSTRAINT fk_residence_bailleur_id_agency_id FOREIGN KEY(bailleur_id, agency_id) REFERENCES presence.agency (bailleur_id, id),
  CONSTRAINT ck_residence_dwellings CHECK (dwellings >= 0),
  CONSTRAINT fk_residence_insee_code FOREIGN KEY(insee_code) REFERENCES presence.commune (insee_code),
  CONSTRAINT fk_residence_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_residence_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);

create INDEX ix_residence_bailleur_id_scheme_id ON presence.residence (bailleur_id, scheme_id);

-- Entrance (entrée, hall, montée, allée): the place that a visit is made at. Kind: bailleur.
create table presence.entrance (
  id UUID NOT NULL,
  residence_id UUID NOT NULL,
  scheme_id INTEGER,
  name TEXT NOT NULL,
  rank INTEGER NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_entrance PRIMARY KEY (id, bailleur_id),
  CONSTRAINT uq_entrance_bailleur_id_residence_id_name UNIQUE (bailleur_id, residence_id, name),
  CONSTRAINT uq_entrance_bailleur_id_residence_id_id UNIQUE (bailleur_id, residence_id, id),
  CONSTRAINT fk_entrance_bailleur_id_residence_id FOREIGN KEY(bailleur_id, residence_id) REFERENCES presence.residence (bailleur_id, id),
  CONSTRAINT fk_entrance_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_entrance_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);

create INDEX ix_entrance_bailleur_id_scheme_id ON presence.entrance (bailleur_id, scheme_id);

-- Evenings a week that a residence is to be visited, over a period that never overlaps. Kind: bailleur.
create table presence.visit_frequency (
  id UUID NOT NULL,
  residence_id UUID NOT NULL,
  scheme_id INTEGER,
  times_per_week SMALLINT NOT NULL,
  valid_during DATERANGE NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_visit_frequency PRIMARY KEY (id, bailleur_id),
  CONSTRAINT fk_visit_frequency_bailleur_id_residence_id FOREIGN KEY(bailleur_id, residence_id) REFERENCES presence.residence (bailleur_id, id),
  CONSTRAINT ck_visit_frequency_times_per_week CHECK (times_per_week between 1 and 7),
  CONSTRAINT ex_visit_frequency_no_overlap EXCLUDE USING gist (bailleur_id WITH =, residence_id WITH =, valid_during WITH &&),
  CONSTRAINT fk_visit_frequency_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_visit_frequency_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);

create INDEX ix_visit_frequency_bailleur_id_scheme_id ON presence.visit_frequency (bailleur_id, scheme_id);
