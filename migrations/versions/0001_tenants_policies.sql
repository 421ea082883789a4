alter table presence.business_clock enable row level security;
alter table presence.business_clock force row level security;
create policy business_clock_owner on presence.business_clock for all to presence_owner
  using (id = 1)
  with check (id = 1);

alter table presence.commune enable row level security;
alter table presence.commune force row level security;
create policy commune_bailleur on presence.commune for select to presence_bailleur
  using (app.signed_kind() = 'bailleur');
grant select on presence.commune to presence_bailleur;
create policy commune_prestataire on presence.commune for select to presence_prestataire
  using (app.signed_kind() = 'prestataire');
grant select on presence.commune to presence_prestataire;
create policy commune_scheme on presence.commune for select to presence_scheme
  using (app.signed_kind() = 'scheme');
grant select on presence.commune to presence_scheme;
create policy commune_operator on presence.commune for select to presence_operator
  using (app.signed_operator());
grant select on presence.commune to presence_operator;

alter table presence.job enable row level security;
alter table presence.job force row level security;
create policy job_relay on presence.job for all to presence_relay
  using (app.signed_relay())
  with check (app.signed_relay());
grant select, insert, update (state, attempts, started_at, finished_at, result, error, sent_at) on presence.job to presence_relay;

alter table presence.outbox enable row level security;
alter table presence.outbox force row level security;
create policy outbox_bailleur on presence.outbox for insert to presence_bailleur
  with check (kind = 'bailleur' and subject = (select app.signed_bailleur()));
grant insert on presence.outbox to presence_bailleur;
create policy outbox_prestataire on presence.outbox for insert to presence_prestataire
  with check (kind = 'prestataire' and subject = (select app.signed_prestataire()));
grant insert on presence.outbox to presence_prestataire;
create policy outbox_scheme on presence.outbox for insert to presence_scheme
  with check (kind = 'scheme' and subject = (select app.signed_scheme()));
grant insert on presence.outbox to presence_scheme;
create policy outbox_operator on presence.outbox for insert to presence_operator
  with check (kind = 'operator' and app.signed_operator());
grant insert on presence.outbox to presence_operator;
create policy outbox_relay on presence.outbox for all to presence_relay
  using (app.signed_relay())
  with check (app.signed_relay());
grant select, update (relayed_at) on presence.outbox to presence_relay;

alter table presence.signing_key enable row level security;
alter table presence.signing_key force row level security;
create policy signing_key_owner on presence.signing_key for all to presence_owner
  using (key_id = current_setting('app.key_id', true))
  with check (key_id = current_setting('app.key_id', true));

alter table presence.organisation enable row level security;
alter table presence.organisation force row level security;
create policy organisation_bailleur on presence.organisation for select to presence_bailleur
  using (id = app.signed_bailleur());
grant select on presence.organisation to presence_bailleur;
create policy organisation_prestataire on presence.organisation for select to presence_prestataire
  using (id = any(app.signed_bailleurs()));
grant select on presence.organisation to presence_prestataire;
create policy organisation_operator on presence.organisation for all to presence_operator
  using (app.signed_operator())
  with check (app.signed_operator());
grant select, insert, update (name) on presence.organisation to presence_operator;
create policy organisation_owner on presence.organisation for select to presence_owner
  using (id::text = app.lookup_key());
create policy organisation_aggregator on presence.organisation for select to presence_aggregator
  using (true);
grant select on presence.organisation to presence_aggregator;

alter table presence.scheme enable row level security;
alter table presence.scheme force row level security;
create policy scheme_bailleur on presence.scheme for select to presence_bailleur
  using (id = any(app.signed_schemes()));
grant select on presence.scheme to presence_bailleur;
create policy scheme_prestataire on presence.scheme for select to presence_prestataire
  using (id = any(app.signed_schemes()));
grant select on presence.scheme to presence_prestataire;
create policy scheme_scheme on presence.scheme for select to presence_scheme
  using (id = app.signed_scheme());
