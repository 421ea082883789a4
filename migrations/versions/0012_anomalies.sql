-- Technical anomalies, and what came of a request to the police.
alter table presence.intervention add column police_outcome text;
alter table presence.intervention
  add constraint ck_intervention_police_outcome CHECK (police_outcome in ('came', 'not_come', 'refused')) not valid;
alter table presence.intervention
  add constraint ck_intervention_police_answer CHECK (police_outcome is null or (police_force is not null and (police_arrived_at is null or police_outcome = 'came'))) not valid;
alter table presence.intervention validate constraint ck_intervention_police_outcome;
alter table presence.intervention validate constraint ck_intervention_police_answer;

-- Suites à donner: the bailleur's own, closed to the prestataire.
-- Follow-up (suite): what the bailleur does about a fact, who, by when. Kind: bailleur.
create table presence.follow_up (
  id UUID NOT NULL,
  scheme_id INTEGER NOT NULL,
  residence_id UUID NOT NULL,
  entrance_id UUID,
  evening_on DATE,
  source TEXT,
  source_id UUID,
  fact TEXT NOT NULL,
  kind TEXT NOT NULL,
  responsible_id UUID,
  due_on DATE NOT NULL,
  state TEXT NOT NULL,
  result TEXT,
  summons_id UUID,
  opened_on DATE NOT NULL,
  closed_on DATE,
  account_id UUID,
  content_hash TEXT NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_follow_up PRIMARY KEY (id, bailleur_id),
  CONSTRAINT fk_follow_up_bailleur_id_residence_id FOREIGN KEY(bailleur_id, residence_id) REFERENCES presence.residence (bailleur_id, id),
  CONSTRAINT fk_follow_up_bailleur_id_residence_id_entrance_id FOREIGN KEY(bailleur_id, residence_id, entrance_id) REFERENCES presence.entrance (bailleur_id, residence_id, id),
  CONSTRAINT fk_follow_up_summons_id_bailleur_id FOREIGN KEY(summons_id, bailleur_id) REFERENCES presence.summons (id, bailleur_id),
  CONSTRAINT ck_follow_up_source CHECK (source in ('intervention', 'visit', 'not_received', 'anomaly', 'call')),
  CONSTRAINT ck_follow_up_kind CHECK (kind in ('reminder_letter', 'summons', 'formal_notice', 'complaint', 'works', 'social_referral', 'none')),
  CONSTRAINT ck_follow_up_state CHECK (state in ('to_do', 'in_progress', 'closed', 'no_action')),
  CONSTRAINT ck_follow_up_sourced CHECK ((source is null) = (source_id is null)),
  CONSTRAINT ck_follow_up_ended CHECK ((state in ('closed', 'no_action')) = (closed_on is not null)),
  CONSTRAINT ck_follow_up_result CHECK ((state = 'closed') = (result is not null)),
  CONSTRAINT fk_follow_up_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_follow_up_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);

create INDEX ix_follow_up_bailleur_id_due_on ON presence.follow_up (bailleur_id, due_on);
create INDEX ix_follow_up_bailleur_id_residence_id ON presence.follow_up (bailleur_id, residence_id);
create UNIQUE INDEX uq_follow_up_open ON presence.follow_up (bailleur_id, source_id, kind) WHERE state in ('to_do', 'in_progress');
-- Policy(table='follow_up', role='bailleur', command='all', using='bailleur_id = app.signed_bailleur()', check='bailleur_id = (select app.signed_bailleur()) and scheme_id = any((select app.signed_schemes())::int[])')
alter table presence.follow_up enable row level security;
alter table presence.follow_up force row level security;

-- Step of a follow-up (étape d'une suite), never rewritten. Kind: bailleur.
create table presence.follow_up_step (
  id UUID NOT NULL,
  follow_up_id UUID NOT NULL,
  residence_id UUID NOT NULL,
  act TEXT NOT NULL,
  responsible_id UUID,
  due_on DATE,
  result TEXT,
  taken_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  account_id UUID,
  content_hash TEXT NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_follow_up_step PRIMARY KEY (id, bailleur_id),
  CONSTRAINT fk_follow_up_step_follow_up_id_bailleur_id FOREIGN KEY(follow_up_id, bailleur_id) REFERENCES presence.follow_up (id, bailleur_id),
  CONSTRAINT ck_follow_up_step_act CHECK (act in ('opened', 'taken', 'entrusted', 'postponed', 'closed', 'reopened')),
  CONSTRAINT fk_follow_up_step_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);

create INDEX ix_follow_up_step_bailleur_id_follow_up_id_taken_at ON presence.follow_up_step (bailleur_id, follow_up_id, taken_at);
-- Policy(table='follow_up_step', role='bailleur', command='all', using='bailleur_id = app.signed_bailleur()', check='bailleur_id = (select app.signed_bailleur())')
alter table presence.follow_up_step enable row level security;
alter table presence.follow_up_step force row level security;

