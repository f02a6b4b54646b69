-- pg_net 0.20.4 for servers that lack it; supaops.local.net_loop sends the requests.
-- Names, signatures, defaults, error texts and behaviour: pg_net 0.20.4, sql/pg_net.sql and
-- src/worker.c. Grants: Supabase's event trigger after `create extension pg_net`.
create schema net;
comment on schema net is 'Stand-in for pg_net.';

create domain net.http_method as text
  check (value ilike 'get' or value ilike 'post' or value ilike 'delete');
comment on domain net.http_method is 'The methods that pg_net can send.';

create unlogged table net.http_request_queue (
  id bigserial,
  method net.http_method not null,
  url text not null,
  headers jsonb,
  body bytea,
  timeout_milliseconds integer not null
);
comment on table net.http_request_queue is 'Requests that wait to be sent.';

create unlogged table net._http_response (
  id bigint,
  status_code integer,
  content_type text,
  headers jsonb,
  content text,
  timed_out boolean,
  error_msg text,
  created timestamptz not null default now()
);
create index on net._http_response (created);
comment on table net._http_response is 'Answers, kept for six hours.';

create type net.request_status as enum ('PENDING', 'SUCCESS', 'ERROR');
comment on type net.request_status is 'How far a request is.';
create type net.http_response as (status_code integer, headers jsonb, body text);
comment on type net.http_response is 'An answer.';
create type net.http_response_result as (
  status net.request_status,
  message text,
  response net.http_response
);
comment on type net.http_response_result is 'An answer, or why there is none.';

-- The worker ---------------------------------------------------------------------------------

create function net.wake()
returns void
language plpgsql
set search_path = ''
as $$
begin
  -- Delivered at commit, once per transaction, as the real wake-up is.
  perform pg_notify('pg_net', 'wake');
end
$$;
comment on function net.wake is 'Wake the worker when the transaction commits.';

create function standin.net_reload()
returns boolean
language sql
security definer
set search_path = ''
as $$
  select pg_reload_conf()
$$;
comment on function standin.net_reload is 'Reload the configuration, whoever asks, as the C does.';

create function net.worker_restart()
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  perform pg_notify('pg_net', 'restart');
  return standin.net_reload();
end
$$;
comment on function net.worker_restart is 'Reload the configuration and restart the worker.';

create function standin.net_worker_is_up()
returns boolean
language sql
set search_path = ''
as $$
  -- An ordinary connection cannot choose its backend_type, so its name has to tell; the type
  -- is hidden from roles that would not see the real worker.
  select exists (
    select from pg_catalog.pg_stat_activity as a
     where a.application_name ilike 'pg_net %' and a.backend_type is not null)
$$;
comment on function standin.net_worker_is_up is
  'Tell whether the caller can see the worker, as pg_stat_activity shows it.';

create function net.check_worker_is_up()
returns void
language plpgsql
set search_path = ''
as $$
begin
  if not standin.net_worker_is_up() then
    raise exception using
      message = 'the pg_net background worker is not up',
      detail = 'the pg_net background worker is down due to an internal error '
               'and cannot process requests',
      hint = 'make sure that you didn''t modify any of pg_net internal tables';
  end if;
end
$$;
comment on function net.check_worker_is_up is 'Fail unless the worker is up.';

create function standin.net_await_worker()
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  while not standin.net_worker_is_up() loop
    perform pg_sleep(0.05);
    perform pg_stat_clear_snapshot();
  end loop;
end
$$;
comment on function standin.net_await_worker is 'Wait for the worker, whoever asks, as the C does.';

create function net.wait_until_running()
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform standin.net_await_worker();
end
$$;
comment on function net.wait_until_running is 'waits until the worker is running';

-- Requests -----------------------------------------------------------------------------------

create function net._urlencode_string(string character varying)
returns text
language sql
immutable
set search_path = ''
as $$
  select standin.net_urlencode(string)
$$;
comment on function net._urlencode_string is 'Escape a text for use in a URL.';

create function net._encode_url_with_params_array(url text, params_array text[])
returns text
language sql
immutable
set search_path = ''
as $$
  select standin.net_encode_url(url, params_array)
$$;
comment on function net._encode_url_with_params_array is 'Append parameters to a URL.';

