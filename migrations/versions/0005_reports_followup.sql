-- A sealed report: immutable bytes, their SHA-256, a number and a version. Kind: bailleur.
create table presence.daily_report (
  id UUID NOT NULL,
  prestataire_id INTEGER NOT NULL,
  scheme_id INTEGER NOT NULL,
  evening_on DATE NOT NULL,
  version SMALLINT NOT NULL,
  number TEXT NOT NULL,
  signed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  signer TEXT NOT NULL,
  sealed_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  content BYTEA NOT NULL,
  content_hash TEXT NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_daily_report PRIMARY KEY (id, bailleur_id),
  CONSTRAINT uq_daily_report_bailleur_id_scheme_id_evening_on_version UNIQUE (bailleur_id, scheme_id, evening_on, version),
  CONSTRAINT fk_daily_report_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_daily_report_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_daily_report_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);

-- Closing of an evening (clôture de la soirée): one signature for all bailleurs, once. Kind: prestataire.
create table presence.evening_closure (
  id UUID NOT NULL,
  scheme_id INTEGER NOT NULL,
  evening_on DATE NOT NULL,
  signed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  signer TEXT NOT NULL,
  account_id UUID,
  checklist JSONB NOT NULL,
  prestataire_id INTEGER NOT NULL,
  CONSTRAINT pk_evening_closure PRIMARY KEY (id, prestataire_id),
  CONSTRAINT uq_evening_closure_prestataire_id_scheme_id_evening_on UNIQUE (prestataire_id, scheme_id, evening_on),
  CONSTRAINT fk_evening_closure_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_evening_closure_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id)
);

-- A family summoned by its bailleur; the software keeps the place, the day and the help. Kind: bailleur.
create table presence.summons (
  id UUID NOT NULL,
  scheme_id INTEGER NOT NULL,
  residence_id UUID NOT NULL,
  intervention_id UUID,
  summoned_on DATE NOT NULL,
  help_offered TEXT NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  account_id UUID,
  content_hash TEXT NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_summons PRIMARY KEY (id, bailleur_id),
  CONSTRAINT fk_summons_bailleur_id_residence_id FOREIGN KEY(bailleur_id, residence_id) REFERENCES presence.residence (bailleur_id, id),
  CONSTRAINT ck_summons_help_offered CHECK (help_offered in ('proposed', 'accepted', 'declined', 'none')),
  CONSTRAINT fk_summons_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_summons_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);

create INDEX ix_summons_bailleur_id_summoned_on ON presence.summons (bailleur_id, summoned_on);
