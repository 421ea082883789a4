-- Where the signed prestataire may still deposit: contracts that run, and those that ended less
-- than 72 hours ago (security.md D7). Reading ends with the contract; depositing a little later.
-- The two arrays go together: a contract's key (bailleur and scheme in one number), its period.
create function app.deposit_bailleurs() returns int[]
language plpgsql stable parallel safe cost 5000 security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  prestataire int := app.signed_prestataire();
  narrowed text := current_setting('app.bailleur_ids', true);
  instant timestamptz := app.now();
begin
  return array(select distinct c.bailleur_id from presence.contract c
    where c.prestataire_id = prestataire
      and lower(c.valid_during)::timestamp at time zone 'Europe/Paris' <= instant
      and (upper_inf(c.valid_during)
           or upper(c.valid_during)::timestamp at time zone 'Europe/Paris'
              + interval '72 hours' > instant)
      and (narrowed = '*' or c.bailleur_id = any (narrowed::int[])));
end $$;

create function app.deposit_keys() returns bigint[]
language plpgsql stable parallel safe cost 5000 security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  prestataire int := app.signed_prestataire();
  allowed int[] := app.deposit_bailleurs();
begin
  return array(select (c.bailleur_id::bigint << 32) | c.scheme_id from presence.contract c
    where c.prestataire_id = prestataire and c.bailleur_id = any (allowed)
    group by c.bailleur_id, c.scheme_id order by c.bailleur_id, c.scheme_id);
end $$;

create function app.deposit_periods() returns datemultirange[]
language plpgsql stable parallel safe cost 5000 security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  prestataire int := app.signed_prestataire();
  allowed int[] := app.deposit_bailleurs();
begin
  return array(select range_agg(c.valid_during) from presence.contract c
    where c.prestataire_id = prestataire and c.bailleur_id = any (allowed)
    group by c.bailleur_id, c.scheme_id order by c.bailleur_id, c.scheme_id);
end $$;

-- The place of a late deposit: whose it is, for the one entrance that the caller names and only
-- while a deposit is still possible. It tells nothing else, and nothing that is stored there.
create function app.place_of_deposit(wanted uuid)
returns table (residence_id uuid, bailleur_id int, scheme_id int)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  keys bigint[] := app.deposit_keys();
begin
  perform set_config('app.lookup', wanted::text, true);
  return query select e.residence_id, e.bailleur_id, e.scheme_id from presence.entrance e
    where e.id = wanted and ((e.bailleur_id::bigint << 32) | e.scheme_id) = any (keys);
  perform set_config('app.lookup', '', true);
end $$;
create policy entrance_owner on presence.entrance for select to presence_owner
  using (id::text = current_setting('app.lookup', true));

-- What the agents recorded is written under any contract that still takes deposits, on the
-- evenings of that contract only; it is read under a running contract only.
drop policy visit_prestataire on presence.visit;
create policy visit_prestataire on presence.visit for all to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and prestataire_id = app.signed_prestataire())
  with check (bailleur_id = any((select app.deposit_bailleurs())::int[]) and prestataire_id = (select app.signed_prestataire()) and evening_on <@ ((select app.deposit_periods())::datemultirange[])[array_position((select app.deposit_keys())::bigint[], (bailleur_id::bigint << 32) | scheme_id)]);
drop policy intervention_prestataire on presence.intervention;
create policy intervention_prestataire on presence.intervention for all to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and prestataire_id = app.signed_prestataire())
  with check (bailleur_id = any((select app.deposit_bailleurs())::int[]) and prestataire_id = (select app.signed_prestataire()) and evening_on <@ ((select app.deposit_periods())::datemultirange[])[array_position((select app.deposit_keys())::bigint[], (bailleur_id::bigint << 32) | scheme_id)]);
drop policy intervention_action_prestataire on presence.intervention_action;
create policy intervention_action_prestataire on presence.intervention_action for all to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and prestataire_id = app.signed_prestataire())
  with check (bailleur_id = any((select app.deposit_bailleurs())::int[]) and prestataire_id = (select app.signed_prestataire()) and evening_on <@ ((select app.deposit_periods())::datemultirange[])[array_position((select app.deposit_keys())::bigint[], (bailleur_id::bigint << 32) | scheme_id)]);
drop policy evening_marker_prestataire on presence.evening_marker;
create policy evening_marker_prestataire on presence.evening_marker for insert to presence_prestataire
  with check (bailleur_id = any((select app.deposit_bailleurs())::int[]));
drop policy audit_entry_prestataire on presence.audit_entry;
create policy audit_entry_prestataire on presence.audit_entry for insert to presence_prestataire
  with check (bailleur_id = any((select app.deposit_bailleurs())::int[]));

-- A residence is seen while it is in the perimeter: from and to its dates, by the business clock.
drop policy residence_prestataire on presence.residence;
create policy residence_prestataire on presence.residence for select to presence_prestataire
  using (bailleur_id = any(app.signed_bailleurs()) and scheme_id = any(app.signed_schemes()) and covered_from_on <= (select app.today()) and (covered_to_on is null or covered_to_on > (select app.today())));

grant execute on function app.deposit_bailleurs(), app.deposit_keys(), app.deposit_periods(),
  app.place_of_deposit(uuid) to presence_prestataire;
