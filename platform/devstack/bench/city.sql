-- A city to measure on: 12 bailleurs of very different sizes, one prestataire, a year of evenings.
-- Seeded, hence the same each time. Written by the superuser: no policy, no foreign-key check.
-- `bench.first_on` and `bench.after_on` bound the year.
set session_replication_role = replica;
select setseed(0.38);

insert into presence.organisation (public_id, kind, name, code)
select gen_random_uuid(), 'bailleur', 'Bailleur ' || n, 'B' || n from generate_series(1, 12) n;
insert into presence.organisation (public_id, kind, name, code)
values (gen_random_uuid(), 'prestataire', 'Prestataire', 'P'),
       (gen_random_uuid(), 'territory', 'Territoire', 'T');

insert into presence.scheme (public_id, name, territory_id, territory_name, lead_bailleur_id, oncall_number)
select gen_random_uuid(), 'Ville', t.id, t.name, b.id, '04 00 00 00 00'
  from presence.organisation t, presence.organisation b where t.code = 'T' and b.code = 'B1';
insert into presence.service_window (id, opens_at, closes_at, weekdays, valid_during, scheme_id)
select gen_random_uuid(), '17:00', '23:00', '{1,2,3,4,5,6,7}',
       daterange(current_setting('bench.first_on')::date, null), id from presence.scheme;
insert into presence.membership (id, bailleur_id, bailleur_name, valid_during, scheme_id)
select gen_random_uuid(), b.id, b.name, daterange(current_setting('bench.first_on')::date, null), s.id
  from presence.organisation b, presence.scheme s where b.kind = 'bailleur';
insert into presence.contract (id, bailleur_id, prestataire_id, valid_during, scheme_id,
                               bailleur_name, prestataire_name)
select gen_random_uuid(), b.id, p.id, daterange(current_setting('bench.first_on')::date, null), s.id,
       b.name, p.name
  from presence.organisation b, presence.organisation p, presence.scheme s
 where b.kind = 'bailleur' and p.code = 'P';
insert into presence.agency (id, name, bailleur_id)
select gen_random_uuid(), 'Agence', id from presence.organisation where kind = 'bailleur';

-- 2 000 residences, shared as 1/rank: the first bailleur has a third of them, the last a fortieth.
insert into presence.residence (id, agency_id, code, name, address, insee_code, dwellings,
                                scheme_id, covered_during, bailleur_id)
select gen_random_uuid(), a.id, 'R' || n, 'Résidence ' || n, n || ' rue de la Ville',
       (array(select insee_code from presence.commune order by insee_code))[1 + (n * 7 + b.id) % 6],
       20 + n % 60, s.id, datemultirange(daterange(current_setting('bench.first_on')::date, null)), b.id
  from presence.organisation b
  join presence.agency a on a.bailleur_id = b.id
  cross join presence.scheme s
  cross join lateral generate_series(1, (2000 / 3.103 / substr(b.code, 2)::int)::int) n
 where b.kind = 'bailleur';
insert into presence.entrance (id, residence_id, scheme_id, name, rank, bailleur_id)
select gen_random_uuid(), r.id, r.scheme_id, 'Hall ' || h, h, r.bailleur_id
  from presence.residence r, generate_series(1, 4) h;

select app.prepare_months(current_setting('bench.first_on')::date,
                          current_setting('bench.after_on')::date + 40);

-- One residence in three each evening, all its halls: about a million visits, in order of arrival.
insert into presence.visit (residence_id, entrance_id, started_at, received_at, result,
                            not_done_reason, content_hash, id, evening_on, prestataire_id,
                            scheme_id, bailleur_id)
select t.residence_id, t.entrance_id, t.started_at, t.started_at + interval '20 minutes', t.result,
       case when t.result = 'not_done' then 'no_access' end,
       md5(t.entrance_id::text || t.started_at) || md5(t.started_at::text),
       uuidv7(t.started_at - clock_timestamp()), t.evening_on, t.prestataire_id, t.scheme_id,
       t.bailleur_id
  from (
    select e.residence_id, e.id as entrance_id, e.bailleur_id, e.scheme_id, p.id as prestataire_id,
           d.evening_on,
           (d.evening_on + time '17:00' + random() * interval '6 hours') at time zone 'Europe/Paris'
             as started_at,
           case when x.draw < 0.03 then 'intervention' when x.draw < 0.055 then 'not_done'
                else 'nothing_to_report' end as result
      from (select day::date as evening_on, row_number() over (order by day) as rank
              from generate_series(current_setting('bench.first_on')::date,
                                   current_setting('bench.after_on')::date - 1,
                                   interval '1 day') day) d
      join (select e.*, dense_rank() over (order by e.residence_id) as turn
              from presence.entrance e) e on (e.turn + d.rank) % 3 = 0
      join presence.organisation p on p.code = 'P'
      cross join lateral (select random() as draw, e.id, d.evening_on) x
     order by d.evening_on, started_at
  ) t;

insert into presence.intervention (visit_id, residence_id, entrance_id, started_at, area, situation,
                                   outcome, origin, people_band, id, evening_on, prestataire_id,
                                   scheme_id, bailleur_id)
select v.id, v.residence_id, v.entrance_id, v.started_at, 'hall', 'gathering', 'calmed', 'round',
       '3-5', uuidv7(v.started_at - clock_timestamp()), v.evening_on, v.prestataire_id, v.scheme_id,
       v.bailleur_id
  from presence.visit v where v.result = 'intervention';
-- Shares of 93, 12 and 7 %: some interventions have several actions.
insert into presence.intervention_action (intervention_id, evening_on, action, prestataire_id,
                                          scheme_id, bailleur_id)
select i.id, i.evening_on, a.action, i.prestataire_id, i.scheme_id, i.bailleur_id
  from (select i.*, random() as draw from presence.intervention i) i
 cross join (values ('mediation', 0.0, 0.93), ('house_rules_reminder', 0.86, 0.98),
                    ('police_request', 0.93, 1.0)) a(action, above, under)
 where i.draw >= a.above and i.draw < a.under;

insert into presence.daily_report (id, prestataire_id, scheme_id, evening_on, version, number,
                                   signed_at, signer, sealed_at, content, content_hash, bailleur_id)
select gen_random_uuid(), v.prestataire_id, v.scheme_id, v.evening_on, 1,
       'B-' || v.bailleur_id || '-' || v.evening_on, v.evening_on + time '23:06', 'Chef',
       v.evening_on + time '23:07', '\x7b7d', md5(''), v.bailleur_id
  from (select distinct bailleur_id, scheme_id, prestataire_id, evening_on from presence.visit) v;
insert into presence.evening_marker (id, evening_on, bailleur_id)
select gen_random_uuid(), evening_on, bailleur_id from presence.daily_report;
set session_replication_role = origin;
