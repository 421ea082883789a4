-- Note of the hand-over book (note de liaison), never rewritten; a new one takes its place. Kind: prestataire.
create table presence.team_note (
  id UUID NOT NULL,
  scheme_id INTEGER NOT NULL,
  evening_on DATE NOT NULL,
  audience TEXT NOT NULL,
  bailleur_id INTEGER,
  residence_id UUID,
  body TEXT NOT NULL,
  author_name TEXT NOT NULL,
  account_id UUID,
  written_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  supersedes_id UUID,
  content_hash TEXT NOT NULL,
  prestataire_id INTEGER NOT NULL,
  CONSTRAINT pk_team_note PRIMARY KEY (id, prestataire_id),
  CONSTRAINT uq_team_note_prestataire_id_id UNIQUE (prestataire_id, id),
  CONSTRAINT fk_team_note_prestataire_id_supersedes_id FOREIGN KEY(prestataire_id, supersedes_id) REFERENCES presence.team_note (prestataire_id, id),
  CONSTRAINT uq_team_note_prestataire_id_supersedes_id UNIQUE (prestataire_id, supersedes_id),
  CONSTRAINT ck_team_note_audience CHECK (audience in ('next_team', 'provider')),
  CONSTRAINT ck_team_note_place CHECK ((residence_id is null) = (bailleur_id is null)),
  CONSTRAINT fk_team_note_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_team_note_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_team_note_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id)
);

create INDEX ix_team_note_prestataire_id_scheme_id_evening_on ON presence.team_note (prestataire_id, scheme_id, evening_on);
create INDEX ix_team_note_prestataire_id_residence_id ON presence.team_note (prestataire_id, residence_id);

-- Reading of a note (« J'ai lu »), once per person. Kind: prestataire.
create table presence.team_note_reading (
  id UUID NOT NULL,
  team_note_id UUID NOT NULL,
  account_id UUID NOT NULL,
  reader_name TEXT NOT NULL,
  card_number TEXT,
  read_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  prestataire_id INTEGER NOT NULL,
  CONSTRAINT pk_team_note_reading PRIMARY KEY (id, prestataire_id),
  CONSTRAINT fk_team_note_reading_prestataire_id_team_note_id FOREIGN KEY(prestataire_id, team_note_id) REFERENCES presence.team_note (prestataire_id, id),
  CONSTRAINT uq_team_note_reading_prestataire_id_team_note_id_account_id UNIQUE (prestataire_id, team_note_id, account_id),
  CONSTRAINT fk_team_note_reading_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id)
);

alter table presence.team_note enable row level security;
alter table presence.team_note force row level security;
create policy team_note_prestataire on presence.team_note for all to presence_prestataire
  using (prestataire_id = app.signed_prestataire())
  with check (prestataire_id = (select app.signed_prestataire()) and scheme_id = any((select app.signed_schemes())::int[]));
grant select, insert on presence.team_note to presence_prestataire;

alter table presence.team_note_reading enable row level security;
alter table presence.team_note_reading force row level security;
create policy team_note_reading_prestataire on presence.team_note_reading for all to presence_prestataire
  using (prestataire_id = app.signed_prestataire())
  with check (prestataire_id = (select app.signed_prestataire()));
grant select, insert on presence.team_note_reading to presence_prestataire;
