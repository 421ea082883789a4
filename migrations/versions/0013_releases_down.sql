drop table presence.release_recalculation;
drop table presence.disclosure_policy;
-- Cells of a place or of part of a period were not told before: they go, the others stay.
delete from presence.release_cell c using presence.release r
 where r.id = c.release_id and r.scheme_id = c.scheme_id
   and (c.area <> '' or c.members <> ''
        or not ((c.from_on = r.from_on and c.to_on = r.to_on) or c.month_on is not null));
alter table presence.release_cell drop constraint uq_release_cell_key;
alter table presence.release_cell add constraint uq_release_cell_scheme_id_release_id_indicator_month_on
  UNIQUE NULLS NOT DISTINCT (scheme_id, release_id, indicator, month_on);
alter table presence.release_cell drop column to_on;
alter table presence.release_cell drop column from_on;
alter table presence.release_cell drop column members;
alter table presence.release_cell drop column area;
alter table presence.contribution drop constraint pk_contribution;
create temporary table squashed on commit drop as
  select scheme_id, release_id, bailleur_id, indicator, month_on, sum(value)::bigint as value
    from presence.contribution group by 1, 2, 3, 4, 5;
delete from presence.contribution;
alter table presence.contribution drop column qpv;
alter table presence.contribution drop column insee_code;
alter table presence.contribution add constraint pk_contribution
  PRIMARY KEY (release_id, bailleur_id, indicator, month_on, scheme_id);
insert into presence.contribution (scheme_id, release_id, bailleur_id, indicator, month_on, value)
  select * from squashed;
alter table presence.release drop column check_note;
alter table presence.release drop column checked_at;
alter table presence.release drop column code_version;
alter table presence.release drop column content;
alter table presence.release drop column kind;
alter table presence.sharing_agreement drop column grains;
