-- name: sending :one
-- What pg_net is doing. Its queue is counted up to a bound, and answers that nobody has copied yet
-- are looked for among the oldest and the newest: either table may be huge.
with ours as (
  select d.created_at
    from (select id from net.http_request_queue order by id limit 1000) as q
   cross join lateral (
     select d.created_at from supaops.dispatch as d
      where d.request_id = q.id order by d.created_at desc limit 1
   ) as d
),
answer as (
  (select id, created from net._http_response order by created limit 1000)
  union all
  (select id, created from net._http_response order by created desc limit 1000)
),
uncopied as (
  select a.created
    from answer as a
   where exists (
     select from supaops.dispatch as d
      where d.request_id = a.id and d.responded_at is null
        and d.created_at <= a.created + interval '1 second')
),
net_table as (
  select c.oid, c.relname from pg_catalog.pg_class as c
   where c.relnamespace = 'net'::regnamespace and c.relkind in ('r', 'p')
)
select now() as now,
       exists (
         select from pg_catalog.pg_stat_activity as a
          where a.backend_type like 'pg_net%%' or a.application_name like 'pg_net%%'
       ) as worker_alive,
       (select count(*) from (select from net.http_request_queue limit 100000) as q) as backlog,
       (select min(o.created_at) from ours as o) as oldest_queued_at,
       (select min(u.created) from uncopied as u) as oldest_uncopied_at,
       array(
         select format('trigger %%s on net.%%s', t.tgname, n.relname)
           from pg_catalog.pg_trigger as t join net_table as n on n.oid = t.tgrelid
          where not t.tgisinternal
         union all
         select format('foreign key %%s', f.conname)
           from pg_catalog.pg_constraint as f
          where f.contype = 'f' and (
                  f.conrelid in (select oid from net_table)
                  or f.confrelid in (select oid from net_table))
       ) as foreign_objects;

-- name: posts :many
-- The newest rows of the ledger, each with its answer, copied or not, the newest first. Answers
-- have no index but by time, so those not copied yet are looked for among the newest.
with recent as materialized (
  select d.* from supaops.dispatch as d order by d.id desc limit %(rows)s
),
answer as materialized (
  select r.id, r.status_code, r.error_msg, r.timed_out, r.content, r.created
    from net._http_response as r order by r.created desc limit 5000
),
uncopied as (
  select distinct on (d.id) d.id as dispatch_id, r.*
    from recent as d join answer as r on r.id = d.request_id
   where d.responded_at is null and r.created + interval '1 second' >= d.created_at
     and not exists (
       select from supaops.dispatch as later
        where later.request_id = d.request_id and later.created_at > d.created_at
          and later.created_at <= r.created + interval '1 second')
   order by d.id, r.created
)
select d.created_at,
       d.request_id is null and d.error_msg is not null as is_held,
       d.request_id is null and d.error_msg is null as is_idle,
       d.request_id is not null as is_post,
       coalesce(d.status_code, a.status_code) as status_code,
       coalesce(d.timed_out, a.timed_out, false) as timed_out,
       coalesce(d.error_msg, a.error_msg) as error,
       case when coalesce(d.status_code, a.status_code) >= 300
            then left(coalesce(d.content, a.content), 200) end as content,
       coalesce(d.responded_at, a.created) as answered_at,
       d.responded_at is null and a.id is null
         and exists (select from net.http_request_queue as q where q.id = d.request_id) as is_queued,
       now() as now
  from recent as d left join uncopied as a on a.dispatch_id = d.id
 order by d.id desc;

-- name: last_post :many
-- The post with the greatest number of a request, for a ledger whose newest rows are all idle.
select d.created_at, false as is_held, false as is_idle, true as is_post, d.status_code,
       coalesce(d.timed_out, false) as timed_out, d.error_msg as error,
       case when d.status_code >= 300 then left(d.content, 200) end as content,
       d.responded_at as answered_at, false as is_queued, now() as now
  from supaops.dispatch as d
 where d.request_id is not null order by d.request_id desc limit 1;
