-- The contracts are a few hundred rows, and no installation holds a large journal yet.
-- squawk-ignore-file adding-not-nullable-field, require-concurrent-index-creation
-- Link between interventions of one event across several bailleurs' halls: the prestataire's alone. Kind: prestataire.
create table presence.event_link (
  event_id UUID NOT NULL,
  intervention_id UUID NOT NULL,
  bailleur_id INTEGER NOT NULL,
  evening_on DATE NOT NULL,
  linked_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  account_id UUID,
  prestataire_id INTEGER NOT NULL,
  CONSTRAINT pk_event_link PRIMARY KEY (event_id, intervention_id, prestataire_id),
  CONSTRAINT uq_event_link_prestataire_id_intervention_id UNIQUE (prestataire_id, intervention_id),
  CONSTRAINT fk_event_link_intervention_id_bailleur_id_evening_on FOREIGN KEY(intervention_id, bailleur_id, evening_on) REFERENCES presence.intervention (id, bailleur_id, evening_on),
  CONSTRAINT fk_event_link_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id)
);
create INDEX ix_event_link_prestataire_id_evening_on ON presence.event_link (prestataire_id, evening_on);

alter table presence.event_link enable row level security;
alter table presence.event_link force row level security;
create policy event_link_prestataire on presence.event_link for all to presence_prestataire
  using (prestataire_id = app.signed_prestataire() and bailleur_id = any(app.signed_bailleurs()))
  with check (prestataire_id = (select app.signed_prestataire()) and bailleur_id = any((select app.signed_bailleurs())::int[]));
grant select, insert on presence.event_link to presence_prestataire;

-- Certificate of service (attestation de service fait) of a month: what remains readable after a contract. Kind: bailleur.
create table presence.service_certificate (
  id UUID NOT NULL,
  prestataire_id INTEGER NOT NULL,
  scheme_id INTEGER NOT NULL,
  month_on DATE NOT NULL,
  version SMALLINT NOT NULL,
  sealed_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  content BYTEA NOT NULL,
  content_hash TEXT NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_service_certificate PRIMARY KEY (id, bailleur_id),
  CONSTRAINT uq_service_certificate_month UNIQUE (bailleur_id, prestataire_id, scheme_id, month_on, version),
  CONSTRAINT fk_service_certificate_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_service_certificate_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_service_certificate_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);
create INDEX ix_service_certificate_prestataire_id_month_on ON presence.service_certificate (prestataire_id, month_on);

alter table presence.service_certificate enable row level security;
alter table presence.service_certificate force row level security;
create policy service_certificate_bailleur on presence.service_certificate for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()) and scheme_id = any((select app.signed_schemes())::int[]));
grant select, insert on presence.service_certificate to presence_bailleur;
create policy service_certificate_prestataire on presence.service_certificate for select to presence_prestataire
  using (prestataire_id = app.signed_prestataire());
grant select on presence.service_certificate to presence_prestataire;

-- Report of a verification of isolation (vérification d'isolation): checks and verdicts, no row of anybody. Kind: system.
create table presence.isolation_report (
  id UUID NOT NULL,
  ran_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  occasion TEXT NOT NULL,
  passed BOOLEAN NOT NULL,
  content JSONB NOT NULL,
  CONSTRAINT pk_isolation_report PRIMARY KEY (id),
  CONSTRAINT ck_isolation_report_occasion CHECK (occasion in ('night', 'request', 'command'))
);
create INDEX ix_isolation_report_ran_at ON presence.isolation_report (ran_at);

alter table presence.isolation_report enable row level security;
alter table presence.isolation_report force row level security;
create policy isolation_report_relay on presence.isolation_report for all to presence_relay
  using (app.signed_relay())
  with check (app.signed_relay());
grant select, insert on presence.isolation_report to presence_relay;
create policy isolation_report_bailleur on presence.isolation_report for select to presence_bailleur
  using (app.signed_kind() = 'bailleur');
grant select on presence.isolation_report to presence_bailleur;
create policy isolation_report_operator on presence.isolation_report for select to presence_operator
  using (app.signed_operator());
grant select on presence.isolation_report to presence_operator;

-- Who is bound by a contract, by name: each party reads the other's name in its own contracts.
alter table presence.contract add column bailleur_name TEXT, add column prestataire_name TEXT;
alter table presence.contract no force row level security;
alter table presence.organisation no force row level security;
update presence.contract c set bailleur_name = b.name, prestataire_name = p.name
  from presence.organisation b, presence.organisation p
 where b.id = c.bailleur_id and p.id = c.prestataire_id;
alter table presence.organisation force row level security;
alter table presence.contract force row level security;
alter table presence.contract alter column bailleur_name set not null,
  alter column prestataire_name set not null;

-- Journals are read by their owner, the newest first.
create INDEX ix_audit_entry_bailleur_id_at ON presence.audit_entry (bailleur_id, at);
create INDEX ix_prestataire_audit_entry_prestataire_id_at ON presence.prestataire_audit_entry (prestataire_id, at);
