-- A context may be bound to the backend that it was made for: the message is then « v2|…|backend »
-- and another connection does not believe it (T17). Without `app.backend` the message is v1's.
-- A parallel worker asks for its leader's number, which the owner may read (install_roles grants it
-- pg_read_all_stats). The expiry is compared as float8, the key read once: measured, ADR 0002.
-- Is the context of this transaction signed with a live key, not expired, and made for this connection?
create or replace function app.verify() returns boolean
language plpgsql stable parallel safe cost 5000 security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  backend text := current_setting('app.backend', true);
  i bytea;
  o bytea;
  retired timestamptz;
begin
  if backend <> '' and backend <> pg_backend_pid()::text then
    -- A parallel worker has a number of its own: its leader's counts.
    if backend is distinct from (select a.leader_pid::text
                                   from pg_stat_get_activity(pg_backend_pid()) a) then
      return false;
    end if;
  end if;
  select s.inner_pad, s.outer_pad, s.retired_at into i, o, retired
    from presence.signing_key s where s.key_id = current_setting('app.key_id', true);
  if i is null then return false; end if;
  return coalesce(
    current_setting('app.mac', true) = encode(sha256(o || sha256(i || convert_to(format(
      case when backend <> '' then 'v2|%s|%s|%s|%s|%s|%s|%s|%s' else 'v1|%s|%s|%s|%s|%s|%s|%s' end,
      current_setting('app.kind', true), current_setting('app.bailleur_id', true),
      current_setting('app.bailleur_ids', true), current_setting('app.subject', true),
      current_setting('app.account', true), current_setting('app.expires', true),
      current_setting('app.key_id', true), backend), 'UTF8'))), 'hex')
    -- Only now are the settings known to be ours, hence well formed.
    and least(retired, to_timestamp(current_setting('app.expires', true)::float8))
        > statement_timestamp(), false);
end $$;

-- The hottest of all: `verify`'s own lines again, because a second pinned function costs as much
-- as the signature itself (ADR 0002, measured).
create or replace function app.signed_bailleur() returns int
language plpgsql stable parallel safe cost 5000 security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  backend text := current_setting('app.backend', true);
  i bytea;
  o bytea;
  retired timestamptz;
begin
  if backend <> '' and backend <> pg_backend_pid()::text then
    if backend is distinct from (select a.leader_pid::text
                                   from pg_stat_get_activity(pg_backend_pid()) a) then
      return null;
    end if;
  end if;
  select s.inner_pad, s.outer_pad, s.retired_at into i, o, retired
    from presence.signing_key s where s.key_id = current_setting('app.key_id', true);
  if i is null then return null; end if;
  return case when current_setting('app.kind', true) = 'bailleur'
    and current_setting('app.mac', true) = encode(sha256(o || sha256(i || convert_to(format(
      case when backend <> '' then 'v2|bailleur|%s|%s|%s|%s|%s|%s|%s'
           else 'v1|bailleur|%s|%s|%s|%s|%s|%s' end,
      current_setting('app.bailleur_id', true), current_setting('app.bailleur_ids', true),
      current_setting('app.subject', true), current_setting('app.account', true),
      current_setting('app.expires', true), current_setting('app.key_id', true),
      backend), 'UTF8'))), 'hex')
    and least(retired, to_timestamp(current_setting('app.expires', true)::float8))
        > statement_timestamp()
    then current_setting('app.bailleur_id', true)::int end;
end $$;

create or replace function app.signed_bailleurs() returns int[]
language plpgsql stable parallel safe cost 5000 security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  backend text := current_setting('app.backend', true);
  i bytea;
  o bytea;
  retired timestamptz;
  subject int;
  narrowed int[];
begin
  if backend <> '' and backend <> pg_backend_pid()::text then
    if backend is distinct from (select a.leader_pid::text
                                   from pg_stat_get_activity(pg_backend_pid()) a) then
      return null;
    end if;
  end if;
  select s.inner_pad, s.outer_pad, s.retired_at into i, o, retired
    from presence.signing_key s where s.key_id = current_setting('app.key_id', true);
  if i is null then return null; end if;
  if (current_setting('app.kind', true) = 'prestataire'
    and current_setting('app.mac', true) = encode(sha256(o || sha256(i || convert_to(format(
      case when backend <> '' then 'v2|prestataire|%s|%s|%s|%s|%s|%s|%s'
           else 'v1|prestataire|%s|%s|%s|%s|%s|%s' end,
      current_setting('app.bailleur_id', true), current_setting('app.bailleur_ids', true),
      current_setting('app.subject', true), current_setting('app.account', true),
      current_setting('app.expires', true), current_setting('app.key_id', true),
      backend), 'UTF8'))), 'hex')
    and least(retired, to_timestamp(current_setting('app.expires', true)::float8))
        > statement_timestamp()) is not true then
    return null;
  end if;
  subject := current_setting('app.subject', true)::int;
  narrowed := nullif(coalesce(current_setting('app.bailleur_ids', true), ''), '*')::int[];
  return array(
    select c.bailleur_id from presence.contract c
     where c.prestataire_id = subject and (narrowed is null or c.bailleur_id = any(narrowed))
       -- app.today(), asked once: another pinned function would cost as much as the signature.
       and c.valid_during @> (select ((statement_timestamp() + coalesce(
             (select b.shift from presence.business_clock b), interval '0'))
             at time zone 'Europe/Paris')::date));
end $$;

-- « * » lists the keys' names, for a rotation: it is no key's name, so it verifies nothing.
drop policy signing_key_owner on presence.signing_key;
create policy signing_key_owner on presence.signing_key for all to presence_owner
  using (current_setting('app.key_id', true) = any(array[key_id, '*']))
  with check (current_setting('app.key_id', true) = any(array[key_id, '*']));
