-- Members of an organisation: every function takes who asks, and works in that person's own
-- organisation; it raises 42501 when the person may not administer it.
create function app.administered_by(actor uuid) returns int
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  org int;
  day date := app.today();
begin
  perform set_config('app.lookup', actor::text, true);
  select a.organisation_id into org from presence.account a
   where a.id = actor and a.closed_at is null
     and exists (select 1 from presence.account_role r
                  where r.account_id = actor and r.role in ('management', 'administrator')
                    and r.from_on <= day and (r.to_on is null or r.to_on > day));
  if org is null then
    raise exception 'administered_by: not an administrator' using errcode = '42501';
  end if;
  -- One change of rights at a time in an organisation: the last administrator is counted.
  perform pg_advisory_xact_lock(hashtext('app.members'), org);
  perform set_config('app.lookup', 'org:' || org, true);
  return org;
end $$;

create function app.members(actor uuid)
returns table (account_id uuid, email text, display_name text, card_number text,
               created_at timestamptz, signed_in_at timestamptz, closed_at timestamptz,
               second_factor boolean, grants jsonb)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  org int;
  a presence.account;
  found_grants jsonb;
begin
  perform set_config('app.lookup', actor::text, true);
  select t.organisation_id into org from presence.account t
   where t.id = actor and t.closed_at is null;
  for a in
    select * from unnest(app.accounts_of(org))
  loop
    perform set_config('app.lookup', a.id::text, true);
    select coalesce(jsonb_agg(jsonb_build_object(
             'role', r.role, 'from_on', r.from_on, 'to_on', r.to_on,
             'agencies', r.agencies, 'residences', r.residences) order by r.role), '[]')
      into found_grants from presence.account_role r where r.account_id = a.id;
    account_id := a.id; email := a.email; display_name := a.display_name;
    card_number := a.card_number; created_at := a.created_at; signed_in_at := a.signed_in_at;
    closed_at := a.closed_at; second_factor := a.second_factor_at is not null;
    grants := found_grants;
    return next;
  end loop;
  perform set_config('app.lookup', '', true);
end $$;

create function app.accounts_of(org int) returns presence.account[]
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  rows presence.account[];
begin
  perform set_config('app.lookup', 'org:' || org, true);
  select array_agg(t order by t.display_name, t.id) into rows
    from presence.account t where t.organisation_id = org;
  perform set_config('app.lookup', '', true);
  return rows;
end $$;

-- The cards that serve a bailleur: numbers and roles of a prestataire's people, never a name.
create function app.cards_of(prestataire int)
returns table (card_number text, roles text[])
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  a presence.account;
  held text[];
  day date := app.today();
begin
  for a in select * from unnest(app.accounts_of(prestataire)) loop
    continue when a.closed_at is not null;
    perform set_config('app.lookup', a.id::text, true);
    select coalesce(array_agg(r.role order by r.role), '{}') into held
      from presence.account_role r
     where r.account_id = a.id and r.from_on <= day and (r.to_on is null or r.to_on > day);
    card_number := a.card_number; roles := held;
    return next;
  end loop;
  perform set_config('app.lookup', '', true);
end $$;

create function app.invitations(actor uuid)
returns table (id uuid, email text, display_name text, grants jsonb, created_at timestamptz,
               sent_at timestamptz, expires_at timestamptz)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  org int := app.administered_by(actor);
begin
  return query select i.id, i.email, i.display_name, i.grants, i.created_at, i.sent_at, i.expires_at
    from presence.invitation i
   where i.organisation_id = org and i.accepted_at is null and i.revoked_at is null
   order by i.created_at, i.id;
  perform set_config('app.lookup', '', true);
end $$;

create function app.invite(actor uuid, address text, name text, given jsonb, card text)
returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  org int := app.administered_by(actor);
  made uuid := gen_random_uuid();
begin
  if exists (select 1 from presence.account a
              where a.organisation_id = org and a.email = lower(address)) then
    raise exception 'Cette adresse a déjà un compte dans votre organisme.' using errcode = 'PZ409';
  end if;
  -- A new invitation takes the place of the former one, whose link dies.
  update presence.invitation i set revoked_at = clock_timestamp()
   where i.organisation_id = org and i.email = lower(address)
     and i.accepted_at is null and i.revoked_at is null;
  insert into presence.invitation
    (id, organisation_id, email, display_name, grants, card_number, invited_by)
  values (made, org, lower(address), name, given, card, actor);
  perform app.note(actor, actor, 'member.invited', jsonb_build_object('invitation', made));
  perform set_config('app.lookup', '', true);
  return made;
end $$;

-- The operator invites the first administrator of an organisation, and nobody else.
create function app.invite_first(actor uuid, org int, address text, name text) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  made uuid := gen_random_uuid();
  given text;
begin
  perform set_config('app.lookup', actor::text, true);
  if not exists (select 1 from presence.account a join presence.account_role r on r.account_id = a.id
                  where a.id = actor and a.closed_at is null and r.role = 'operator') then
    raise exception 'invite_first: not an operator' using errcode = '42501';
  end if;
  perform pg_advisory_xact_lock(hashtext('app.members'), org);
  if app.administrators(org, null) > 0 then
    raise exception 'Cet organisme a déjà un administrateur : lui seul invite ses collègues.'
      using errcode = 'PZ409';
  end if;
  perform set_config('app.lookup', org::text, true);
  select case when o.kind in ('bailleur', 'prestataire') then 'management' else 'administrator' end
    into given from presence.organisation o where o.id = org;
  if given is null then raise exception 'organisation' using errcode = 'PZ404'; end if;
  perform set_config('app.lookup', 'org:' || org, true);
  update presence.invitation i set revoked_at = clock_timestamp()
   where i.organisation_id = org and i.accepted_at is null and i.revoked_at is null;
  insert into presence.invitation (id, organisation_id, email, display_name, grants, invited_by)
  values (made, org, lower(address), name, jsonb_build_array(jsonb_build_object('role', given)), actor);
  perform app.note(actor, actor, 'member.invited', jsonb_build_object('invitation', made));
  perform set_config('app.lookup', '', true);
  return made;
