-- Schemas, and the functions that read the signed context. Nothing here is open to PUBLIC.
create schema if not exists app authorization presence_owner;
create schema if not exists presence authorization presence_owner;
revoke all on schema public from public;
grant usage on schema app, presence to presence_bailleur, presence_prestataire, presence_scheme,
  presence_operator, presence_relay, presence_figures, presence_aggregator;
alter default privileges in schema app revoke execute on functions from public;
alter default privileges revoke execute on functions from public;

-- Exclusion constraints on « same scheme, overlapping period » need B-tree operators in GiST.
create extension if not exists btree_gist with schema public;
