-- Is the context of this transaction signed with a live key, and not expired?
create function app.verify() returns boolean
language plpgsql stable parallel safe cost 5000 security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  k presence.signing_key;
  said text;
begin
  said := current_setting('app.mac', true);
  if said is null or said = '' then return false; end if;
  select * into k from presence.signing_key s
   where s.key_id = current_setting('app.key_id', true)
     and (s.retired_at is null or s.retired_at > statement_timestamp());
  if not found then return false; end if;
  if said <> encode(sha256(k.outer_pad || sha256(k.inner_pad || convert_to(
       'v1|' || coalesce(current_setting('app.kind', true), '')
       || '|' || coalesce(current_setting('app.bailleur_id', true), '')
       || '|' || coalesce(current_setting('app.bailleur_ids', true), '')
       || '|' || coalesce(current_setting('app.subject', true), '')
       || '|' || coalesce(current_setting('app.account', true), '')
       || '|' || coalesce(current_setting('app.expires', true), '')
       || '|' || k.key_id, 'UTF8'))), 'hex') then
    return false;
  end if;
  -- Only now are the settings known to be ours, hence well formed.
  return current_setting('app.expires', true)::bigint > extract(epoch from statement_timestamp());
end $$;

create function app.signed_kind() returns text
language plpgsql stable parallel safe cost 5000 security definer
  set search_path = pg_catalog, pg_temp as $$
begin
  return case when app.verify() then current_setting('app.kind', true) end;
end $$;

create function app.signed_account() returns uuid
language plpgsql stable parallel safe cost 5000 security definer
  set search_path = pg_catalog, pg_temp as $$
begin
  return case when app.verify() then nullif(current_setting('app.account', true), '')::uuid end;
end $$;

-- The hottest of all: `verify`'s own lines again, because a second pinned function costs as much
-- as the signature itself (ADR 0002, measured).
create function app.signed_bailleur() returns int
language plpgsql stable parallel safe cost 5000 security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  k presence.signing_key;
begin
  if current_setting('app.kind', true) is distinct from 'bailleur' then return null; end if;
  select * into k from presence.signing_key s
   where s.key_id = current_setting('app.key_id', true)
     and (s.retired_at is null or s.retired_at > statement_timestamp());
  if not found
     or current_setting('app.mac', true) is distinct from encode(sha256(k.outer_pad || sha256(
          k.inner_pad || convert_to(
            'v1|bailleur|' || coalesce(current_setting('app.bailleur_id', true), '')
            || '|' || coalesce(current_setting('app.bailleur_ids', true), '')
            || '|' || coalesce(current_setting('app.subject', true), '')
            || '|' || coalesce(current_setting('app.account', true), '')
            || '|' || coalesce(current_setting('app.expires', true), '')
            || '|' || k.key_id, 'UTF8'))), 'hex')
     or current_setting('app.expires', true)::bigint <= extract(epoch from statement_timestamp())
  then
    return null;
  end if;
  return current_setting('app.bailleur_id', true)::int;
end $$;

create function app.signed_prestataire() returns int
language plpgsql stable parallel safe cost 5000 security definer
  set search_path = pg_catalog, pg_temp as $$
begin
  if current_setting('app.kind', true) is distinct from 'prestataire' or not app.verify() then
    return null;
  end if;
  return current_setting('app.subject', true)::int;
end $$;

create function app.signed_scheme() returns int
language plpgsql stable parallel safe cost 5000 security definer
  set search_path = pg_catalog, pg_temp as $$
begin
  if current_setting('app.kind', true) is distinct from 'scheme' or not app.verify() then
    return null;
  end if;
  return current_setting('app.subject', true)::int;
end $$;

create function app.signed_reader() returns int
language plpgsql stable parallel safe cost 5000 security definer
  set search_path = pg_catalog, pg_temp as $$
begin
  if current_setting('app.kind', true) is distinct from 'figures' or not app.verify() then
    return null;
  end if;
  return current_setting('app.subject', true)::int;
end $$;

create function app.signed_operator() returns boolean
language plpgsql stable parallel safe cost 5000 security definer
  set search_path = pg_catalog, pg_temp as $$
begin
  return current_setting('app.kind', true) = 'operator' and app.verify();
end $$;

create function app.signed_relay() returns boolean
language plpgsql stable parallel safe cost 5000 security definer
  set search_path = pg_catalog, pg_temp as $$
begin
  return current_setting('app.kind', true) = 'relay' and app.verify();
end $$;

-- The exact key that a sign-in function is looking for; empty outside of one.
create function app.lookup_key() returns text
language sql stable parallel safe set search_path = pg_catalog, pg_temp as $$
  select nullif(current_setting('app.lookup', true), '')
$$;
