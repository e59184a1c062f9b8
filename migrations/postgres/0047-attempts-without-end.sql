-- A send that cannot be composed is tried again each minute for as long as its campaign lets it: more often than a smallint counts.
alter table campaigns.send alter column attempt type int, alter column interrupted type int;
alter table campaigns.attempt alter column attempt type int;
