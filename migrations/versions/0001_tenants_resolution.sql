-- Business time: the database clock, which only the owner can shift, for the demonstration.
create function app.now() returns timestamptz
language plpgsql stable parallel safe security definer set search_path = pg_catalog, pg_temp as $$
begin
  return statement_timestamp() + coalesce((select c.shift from presence.business_clock c), interval '0');
end $$;

create function app.today() returns date
language plpgsql stable parallel safe security definer set search_path = pg_catalog, pg_temp as $$
begin
  return ((statement_timestamp() + coalesce((select c.shift from presence.business_clock c), interval '0'))
          at time zone 'Europe/Paris')::date;
end $$;

-- The evening (soirée) of an instant: its Paris date, the hours before noon belonging to the eve.
create function app.evening_of(instant timestamptz) returns date
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select ((instant at time zone 'Europe/Paris') - interval '12 hours')::date
$$;

-- The bailleurs that the signed prestataire serves now: read from the contracts at each
-- statement, so that a contract's end is seen by the next one. The contracts' own policy shows
-- the owner those of the context's subject, verified here first.
create function app.signed_bailleurs() returns int[]
language plpgsql stable parallel safe cost 5000 security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  narrowed text := current_setting('app.bailleur_ids', true);
  subject int;
  day date;
  found int[];
begin
  if current_setting('app.kind', true) is distinct from 'prestataire' or not app.verify() then
    return null;
  end if;
  subject := current_setting('app.subject', true)::int;
  day := app.today();
  found := array(select c.bailleur_id from presence.contract c
                  where c.prestataire_id = subject and c.valid_during @> day);
  if narrowed <> '*' then
    found := array(select b from unnest(found) b where b = any (narrowed::int[]));
  end if;
  return found;
end $$;

-- The schemes that the signed bailleur, prestataire or reader takes part in.
create function app.signed_schemes() returns int[]
language plpgsql stable parallel safe cost 5000 security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  found int[];
  subject int;
  day date;
begin
  if not app.verify() then return null; end if;
  subject := nullif(current_setting('app.subject', true), '')::int;
  case current_setting('app.kind', true)
    when 'bailleur' then
      found := array(select m.scheme_id from presence.membership m where m.bailleur_id = subject);
    when 'prestataire' then
      day := app.today();
      found := array(select c.scheme_id from presence.contract c
                      where c.prestataire_id = subject and c.valid_during @> day);
    when 'figures' then
      found := array(select r.scheme_id from presence.scheme_reader r
                      where r.organisation_id = subject);
    else null;
  end case;
  return found;
end $$;

-- The revision of the schema, for the health check: the version table itself is the owner's.
create function app.schema_revision() returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return (select v.version_num from app.alembic_version v);
end $$;

grant execute on function app.now(), app.today(), app.evening_of(timestamptz), app.lookup_key(),
  app.signed_kind(), app.signed_account(), app.signed_bailleur(), app.signed_bailleurs(),
  app.signed_prestataire(), app.signed_scheme(), app.signed_schemes(), app.signed_reader(),
  app.signed_operator(), app.signed_relay()
  to presence_bailleur, presence_prestataire, presence_scheme, presence_operator, presence_relay,
     presence_figures, presence_aggregator;
grant execute on function app.schema_revision() to presence_relay;