end $$;

create function app.revoke_invitation(actor uuid, wanted uuid) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  org int := app.administered_by(actor);
  done boolean;
begin
  update presence.invitation i set revoked_at = clock_timestamp()
   where i.id = wanted and i.organisation_id = org
     and i.accepted_at is null and i.revoked_at is null;
  done := found;
  if done then
    perform app.note(actor, actor, 'invitation.revoked', jsonb_build_object('invitation', wanted));
  end if;
  perform set_config('app.lookup', '', true);
  return done;
end $$;

-- How many people could still administer an organisation without this one.
create function app.administrators(org int, without uuid) returns int
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  a presence.account;
  day date := app.today();
  counted int := 0;
begin
  for a in select * from unnest(app.accounts_of(org)) loop
    continue when a.closed_at is not null or a.id = without;
    perform set_config('app.lookup', a.id::text, true);
    if exists (select 1 from presence.account_role r
                where r.account_id = a.id and r.role in ('management', 'administrator')
                  and r.from_on <= day and r.to_on is null) then
      counted := counted + 1;
    end if;
  end loop;
  perform set_config('app.lookup', '', true);
  return counted;
end $$;

create function app.set_grants(actor uuid, target uuid, given jsonb) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  org int := app.administered_by(actor);
  keeps boolean;
  before jsonb;
begin
  if not exists (select 1 from presence.account a
                  where a.id = target and a.organisation_id = org and a.closed_at is null) then
    raise exception 'account' using errcode = 'PZ404';
  end if;
  if actor = target then
    raise exception 'Vos propres droits se changent par un autre administrateur.'
      using errcode = 'PZ409';
  end if;
  keeps := exists (select 1 from jsonb_to_recordset(given) as g(role text, from_on date, to_on date)
                    where g.role in ('management', 'administrator') and g.to_on is null
                      and coalesce(g.from_on, app.today()) <= app.today());
  if not keeps and app.administrators(org, target) = 0 then
    raise exception 'C''est le dernier administrateur : nommez-en un autre d''abord.'
      using errcode = 'PZ409';
  end if;
  perform set_config('app.lookup', target::text, true);
  select coalesce(jsonb_agg(r.role order by r.role), '[]') into before
    from presence.account_role r where r.account_id = target;
  delete from presence.account_role r where r.account_id = target;
  insert into presence.account_role
    (account_id, role, from_on, to_on, agencies, residences, granted_by)
  select target, g.role, coalesce(g.from_on, app.today()), g.to_on,
         coalesce(g.agencies, '{}'), coalesce(g.residences, '{}'), actor
    from jsonb_to_recordset(given)
      as g(role text, from_on date, to_on date, agencies uuid[], residences uuid[]);
  perform app.note(target, actor, 'member.roles_changed', jsonb_build_object(
    'before', before,
    'after', (select coalesce(jsonb_agg(g.role order by g.role), '[]')
                from jsonb_to_recordset(given) as g(role text))));
  perform set_config('app.lookup', '', true);
end $$;

create function app.close_account(actor uuid, target uuid) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  org int := app.administered_by(actor);
begin
  if not exists (select 1 from presence.account a
                  where a.id = target and a.organisation_id = org and a.closed_at is null) then
    raise exception 'account' using errcode = 'PZ404';
  end if;
  if app.administrators(org, target) = 0 then
    raise exception 'C''est le dernier administrateur : nommez-en un autre d''abord.'
      using errcode = 'PZ409';
  end if;
  perform set_config('app.lookup', target::text, true);
  update presence.account a set closed_at = clock_timestamp() where a.id = target;
  update presence.session_auth s set revoked_at = clock_timestamp()
   where s.account_id = target and s.revoked_at is null;
  update presence.api_token k set revoked_at = clock_timestamp()
   where k.account_id = target and k.revoked_at is null;
  perform app.note(target, actor, 'member.closed', '{}');
  perform set_config('app.lookup', '', true);
end $$;

-- The journal of the asker's own organisation, newest first, with names instead of keys.
create function app.security_journal(actor uuid, most int)
returns table (at timestamptz, act text, person text, author text, details jsonb)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  org int;
begin
  perform set_config('app.lookup', actor::text, true);
  select t.organisation_id into org from presence.account t
   where t.id = actor and t.closed_at is null;
  perform set_config('app.lookup', 'org:' || org, true);
  return query
    select e.at, e.act, p.display_name, q.display_name, e.details from presence.security_event e
      left join presence.account p on p.id = e.account_id
      left join presence.account q on q.id = e.actor_id
     where e.organisation_id = org order by e.at desc, e.id limit most;
  perform set_config('app.lookup', '', true);
end $$;

grant execute on function app.members(uuid), app.cards_of(int), app.invitations(uuid),
  app.invite(uuid, text, text, jsonb, text), app.invite_first(uuid, int, text, text),
  app.revoke_invitation(uuid, uuid), app.set_grants(uuid, uuid, jsonb),
  app.close_account(uuid, uuid), app.security_journal(uuid, int) to presence_relay;
