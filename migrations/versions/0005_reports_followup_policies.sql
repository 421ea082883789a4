alter table presence.daily_report enable row level security;
alter table presence.daily_report force row level security;
create policy daily_report_bailleur on presence.daily_report for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()) and scheme_id = any((select app.signed_schemes())::int[]));
grant select, insert on presence.daily_report to presence_bailleur;
create policy daily_report_prestataire on presence.daily_report for select to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and prestataire_id = app.signed_prestataire());
grant select on presence.daily_report to presence_prestataire;
create policy daily_report_aggregator on presence.daily_report for select to presence_aggregator
  using (true);
grant select on presence.daily_report to presence_aggregator;

alter table presence.evening_closure enable row level security;
alter table presence.evening_closure force row level security;
create policy evening_closure_prestataire on presence.evening_closure for all to presence_prestataire
  using (prestataire_id = app.signed_prestataire())
  with check (prestataire_id = (select app.signed_prestataire()));
grant select, insert on presence.evening_closure to presence_prestataire;

alter table presence.summons enable row level security;
alter table presence.summons force row level security;
create policy summons_bailleur on presence.summons for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()) and scheme_id = any((select app.signed_schemes())::int[]));
grant select, insert on presence.summons to presence_bailleur;
create policy summons_aggregator on presence.summons for select to presence_aggregator
  using (true);
grant select on presence.summons to presence_aggregator;
