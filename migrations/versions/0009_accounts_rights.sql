-- Accounts, their roles, sessions and tokens are small tables: their scan is short.
-- squawk-ignore-file adding-field-with-default, constraint-missing-not-valid
-- squawk-ignore-file disallowed-unique-constraint, adding-foreign-key-constraint
-- Accounts: second factor, professional card (the only name that bailleurs see), last sign-in.
alter table presence.account
  add column second_factor_secret BYTEA,
  add column second_factor_at TIMESTAMP WITH TIME ZONE,
  add column second_factor_step BIGINT,
  add column second_factor_waived_at TIMESTAMP WITH TIME ZONE,
  add column password_changed_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  add column signed_in_at TIMESTAMP WITH TIME ZONE,
  add column card_number TEXT,
  add constraint uq_account_organisation_id_card_number UNIQUE (organisation_id, card_number),
  add constraint ck_account_second_factor CHECK ((second_factor_secret is null) = (second_factor_at is null));

-- Roles: to a date, on some agencies and residences; nobody gives a role to themselves.
alter table presence.account_role
  add column to_on DATE,
  add column agencies UUID[] DEFAULT '{}' NOT NULL,
  add column residences UUID[] DEFAULT '{}' NOT NULL,
  add column granted_by UUID,
  add constraint ck_account_role_period CHECK (to_on is null or to_on > from_on),
  add constraint ck_account_role_scope CHECK (role not in ('sector', 'caretaker') or cardinality(agencies) + cardinality(residences) > 0),
  add constraint ck_account_role_two_people CHECK (granted_by <> account_id),
  add constraint fk_account_role_granted_by FOREIGN KEY(granted_by) REFERENCES presence.account (id);

alter table presence.session_auth
  add column id UUID DEFAULT gen_random_uuid() NOT NULL,
  add column code_due BOOLEAN DEFAULT false NOT NULL,
  add column code_tries SMALLINT DEFAULT 0 NOT NULL,
  add column agent TEXT,
  add constraint uq_session_auth_id UNIQUE (id);

alter table presence.api_token
  add column id UUID DEFAULT gen_random_uuid() NOT NULL,
  add column name TEXT DEFAULT 'Jeton' NOT NULL,
  add column scopes TEXT[],
  add constraint uq_api_token_id UNIQUE (id);

