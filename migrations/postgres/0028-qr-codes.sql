-- QR codes of official accounts: who scans one comes with its scene, so a poster, a branch or a member of staff can be told.
create table campaigns.qr_code (
  id int generated always as identity primary key,
  provider_id int not null references campaigns.provider (id),
  name text not null,
  -- What the platform gives back at each scan.
  scene text not null,
  -- Where it hangs: a branch, a poster, a person. Free text, no customer.
  place text not null default '',
  campaign_id int references campaigns.campaign (id),
  ticket text not null,
  url text not null,
  -- Null: for ever.
  expires_at timestamptz,
  created_at timestamptz not null,
  created_by text not null
);
create unique index qr_code_scene on campaigns.qr_code (provider_id, scene);
