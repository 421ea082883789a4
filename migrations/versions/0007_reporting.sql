-- Register of nightly runs (registre des exécutions): one line per job and evening. Kind: system.
create table presence.run (
  id UUID NOT NULL,
  name TEXT NOT NULL,
  due_on DATE NOT NULL,
  started_at TIMESTAMP WITH TIME ZONE NOT NULL,
  finished_at TIMESTAMP WITH TIME ZONE,
  evenings INTEGER,
  row_count INTEGER,
  attempts SMALLINT NOT NULL,
  CONSTRAINT pk_run PRIMARY KEY (id),
  CONSTRAINT uq_run_name_due_on UNIQUE (name, due_on)
);

-- What the nightly job counted for an evening: rows and version, which grows on change. Kind: bailleur.
create table presence.aggregated_evening (
  evening_on DATE NOT NULL,
  version SMALLINT NOT NULL,
  row_count INTEGER NOT NULL,
  aggregated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_aggregated_evening PRIMARY KEY (evening_on, bailleur_id),
  CONSTRAINT fk_aggregated_evening_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);

-- Day tier (chiffres du jour): evening × residence × measure. Kind: bailleur.
create table presence.daily_figure (
  evening_on DATE NOT NULL,
  scheme_id INTEGER NOT NULL,
  residence_id UUID NOT NULL,
  measure TEXT NOT NULL,
  insee_code TEXT NOT NULL,
  value INTEGER NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_daily_figure PRIMARY KEY (bailleur_id, evening_on, scheme_id, residence_id, measure),
  CONSTRAINT fk_daily_figure_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_daily_figure_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);

-- Month tier (chiffres du mois): month × commune × measure, derived from the day tier. Kind: bailleur.
create table presence.monthly_figure (
  month_on DATE NOT NULL,
  scheme_id INTEGER NOT NULL,
  insee_code TEXT NOT NULL,
  measure TEXT NOT NULL,
  value INTEGER NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_monthly_figure PRIMARY KEY (bailleur_id, month_on, scheme_id, insee_code, measure),
  CONSTRAINT fk_monthly_figure_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_monthly_figure_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);

-- Release (bilan publié) of a period: open, then published and frozen; corrected by version. Kind: scheme.
create table presence.release (
  id UUID NOT NULL,
  from_on DATE NOT NULL,
  to_on DATE NOT NULL,
  version SMALLINT NOT NULL,
  reason TEXT NOT NULL,
  opened_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  published_at TIMESTAMP WITH TIME ZONE,
  superseded_at TIMESTAMP WITH TIME ZONE,
  cut_off_at TIMESTAMP WITH TIME ZONE,
  evenings_due INTEGER,
  evenings_signed INTEGER,
  perimeter JSONB,
  content_hash TEXT,
  scheme_id INTEGER NOT NULL,
  CONSTRAINT pk_release PRIMARY KEY (id, scheme_id),
  CONSTRAINT uq_release_scheme_id_from_on_to_on_version UNIQUE (scheme_id, from_on, to_on, version),
  CONSTRAINT ck_release_period CHECK (from_on <= to_on),
  CONSTRAINT fk_release_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id)
);

-- Sharing agreement (accord de partage): which totals are shown, once all have signed. Kind: scheme.
create table presence.sharing_agreement (
  id UUID NOT NULL,
  indicators TEXT[] NOT NULL,
  audience TEXT NOT NULL,
  wording TEXT NOT NULL,
  valid_during DATERANGE NOT NULL,
  proposed_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  scheme_id INTEGER NOT NULL,
  CONSTRAINT pk_sharing_agreement PRIMARY KEY (id, scheme_id),
  CONSTRAINT fk_sharing_agreement_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id)
);

-- A bailleur's signature under an agreement; a withdrawal acts on future releases only. Kind: scheme.
create table presence.agreement_signature (
  agreement_id UUID NOT NULL,
  bailleur_id INTEGER NOT NULL,
  signed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  account_id UUID,
  withdrawn_at TIMESTAMP WITH TIME ZONE,
  scheme_id INTEGER NOT NULL,
  CONSTRAINT pk_agreement_signature PRIMARY KEY (agreement_id, bailleur_id, signed_at, scheme_id),
  CONSTRAINT fk_agreement_signature_scheme_id_agreement_id FOREIGN KEY(scheme_id, agreement_id) REFERENCES presence.sharing_agreement (scheme_id, id),
  CONSTRAINT fk_agreement_signature_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_agreement_signature_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id)
);

-- What one bailleur brings to one cell of an open release: the scheme's job alone reads it. Kind: scheme.
create table presence.contribution (
  release_id UUID NOT NULL,
  bailleur_id INTEGER NOT NULL,
  indicator TEXT NOT NULL,
  month_on DATE NOT NULL,
  value BIGINT NOT NULL,
  scheme_id INTEGER NOT NULL,
  CONSTRAINT pk_contribution PRIMARY KEY (release_id, bailleur_id, indicator, month_on, scheme_id),
  CONSTRAINT fk_contribution_scheme_id_release_id FOREIGN KEY(scheme_id, release_id) REFERENCES presence.release (scheme_id, id),
  CONSTRAINT fk_contribution_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_contribution_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id)
);

-- A cell (case du bilan): a number, or « n. c. » and why; `month_on` None for the period. Kind: scheme.
create table presence.release_cell (
  id UUID NOT NULL,
  release_id UUID NOT NULL,
  indicator TEXT NOT NULL,
  month_on DATE,
  value BIGINT,
  withheld TEXT,
  scheme_id INTEGER NOT NULL,
  CONSTRAINT pk_release_cell PRIMARY KEY (id, scheme_id),
  CONSTRAINT fk_release_cell_scheme_id_release_id FOREIGN KEY(scheme_id, release_id) REFERENCES presence.release (scheme_id, id),
  CONSTRAINT ck_release_cell_value_or_reason CHECK ((value is null) <> (withheld is null)),
  CONSTRAINT uq_release_cell_scheme_id_release_id_indicator_month_on UNIQUE NULLS NOT DISTINCT (scheme_id, release_id, indicator, month_on),
  CONSTRAINT fk_release_cell_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id)
);
