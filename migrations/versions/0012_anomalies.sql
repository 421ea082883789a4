-- (to be written)
select 1;
