-- Functions of every kind that a caller of the Data API can tell apart.
create sequence public.gw_seq;
create table public.gw_table (n integer);
create function public.gw_add(a integer, b integer default 10) returns integer
  immutable language sql as 'select a + b';
create function public.gw_jsonb(value jsonb) returns jsonb stable language sql as 'select value';
create function public.gw_json(value json) returns json stable language sql as 'select value';
create function public.gw_text(value text) returns text stable language sql as 'select value';
create function public.gw_ids(ids bigint[]) returns bigint[] stable language sql as 'select ids';
create function public.gw_wait(wait interval, at timestamptz) returns timestamptz
  stable language sql as 'select at + wait';
create function public.gw_rows(n integer) returns table (id bigint, body jsonb, wait interval)
  stable language sql as $$
    select i, jsonb_build_object('n', i), i * interval '36 h 30 s' from generate_series(1, n) as i $$;
create function public.gw_numbers(n integer) returns setof integer
  stable language sql as 'select generate_series(1, n)';
create function public.gw_column(n integer) returns table (id integer)
  stable language sql as 'select generate_series(1, n)';
create function public.gw_pair(out a integer, out b text) stable language sql as $$ select 1, 'x' $$;
create function public.gw_sum(variadic n integer[]) returns bigint
  immutable language sql as 'select sum(i) from unnest(n) as i';
create function public.gw_nothing() returns void language sql as '';
create function public.gw_next() returns bigint language sql as $$ select nextval('gw_seq') $$;
create function public.gw_undone() returns void language plpgsql as $$
  begin insert into public.gw_table values (1); raise 'not today'; end $$;
create function public.gw_raise(
  state text, message text, detail text default null, hint text default null
) returns void language plpgsql as $$
  begin
    raise using errcode = state, message = message,
      detail = coalesce(detail, ''), hint = coalesce(hint, '');
  end $$;
create function public.gw_whole(jsonb) returns jsonb stable language sql as 'select $1';
create function public.gw_twice(a integer) returns integer stable language sql as 'select 1';
create function public.gw_twice(a text) returns integer stable language sql as 'select 2';
create function public.gw_caller() returns jsonb stable language sql as $$
  select jsonb_build_object(
    'user', current_user,
    'claims', current_setting('request.jwt.claims')::jsonb,
    'method', current_setting('request.method'),
    'path', current_setting('request.path'),
    'header', current_setting('request.headers')::jsonb ->> 'x-request-id',
    'path_of_search', current_setting('search_path'),
    'timeout', current_setting('statement_timeout')) $$;
create function public.gw_forbidden() returns integer stable language sql as 'select 1';
revoke all on function public.gw_forbidden() from public, anon, authenticated;
