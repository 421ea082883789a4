-- Back to 0007. The former text of the functions of the first revision follows from its own file.
alter table presence.contract drop column bailleur_name, drop column prestataire_name;
drop index presence.ix_audit_entry_bailleur_id_at, presence.ix_prestataire_audit_entry_prestataire_id_at;
drop table presence.isolation_report;
drop table presence.service_certificate;
drop table presence.event_link;
drop policy residence_prestataire on presence.residence;
create policy residence_prestataire on presence.residence for select to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and scheme_id = any(app.signed_schemes()));
drop policy evening_marker_prestataire on presence.evening_marker;
create policy evening_marker_prestataire on presence.evening_marker for insert to presence_prestataire
  with check (bailleur_id = any((select app.signed_bailleurs())::int[]));
drop policy audit_entry_prestataire on presence.audit_entry;
create policy audit_entry_prestataire on presence.audit_entry for insert to presence_prestataire
  with check (bailleur_id = any((select app.signed_bailleurs())::int[]));
drop policy visit_prestataire on presence.visit;
create policy visit_prestataire on presence.visit for all to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and prestataire_id = app.signed_prestataire())
  with check (bailleur_id = any((select app.signed_bailleurs())::int[]) and prestataire_id = (select app.signed_prestataire()) and scheme_id = any((select app.signed_schemes())::int[]));
drop policy intervention_prestataire on presence.intervention;
create policy intervention_prestataire on presence.intervention for all to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and prestataire_id = app.signed_prestataire())
  with check (bailleur_id = any((select app.signed_bailleurs())::int[]) and prestataire_id = (select app.signed_prestataire()) and scheme_id = any((select app.signed_schemes())::int[]));
drop policy intervention_action_prestataire on presence.intervention_action;
create policy intervention_action_prestataire on presence.intervention_action for all to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and prestataire_id = app.signed_prestataire())
  with check (bailleur_id = any((select app.signed_bailleurs())::int[]) and prestataire_id = (select app.signed_prestataire()) and scheme_id = any((select app.signed_schemes())::int[]));
drop policy entrance_owner on presence.entrance;
drop function app.place_of_deposit;
drop function app.deposit_periods;
drop function app.deposit_keys;
drop function app.deposit_bailleurs;
drop policy signing_key_owner on presence.signing_key;
create policy signing_key_owner on presence.signing_key for all to presence_owner
  using (key_id = current_setting('app.key_id', true))
  with check (key_id = current_setting('app.key_id', true));
