-- What an operator did on the register. Kind: system.
create table presence.platform_audit_entry (
  id UUID NOT NULL,
  at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  account_id UUID,
  actor_kind TEXT NOT NULL,
  act TEXT NOT NULL,
  object_id TEXT NOT NULL,
  details JSONB NOT NULL,
  CONSTRAINT pk_platform_audit_entry PRIMARY KEY (id)
);

-- A person (compte) of one organisation; e-mail in lower case, password hashed (Argon2id). Kind: identity.
create table presence.account (
  id UUID NOT NULL,
  organisation_id INTEGER NOT NULL,
  email TEXT NOT NULL,
  display_name TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  closed_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_account PRIMARY KEY (id),
  CONSTRAINT ck_account_email_lower CHECK (email = lower(email)),
  CONSTRAINT fk_account_organisation_id FOREIGN KEY(organisation_id) REFERENCES presence.organisation (id),
  CONSTRAINT uq_account_email UNIQUE (email)
);

create INDEX ix_account_organisation_id ON presence.account (organisation_id);

-- What was done on a bailleur's rows, by anybody. Kind: bailleur.
create table presence.audit_entry (
  id UUID NOT NULL,
  at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  account_id UUID,
  actor_kind TEXT NOT NULL,
  act TEXT NOT NULL,
  object_id TEXT NOT NULL,
  details JSONB NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_audit_entry PRIMARY KEY (id, bailleur_id),
  CONSTRAINT fk_audit_entry_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);

-- What was done on a prestataire's own rows. Kind: prestataire.
create table presence.prestataire_audit_entry (
  id UUID NOT NULL,
  at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  account_id UUID,
  actor_kind TEXT NOT NULL,
  act TEXT NOT NULL,
  object_id TEXT NOT NULL,
  details JSONB NOT NULL,
  prestataire_id INTEGER NOT NULL,
  CONSTRAINT pk_prestataire_audit_entry PRIMARY KEY (id, prestataire_id),
  CONSTRAINT fk_prestataire_audit_entry_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id)
);

-- A role held by an account, from a date. Kind: identity.
create table presence.account_role (
  account_id UUID NOT NULL,
  role TEXT NOT NULL,
  from_on DATE NOT NULL,
  CONSTRAINT pk_account_role PRIMARY KEY (account_id, role),
  CONSTRAINT fk_account_role_account_id FOREIGN KEY(account_id) REFERENCES presence.account (id)
);

-- A machine's token (jeton d'API): acts with its account's rights until it expires. Kind: identity.
create table presence.api_token (
  token_hash TEXT NOT NULL,
  account_id UUID NOT NULL,
  issued_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  used_at TIMESTAMP WITH TIME ZONE,
  revoked_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_api_token PRIMARY KEY (token_hash),
  CONSTRAINT fk_api_token_account_id FOREIGN KEY(account_id) REFERENCES presence.account (id)
);

create INDEX ix_api_token_account_id ON presence.api_token (account_id);

-- What was done on a scheme's shared rows. Kind: scheme.
create table presence.scheme_audit_entry (
  id UUID NOT NULL,
  at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  account_id UUID,
  actor_kind TEXT NOT NULL,
  act TEXT NOT NULL,
  object_id TEXT NOT NULL,
  details JSONB NOT NULL,
  scheme_id INTEGER NOT NULL,
  CONSTRAINT pk_scheme_audit_entry PRIMARY KEY (id, scheme_id),
  CONSTRAINT fk_scheme_audit_entry_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id)
);

-- A signed-in session (session ouverte), known by the hash of its secret. Kind: identity.
create table presence.session_auth (
  token_hash TEXT NOT NULL,
  account_id UUID NOT NULL,
  opened_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  seen_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  idle_seconds INTEGER NOT NULL,
  revoked_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_session_auth PRIMARY KEY (token_hash),
  CONSTRAINT fk_session_auth_account_id FOREIGN KEY(account_id) REFERENCES presence.account (id)
);

create INDEX ix_session_auth_account_id ON presence.session_auth (account_id);
