-- Partitions by month of the evening, made when a contract is signed and every month by a job.
-- A partition has row security of its own and no grant: nobody reads it around its parent.
create function app.prepare_months(from_on date, to_on date) returns int
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  month date := date_trunc('month', from_on)::date;
  parent text;
  child text;
  made int := 0;
begin
  if app.signed_operator() is not true and app.signed_relay() is not true then
    raise exception 'prepare_months: neither the signed operator nor the signed relay'
      using errcode = '42501';
  end if;
  if to_on > from_on + interval '12 years' then
    raise exception 'prepare_months: more than twelve years asked for';
  end if;
  perform pg_advisory_xact_lock(hashtext('app.prepare_months'));
  while month <= to_on loop
    foreach parent in array array['visit', 'intervention', 'intervention_action'] loop
      child := parent || '_' || to_char(month, 'YYYY_MM');
      if to_regclass('presence.' || child) is null then
        execute format(
          'create table presence.%I partition of presence.%I for values from (%L) to (%L)',
          child, parent, month, (month + interval '1 month')::date);
        execute format('alter table presence.%I enable row level security', child);
        execute format('alter table presence.%I force row level security', child);
        made := made + 1;
      end if;
    end loop;
    month := (month + interval '1 month')::date;
  end loop;
  return made;
end $$;
grant execute on function app.prepare_months(date, date) to presence_operator, presence_relay;
