-- name: lock  (one worker per database; the next waits here)
select pg_catalog.pg_advisory_lock(pg_catalog.hashtextextended('supaops pg_net stand-in', 0))

-- name: listen
listen pg_net

-- name: settings
select coalesce(nullif(pg_catalog.current_setting('pg_net.batch_size', true), ''), '200')::integer
         as batch_size,
       coalesce(nullif(pg_catalog.current_setting('pg_net.ttl', true), ''), '6 hours') as ttl

-- name: delete_expired
with expired as (
  select r.ctid
    from net._http_response as r
   where r.created < now() - %(ttl)s::interval
   order by r.created
   limit %(batch_size)s
)
delete from net._http_response as r
 using expired
 where r.ctid = expired.ctid

-- name: take_requests
with batch as (
  select q.id from net.http_request_queue as q order by q.id limit %(batch_size)s
)
delete from net.http_request_queue as q
 using batch
 where q.id = batch.id
returning q.id, q.method::text as method, q.url, q.timeout_milliseconds,
          array(select array[h.key, h.value]
                  from jsonb_each_text(q.headers) as h where h.value is not null) as headers,
          q.body

-- name: insert_response
insert into net._http_response
  (id, status_code, content_type, headers, content, timed_out, error_msg)
values (%(id)s, %(status_code)s, %(content_type)s, %(headers)s::jsonb, %(content)s,
        %(timed_out)s, %(error_msg)s)
