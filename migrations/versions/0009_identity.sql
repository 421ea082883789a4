-- Called by this product alone, which is upgraded with its database.
-- squawk-ignore-file ban-drop-function
-- Who an account is, from a session or a token. The closed list of ADR 0006, with scopes and dates.
drop function app.session_by_hash(text);
drop function app.token_by_hash(text);
drop function app.identity_of(uuid);
drop function app.open_session(uuid, text, int, int);
drop function app.issue_token(uuid, text, int);

-- One line of the organisation's security journal; called by the functions below only.
create function app.note(about uuid, actor uuid, act text, details jsonb) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  kept text := current_setting('app.lookup', true);
  org int;
begin
  perform set_config('app.lookup', about::text, true);
  select a.organisation_id into org from presence.account a where a.id = about;
  if found then
    perform set_config('app.lookup', 'org:' || org, true);
    insert into presence.security_event (id, organisation_id, account_id, actor_id, act, details)
    values (gen_random_uuid(), org, about, actor, act, details);
  end if;
  perform set_config('app.lookup', coalesce(kept, ''), true);
end $$;

create function app.identity_of(wanted uuid)
returns table (account_id uuid, display_name text, organisation_id int, organisation_public_id uuid,
               organisation_kind text, organisation_name text, roles text[], email text,
               grants jsonb, second_factor boolean, waived boolean, since timestamptz,
               scopes text[], session_id uuid)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  a presence.account;
  o presence.organisation;
  day date := app.today();
begin
  perform set_config('app.lookup', wanted::text, true);
  select * into a from presence.account t where t.id = wanted and t.closed_at is null;
  if found then
    perform set_config('app.lookup', a.organisation_id::text, true);
    select * into o from presence.organisation t where t.id = a.organisation_id;
    perform set_config('app.lookup', wanted::text, true);
    return query
      select a.id, a.display_name, o.id, o.public_id, o.kind, o.name,
             coalesce(array_agg(r.role order by r.role) filter (where r.role is not null), '{}'),
             a.email,
             coalesce(jsonb_agg(jsonb_build_object('role', r.role, 'agencies', r.agencies,
                                                   'residences', r.residences) order by r.role)
                      filter (where r.role is not null), '[]'),
             a.second_factor_at is not null, a.second_factor_waived_at is not null,
             null::timestamptz, null::text[], null::uuid
        from (values (1)) one (line)
        left join presence.account_role r
          on r.account_id = a.id and r.from_on <= day and (r.to_on is null or r.to_on > day);
  end if;
  perform set_config('app.lookup', '', true);
end $$;

-- A live session's identity, asked at every request: `identity_of`'s own lines again, because a
-- nested function costs as much as the rest (measured). Its last use is written at most once a
-- minute: a read stays a read.
create function app.session_by_hash(hash text)
returns table (account_id uuid, display_name text, organisation_id int, organisation_public_id uuid,
               organisation_kind text, organisation_name text, roles text[], email text,
               grants jsonb, second_factor boolean, waived boolean, since timestamptz,
               scopes text[], session_id uuid)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  s presence.session_auth;
  a presence.account;
  day date;
begin
  perform set_config('app.lookup', hash, true);
  select * into s from presence.session_auth t
   where t.token_hash = hash and t.revoked_at is null and not t.code_due
     and t.expires_at > clock_timestamp()
     and t.seen_at + make_interval(secs => t.idle_seconds) > clock_timestamp();
  if not found then return; end if;
  if s.seen_at < clock_timestamp() - interval '1 minute' then
    update presence.session_auth t set seen_at = clock_timestamp() where t.token_hash = hash;
  end if;
  perform set_config('app.lookup', s.account_id::text, true);
  select * into a from presence.account t where t.id = s.account_id and t.closed_at is null;
  if not found then return; end if;
  day := app.today();
  select coalesce(array_agg(r.role order by r.role), '{}'),
         coalesce(jsonb_agg(jsonb_build_object('role', r.role, 'agencies', r.agencies,
                                               'residences', r.residences) order by r.role), '[]')
    into roles, grants from presence.account_role r
   where r.account_id = a.id and r.from_on <= day and (r.to_on is null or r.to_on > day);
  perform set_config('app.lookup', a.organisation_id::text, true);
  select o.public_id, o.kind, o.name
    into organisation_public_id, organisation_kind, organisation_name
    from presence.organisation o where o.id = a.organisation_id;
  perform set_config('app.lookup', '', true);
  account_id := a.id; display_name := a.display_name; organisation_id := a.organisation_id;
  email := a.email; second_factor := a.second_factor_at is not null;
  waived := a.second_factor_waived_at is not null; since := s.opened_at; session_id := s.id;
  return next;
end $$;

create function app.token_by_hash(hash text)
returns table (account_id uuid, display_name text, organisation_id int, organisation_public_id uuid,
               organisation_kind text, organisation_name text, roles text[], email text,
               grants jsonb, second_factor boolean, waived boolean, since timestamptz,
               scopes text[], session_id uuid)
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
    return query
      select i.account_id, i.display_name, i.organisation_id, i.organisation_public_id,
             i.organisation_kind, i.organisation_name, i.roles, i.email, i.grants,
             i.second_factor, i.waived, t.issued_at, t.scopes, t.id
        from app.identity_of(t.account_id) i;
  end if;
  perform set_config('app.lookup', '', true);
end $$;

-- Open an account at once: installation of the demonstration, tests. People are invited.
create function app.open_account(organisation int, address text, name text, password text,
                                 given jsonb, card text, waive boolean) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  made uuid := gen_random_uuid();
begin
  perform set_config('app.lookup', made::text, true);
  insert into presence.account (id, organisation_id, email, display_name, password_hash,
                                card_number, second_factor_waived_at)
  values (made, organisation, lower(address), name, password, card,
          case when waive then clock_timestamp() end);
  insert into presence.account_role (account_id, role, from_on, to_on, agencies, residences)
  select made, g.role, coalesce(g.from_on, app.today()), g.to_on,
         coalesce(g.agencies, '{}'), coalesce(g.residences, '{}')
    from jsonb_to_recordset(given)
      as g(role text, from_on date, to_on date, agencies uuid[], residences uuid[]);
  perform app.note(made, null, 'account.opened', '{}');
  perform set_config('app.lookup', '', true);
  return made;
end $$;