-- An invitation (invitation): one address, one organisation, roles; its secret is made when it is mailed. Kind: identity.
create table presence.invitation (
  id UUID NOT NULL,
  organisation_id INTEGER NOT NULL,
  email TEXT NOT NULL,
  display_name TEXT NOT NULL,
  grants JSONB NOT NULL,
  card_number TEXT,
  invited_by UUID NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  token_hash TEXT,
  sent_at TIMESTAMP WITH TIME ZONE,
  expires_at TIMESTAMP WITH TIME ZONE,
  accepted_at TIMESTAMP WITH TIME ZONE,
  revoked_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_invitation PRIMARY KEY (id),
  CONSTRAINT uq_invitation_token_hash UNIQUE (token_hash),
  CONSTRAINT ck_invitation_email_lower CHECK (email = lower(email)),
  CONSTRAINT fk_invitation_organisation_id FOREIGN KEY(organisation_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_invitation_invited_by FOREIGN KEY(invited_by) REFERENCES presence.account (id)
);
create UNIQUE INDEX uq_invitation_live ON presence.invitation (organisation_id, email) WHERE accepted_at is null and revoked_at is null;

-- A password reset (réinitialisation): single use, half an hour; its secret is made when it is mailed. Kind: identity.
create table presence.password_reset (
  id UUID NOT NULL,
  account_id UUID NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  token_hash TEXT,
  expires_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() + interval '30 minutes' NOT NULL,
  used_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_password_reset PRIMARY KEY (id),
  CONSTRAINT uq_password_reset_token_hash UNIQUE (token_hash),
  CONSTRAINT fk_password_reset_account_id FOREIGN KEY(account_id) REFERENCES presence.account (id)
);
create INDEX ix_password_reset_account_id ON presence.password_reset (account_id);

-- A recovery code (code de secours) of the second factor: hashed, single use. Kind: identity.
create table presence.recovery_code (
  account_id UUID NOT NULL,
  code_hash TEXT NOT NULL,
  used_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_recovery_code PRIMARY KEY (account_id, code_hash),
  CONSTRAINT fk_recovery_code_account_id FOREIGN KEY(account_id) REFERENCES presence.account (id)
);

-- Security journal (journal de sécurité) of an organisation: sign-ins, secrets, rights; append-only. Kind: identity.
create table presence.security_event (
  id UUID NOT NULL,
  organisation_id INTEGER NOT NULL,
  account_id UUID NOT NULL,
  actor_id UUID,
  at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  act TEXT NOT NULL,
  details JSONB NOT NULL,
  CONSTRAINT pk_security_event PRIMARY KEY (id),
  CONSTRAINT fk_security_event_organisation_id FOREIGN KEY(organisation_id) REFERENCES presence.organisation (id)
);
create INDEX ix_security_event_organisation_id_at ON presence.security_event (organisation_id, at);

-- The operator registers organisations; it no longer makes accounts in them (security.md §4).
drop policy account_operator on presence.account;
revoke insert on presence.account from presence_operator;
drop policy account_role_operator on presence.account_role;
revoke insert on presence.account_role from presence_operator;

drop policy account_owner on presence.account;
create policy account_owner on presence.account for all to presence_owner
  using (current_setting('app.lookup', true) = any(array[email, id::text, 'org:' || organisation_id]))
  with check (current_setting('app.lookup', true) = any(array[email, id::text, 'org:' || organisation_id]));
drop policy account_role_owner on presence.account_role;
create policy account_role_owner on presence.account_role for all to presence_owner
  using (account_id::text = current_setting('app.lookup', true))
  with check (account_id::text = current_setting('app.lookup', true));
drop policy session_auth_owner on presence.session_auth;
create policy session_auth_owner on presence.session_auth for all to presence_owner
  using (current_setting('app.lookup', true) = any(array[token_hash, account_id::text]))
  with check (current_setting('app.lookup', true) = any(array[token_hash, account_id::text]));
drop policy api_token_owner on presence.api_token;
create policy api_token_owner on presence.api_token for all to presence_owner
  using (current_setting('app.lookup', true) = any(array[token_hash, account_id::text]))
  with check (current_setting('app.lookup', true) = any(array[token_hash, account_id::text]));

alter table presence.invitation enable row level security;
alter table presence.invitation force row level security;
create policy invitation_owner on presence.invitation for all to presence_owner
  using (current_setting('app.lookup', true) = any(array[token_hash, id::text, 'org:' || organisation_id]))
  with check (current_setting('app.lookup', true) = any(array[token_hash, id::text, 'org:' || organisation_id]));
alter table presence.password_reset enable row level security;
alter table presence.password_reset force row level security;
create policy password_reset_owner on presence.password_reset for all to presence_owner
  using (current_setting('app.lookup', true) = any(array[token_hash, id::text, account_id::text]))
  with check (current_setting('app.lookup', true) = any(array[token_hash, id::text, account_id::text]));
alter table presence.recovery_code enable row level security;
alter table presence.recovery_code force row level security;
create policy recovery_code_owner on presence.recovery_code for all to presence_owner
  using (account_id::text = current_setting('app.lookup', true))
  with check (account_id::text = current_setting('app.lookup', true));
alter table presence.security_event enable row level security;
alter table presence.security_event force row level security;
create policy security_event_owner on presence.security_event for all to presence_owner
  using (current_setting('app.lookup', true) = 'org:' || organisation_id)
  with check (current_setting('app.lookup', true) = 'org:' || organisation_id);

-- The same key, read without a call: these policies are asked at every request.
drop policy organisation_owner on presence.organisation;
create policy organisation_owner on presence.organisation for select to presence_owner
  using (id::text = current_setting('app.lookup', true));
