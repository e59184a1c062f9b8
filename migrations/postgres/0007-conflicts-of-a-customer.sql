-- A profile shows the open conflicts of its customer, who may stand on either side: on the first the unique key finds
-- them, on the second this.
create index conflict_open_b on customers.conflict (b_no) where decided_at is null;
