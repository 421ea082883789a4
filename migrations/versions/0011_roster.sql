-- Agent: a person who walks, with the professional card (L612-20 CSI) when security asks it. Kind: prestataire.
create table presence.agent (
  id UUID NOT NULL,
  account_id UUID,
  display_name TEXT NOT NULL,
  job_kind TEXT NOT NULL,
  card_number TEXT,
  card_valid_until DATE,
  left_on DATE,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  prestataire_id INTEGER NOT NULL,
  CONSTRAINT pk_agent PRIMARY KEY (id, prestataire_id),
  CONSTRAINT uq_agent_prestataire_id_id UNIQUE (prestataire_id, id),
  CONSTRAINT uq_agent_prestataire_id_card_number UNIQUE (prestataire_id, card_number),
  CONSTRAINT uq_agent_prestataire_id_account_id UNIQUE (prestataire_id, account_id),
  CONSTRAINT ck_agent_job_kind CHECK (job_kind in ('mediator', 'security')),
  CONSTRAINT ck_agent_card CHECK (job_kind = 'mediator' or (card_number is not null and card_valid_until is not null)),
  CONSTRAINT fk_agent_account_id FOREIGN KEY(account_id) REFERENCES presence.account (id),
  CONSTRAINT fk_agent_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id)
);

-- A training (formation) that an agent took, and until when it holds. Kind: prestataire.
create table presence.training (
  id UUID NOT NULL,
  agent_id UUID NOT NULL,
  label TEXT NOT NULL,
  taken_on DATE NOT NULL,
  expires_on DATE,
  prestataire_id INTEGER NOT NULL,
  CONSTRAINT pk_training PRIMARY KEY (id, prestataire_id),
  CONSTRAINT fk_training_prestataire_id_agent_id FOREIGN KEY(prestataire_id, agent_id) REFERENCES presence.agent (prestataire_id, id),
  CONSTRAINT ck_training_dates CHECK (expires_on > taken_on),
  CONSTRAINT fk_training_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id)
);

-- Team (binôme): agents who walk together, and where they start from. Kind: prestataire.
create table presence.team (
  id UUID NOT NULL,
  scheme_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  starts_from TEXT,
  disbanded_on DATE,
  prestataire_id INTEGER NOT NULL,
  CONSTRAINT pk_team PRIMARY KEY (id, prestataire_id),
  CONSTRAINT uq_team_prestataire_id_id UNIQUE (prestataire_id, id),
  CONSTRAINT uq_team_prestataire_id_scheme_id_name UNIQUE (prestataire_id, scheme_id, name),
  CONSTRAINT fk_team_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_team_starts_from FOREIGN KEY(starts_from) REFERENCES presence.commune (insee_code),
  CONSTRAINT fk_team_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id)
);

-- Shift (vacation) of one agent in a team, on an evening; two of one person never overlap. Kind: prestataire.
create table presence.shift (
  id UUID NOT NULL,
  scheme_id INTEGER NOT NULL,
  team_id UUID NOT NULL,
  agent_id UUID NOT NULL,
  evening_on DATE NOT NULL,
  during TSTZRANGE NOT NULL,
  cancelled_at TIMESTAMP WITH TIME ZONE,
  prestataire_id INTEGER NOT NULL,
  CONSTRAINT pk_shift PRIMARY KEY (id, prestataire_id),
  CONSTRAINT uq_shift_prestataire_id_id UNIQUE (prestataire_id, id),
  CONSTRAINT fk_shift_prestataire_id_agent_id FOREIGN KEY(prestataire_id, agent_id) REFERENCES presence.agent (prestataire_id, id),
  CONSTRAINT fk_shift_prestataire_id_team_id FOREIGN KEY(prestataire_id, team_id) REFERENCES presence.team (prestataire_id, id),
  CONSTRAINT ck_shift_during CHECK (not isempty(during)),
  CONSTRAINT ex_shift_no_overlap EXCLUDE USING gist (prestataire_id WITH =, agent_id WITH =, during WITH &&) WHERE (cancelled_at is null),
  CONSTRAINT fk_shift_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_shift_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id)
);

create INDEX ix_shift_prestataire_id_evening_on ON presence.shift (prestataire_id, evening_on);

-- Swap (échange de vacation): asked, accepted or refused; accepting changes the roster. Kind: prestataire.
create table presence.shift_swap (
  id UUID NOT NULL,
  shift_id UUID NOT NULL,
  from_agent_id UUID NOT NULL,
  to_agent_id UUID NOT NULL,
  reason TEXT NOT NULL,
  state TEXT DEFAULT 'asked' NOT NULL,
  asked_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  account_id UUID,
  answered_at TIMESTAMP WITH TIME ZONE,
  answered_by_id UUID,
  prestataire_id INTEGER NOT NULL,
  CONSTRAINT pk_shift_swap PRIMARY KEY (id, prestataire_id),
  CONSTRAINT fk_shift_swap_prestataire_id_shift_id FOREIGN KEY(prestataire_id, shift_id) REFERENCES presence.shift (prestataire_id, id),
  CONSTRAINT fk_shift_swap_prestataire_id_from_agent_id FOREIGN KEY(prestataire_id, from_agent_id) REFERENCES presence.agent (prestataire_id, id),
  CONSTRAINT fk_shift_swap_prestataire_id_to_agent_id FOREIGN KEY(prestataire_id, to_agent_id) REFERENCES presence.agent (prestataire_id, id),
  CONSTRAINT ck_shift_swap_state CHECK (state in ('asked', 'accepted', 'refused', 'withdrawn')),
  CONSTRAINT ck_shift_swap_agents CHECK (from_agent_id <> to_agent_id),
  CONSTRAINT ck_shift_swap_answered CHECK ((state = 'asked') = (answered_at is null)),
  CONSTRAINT fk_shift_swap_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id)
);

