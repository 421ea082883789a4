-- Transfer of residences between bailleurs (ADR 0015). The buyer holds a code; what it may read
-- and do with it is in these two functions, which look for the one row of that code's hash.
create function app.transfer_offered(code_hash text)
returns table (transfer_id uuid, seller int, effective_on date, content jsonb)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  buyer int := app.signed_bailleur();
begin
  if buyer is null then
    raise exception 'transfer_offered: not a signed bailleur' using errcode = '42501';
  end if;
  perform set_config('app.lookup', code_hash, true);
  return query select t.id, t.bailleur_id, t.effective_on, t.content from presence.transfer t
    where t.secret_hash = code_hash and t.bailleur_id <> buyer
      and t.taken_at is null and t.withdrawn_at is null
      and t.effective_on > app.evening_of(app.now());
  perform set_config('app.lookup', '', true);
end $$;

-- Take the residences over: the seller's coverage and frequencies end on the day, its places are
-- archived as sold, in the transaction in which the buyer creates its own.
create function app.take_transfer(code_hash text, buyer_name text)
returns table (transfer_id uuid, seller int, effective_on date, content jsonb, fresh boolean)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  buyer int := app.signed_bailleur();
  found presence.transfer;
  place text;
begin
  if buyer is null then
    raise exception 'take_transfer: not a signed bailleur' using errcode = '42501';
  end if;
  perform set_config('app.lookup', code_hash, true);
  -- The same buyer asking again is told what it took, and nothing happens twice.
  return query select t.id, t.bailleur_id, t.effective_on, t.content, false
    from presence.transfer t where t.secret_hash = code_hash and t.buyer_id = buyer;
  update presence.transfer t
     set taken_at = app.now(), buyer_id = buyer, buyer_name = take_transfer.buyer_name
   where t.secret_hash = code_hash and t.bailleur_id <> buyer
     and t.taken_at is null and t.withdrawn_at is null
     and t.effective_on > app.evening_of(app.now())
  returning t.* into found;
  if found.id is not null then
    for place in select jsonb_array_elements(found.content -> 'residences') ->> 'id' loop
      perform set_config('app.lookup', place, true);
      update presence.coverage c set valid_during = daterange(lower(c.valid_during), found.effective_on)
       where c.bailleur_id = found.bailleur_id and c.residence_id = place::uuid
         and c.valid_during @> found.effective_on and lower(c.valid_during) < found.effective_on;
      update presence.visit_frequency f set valid_during = daterange(lower(f.valid_during), found.effective_on)
       where f.bailleur_id = found.bailleur_id and f.residence_id = place::uuid
         and f.valid_during @> found.effective_on and lower(f.valid_during) < found.effective_on;
      update presence.residence r
         set archived_on = found.effective_on, archive_reason = 'sold',
             covered_during = coalesce((select range_agg(c.valid_during) from presence.coverage c
                                         where c.bailleur_id = found.bailleur_id
                                           and c.residence_id = place::uuid), '{}')
       where r.bailleur_id = found.bailleur_id and r.id = place::uuid;
    end loop;
    return query select found.id, found.bailleur_id, found.effective_on, found.content, true;
  end if;
  perform set_config('app.lookup', '', true);
end $$;
revoke execute on function app.transfer_offered(text), app.take_transfer(text, text) from public;
grant execute on function app.transfer_offered(text), app.take_transfer(text, text) to presence_bailleur;
