-- Back to 0010.
drop table presence.round_opening, presence.round_stop, presence.round_plan;
drop function app.calendar_shifts;
drop table presence.calendar_link, presence.shift_swap, presence.shift, presence.team,
  presence.training, presence.agent;
drop table presence.planned_visit, presence.evening_plan, presence.visit_request;
alter table presence.contract drop column requests_per_month;
revoke update on presence.service_window from presence_operator;
alter table presence.service_window drop column unserved_on, drop column department,
  drop column holidays, drop column rules, drop constraint ck_service_window_hours;
-- What only the newer form can say is not kept.
alter table presence.visit_frequency no force row level security;
delete from presence.visit_frequency where entrance_id is not null or per = 'month';
alter table presence.visit_frequency force row level security;
alter table presence.visit_frequency drop constraint ex_visit_frequency_no_overlap;
alter table presence.visit_frequency drop column min_gap_days, drop column pattern, drop column to_time,
  drop column from_time, drop column weekdays, drop column per, drop column entrance_id,
  drop constraint ck_visit_frequency_times;
alter table presence.visit_frequency rename column times to times_per_week;
alter table presence.visit_frequency
  add constraint ck_visit_frequency_times_per_week CHECK (times_per_week between 1 and 7),
  add constraint ex_visit_frequency_no_overlap EXCLUDE USING gist (bailleur_id WITH =, residence_id WITH =, valid_during WITH &&);
