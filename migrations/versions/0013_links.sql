-- Read-only links to one published bilan, and the log of their openings.
-- Read-only link (partage) to one bilan. Kind: scheme.
create table presence.share_link (
  id UUID NOT NULL,
  release_id UUID NOT NULL,
  territory_id INTEGER NOT NULL,
  recipient TEXT NOT NULL,
  secret_hash TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  account_id UUID,
  revoked_at TIMESTAMP WITH TIME ZONE,
  scheme_id INTEGER NOT NULL,
  CONSTRAINT pk_share_link PRIMARY KEY (id, scheme_id),
  CONSTRAINT fk_share_link_scheme_id_release_id FOREIGN KEY(scheme_id, release_id) REFERENCES presence.release (scheme_id, id),
  CONSTRAINT uq_share_link_scheme_id_secret_hash UNIQUE (scheme_id, secret_hash),
  CONSTRAINT ck_share_link_recipient CHECK (char_length(recipient) between 1 and 120),
  CONSTRAINT ck_share_link_expiry CHECK (expires_at > created_at),
  CONSTRAINT fk_share_link_territory_id FOREIGN KEY(territory_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_share_link_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id)
);
alter table presence.share_link enable row level security;
alter table presence.share_link force row level security;
create policy share_link_scheme on presence.share_link for all to presence_scheme
  using (scheme_id = app.signed_scheme())
  with check (scheme_id = (select app.signed_scheme()));
grant select, insert, update (revoked_at) on presence.share_link to presence_scheme;
create policy share_link_owner on presence.share_link for select to presence_owner
  using (secret_hash = current_setting('app.lookup', true));

-- An opening of a link (journal d'accès). Kind: scheme.
create table presence.share_access (
  id UUID NOT NULL,
  link_id UUID NOT NULL,
  secret_hash TEXT NOT NULL,
  opened_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  network TEXT NOT NULL,
  scheme_id INTEGER NOT NULL,
  CONSTRAINT pk_share_access PRIMARY KEY (id, scheme_id),
  CONSTRAINT fk_share_access_scheme_id_link_id FOREIGN KEY(scheme_id, link_id) REFERENCES presence.share_link (scheme_id, id),
  CONSTRAINT fk_share_access_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id)
);
alter table presence.share_access enable row level security;
alter table presence.share_access force row level security;
create policy share_access_scheme on presence.share_access for select to presence_scheme
  using (scheme_id = app.signed_scheme());
grant select on presence.share_access to presence_scheme;
create policy share_access_owner on presence.share_access for all to presence_owner
  using (secret_hash = current_setting('app.lookup', true))
  with check (secret_hash = current_setting('app.lookup', true));

-- What a secret address opens: whoever has it has no account (ADR 0021). An opening is logged.
create function app.share_link_by_hash(code_hash text, from_network text)
returns table (state text, scheme_id int, territory_id int, release_id uuid, expires_at timestamptz)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  l presence.share_link;
  found_state text;
begin
  perform set_config('app.lookup', code_hash, true);
  select * into l from presence.share_link k where k.secret_hash = code_hash;
  if found then
    found_state := case when l.revoked_at is not null then 'revoked'
                        when l.expires_at <= app.now() then 'expired' else 'open' end;
    if found_state = 'open' then
      insert into presence.share_access (id, scheme_id, link_id, secret_hash, network)
      values (gen_random_uuid(), l.scheme_id, l.id, code_hash, from_network);
    end if;
    return query select found_state, l.scheme_id, l.territory_id, l.release_id, l.expires_at;
  end if;
  perform set_config('app.lookup', '', true);
end $$;
revoke execute on function app.share_link_by_hash(text, text) from public;
grant execute on function app.share_link_by_hash(text, text) to presence_relay;
