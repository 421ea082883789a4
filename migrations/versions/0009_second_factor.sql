-- Sessions that wait for a code, the second factor and its recovery codes.
create function app.open_session(account uuid, hash text, idle int, absolute int,
                                 browser text default null, waits boolean default false)
returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform set_config('app.lookup', hash, true);
  insert into presence.session_auth (token_hash, account_id, expires_at, idle_seconds, agent, code_due)
  values (hash, account, clock_timestamp() + make_interval(secs => absolute), idle, browser, waits);
  if not waits then
    perform set_config('app.lookup', account::text, true);
    update presence.account a set signed_in_at = clock_timestamp() where a.id = account;
    perform app.note(account, account, 'session.opened', '{}');
  end if;
  perform set_config('app.lookup', '', true);
end $$;

create function app.sign_in_failed(account uuid) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform app.note(account, null, 'session.refused', '{}');
end $$;

-- The session that waits for a code: whose, the sealed secret, tries left.
create function app.waiting_session(hash text)
returns table (account_id uuid, secret bytea, tries_left int)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  s presence.session_auth;
begin
  perform set_config('app.lookup', hash, true);
  select * into s from presence.session_auth t
   where t.token_hash = hash and t.code_due and t.revoked_at is null
     and t.expires_at > clock_timestamp();
  if found then
    perform set_config('app.lookup', s.account_id::text, true);
    return query select a.id, a.second_factor_secret, 5 - s.code_tries from presence.account a
      where a.id = s.account_id and a.closed_at is null;
  end if;
  perform set_config('app.lookup', '', true);
end $$;

-- A try is counted before the code is compared, and committed: five, then the session is over.
create function app.code_tried(hash text) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  s presence.session_auth;
begin
  perform set_config('app.lookup', hash, true);
  update presence.session_auth t
     set code_tries = t.code_tries + 1,
         revoked_at = case when t.code_tries >= 5 then clock_timestamp() end
   where t.token_hash = hash and t.code_due and t.revoked_at is null
  returning * into s;
  perform set_config('app.lookup', '', true);
  return found and s.revoked_at is null;
end $$;

-- The code was right: it is used up (a step or a recovery code serves once), the waiting session
-- ends and another, of another secret, is open. False when the code had already served.
create function app.code_passed(waiting text, hash text, step bigint, recovery text,
                                idle int, absolute int, browser text) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  s presence.session_auth;
begin
  perform set_config('app.lookup', waiting, true);
  update presence.session_auth t set revoked_at = clock_timestamp()
   where t.token_hash = waiting and t.code_due and t.revoked_at is null
     and t.expires_at > clock_timestamp()
  returning * into s;
  if not found then return false; end if;
  perform set_config('app.lookup', s.account_id::text, true);
  if recovery is null then
    update presence.account a set second_factor_step = step
     where a.id = s.account_id and (a.second_factor_step is null or a.second_factor_step < step);
  else
    update presence.recovery_code c set used_at = clock_timestamp()
     where c.account_id = s.account_id and c.code_hash = recovery and c.used_at is null;
  end if;
  if not found then
    -- The session goes on waiting: only the code was refused.
    update presence.session_auth t set revoked_at = null where t.token_hash = waiting;
    perform set_config('app.lookup', '', true);
    return false;
  end if;
  if recovery is not null then
    perform app.note(s.account_id, s.account_id, 'second_factor.recovered', '{}');
  end if;
  perform app.open_session(s.account_id, hash, idle, absolute, browser);
  return true;
end $$;

create function app.second_factor_of(account uuid)
returns table (since timestamptz, secret bytea, codes_left int)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform set_config('app.lookup', account::text, true);
  return query select a.second_factor_at, a.second_factor_secret,
    (select count(*)::int from presence.recovery_code c
      where c.account_id = account and c.used_at is null)
    from presence.account a where a.id = account;
  perform set_config('app.lookup', '', true);
end $$;

-- Enrol (secret given), renew the recovery codes (no secret), or give the factor up (no code).
create function app.set_second_factor(account uuid, sealed bytea, step bigint, codes text[])
returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform set_config('app.lookup', account::text, true);
  delete from presence.recovery_code c where c.account_id = account;
  insert into presence.recovery_code (account_id, code_hash) select account, unnest(codes);
  if cardinality(codes) = 0 then
    update presence.account a set second_factor_secret = null, second_factor_at = null,
      second_factor_step = null where a.id = account;
    perform app.note(account, account, 'second_factor.removed', '{}');
  elsif sealed is not null then
    update presence.account a set second_factor_secret = sealed, second_factor_step = step,
      second_factor_at = clock_timestamp() where a.id = account;
    perform app.note(account, account, 'second_factor.enrolled', '{}');
  else
    perform app.note(account, account, 'second_factor.codes_renewed', '{}');
  end if;
  perform set_config('app.lookup', '', true);
end $$;

grant execute on function app.identity_of(uuid), app.session_by_hash(text),
  app.token_by_hash(text), app.open_account(int, text, text, text, jsonb, text, boolean),
  app.open_session(uuid, text, int, int, text, boolean), app.sign_in_failed(uuid),
  app.waiting_session(text), app.code_tried(text),
  app.code_passed(text, text, bigint, text, int, int, text), app.second_factor_of(uuid),
  app.set_second_factor(uuid, bytea, bigint, text[]) to presence_relay;