grant select on presence.scheme to presence_scheme;
create policy scheme_figures on presence.scheme for select to presence_figures
  using (id = any(app.signed_schemes()));
grant select on presence.scheme to presence_figures;
create policy scheme_operator on presence.scheme for all to presence_operator
  using (app.signed_operator())
  with check (app.signed_operator());
grant select, insert on presence.scheme to presence_operator;
create policy scheme_aggregator on presence.scheme for select to presence_aggregator
  using (true);
grant select on presence.scheme to presence_aggregator;

alter table presence.territory_commune enable row level security;
alter table presence.territory_commune force row level security;
create policy territory_commune_bailleur on presence.territory_commune for select to presence_bailleur
  using (app.signed_kind() = 'bailleur');
grant select on presence.territory_commune to presence_bailleur;
create policy territory_commune_operator on presence.territory_commune for all to presence_operator
  using (app.signed_operator())
  with check (app.signed_operator());
grant select, insert on presence.territory_commune to presence_operator;

alter table presence.contract enable row level security;
alter table presence.contract force row level security;
create policy contract_bailleur on presence.contract for select to presence_bailleur
  using (bailleur_id = app.signed_bailleur());
grant select on presence.contract to presence_bailleur;
create policy contract_prestataire on presence.contract for select to presence_prestataire
  using (prestataire_id = app.signed_prestataire());
grant select on presence.contract to presence_prestataire;
create policy contract_operator on presence.contract for all to presence_operator
  using (app.signed_operator())
  with check (app.signed_operator());
grant select, insert, update (valid_during) on presence.contract to presence_operator;
create policy contract_owner on presence.contract for select to presence_owner
  using (prestataire_id::text = current_setting('app.subject', true));
create policy contract_aggregator on presence.contract for select to presence_aggregator
  using (true);
grant select on presence.contract to presence_aggregator;

alter table presence.membership enable row level security;
alter table presence.membership force row level security;
create policy membership_bailleur on presence.membership for select to presence_bailleur
  using (bailleur_id = app.signed_bailleur());
grant select on presence.membership to presence_bailleur;
create policy membership_scheme on presence.membership for select to presence_scheme
  using (scheme_id = app.signed_scheme());
grant select on presence.membership to presence_scheme;
create policy membership_operator on presence.membership for all to presence_operator
  using (app.signed_operator())
  with check (app.signed_operator());
grant select, insert, update (valid_during) on presence.membership to presence_operator;
create policy membership_owner on presence.membership for select to presence_owner
  using (bailleur_id::text = current_setting('app.subject', true));
create policy membership_aggregator on presence.membership for select to presence_aggregator
  using (true);
grant select on presence.membership to presence_aggregator;

alter table presence.scheme_reader enable row level security;
alter table presence.scheme_reader force row level security;
create policy scheme_reader_operator on presence.scheme_reader for all to presence_operator
  using (app.signed_operator())
  with check (app.signed_operator());
grant select, insert on presence.scheme_reader to presence_operator;
create policy scheme_reader_owner on presence.scheme_reader for select to presence_owner
  using (organisation_id::text = current_setting('app.subject', true));

alter table presence.service_window enable row level security;
alter table presence.service_window force row level security;
create policy service_window_bailleur on presence.service_window for select to presence_bailleur
  using (scheme_id = any(app.signed_schemes()));
grant select on presence.service_window to presence_bailleur;
create policy service_window_prestataire on presence.service_window for select to presence_prestataire
  using (scheme_id = any(app.signed_schemes()));
grant select on presence.service_window to presence_prestataire;
create policy service_window_scheme on presence.service_window for select to presence_scheme
  using (scheme_id = app.signed_scheme());
grant select on presence.service_window to presence_scheme;
create policy service_window_operator on presence.service_window for all to presence_operator
  using (app.signed_operator())
  with check (app.signed_operator());
grant select, insert on presence.service_window to presence_operator;
create policy service_window_aggregator on presence.service_window for select to presence_aggregator
  using (true);
grant select on presence.service_window to presence_aggregator;
