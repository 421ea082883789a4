-- Shift of the business clock (horloge métier): demonstration only, one row at most. Kind: system.
create table presence.business_clock (
  id SMALLINT NOT NULL,
  shift INTERVAL NOT NULL,
  CONSTRAINT pk_business_clock PRIMARY KEY (id),
  CONSTRAINT ck_business_clock_single_row CHECK (id = 1)
);

-- A commune of France, by its Insee code. Kind: reference.
create table presence.commune (
  insee_code TEXT NOT NULL,
  name TEXT NOT NULL,
  siren TEXT NOT NULL,
  postal_codes TEXT[] NOT NULL,
  population INTEGER NOT NULL,
  CONSTRAINT pk_commune PRIMARY KEY (insee_code)
);

-- A job (travail): what to run, in which context. A message on the queue is only its id. Kind: system.
create table presence.job (
  id UUID NOT NULL,
  key TEXT NOT NULL,
  task TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject INTEGER,
  account_id UUID,
  parameters JSONB NOT NULL,
  state TEXT DEFAULT 'queued' NOT NULL,
  attempts SMALLINT DEFAULT '0' NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  sent_at TIMESTAMP WITH TIME ZONE,
  started_at TIMESTAMP WITH TIME ZONE,
  finished_at TIMESTAMP WITH TIME ZONE,
  result JSONB,
  error TEXT,
  CONSTRAINT pk_job PRIMARY KEY (id),
  CONSTRAINT ck_job_state CHECK (state in ('queued', 'running', 'done', 'failed')),
  CONSTRAINT uq_job_key UNIQUE (key)
);

create INDEX ix_job_state_created_at ON presence.job (state, created_at) WHERE state <> 'done';

-- Something that happened (boîte d'envoi), written in the transaction that made it happen. Kind: system.
create table presence.outbox (
  id UUID NOT NULL,
  topic TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject INTEGER,
  account_id UUID,
  payload JSONB NOT NULL,
  announced_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  relayed_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_outbox PRIMARY KEY (id)
);

create INDEX ix_outbox_announced_at ON presence.outbox (announced_at) WHERE relayed_at is null;

-- A context-signing key (clé de signature): the two HMAC pads, read by `app.verify` only. Kind: system.
create table presence.signing_key (
  key_id TEXT NOT NULL,
  inner_pad BYTEA NOT NULL,
  outer_pad BYTEA NOT NULL,
  retired_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_signing_key PRIMARY KEY (key_id)
);

-- An organisation (organisme): bailleur, prestataire, territory, commune, State, operator. Kind: identity.
create table presence.organisation (
  id INTEGER GENERATED ALWAYS AS IDENTITY,
  public_id UUID NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  code TEXT NOT NULL,
  siren TEXT,
  insee_code TEXT,
  CONSTRAINT pk_organisation PRIMARY KEY (id),
  CONSTRAINT ck_organisation_kind CHECK (kind in ('bailleur', 'prestataire', 'territory', 'commune', 'state', 'operator')),
  CONSTRAINT uq_organisation_public_id UNIQUE (public_id),
  CONSTRAINT uq_organisation_code UNIQUE (code),
  CONSTRAINT fk_organisation_insee_code FOREIGN KEY(insee_code) REFERENCES presence.commune (insee_code)
);

-- A scheme (dispositif): bailleurs of one territory share one prestataire's evenings. Kind: scheme.
create table presence.scheme (
  id INTEGER GENERATED ALWAYS AS IDENTITY,
  public_id UUID NOT NULL,
  name TEXT NOT NULL,
  territory_id INTEGER NOT NULL,
  territory_name TEXT NOT NULL,
  lead_bailleur_id INTEGER NOT NULL,
  oncall_number TEXT NOT NULL,
  CONSTRAINT pk_scheme PRIMARY KEY (id),
  CONSTRAINT uq_scheme_public_id UNIQUE (public_id),
  CONSTRAINT fk_scheme_territory_id FOREIGN KEY(territory_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_scheme_lead_bailleur_id FOREIGN KEY(lead_bailleur_id) REFERENCES presence.organisation (id)
);

-- Which communes make a territory (périmètre d'un EPCI). Kind: reference.
create table presence.territory_commune (
  territory_id INTEGER NOT NULL,
  insee_code TEXT NOT NULL,
  CONSTRAINT pk_territory_commune PRIMARY KEY (territory_id, insee_code),
  CONSTRAINT fk_territory_commune_territory_id FOREIGN KEY(territory_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_territory_commune_insee_code FOREIGN KEY(insee_code) REFERENCES presence.commune (insee_code)
);

-- Contract (marché) by which one prestataire serves one bailleur of a scheme, between dates. Kind: scheme.
create table presence.contract (
  id UUID NOT NULL,
  bailleur_id INTEGER NOT NULL,
  prestataire_id INTEGER NOT NULL,
  valid_during DATERANGE NOT NULL,
  scheme_id INTEGER NOT NULL,
  CONSTRAINT pk_contract PRIMARY KEY (id, scheme_id),
  CONSTRAINT ex_contract_no_overlap EXCLUDE USING gist (scheme_id WITH =, bailleur_id WITH =, valid_during WITH &&),
  CONSTRAINT fk_contract_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_contract_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_contract_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id)
);

create INDEX ix_contract_prestataire_id ON presence.contract (prestataire_id);

-- Membership (adhésion) of a bailleur in a scheme, from a date to a date (excluded). Kind: scheme.
create table presence.membership (
  id UUID NOT NULL,
  bailleur_id INTEGER NOT NULL,
  bailleur_name TEXT NOT NULL,
  valid_during DATERANGE NOT NULL,
  scheme_id INTEGER NOT NULL,
  CONSTRAINT pk_membership PRIMARY KEY (id, scheme_id),
  CONSTRAINT ex_membership_no_overlap EXCLUDE USING gist (scheme_id WITH =, bailleur_id WITH =, valid_during WITH &&),
  CONSTRAINT fk_membership_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_membership_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id)
);

-- An organisation that reads a scheme's published figures: CAPI, commune, State. Kind: scheme.
create table presence.scheme_reader (
  organisation_id INTEGER NOT NULL,
  scheme_id INTEGER NOT NULL,
  CONSTRAINT pk_scheme_reader PRIMARY KEY (organisation_id, scheme_id),
  CONSTRAINT fk_scheme_reader_organisation_id FOREIGN KEY(organisation_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_scheme_reader_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id)
);

-- Service window (plage de service): from when to when the agents walk, and on which days. Kind: scheme.
create table presence.service_window (
  id UUID NOT NULL,
  opens_at TIME WITHOUT TIME ZONE NOT NULL,
  closes_at TIME WITHOUT TIME ZONE NOT NULL,
  weekdays SMALLINT[] NOT NULL,
  valid_during DATERANGE NOT NULL,
  scheme_id INTEGER NOT NULL,
  CONSTRAINT pk_service_window PRIMARY KEY (id, scheme_id),
  CONSTRAINT ex_service_window_no_overlap EXCLUDE USING gist (scheme_id WITH =, valid_during WITH &&),
  CONSTRAINT fk_service_window_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id)
);
