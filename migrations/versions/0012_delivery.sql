-- Delivery of the reports (transmission): choices, e-mails, counts, alerts.
-- A person's choice of e-mails (réglage des courriels). Kind: bailleur.
create table presence.report_choice (
  account_id UUID NOT NULL,
  rhythm TEXT,
  quiet_from TIME WITHOUT TIME ZONE,
  quiet_to TIME WITHOUT TIME ZONE,
  urgent BOOLEAN,
  address_refused_at TIMESTAMP WITH TIME ZONE,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_report_choice PRIMARY KEY (account_id, bailleur_id),
  CONSTRAINT ck_report_choice_rhythm CHECK (rhythm in ('each', 'eventful', 'weekly', 'none')),
  CONSTRAINT ck_report_choice_quiet_hours CHECK ((quiet_from is null) = (quiet_to is null)),
  CONSTRAINT fk_report_choice_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);
create policy report_choice_bailleur on presence.report_choice for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()));
grant select, insert, update (rhythm, quiet_from, quiet_to, urgent, address_refused_at) on presence.report_choice to presence_bailleur;
alter table presence.report_choice enable row level security;
alter table presence.report_choice force row level security;


-- A grave fact told at once (alerte), and who saw it. Kind: bailleur.
create table presence.urgent_alert (
  id UUID NOT NULL,
  prestataire_id INTEGER NOT NULL,
  scheme_id INTEGER NOT NULL,
  evening_on DATE NOT NULL,
  intervention_id UUID NOT NULL,
  residence_id UUID NOT NULL,
  raised_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  acknowledged_at TIMESTAMP WITH TIME ZONE,
  acknowledged_by UUID,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_urgent_alert PRIMARY KEY (id, bailleur_id),
  CONSTRAINT uq_urgent_alert_bailleur_id_intervention_id UNIQUE (bailleur_id, intervention_id),
  CONSTRAINT ck_urgent_alert_seen CHECK ((acknowledged_at is null) = (acknowledged_by is null)),
  CONSTRAINT fk_urgent_alert_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_urgent_alert_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_urgent_alert_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);
create policy urgent_alert_bailleur on presence.urgent_alert for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()) and scheme_id = any((select app.signed_schemes())::int[]));
grant select, insert, update (acknowledged_at, acknowledged_by) on presence.urgent_alert to presence_bailleur;
create policy urgent_alert_prestataire on presence.urgent_alert for select to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and prestataire_id = app.signed_prestataire());
grant select on presence.urgent_alert to presence_prestataire;
alter table presence.urgent_alert enable row level security;
alter table presence.urgent_alert force row level security;


-- An e-mail to one person about one evening (transmission), never twice. Kind: bailleur.
create table presence.report_delivery (
  id UUID NOT NULL,
  scheme_id INTEGER NOT NULL,
  evening_on DATE NOT NULL,
  version SMALLINT NOT NULL,
  report_id UUID,
  alert_id UUID,
  account_id UUID NOT NULL,
  kind TEXT NOT NULL,
  again SMALLINT DEFAULT '0' NOT NULL,
  state TEXT DEFAULT 'queued' NOT NULL,
  attempts SMALLINT DEFAULT '0' NOT NULL,
  since_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  not_before TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  sent_at TIMESTAMP WITH TIME ZONE,
  message_id TEXT,
  error TEXT,
  title TEXT NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_report_delivery PRIMARY KEY (id, bailleur_id),
  CONSTRAINT ck_report_delivery_kind CHECK (kind in ('evening', 'missing', 'amended', 'weekly', 'urgent')),
  CONSTRAINT ck_report_delivery_state CHECK (state in ('queued', 'sent', 'bounced', 'failed')),
  CONSTRAINT uq_report_delivery_once UNIQUE NULLS NOT DISTINCT (bailleur_id, scheme_id, evening_on, version, account_id, kind, alert_id, again),
  CONSTRAINT fk_report_delivery_report_id_bailleur_id FOREIGN KEY(report_id, bailleur_id) REFERENCES presence.daily_report (id, bailleur_id),
  CONSTRAINT fk_report_delivery_alert_id_bailleur_id FOREIGN KEY(alert_id, bailleur_id) REFERENCES presence.urgent_alert (id, bailleur_id),
  CONSTRAINT fk_report_delivery_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_report_delivery_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);
create index ix_report_delivery_bailleur_id_report_id ON presence.report_delivery (bailleur_id, report_id);
create policy report_delivery_bailleur on presence.report_delivery for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()) and scheme_id = any((select app.signed_schemes())::int[]));
grant select, insert, update (state, attempts, not_before, sent_at, message_id, error, since_at) on presence.report_delivery to presence_bailleur;
alter table presence.report_delivery enable row level security;
alter table presence.report_delivery force row level security;


-- How a report was sent, in numbers: all that its prestataire may know. Kind: bailleur.
create table presence.report_transmission (
  report_id UUID NOT NULL,
  prestataire_id INTEGER NOT NULL,
  recipients INTEGER DEFAULT '0' NOT NULL,
  sent INTEGER DEFAULT '0' NOT NULL,
  bounced INTEGER DEFAULT '0' NOT NULL,
  failed INTEGER DEFAULT '0' NOT NULL,
  last_at TIMESTAMP WITH TIME ZONE,
  opened_at TIMESTAMP WITH TIME ZONE,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_report_transmission PRIMARY KEY (report_id, bailleur_id),
  CONSTRAINT fk_report_transmission_report_id_bailleur_id FOREIGN KEY(report_id, bailleur_id) REFERENCES presence.daily_report (id, bailleur_id),
  CONSTRAINT fk_report_transmission_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_report_transmission_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);
create policy report_transmission_bailleur on presence.report_transmission for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()));
grant select, insert, update (recipients, sent, bounced, failed, last_at, opened_at) on presence.report_transmission to presence_bailleur;
create policy report_transmission_prestataire on presence.report_transmission for select to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and prestataire_id = app.signed_prestataire());
grant select on presence.report_transmission to presence_prestataire;
alter table presence.report_transmission enable row level security;
alter table presence.report_transmission force row level security;


-- A job that waits for its hour (a mail put off). Machine time, like the other columns of the queue.
alter table presence.job add column not_before timestamptz;

-- Whom the mails of an organisation may go to: its open accounts and the roles in force.
create function app.mail_recipients(org int)
returns table (account_id uuid, email text, display_name text, grants jsonb)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  a presence.account;
  held jsonb;
  day date := app.today();
begin
  for a in select * from unnest(app.accounts_of(org)) loop
    continue when a.closed_at is not null;
    perform set_config('app.lookup', a.id::text, true);
    select coalesce(jsonb_agg(jsonb_build_object('role', r.role, 'agencies', r.agencies,
                                                 'residences', r.residences) order by r.role), '[]')
      into held from presence.account_role r
     where r.account_id = a.id and r.from_on <= day and (r.to_on is null or r.to_on > day);
    account_id := a.id; email := a.email; display_name := a.display_name; grants := held;
    return next;
  end loop;
  perform set_config('app.lookup', '', true);
end $$;
revoke execute on function app.mail_recipients(int) from public;
grant execute on function app.mail_recipients(int) to presence_relay;
