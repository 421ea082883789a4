alter table presence.agency enable row level security;
alter table presence.agency force row level security;
create policy agency_bailleur on presence.agency for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()));
grant select, insert, update (name) on presence.agency to presence_bailleur;

alter table presence.residence enable row level security;
alter table presence.residence force row level security;
create policy residence_bailleur on presence.residence for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()));
grant select, insert, update (agency_id, code, name, address, insee_code, dwellings, qpv_name, covered_from_on, covered_to_on) on presence.residence to presence_bailleur;
create policy residence_prestataire on presence.residence for select to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and scheme_id = any(app.signed_schemes()));
grant select on presence.residence to presence_prestataire;
create policy residence_aggregator on presence.residence for select to presence_aggregator
  using (true);
grant select on presence.residence to presence_aggregator;

alter table presence.entrance enable row level security;
alter table presence.entrance force row level security;
create policy entrance_bailleur on presence.entrance for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()));
grant select, insert, update (name, rank) on presence.entrance to presence_bailleur;
create policy entrance_prestataire on presence.entrance for select to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and scheme_id = any(app.signed_schemes()));
grant select on presence.entrance to presence_prestataire;
create policy entrance_aggregator on presence.entrance for select to presence_aggregator
  using (true);
grant select on presence.entrance to presence_aggregator;

alter table presence.visit_frequency enable row level security;
alter table presence.visit_frequency force row level security;
create policy visit_frequency_bailleur on presence.visit_frequency for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()));
grant select, insert, update (valid_during) on presence.visit_frequency to presence_bailleur;
create policy visit_frequency_prestataire on presence.visit_frequency for select to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and scheme_id = any(app.signed_schemes()));
grant select on presence.visit_frequency to presence_prestataire;
create policy visit_frequency_aggregator on presence.visit_frequency for select to presence_aggregator
  using (true);
grant select on presence.visit_frequency to presence_aggregator;
