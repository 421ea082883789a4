-- What the bailleur says of a report (visa, dispute), and the delays that it grants.
-- Visa of the bailleur on one version of a report; its silence past the delay is one too. Kind: bailleur.
create table presence.report_visa (
  id UUID NOT NULL,
  prestataire_id INTEGER NOT NULL,
  scheme_id INTEGER NOT NULL,
  report_id UUID NOT NULL,
  evening_on DATE NOT NULL,
  decision TEXT NOT NULL,
  given_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  account_id UUID,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_report_visa PRIMARY KEY (id, bailleur_id),
  CONSTRAINT fk_report_visa_report_id_bailleur_id FOREIGN KEY(report_id, bailleur_id) REFERENCES presence.daily_report (id, bailleur_id),
  CONSTRAINT uq_report_visa_bailleur_id_report_id UNIQUE (bailleur_id, report_id),
  CONSTRAINT ck_report_visa_decision CHECK (decision in ('accepted', 'silent')),
  CONSTRAINT ck_report_visa_given CHECK ((decision = 'silent') = (account_id is null)),
  CONSTRAINT fk_report_visa_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_report_visa_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_report_visa_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);

-- Dispute of a line (contestation): out of the « service fait » until it is settled. Kind: bailleur.
create table presence.dispute (
  id UUID NOT NULL,
  prestataire_id INTEGER NOT NULL,
  scheme_id INTEGER NOT NULL,
  report_id UUID NOT NULL,
  evening_on DATE NOT NULL,
  residence_id UUID NOT NULL,
  line TEXT NOT NULL,
  line_id UUID NOT NULL,
  place TEXT NOT NULL,
  fact TEXT NOT NULL,
  reason TEXT NOT NULL,
  details TEXT NOT NULL,
  due_on DATE NOT NULL,
  state TEXT DEFAULT 'open' NOT NULL,
  opened_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  account_id UUID,
  answer TEXT,
  answered_at TIMESTAMP WITH TIME ZONE,
  answered_by UUID,
  settlement TEXT,
  settled_at TIMESTAMP WITH TIME ZONE,
  settled_by UUID,
  content_hash TEXT NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_dispute PRIMARY KEY (id, bailleur_id),
  CONSTRAINT fk_dispute_report_id_bailleur_id FOREIGN KEY(report_id, bailleur_id) REFERENCES presence.daily_report (id, bailleur_id),
  CONSTRAINT ck_dispute_reason CHECK (reason in ('not_visited', 'wrong_time', 'wrong_place', 'wrong_fact', 'other')),
  CONSTRAINT ck_dispute_state CHECK (state in ('open', 'answered', 'settled')),
  CONSTRAINT ck_dispute_line CHECK (line in ('visit', 'intervention', 'anomaly', 'not_received')),
  CONSTRAINT ck_dispute_settlement CHECK (settlement in ('amended', 'maintained', 'withdrawn')),
  CONSTRAINT ck_dispute_settled CHECK ((state = 'settled') = (settlement is not null)),
  CONSTRAINT fk_dispute_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_dispute_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_dispute_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);
create INDEX ix_dispute_bailleur_id_evening_on ON presence.dispute (bailleur_id, evening_on);
create UNIQUE INDEX uq_dispute_line ON presence.dispute (bailleur_id, line_id, evening_on) WHERE state <> 'settled';

-- Exception to the deadline (délai accordé): between two dates, for a reason, by somebody. Kind: bailleur.
create table presence.deadline_exception (
  id UUID NOT NULL,
  prestataire_id INTEGER NOT NULL,
  scheme_id INTEGER NOT NULL,
  from_on DATE NOT NULL,
  to_on DATE NOT NULL,
  reason TEXT NOT NULL,
  granted_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  account_id UUID,
  content_hash TEXT NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_deadline_exception PRIMARY KEY (id, bailleur_id),
  CONSTRAINT ck_deadline_exception_dates CHECK (to_on >= from_on and to_on <= from_on + 31),
  CONSTRAINT fk_deadline_exception_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_deadline_exception_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_deadline_exception_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);
create INDEX ix_deadline_exception_bailleur_id_from_on ON presence.deadline_exception (bailleur_id, from_on);

alter table presence.report_visa enable row level security;
alter table presence.report_visa force row level security;
create policy report_visa_bailleur on presence.report_visa for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()) and scheme_id = any((select app.signed_schemes())::int[]));
grant select, insert on presence.report_visa to presence_bailleur;
create policy report_visa_prestataire on presence.report_visa for select to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and prestataire_id = app.signed_prestataire());
grant select on presence.report_visa to presence_prestataire;

alter table presence.dispute enable row level security;
alter table presence.dispute force row level security;
create policy dispute_bailleur on presence.dispute for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()) and scheme_id = any((select app.signed_schemes())::int[]));
grant select, insert, update (state, settlement, settled_at, settled_by) on presence.dispute to presence_bailleur;
create policy dispute_prestataire on presence.dispute for all to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and prestataire_id = app.signed_prestataire())
  with check (bailleur_id = any((select app.signed_bailleurs())::int[]) and prestataire_id = (select app.signed_prestataire()));
grant select, update (state, answer, answered_at, answered_by) on presence.dispute to presence_prestataire;

alter table presence.deadline_exception enable row level security;
alter table presence.deadline_exception force row level security;
create policy deadline_exception_bailleur on presence.deadline_exception for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()) and scheme_id = any((select app.signed_schemes())::int[]));
grant select, insert on presence.deadline_exception to presence_bailleur;
create policy deadline_exception_prestataire on presence.deadline_exception for select to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and prestataire_id = app.signed_prestataire());
grant select on presence.deadline_exception to presence_prestataire;