create function standin.net_query(params jsonb)
returns text[]
language sql
immutable
set search_path = ''
as $$
  select coalesce(
    array_agg(net._urlencode_string(p.key) || '=' || net._urlencode_string(p.value)), '{}')
    from jsonb_each_text(params) as p
$$;
comment on function standin.net_query is 'Return the encoded parameters of a query, name=value each.';

create function standin.net_enqueue(
  method text,
  url text,
  params jsonb,
  headers jsonb,
  timeout_milliseconds integer,
  body jsonb
)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  request_id bigint;
begin
  insert into net.http_request_queue (method, url, headers, body, timeout_milliseconds)
  values (net_enqueue.method,
          net._encode_url_with_params_array(net_enqueue.url, standin.net_query(params)),
          net_enqueue.headers, convert_to(net_enqueue.body::text, 'UTF8'),
          net_enqueue.timeout_milliseconds)
  returning id into request_id;
  perform net.wake();
  return request_id;
end
$$;
comment on function standin.net_enqueue is 'Queue a request and wake the worker at commit.';

create function net.http_get(
  url text,
  params jsonb default '{}',
  headers jsonb default '{}',
  timeout_milliseconds integer default 5000
)
returns bigint
language sql
set search_path = ''
as $$
  select standin.net_enqueue('GET', url, params, headers, timeout_milliseconds, null)
$$;
comment on function net.http_get is 'Queue a GET request; returns its id.';

create function net.http_post(
  url text,
  body jsonb default '{}',
  params jsonb default '{}',
  headers jsonb default '{"Content-Type": "application/json"}',
  timeout_milliseconds integer default 5000
)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  content_type constant text := (
    select h.value
      from jsonb_each_text(coalesce(headers, '{}')) as h
     where lower(h.key) = 'content-type'
     limit 1);
begin
  if content_type <> 'application/json' then
    raise exception 'Content-Type header must be "application/json"';
  end if;
  return standin.net_enqueue(
    'POST', url, params,
    case when content_type is null
         then headers || '{"Content-Type": "application/json"}' else headers end,
    timeout_milliseconds, body);
end
$$;
comment on function net.http_post is 'Queue a POST request with a JSON body; returns its id.';

create function net.http_delete(
  url text,
  params jsonb default '{}',
  headers jsonb default '{}',
  timeout_milliseconds integer default 5000,
  body jsonb default null
)
returns bigint
language sql
set search_path = ''
as $$
  select standin.net_enqueue('DELETE', url, params, headers, timeout_milliseconds, body)
$$;
comment on function net.http_delete is 'Queue a DELETE request; returns its id.';

-- Answers ------------------------------------------------------------------------------------

create function net._await_response(request_id bigint)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  while not exists (select from net._http_response as r where r.id = request_id) loop
    perform pg_sleep(0.05);
  end loop;
  return true;
end
$$;
comment on function net._await_response is 'Wait until a request has its answer.';

create function net._http_collect_response(request_id bigint, async boolean default true)
returns net.http_response_result
language plpgsql
set search_path = ''
as $$
declare
  answer net._http_response;
begin
  if not async then
    perform net._await_response(request_id);
  end if;
  select r.* into answer from net._http_response as r where r.id = request_id;
  if answer.id is null or answer.error_msg is not null then
    return row('ERROR', coalesce(answer.error_msg, 'request matching request_id not found'), null)
      ::net.http_response_result;
  end if;
  return row('SUCCESS', 'ok',
             row(answer.status_code, answer.headers, answer.content)::net.http_response)
    ::net.http_response_result;
end
$$;
comment on function net._http_collect_response is 'Return the answer to a request.';

-- The real one has no destination for its result either, and always fails.
create function net.http_collect_response(request_id bigint, async boolean default true)
returns net.http_response_result
language plpgsql
set search_path = ''
as $$
begin
  raise notice 'The net.http_collect_response function is deprecated.';
  select net._http_collect_response(request_id, async);
end
$$;
comment on function net.http_collect_response is 'Deprecated; fails as the real one does.';

grant usage on schema net to public;
grant all on all sequences in schema net to public;
grant all on all tables in schema net to public;
grant usage on schema net to postgres, anon, authenticated, service_role;

select standin.register('pg_net', '0.20.4', 'extensions', 'net');
