alter table presence.evening_marker enable row level security;
alter table presence.evening_marker force row level security;
create policy evening_marker_bailleur on presence.evening_marker for insert to presence_bailleur
  with check (bailleur_id = (select app.signed_bailleur()));
grant insert on presence.evening_marker to presence_bailleur;
create policy evening_marker_prestataire on presence.evening_marker for insert to presence_prestataire
  with check (bailleur_id = any((select app.signed_bailleurs())::int[]));
grant insert on presence.evening_marker to presence_prestataire;
create policy evening_marker_aggregator on presence.evening_marker for all to presence_aggregator
  using (true)
  with check (true);
grant select, delete on presence.evening_marker to presence_aggregator;

alter table presence.visit enable row level security;
alter table presence.visit force row level security;
create policy visit_bailleur on presence.visit for select to presence_bailleur
  using (bailleur_id = app.signed_bailleur());
grant select on presence.visit to presence_bailleur;
create policy visit_prestataire on presence.visit for all to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and prestataire_id = app.signed_prestataire())
  with check (bailleur_id = any((select app.signed_bailleurs())::int[]) and prestataire_id = (select app.signed_prestataire()) and scheme_id = any((select app.signed_schemes())::int[]));
grant select, insert on presence.visit to presence_prestataire;
create policy visit_aggregator on presence.visit for select to presence_aggregator
  using (true);
grant select on presence.visit to presence_aggregator;

alter table presence.intervention enable row level security;
alter table presence.intervention force row level security;
create policy intervention_bailleur on presence.intervention for select to presence_bailleur
  using (bailleur_id = app.signed_bailleur());
grant select on presence.intervention to presence_bailleur;
create policy intervention_prestataire on presence.intervention for all to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and prestataire_id = app.signed_prestataire())
  with check (bailleur_id = any((select app.signed_bailleurs())::int[]) and prestataire_id = (select app.signed_prestataire()) and scheme_id = any((select app.signed_schemes())::int[]));
grant select, insert on presence.intervention to presence_prestataire;
create policy intervention_aggregator on presence.intervention for select to presence_aggregator
  using (true);
grant select on presence.intervention to presence_aggregator;

alter table presence.call enable row level security;
alter table presence.call force row level security;
create policy call_bailleur on presence.call for select to presence_bailleur
  using (bailleur_id = app.signed_bailleur());
grant select on presence.call to presence_bailleur;
create policy call_prestataire on presence.call for all to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and prestataire_id = app.signed_prestataire())
  with check (bailleur_id = any((select app.signed_bailleurs())::int[]) and prestataire_id = (select app.signed_prestataire()) and scheme_id = any((select app.signed_schemes())::int[]));
grant select, insert, update (intervention_id) on presence.call to presence_prestataire;
create policy call_aggregator on presence.call for select to presence_aggregator
  using (true);
grant select on presence.call to presence_aggregator;

alter table presence.intervention_action enable row level security;
alter table presence.intervention_action force row level security;
create policy intervention_action_bailleur on presence.intervention_action for select to presence_bailleur
  using (bailleur_id = app.signed_bailleur());
grant select on presence.intervention_action to presence_bailleur;
create policy intervention_action_prestataire on presence.intervention_action for all to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and prestataire_id = app.signed_prestataire())
  with check (bailleur_id = any((select app.signed_bailleurs())::int[]) and prestataire_id = (select app.signed_prestataire()) and scheme_id = any((select app.signed_schemes())::int[]));
grant select, insert on presence.intervention_action to presence_prestataire;
create policy intervention_action_aggregator on presence.intervention_action for select to presence_aggregator
  using (true);
grant select on presence.intervention_action to presence_aggregator;
