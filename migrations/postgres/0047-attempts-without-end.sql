-- A send that cannot be composed is tried again each minute for as long as its campaign lets it: more often than a smallint counts.
alter table campaigns.send alter column attempt type int, alter column interrupted type int;
alter table campaigns.attempt alter column attempt type int;

-- Sends that may go by one account only: each account that takes no others asks whether it has any.
create index send_bound on campaigns.send (provider_id) where state = 'planned' and provider_id is not null;
