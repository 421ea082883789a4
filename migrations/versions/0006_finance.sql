-- One version of a year's sharing (répartition): totals that every member may read. Kind: scheme.
create table presence.allocation (
  id UUID NOT NULL,
  year SMALLINT NOT NULL,
  version SMALLINT NOT NULL,
  reason TEXT NOT NULL,
  status TEXT NOT NULL,
  gross_cents BIGINT NOT NULL,
  grant_cents BIGINT NOT NULL,
  net_cents BIGINT NOT NULL,
  fingerprint TEXT NOT NULL,
  computed_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  superseded_at TIMESTAMP WITH TIME ZONE,
  scheme_id INTEGER NOT NULL,
  CONSTRAINT pk_allocation PRIMARY KEY (id, scheme_id),
  CONSTRAINT uq_allocation_scheme_id_year_version UNIQUE (scheme_id, year, version),
  CONSTRAINT fk_allocation_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id)
);

create UNIQUE INDEX uq_allocation_current ON presence.allocation (scheme_id, year) WHERE superseded_at is null;

-- Frozen quantity (assiette figée) of one member over one slice, made by a fixed function. Kind: scheme.
create table presence.basis_snapshot (
  id UUID NOT NULL,
  taken_for UUID NOT NULL,
  bailleur_id INTEGER NOT NULL,
  from_on DATE NOT NULL,
  to_on DATE NOT NULL,
  dwellings INTEGER NOT NULL,
  taken_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  scheme_id INTEGER NOT NULL,
  CONSTRAINT pk_basis_snapshot PRIMARY KEY (id, scheme_id),
  CONSTRAINT uq_basis_snapshot_scheme_id_taken_for_bailleur_id_from_on UNIQUE (scheme_id, taken_for, bailleur_id, from_on),
  CONSTRAINT fk_basis_snapshot_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_basis_snapshot_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id)
);

-- Cost (coût du dispositif) over a period. Kind: scheme.
create table presence.cost (
  id UUID NOT NULL,
  label TEXT NOT NULL,
  from_on DATE NOT NULL,
  to_on DATE NOT NULL,
  amount_cents BIGINT NOT NULL,
  status TEXT NOT NULL,
  entered_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  account_id UUID,
  content_hash TEXT NOT NULL,
  scheme_id INTEGER NOT NULL,
  CONSTRAINT pk_cost PRIMARY KEY (id, scheme_id),
  CONSTRAINT ck_cost_period CHECK (from_on <= to_on),
  CONSTRAINT ck_cost_amount CHECK (amount_cents >= 0),
  CONSTRAINT ck_cost_status CHECK (status in ('actual', 'forecast')),
  CONSTRAINT fk_cost_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id)
);

-- A year's totals (coût, subvention, reste à charge), shown to partners once shared. Kind: scheme.
create table presence.scheme_year_total (
  year SMALLINT NOT NULL,
  status TEXT NOT NULL,
  cost_cents BIGINT NOT NULL,
  grant_cents BIGINT NOT NULL,
  net_cents BIGINT NOT NULL,
  published_at TIMESTAMP WITH TIME ZONE,
  scheme_id INTEGER NOT NULL,
  CONSTRAINT pk_scheme_year_total PRIMARY KEY (year, scheme_id),
  CONSTRAINT ck_scheme_year_total_status CHECK (status in ('actual', 'forecast')),
  CONSTRAINT fk_scheme_year_total_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id)
);

-- Sharing key (clé de répartition): what is weighed, over which period. Kind: scheme.
create table presence.sharing_key (
  id UUID NOT NULL,
  basis TEXT NOT NULL,
  valid_during DATERANGE NOT NULL,
  account_id UUID,
  content_hash TEXT NOT NULL,
  scheme_id INTEGER NOT NULL,
  CONSTRAINT pk_sharing_key PRIMARY KEY (id, scheme_id),
  CONSTRAINT ck_sharing_key_basis CHECK (basis in ('dwellings', 'equal')),
  CONSTRAINT ex_sharing_key_no_overlap EXCLUDE USING gist (scheme_id WITH =, valid_during WITH &&),
  CONSTRAINT fk_sharing_key_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id)
);

-- Subsidy (subvention) of a funder over a period. Kind: scheme.
create table presence.subsidy (
  funder TEXT NOT NULL,
  id UUID NOT NULL,
  label TEXT NOT NULL,
  from_on DATE NOT NULL,
  to_on DATE NOT NULL,
  amount_cents BIGINT NOT NULL,
  status TEXT NOT NULL,
  entered_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  account_id UUID,
  content_hash TEXT NOT NULL,
  scheme_id INTEGER NOT NULL,
  CONSTRAINT pk_subsidy PRIMARY KEY (id, scheme_id),
  CONSTRAINT ck_subsidy_period CHECK (from_on <= to_on),
  CONSTRAINT ck_subsidy_amount CHECK (amount_cents >= 0),
  CONSTRAINT ck_subsidy_status CHECK (status in ('actual', 'forecast')),
  CONSTRAINT ck_subsidy_funder CHECK (funder in ('fipd', 'cucs', 'commune', 'epci', 'department', 'region', 'other')),
  CONSTRAINT fk_subsidy_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id)
);

-- A slice of the year during which members and key did not change: opened by the convention. Kind: scheme.
create table presence.allocation_slice (
  allocation_id UUID NOT NULL,
  from_on DATE NOT NULL,
  to_on DATE NOT NULL,
  basis TEXT NOT NULL,
  gross_cents BIGINT NOT NULL,
  grant_cents BIGINT NOT NULL,
  net_cents BIGINT NOT NULL,
  total_weight BIGINT NOT NULL,
  member_names TEXT[] NOT NULL,
  scheme_id INTEGER NOT NULL,
  CONSTRAINT pk_allocation_slice PRIMARY KEY (allocation_id, from_on, scheme_id),
  CONSTRAINT fk_allocation_slice_scheme_id_allocation_id FOREIGN KEY(scheme_id, allocation_id) REFERENCES presence.allocation (scheme_id, id),
  CONSTRAINT ck_allocation_slice_basis CHECK (basis in ('dwellings', 'equal')),
  CONSTRAINT fk_allocation_slice_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id)
);

-- A member's share (quote-part) of one slice: read by that member only. Kind: scheme.
create table presence.allocation_share (
  allocation_id UUID NOT NULL,
  from_on DATE NOT NULL,
  bailleur_id INTEGER NOT NULL,
  weight BIGINT NOT NULL,
  gross_cents BIGINT NOT NULL,
  grant_cents BIGINT NOT NULL,
  net_cents BIGINT NOT NULL,
  rounding_cents SMALLINT NOT NULL,
  scheme_id INTEGER NOT NULL,
  CONSTRAINT pk_allocation_share PRIMARY KEY (allocation_id, from_on, bailleur_id, scheme_id),
  CONSTRAINT fk_allocation_share_scheme_id_allocation_id_from_on FOREIGN KEY(scheme_id, allocation_id, from_on) REFERENCES presence.allocation_slice (scheme_id, allocation_id, from_on),
  CONSTRAINT fk_allocation_share_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_allocation_share_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id)
);
