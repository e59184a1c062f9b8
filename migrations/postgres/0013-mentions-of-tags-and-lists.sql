-- Which audience is defined with which list or tag: what is mentioned cannot be deleted.
create table audiences.mention_list (
  audience_id uuid not null references audiences.audience (id) on delete cascade,
  list_id uuid not null references audiences.list (id),
  primary key (audience_id, list_id)
);
create index mention_list_mentioned on audiences.mention_list (list_id);

create table audiences.mention_tag (
  audience_id uuid not null references audiences.audience (id) on delete cascade,
  tag_no int not null references audiences.tag (no),
  primary key (audience_id, tag_no)
);
create index mention_tag_mentioned on audiences.mention_tag (tag_no);
