-- What a trait gives away in an anonymous export: quasi (tells people apart together with others), sensitive, plain; null: by its name.
alter table customers.trait add column exposure text check (exposure in ('quasi', 'sensitive', 'plain'));
-- What the gate did or refused; see src/customers/export/anonymous.ts.
alter table customers.export add column report jsonb;
