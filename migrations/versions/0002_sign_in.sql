-- The closed list of functions that look at identities without a context (ADR 0006). Each one
-- opens, through `app.lookup`, the one row whose exact key it was given, and no other.
create function app.account_for_sign_in(wanted text)
returns table (account_id uuid, password_hash text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform set_config('app.lookup', lower(wanted), true);
  return query select a.id, a.password_hash from presence.account a
    where a.email = lower(wanted) and a.closed_at is null;
  perform set_config('app.lookup', '', true);
end $$;

-- Who an account is: its organisation and the roles in force today.
create function app.identity_of(wanted uuid)
returns table (account_id uuid, display_name text, organisation_id int, organisation_public_id uuid,
               organisation_kind text, organisation_name text, roles text[])
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  a presence.account;
  o presence.organisation;
  held text[];
begin
  perform set_config('app.lookup', wanted::text, true);
  select * into a from presence.account t where t.id = wanted and t.closed_at is null;
  if found then
    select array_agg(r.role order by r.role) into held from presence.account_role r
      where r.account_id = a.id and r.from_on <= current_date;
    perform set_config('app.lookup', a.organisation_id::text, true);
    select * into o from presence.organisation t where t.id = a.organisation_id;
    return query select a.id, a.display_name, o.id, o.public_id, o.kind, o.name,
                        coalesce(held, '{}'::text[]);
  end if;
  perform set_config('app.lookup', '', true);
end $$;

create function app.open_session(account uuid, hash text, idle int, absolute int) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform set_config('app.lookup', hash, true);
  insert into presence.session_auth (token_hash, account_id, expires_at, idle_seconds)
  values (hash, account, clock_timestamp() + make_interval(secs => absolute), idle);
  perform set_config('app.lookup', '', true);
end $$;

create function app.close_session(hash text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform set_config('app.lookup', hash, true);
  update presence.session_auth s set revoked_at = clock_timestamp()
    where s.token_hash = hash and s.revoked_at is null;
  perform set_config('app.lookup', '', true);
end $$;

-- A live session's identity. Its last use is written at most once a minute: a read stays a read.
create function app.session_by_hash(hash text)
returns table (account_id uuid, display_name text, organisation_id int, organisation_public_id uuid,
               organisation_kind text, organisation_name text, roles text[])
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  s presence.session_auth;
begin
  perform set_config('app.lookup', hash, true);
  select * into s from presence.session_auth t
   where t.token_hash = hash and t.revoked_at is null and t.expires_at > clock_timestamp()
     and t.seen_at + make_interval(secs => t.idle_seconds) > clock_timestamp();
  if found then
    if s.seen_at < clock_timestamp() - interval '1 minute' then
      update presence.session_auth t set seen_at = clock_timestamp() where t.token_hash = hash;
    end if;
    return query select * from app.identity_of(s.account_id);
  end if;
  perform set_config('app.lookup', '', true);
end $$;

create function app.issue_token(account uuid, hash text, days int) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform set_config('app.lookup', hash, true);
  insert into presence.api_token (token_hash, account_id, expires_at)
  values (hash, account, clock_timestamp() + make_interval(days => days));
  perform set_config('app.lookup', '', true);
end $$;

create function app.token_by_hash(hash text)
returns table (account_id uuid, display_name text, organisation_id int, organisation_public_id uuid,
               organisation_kind text, organisation_name text, roles text[])
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  t presence.api_token;
begin
  perform set_config('app.lookup', hash, true);
  select * into t from presence.api_token k
   where k.token_hash = hash and k.revoked_at is null and k.expires_at > clock_timestamp();
  if found then
    if t.used_at is null or t.used_at < clock_timestamp() - interval '1 minute' then
      update presence.api_token k set used_at = clock_timestamp() where k.token_hash = hash;
    end if;
    return query select * from app.identity_of(t.account_id);
  end if;
  perform set_config('app.lookup', '', true);
end $$;

-- The relay's engine is the doorkeeper: it runs no page and no query of a room, so nothing that a
-- bailleur types ever reaches it.
grant execute on function app.account_for_sign_in(text), app.identity_of(uuid),
  app.open_session(uuid, text, int, int), app.close_session(text), app.session_by_hash(text),
  app.issue_token(uuid, text, int), app.token_by_hash(text) to presence_relay;
