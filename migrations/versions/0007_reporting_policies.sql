alter table presence.run enable row level security;
alter table presence.run force row level security;
create policy run_relay on presence.run for all to presence_relay
  using (app.signed_relay())
  with check (app.signed_relay());
grant select, insert, update (started_at, finished_at, evenings, row_count, attempts) on presence.run to presence_relay;
create policy run_operator on presence.run for select to presence_operator
  using (app.signed_operator());
grant select on presence.run to presence_operator;

alter table presence.aggregated_evening enable row level security;
alter table presence.aggregated_evening force row level security;
create policy aggregated_evening_bailleur on presence.aggregated_evening for select to presence_bailleur
  using (bailleur_id = app.signed_bailleur());
grant select on presence.aggregated_evening to presence_bailleur;
create policy aggregated_evening_aggregator on presence.aggregated_evening for all to presence_aggregator
  using (true)
  with check (true);
grant select, insert, update (version, row_count, aggregated_at) on presence.aggregated_evening to presence_aggregator;

alter table presence.daily_figure enable row level security;
alter table presence.daily_figure force row level security;
create policy daily_figure_bailleur on presence.daily_figure for select to presence_bailleur
  using (bailleur_id = app.signed_bailleur());
grant select on presence.daily_figure to presence_bailleur;
create policy daily_figure_aggregator on presence.daily_figure for all to presence_aggregator
  using (true)
  with check (true);
grant select, insert, delete, update (value, insee_code) on presence.daily_figure to presence_aggregator;

alter table presence.monthly_figure enable row level security;
alter table presence.monthly_figure force row level security;
create policy monthly_figure_bailleur on presence.monthly_figure for select to presence_bailleur
  using (bailleur_id = app.signed_bailleur());
grant select on presence.monthly_figure to presence_bailleur;
create policy monthly_figure_aggregator on presence.monthly_figure for all to presence_aggregator
  using (true)
  with check (true);
grant select, insert, delete, update (value) on presence.monthly_figure to presence_aggregator;

alter table presence.release enable row level security;
alter table presence.release force row level security;
create policy release_scheme on presence.release for all to presence_scheme
  using (scheme_id = app.signed_scheme())
  with check (scheme_id = (select app.signed_scheme()));
grant select, insert, update (published_at, superseded_at, cut_off_at, content_hash, perimeter) on presence.release to presence_scheme;
create policy release_bailleur on presence.release for select to presence_bailleur
  using (scheme_id = any(app.signed_schemes()) and published_at is not null);
grant select on presence.release to presence_bailleur;
create policy release_figures on presence.release for select to presence_figures
  using (scheme_id = any(app.signed_schemes()) and published_at is not null);
grant select on presence.release to presence_figures;
create policy release_aggregator on presence.release for all to presence_aggregator
  using (true)
  with check (true);
grant select, update (evenings_due, evenings_signed) on presence.release to presence_aggregator;

alter table presence.sharing_agreement enable row level security;
alter table presence.sharing_agreement force row level security;
create policy sharing_agreement_scheme on presence.sharing_agreement for all to presence_scheme
  using (scheme_id = app.signed_scheme())
  with check (scheme_id = (select app.signed_scheme()));
grant select, insert on presence.sharing_agreement to presence_scheme;
create policy sharing_agreement_bailleur on presence.sharing_agreement for select to presence_bailleur
  using (scheme_id = any(app.signed_schemes()));
grant select on presence.sharing_agreement to presence_bailleur;

alter table presence.agreement_signature enable row level security;
alter table presence.agreement_signature force row level security;
create policy agreement_signature_scheme on presence.agreement_signature for select to presence_scheme
  using (scheme_id = app.signed_scheme());
grant select on presence.agreement_signature to presence_scheme;
create policy agreement_signature_bailleur on presence.agreement_signature for all to presence_bailleur
  using (bailleur_id = app.signed_bailleur() and scheme_id = any(app.signed_schemes()))
  with check (bailleur_id = (select app.signed_bailleur()) and scheme_id = any((select app.signed_schemes())::int[]));
grant select, insert, update (withdrawn_at) on presence.agreement_signature to presence_bailleur;

alter table presence.contribution enable row level security;
alter table presence.contribution force row level security;
create policy contribution_scheme on presence.contribution for select to presence_scheme
  using (scheme_id = app.signed_scheme());
grant select on presence.contribution to presence_scheme;
create policy contribution_aggregator on presence.contribution for all to presence_aggregator
  using (true)
  with check (true);
grant select, insert, delete on presence.contribution to presence_aggregator;

alter table presence.release_cell enable row level security;
alter table presence.release_cell force row level security;
create policy release_cell_scheme on presence.release_cell for all to presence_scheme
  using (scheme_id = app.signed_scheme())
  with check (scheme_id = (select app.signed_scheme()));
grant select, insert on presence.release_cell to presence_scheme;
create policy release_cell_bailleur on presence.release_cell for select to presence_bailleur
  using (scheme_id = any(app.signed_schemes()));
grant select on presence.release_cell to presence_bailleur;
create policy release_cell_figures on presence.release_cell for select to presence_figures
  using (scheme_id = any(app.signed_schemes()));
grant select on presence.release_cell to presence_figures;
