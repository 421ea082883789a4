-- Back to 0008: the functions first, then the tables and columns; 0002_sign_in.sql follows.
drop function app.revoke_token, app.tokens_of, app.issue_token, app.close_sessions, app.sessions_of,
  app.use_reset, app.change_password, app.reset_by_hash, app.arm_reset, app.open_reset,
  app.accept_invitation, app.invitation_by_hash, app.arm_invitation, app.security_journal,
  app.close_account, app.set_grants, app.administrators, app.revoke_invitation, app.invite_first,
  app.invite, app.invitations, app.cards_of, app.members, app.accounts_of, app.administered_by,
  app.set_second_factor, app.second_factor_of, app.code_passed, app.code_tried,
  app.waiting_session, app.sign_in_failed, app.open_session, app.open_account, app.token_by_hash,
  app.session_by_hash, app.identity_of, app.note, app.account_for_sign_in, app.close_session;
drop table presence.security_event, presence.recovery_code, presence.password_reset,
  presence.invitation;
drop policy organisation_owner on presence.organisation;
create policy organisation_owner on presence.organisation for select to presence_owner
  using (id::text = app.lookup_key());
drop policy account_owner on presence.account;
create policy account_owner on presence.account for select to presence_owner
  using (app.lookup_key() in (email, id::text));
create policy account_operator on presence.account for insert to presence_operator
  with check (app.signed_operator());
grant insert on presence.account to presence_operator;
drop policy account_role_owner on presence.account_role;
create policy account_role_owner on presence.account_role for select to presence_owner
  using (account_id::text = app.lookup_key());
create policy account_role_operator on presence.account_role for insert to presence_operator
  with check (app.signed_operator());
grant insert on presence.account_role to presence_operator;
drop policy session_auth_owner on presence.session_auth;
create policy session_auth_owner on presence.session_auth for all to presence_owner
  using (token_hash = app.lookup_key())
  with check (token_hash = app.lookup_key());
drop policy api_token_owner on presence.api_token;
create policy api_token_owner on presence.api_token for all to presence_owner
  using (token_hash = app.lookup_key())
  with check (token_hash = app.lookup_key());
alter table presence.api_token drop column id, drop column name, drop column scopes;
alter table presence.session_auth drop column id, drop column code_due, drop column code_tries,
  drop column agent;
alter table presence.account_role drop column to_on, drop column agencies, drop column residences,
  drop column granted_by;
alter table presence.account drop column second_factor_secret, drop column second_factor_at,
  drop column second_factor_step, drop column second_factor_waived_at,
  drop column password_changed_at, drop column signed_in_at, drop column card_number;
