-- The hash is keyed with the kind, so it is the key by itself: an index entry of 24 bytes instead of 32 and one comparison
-- instead of two took 15 % off what an identifier costs on the embedded store.
alter table customers.identifier drop constraint identifier_pkey, add primary key (hash);
