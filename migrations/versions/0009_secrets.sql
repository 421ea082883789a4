-- Secrets that travel by mail, passwords, and what a person sees of their own sessions and tokens.
-- Give a mail's secret to an invitation, each time it is (re)sent; seven days.
create function app.arm_invitation(wanted uuid, hash text)
returns table (email text, display_name text, organisation_name text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  i presence.invitation;
begin
  perform set_config('app.lookup', wanted::text, true);
  update presence.invitation t set token_hash = hash, sent_at = clock_timestamp(),
         expires_at = clock_timestamp() + interval '7 days'
   where t.id = wanted and t.accepted_at is null and t.revoked_at is null
  returning * into i;
  if found then
    perform set_config('app.lookup', i.organisation_id::text, true);
    return query select i.email, i.display_name, o.name from presence.organisation o
      where o.id = i.organisation_id;
  end if;
  perform set_config('app.lookup', '', true);
end $$;

create function app.invitation_by_hash(hash text)
returns table (id uuid, email text, display_name text, organisation_name text,
               organisation_kind text, grants jsonb)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  i presence.invitation;
begin
  perform set_config('app.lookup', hash, true);
  select * into i from presence.invitation t
   where t.token_hash = hash and t.accepted_at is null and t.revoked_at is null
     and t.expires_at > clock_timestamp();
  if found then
    perform set_config('app.lookup', i.organisation_id::text, true);
    return query select i.id, i.email, i.display_name, o.name, o.kind, i.grants
      from presence.organisation o where o.id = i.organisation_id;
  end if;
  perform set_config('app.lookup', '', true);
end $$;

create function app.accept_invitation(hash text, name text, password text) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  i presence.invitation;
  made uuid := gen_random_uuid();
begin
  perform set_config('app.lookup', hash, true);
  update presence.invitation t set accepted_at = clock_timestamp()
   where t.token_hash = hash and t.accepted_at is null and t.revoked_at is null
     and t.expires_at > clock_timestamp()
  returning * into i;
  if not found then return null; end if;
  perform set_config('app.lookup', i.email, true);
  if exists (select 1 from presence.account a where a.email = i.email) then
    raise exception 'Cette adresse a déjà un compte : demandez une invitation à une autre adresse.'
      using errcode = 'PZ409';
  end if;
  perform set_config('app.lookup', made::text, true);
  insert into presence.account (id, organisation_id, email, display_name, password_hash, card_number)
  values (made, i.organisation_id, i.email, name, password, i.card_number);
  insert into presence.account_role
    (account_id, role, from_on, to_on, agencies, residences, granted_by)
  select made, g.role, coalesce(g.from_on, app.today()), g.to_on,
         coalesce(g.agencies, '{}'), coalesce(g.residences, '{}'), i.invited_by
    from jsonb_to_recordset(i.grants)
      as g(role text, from_on date, to_on date, agencies uuid[], residences uuid[]);
  perform app.note(made, i.invited_by, 'member.joined', '{}');
  perform set_config('app.lookup', '', true);
  return made;
end $$;

-- Ask for a reset: a row for a known address, nothing for another; at most one a minute.
create function app.open_reset(address text) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  whose uuid;
  made uuid := gen_random_uuid();
begin
  perform set_config('app.lookup', lower(address), true);
  select a.id into whose from presence.account a
   where a.email = lower(address) and a.closed_at is null;
  if found then
    perform set_config('app.lookup', whose::text, true);
    if exists (select 1 from presence.password_reset r where r.account_id = whose
                and r.used_at is null and r.created_at > clock_timestamp() - interval '1 minute') then
      made := null;
    else
      insert into presence.password_reset (id, account_id) values (made, whose);
      perform app.note(whose, null, 'password.reset_asked', '{}');
    end if;
  else
    made := null;
  end if;
  perform set_config('app.lookup', '', true);
  return made;
end $$;

create function app.arm_reset(wanted uuid, hash text)
returns table (email text, display_name text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  r presence.password_reset;
begin
  perform set_config('app.lookup', wanted::text, true);
  update presence.password_reset t set token_hash = hash
   where t.id = wanted and t.used_at is null and t.expires_at > clock_timestamp()
  returning * into r;
  if found then
    perform set_config('app.lookup', r.account_id::text, true);
    return query select a.email, a.display_name from presence.account a
      where a.id = r.account_id and a.closed_at is null;
  end if;
  perform set_config('app.lookup', '', true);
end $$;

create function app.reset_by_hash(hash text) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  whose uuid;
begin
  perform set_config('app.lookup', hash, true);
  select t.account_id into whose from presence.password_reset t
   where t.token_hash = hash and t.used_at is null and t.expires_at > clock_timestamp();
  perform set_config('app.lookup', '', true);
  return whose;
end $$;

-- A new password: every session, token and pending reset of the account dies, save the session
-- that changed it. The second factor stays as it is.
create function app.change_password(account uuid, password text, keep text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform set_config('app.lookup', account::text, true);
  update presence.account a set password_hash = password, password_changed_at = clock_timestamp()
   where a.id = account and a.closed_at is null;
  update presence.session_auth s set revoked_at = clock_timestamp()
   where s.account_id = account and s.revoked_at is null and s.token_hash is distinct from keep;
  update presence.api_token k set revoked_at = clock_timestamp()
   where k.account_id = account and k.revoked_at is null;
  update presence.password_reset r set used_at = clock_timestamp()
   where r.account_id = account and r.used_at is null;
  perform app.note(account, account, 'password.changed', '{}');
  perform set_config('app.lookup', '', true);
end $$;

create function app.use_reset(hash text, password text) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  whose uuid;
begin
  perform set_config('app.lookup', hash, true);
  update presence.password_reset t set used_at = clock_timestamp()
   where t.token_hash = hash and t.used_at is null and t.expires_at > clock_timestamp()
  returning t.account_id into whose;
  perform set_config('app.lookup', '', true);
  if whose is null then return false; end if;
  perform app.change_password(whose, password, null);
  return true;
end $$;

create function app.sessions_of(account uuid)
returns table (id uuid, opened_at timestamptz, seen_at timestamptz, expires_at timestamptz, agent text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform set_config('app.lookup', account::text, true);
  return query select s.id, s.opened_at, s.seen_at, s.expires_at, s.agent
    from presence.session_auth s
   where s.account_id = account and s.revoked_at is null and not s.code_due
     and s.expires_at > clock_timestamp()
     and s.seen_at + make_interval(secs => s.idle_seconds) > clock_timestamp()
   order by s.seen_at desc, s.id;
  perform set_config('app.lookup', '', true);
end $$;

-- Close one session of the account by its name, or all of them but one.
create function app.close_sessions(account uuid, wanted uuid, but uuid) returns int
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  closed int;
begin
  perform set_config('app.lookup', account::text, true);
  update presence.session_auth s set revoked_at = clock_timestamp()
   where s.account_id = account and s.revoked_at is null
     and (wanted is null or s.id = wanted) and (but is null or s.id <> but);
  get diagnostics closed = row_count;
  if closed > 0 then perform app.note(account, account, 'session.closed', '{}'); end if;
  perform set_config('app.lookup', '', true);
  return closed;
end $$;

create function app.issue_token(account uuid, hash text, days int, called text default 'Jeton',
                                allowed text[] default null) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform set_config('app.lookup', hash, true);
  insert into presence.api_token (token_hash, account_id, expires_at, name, scopes)
  values (hash, account, clock_timestamp() + make_interval(days => days), called, allowed);
  perform app.note(account, account, 'token.issued', jsonb_build_object('name', called));
  perform set_config('app.lookup', '', true);
end $$;

create function app.tokens_of(account uuid)
returns table (id uuid, name text, scopes text[], issued_at timestamptz, expires_at timestamptz,
               used_at timestamptz)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform set_config('app.lookup', account::text, true);
  return query select k.id, k.name, k.scopes, k.issued_at, k.expires_at, k.used_at
    from presence.api_token k
   where k.account_id = account and k.revoked_at is null and k.expires_at > clock_timestamp()
   order by k.issued_at desc, k.id;
  perform set_config('app.lookup', '', true);
end $$;

create function app.revoke_token(account uuid, wanted uuid) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  done boolean;
begin
  perform set_config('app.lookup', account::text, true);
  update presence.api_token k set revoked_at = clock_timestamp()
   where k.account_id = account and k.id = wanted and k.revoked_at is null;
  done := found;
  if done then perform app.note(account, account, 'token.revoked', '{}'); end if;
  perform set_config('app.lookup', '', true);
  return done;
end $$;

grant execute on function app.arm_invitation(uuid, text), app.invitation_by_hash(text),
  app.accept_invitation(text, text, text), app.open_reset(text), app.arm_reset(uuid, text),
  app.reset_by_hash(text), app.change_password(uuid, text, text), app.use_reset(text, text),
  app.sessions_of(uuid), app.close_sessions(uuid, uuid, uuid),
  app.issue_token(uuid, text, int, text, text[]), app.tokens_of(uuid),
  app.revoke_token(uuid, uuid) to presence_relay;
