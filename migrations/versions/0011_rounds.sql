-- An evening's rounds (tournées d'une soirée): drawn up, edited, published; then a new one. Kind: prestataire.
create table presence.round_plan (
  id UUID NOT NULL,
  scheme_id INTEGER NOT NULL,
  evening_on DATE NOT NULL,
  version SMALLINT NOT NULL,
  state TEXT NOT NULL,
  method TEXT DEFAULT 'none' NOT NULL,
  seed INTEGER NOT NULL,
  seconds DOUBLE PRECISION,
  asked_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  drawn_at TIMESTAMP WITH TIME ZONE,
  published_at TIMESTAMP WITH TIME ZONE,
  account_id UUID,
  error TEXT,
  prestataire_id INTEGER NOT NULL,
  CONSTRAINT pk_round_plan PRIMARY KEY (id, prestataire_id),
  CONSTRAINT uq_round_plan_prestataire_id_id UNIQUE (prestataire_id, id),
  CONSTRAINT uq_round_plan_prestataire_id_scheme_id_evening_on_version UNIQUE (prestataire_id, scheme_id, evening_on, version),
  CONSTRAINT ck_round_plan_state CHECK (state in ('asked', 'draft', 'published', 'superseded', 'failed')),
  CONSTRAINT ck_round_plan_method CHECK (method in ('solver', 'greedy', 'copy', 'none')),
  CONSTRAINT fk_round_plan_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_round_plan_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id)
);

create UNIQUE INDEX uq_round_plan_draft ON presence.round_plan (prestataire_id, scheme_id, evening_on) WHERE state in ('asked', 'draft');

-- A stop (arrêt) of a round with its reasons, or one that was given up, with why. Kind: prestataire.
create table presence.round_stop (
  id UUID NOT NULL,
  round_plan_id UUID NOT NULL,
  team_id UUID,
  rank SMALLINT NOT NULL,
  bailleur_id INTEGER NOT NULL,
  residence_id UUID NOT NULL,
  entrance_id UUID NOT NULL,
  arrives_at TIMESTAMP WITH TIME ZONE,
  minutes SMALLINT NOT NULL,
  opens_at TIMESTAMP WITH TIME ZONE NOT NULL,
  closes_at TIMESTAMP WITH TIME ZONE NOT NULL,
  source TEXT NOT NULL,
  reasons TEXT[] NOT NULL,
  request_id UUID,
  given_up_why TEXT,
  pinned BOOLEAN DEFAULT false NOT NULL,
  prestataire_id INTEGER NOT NULL,
  CONSTRAINT pk_round_stop PRIMARY KEY (id, prestataire_id),
  CONSTRAINT fk_round_stop_prestataire_id_round_plan_id FOREIGN KEY(prestataire_id, round_plan_id) REFERENCES presence.round_plan (prestataire_id, id),
  CONSTRAINT fk_round_stop_prestataire_id_team_id FOREIGN KEY(prestataire_id, team_id) REFERENCES presence.team (prestataire_id, id),
  CONSTRAINT ck_round_stop_source CHECK (source in ('frequency', 'request', 'catch_up', 'added')),
  CONSTRAINT uq_round_stop_prestataire_id_round_plan_id_entrance_id UNIQUE (prestataire_id, round_plan_id, entrance_id),
  CONSTRAINT ck_round_stop_served CHECK ((team_id is null) = (given_up_why is not null)),
  CONSTRAINT ck_round_stop_arrival CHECK ((team_id is null) = (arrives_at is null)),
  CONSTRAINT fk_round_stop_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_round_stop_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id)
);

-- Who has opened a published round (accusé d'ouverture), once per person and version. Kind: prestataire.
create table presence.round_opening (
  id UUID NOT NULL,
  round_plan_id UUID NOT NULL,
  account_id UUID NOT NULL,
  opened_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  prestataire_id INTEGER NOT NULL,
  CONSTRAINT pk_round_opening PRIMARY KEY (id, prestataire_id),
  CONSTRAINT fk_round_opening_prestataire_id_round_plan_id FOREIGN KEY(prestataire_id, round_plan_id) REFERENCES presence.round_plan (prestataire_id, id),
  CONSTRAINT uq_round_opening_prestataire_id_round_plan_id_account_id UNIQUE (prestataire_id, round_plan_id, account_id),
  CONSTRAINT fk_round_opening_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id)
);

alter table presence.round_plan enable row level security;
alter table presence.round_plan force row level security;
create policy round_plan_prestataire on presence.round_plan for all to presence_prestataire
  using (prestataire_id = app.signed_prestataire())
  with check (prestataire_id = (select app.signed_prestataire()) and scheme_id = any((select app.signed_schemes())::int[]));
grant select, insert, update (state, method, seconds, drawn_at, published_at, error) on presence.round_plan to presence_prestataire;

alter table presence.round_stop enable row level security;
alter table presence.round_stop force row level security;
create policy round_stop_prestataire on presence.round_stop for all to presence_prestataire
  using (prestataire_id = app.signed_prestataire())
  with check (prestataire_id = (select app.signed_prestataire()));
grant select, insert, update (team_id, rank, arrives_at, given_up_why, pinned) on presence.round_stop to presence_prestataire;

alter table presence.round_opening enable row level security;
alter table presence.round_opening force row level security;
create policy round_opening_prestataire on presence.round_opening for all to presence_prestataire
  using (prestataire_id = app.signed_prestataire())
  with check (prestataire_id = (select app.signed_prestataire()));
grant select, insert on presence.round_opening to presence_prestataire;

