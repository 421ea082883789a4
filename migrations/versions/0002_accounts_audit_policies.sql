alter table presence.platform_audit_entry enable row level security;
alter table presence.platform_audit_entry force row level security;
create policy platform_audit_entry_operator on presence.platform_audit_entry for all to presence_operator
  using (app.signed_operator())
  with check (app.signed_operator());
grant select, insert on presence.platform_audit_entry to presence_operator;

alter table presence.account enable row level security;
alter table presence.account force row level security;
create policy account_operator on presence.account for insert to presence_operator
  with check (app.signed_operator());
grant insert on presence.account to presence_operator;
create policy account_owner on presence.account for select to presence_owner
  using (app.lookup_key() in (email, id::text));

alter table presence.audit_entry enable row level security;
alter table presence.audit_entry force row level security;
create policy audit_entry_bailleur on presence.audit_entry for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur())
  with check (bailleur_id = (select app.signed_bailleur()));
grant select, insert on presence.audit_entry to presence_bailleur;
create policy audit_entry_prestataire on presence.audit_entry for insert to presence_prestataire
  with check (bailleur_id = any((select app.signed_bailleurs())::int[]));
grant insert on presence.audit_entry to presence_prestataire;

alter table presence.prestataire_audit_entry enable row level security;
alter table presence.prestataire_audit_entry force row level security;
create policy prestataire_audit_entry_prestataire on presence.prestataire_audit_entry for all to presence_prestataire
  using (prestataire_id = app.signed_prestataire())
  with check (prestataire_id = (select app.signed_prestataire()));
grant select, insert on presence.prestataire_audit_entry to presence_prestataire;

alter table presence.account_role enable row level security;
alter table presence.account_role force row level security;
create policy account_role_operator on presence.account_role for insert to presence_operator
  with check (app.signed_operator());
grant insert on presence.account_role to presence_operator;
create policy account_role_owner on presence.account_role for select to presence_owner
  using (account_id::text = app.lookup_key());

alter table presence.api_token enable row level security;
alter table presence.api_token force row level security;
create policy api_token_owner on presence.api_token for all to presence_owner
  using (token_hash = app.lookup_key())
  with check (token_hash = app.lookup_key());

alter table presence.scheme_audit_entry enable row level security;
alter table presence.scheme_audit_entry force row level security;
create policy scheme_audit_entry_scheme on presence.scheme_audit_entry for all to presence_scheme
  using (scheme_id = app.signed_scheme())
  with check (scheme_id = (select app.signed_scheme()));
grant select, insert on presence.scheme_audit_entry to presence_scheme;

alter table presence.session_auth enable row level security;
alter table presence.session_auth force row level security;
create policy session_auth_owner on presence.session_auth for all to presence_owner
  using (token_hash = app.lookup_key())
  with check (token_hash = app.lookup_key());
