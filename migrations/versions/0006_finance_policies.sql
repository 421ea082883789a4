alter table presence.allocation enable row level security;
alter table presence.allocation force row level security;
create policy allocation_scheme on presence.allocation for all to presence_scheme
  using (scheme_id = app.signed_scheme())
  with check (scheme_id = (select app.signed_scheme()));
grant select, insert, update (superseded_at) on presence.allocation to presence_scheme;
create policy allocation_bailleur on presence.allocation for select to presence_bailleur
  using (scheme_id = any(app.signed_schemes()));
grant select on presence.allocation to presence_bailleur;

alter table presence.basis_snapshot enable row level security;
alter table presence.basis_snapshot force row level security;
create policy basis_snapshot_scheme on presence.basis_snapshot for select to presence_scheme
  using (scheme_id = app.signed_scheme());
grant select on presence.basis_snapshot to presence_scheme;
create policy basis_snapshot_aggregator on presence.basis_snapshot for all to presence_aggregator
  using (true)
  with check (true);
grant select, insert on presence.basis_snapshot to presence_aggregator;

alter table presence.cost enable row level security;
alter table presence.cost force row level security;
create policy cost_scheme on presence.cost for all to presence_scheme
  using (scheme_id = app.signed_scheme())
  with check (scheme_id = (select app.signed_scheme()));
grant select, insert on presence.cost to presence_scheme;
create policy cost_bailleur on presence.cost for select to presence_bailleur
  using (scheme_id = any(app.signed_schemes()));
grant select on presence.cost to presence_bailleur;

alter table presence.scheme_year_total enable row level security;
alter table presence.scheme_year_total force row level security;
create policy scheme_year_total_scheme on presence.scheme_year_total for all to presence_scheme
  using (scheme_id = app.signed_scheme())
  with check (scheme_id = (select app.signed_scheme()));
grant select, insert, update (status, cost_cents, grant_cents, net_cents, published_at) on presence.scheme_year_total to presence_scheme;
create policy scheme_year_total_bailleur on presence.scheme_year_total for select to presence_bailleur
  using (scheme_id = any(app.signed_schemes()));
grant select on presence.scheme_year_total to presence_bailleur;
create policy scheme_year_total_figures on presence.scheme_year_total for select to presence_figures
  using (scheme_id = any(app.signed_schemes()) and published_at is not null);
grant select on presence.scheme_year_total to presence_figures;

alter table presence.sharing_key enable row level security;
alter table presence.sharing_key force row level security;
create policy sharing_key_scheme on presence.sharing_key for all to presence_scheme
  using (scheme_id = app.signed_scheme())
  with check (scheme_id = (select app.signed_scheme()));
grant select, insert, update (valid_during) on presence.sharing_key to presence_scheme;
create policy sharing_key_bailleur on presence.sharing_key for select to presence_bailleur
  using (scheme_id = any(app.signed_schemes()));
grant select on presence.sharing_key to presence_bailleur;

alter table presence.subsidy enable row level security;
alter table presence.subsidy force row level security;
create policy subsidy_scheme on presence.subsidy for all to presence_scheme
  using (scheme_id = app.signed_scheme())
  with check (scheme_id = (select app.signed_scheme()));
grant select, insert on presence.subsidy to presence_scheme;
create policy subsidy_bailleur on presence.subsidy for select to presence_bailleur
  using (scheme_id = any(app.signed_schemes()));
grant select on presence.subsidy to presence_bailleur;

alter table presence.allocation_slice enable row level security;
alter table presence.allocation_slice force row level security;
create policy allocation_slice_scheme on presence.allocation_slice for all to presence_scheme
  using (scheme_id = app.signed_scheme())
  with check (scheme_id = (select app.signed_scheme()));
grant select, insert on presence.allocation_slice to presence_scheme;
create policy allocation_slice_bailleur on presence.allocation_slice for select to presence_bailleur
  using (scheme_id = any(app.signed_schemes()));
grant select on presence.allocation_slice to presence_bailleur;

alter table presence.allocation_share enable row level security;
alter table presence.allocation_share force row level security;
create policy allocation_share_scheme on presence.allocation_share for all to presence_scheme
  using (scheme_id = app.signed_scheme())
  with check (scheme_id = (select app.signed_scheme()));
grant select, insert on presence.allocation_share to presence_scheme;
create policy allocation_share_bailleur on presence.allocation_share for select to presence_bailleur
  using (bailleur_id = app.signed_bailleur());
grant select on presence.allocation_share to presence_bailleur;
