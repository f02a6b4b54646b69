-- The tables that the job game_platform_sync fills. Safe to run again.

create table if not exists public.platform (
    code text primary key check (code <> ''),
    name text not null check (name <> '')
);

create table if not exists public.game (
    id          bigint primary key,
    slug        text not null check (slug <> ''),
    title       text not null check (title <> ''),
    released_on date,
    synced_at   timestamptz not null default now(),
    -- Deferred, so that two games may swap their slugs in one sync.
    constraint game_slug_key unique (slug) deferrable initially deferred
);

create table if not exists public.game_platform (
    game_id       bigint not null references public.game (id) on delete cascade,
    platform_code text not null references public.platform (code),
    price_cents   integer not null check (price_cents >= 0),
    currency      text not null check (currency ~ '^[A-Z]{3}$'),
    primary key (game_id, platform_code)
);

-- Answers "what is there for this platform" and serves the foreign key.
create index if not exists game_platform_platform_code_idx
    on public.game_platform (platform_code, game_id);

comment on table public.platform is 'Consoles and systems that games are sold for.';
comment on column public.platform.code is 'The catalogue''s own short name, such as switch.';
comment on column public.platform.name is 'What people call it.';

comment on table public.game is 'The upstream catalogue, copied by the job game_platform_sync.';
comment on column public.game.id is 'The catalogue''s id: the key of the upsert.';
comment on column public.game.slug is 'The part of a URL that names the game.';
comment on column public.game.title is 'The title as it is sold.';
comment on column public.game.released_on is 'Day of release; null until it is announced.';
comment on column public.game.synced_at is 'When a sync last changed this row.';

comment on table public.game_platform is 'For which platforms a game is sold, and at what price.';
comment on column public.game_platform.game_id is 'The game.';
comment on column public.game_platform.platform_code is 'The platform.';
comment on column public.game_platform.price_cents is 'Price in hundredths of the currency.';
comment on column public.game_platform.currency is 'ISO 4217 code of the price.';

-- Row level security without a policy: the Data API sees nothing until a policy says so, while the
-- worker's role owns the tables. The grants that Supabase gives by default go too.
alter table public.platform enable row level security;
alter table public.game enable row level security;
alter table public.game_platform enable row level security;

revoke all on public.platform, public.game, public.game_platform from anon, authenticated;