create UNIQUE INDEX uq_shift_swap_asked ON presence.shift_swap (prestataire_id, shift_id) WHERE state = 'asked';

-- Calendar link (abonnement iCal) to a team's shifts: a secret address that can be revoked. Kind: prestataire.
create table presence.calendar_link (
  id UUID NOT NULL,
  team_id UUID NOT NULL,
  secret_hash TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  account_id UUID,
  read_at TIMESTAMP WITH TIME ZONE,
  revoked_at TIMESTAMP WITH TIME ZONE,
  prestataire_id INTEGER NOT NULL,
  CONSTRAINT pk_calendar_link PRIMARY KEY (id, prestataire_id),
  CONSTRAINT fk_calendar_link_prestataire_id_team_id FOREIGN KEY(prestataire_id, team_id) REFERENCES presence.team (prestataire_id, id),
  CONSTRAINT uq_calendar_link_prestataire_id_secret_hash UNIQUE (prestataire_id, secret_hash),
  CONSTRAINT fk_calendar_link_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id)
);

alter table presence.agent enable row level security;
alter table presence.agent force row level security;
create policy agent_prestataire on presence.agent for all to presence_prestataire
  using (prestataire_id = app.signed_prestataire())
  with check (prestataire_id = (select app.signed_prestataire()));
grant select, insert, update (account_id, display_name, job_kind, card_number, card_valid_until, left_on) on presence.agent to presence_prestataire;

alter table presence.training enable row level security;
alter table presence.training force row level security;
create policy training_prestataire on presence.training for all to presence_prestataire
  using (prestataire_id = app.signed_prestataire())
  with check (prestataire_id = (select app.signed_prestataire()));
grant select, insert on presence.training to presence_prestataire;

alter table presence.team enable row level security;
alter table presence.team force row level security;
create policy team_prestataire on presence.team for all to presence_prestataire
  using (prestataire_id = app.signed_prestataire())
  with check (prestataire_id = (select app.signed_prestataire()) and scheme_id = any((select app.signed_schemes())::int[]));
grant select, insert, update (name, starts_from, disbanded_on) on presence.team to presence_prestataire;
create policy team_owner on presence.team for select to presence_owner
  using (id::text = current_setting('app.lookup', true));

alter table presence.shift enable row level security;
alter table presence.shift force row level security;
create policy shift_prestataire on presence.shift for all to presence_prestataire
  using (prestataire_id = app.signed_prestataire())
  with check (prestataire_id = (select app.signed_prestataire()) and scheme_id = any((select app.signed_schemes())::int[]));
grant select, insert, update (agent_id, cancelled_at) on presence.shift to presence_prestataire;
create policy shift_owner on presence.shift for select to presence_owner
  using (team_id::text = current_setting('app.lookup', true));

alter table presence.shift_swap enable row level security;
alter table presence.shift_swap force row level security;
create policy shift_swap_prestataire on presence.shift_swap for all to presence_prestataire
  using (prestataire_id = app.signed_prestataire())
  with check (prestataire_id = (select app.signed_prestataire()));
grant select, insert, update (state, answered_at, answered_by_id) on presence.shift_swap to presence_prestataire;

alter table presence.calendar_link enable row level security;
alter table presence.calendar_link force row level security;
create policy calendar_link_prestataire on presence.calendar_link for all to presence_prestataire
  using (prestataire_id = app.signed_prestataire())
  with check (prestataire_id = (select app.signed_prestataire()));
grant select, insert, update (revoked_at) on presence.calendar_link to presence_prestataire;
create policy calendar_link_owner on presence.calendar_link for all to presence_owner
  using (secret_hash = current_setting('app.lookup', true))
  with check (secret_hash = current_setting('app.lookup', true));


-- The shifts behind a calendar's secret address (ADR 0015): times and the team's name, no place.
create function app.calendar_shifts(code_hash text)
returns table (shift_id uuid, team_name text, evening_on date, starts_at timestamptz, ends_at timestamptz)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  wanted uuid;
  named text;
begin
  if app.signed_relay() is not true then
    raise exception 'calendar_shifts: not the signed relay' using errcode = '42501';
  end if;
  perform set_config('app.lookup', code_hash, true);
  update presence.calendar_link l set read_at = app.now()
   where l.secret_hash = code_hash and l.revoked_at is null returning l.team_id into wanted;
  if wanted is not null then
    perform set_config('app.lookup', wanted::text, true);
    select t.name into named from presence.team t where t.id = wanted;
    -- A line without a shift when there is none: the address is known all the same.
    return query select s.id, named, s.evening_on, lower(s.during), upper(s.during)
      from (values (1)) as known(line)
      left join presence.shift s
        on s.team_id = wanted and s.cancelled_at is null
       and s.evening_on between app.today() - 31 and app.today() + 92
     order by 4, 1;
  end if;
  perform set_config('app.lookup', '', true);
end $$;
revoke execute on function app.calendar_shifts(text) from public;
grant execute on function app.calendar_shifts(text) to presence_relay;
