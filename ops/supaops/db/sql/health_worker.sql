-- What is known of the worker without asking it.

-- name: answers :one
-- The newest success among the thousand latest posts, and those since that failed or have had no
-- answer for too long. Cost: the ledger's primary key, and pg_net's answers by their time.
with answer as materialized (
  select r.id, r.status_code, r.created from net._http_response as r
   order by r.created desc limit 1000
), post as (
  select d.id, d.created_at, coalesce(d.status_code, a.status_code) as status_code,
         d.responded_at is not null or a.id is not null as is_answered
    from (select * from supaops.dispatch as o order by o.id desc limit 1000) as d
    left join answer as a on d.responded_at is null and a.id = d.request_id
     and a.created + interval '1 second' >= d.created_at
   where d.request_id is not null
), success as (
  select max(p.id) as id, max(p.created_at) as created_at
    from post as p where p.status_code between 200 and 299
), failure as (
  select count(*) as posts, min(p.created_at) as first_at
    from post as p, success as s
   where p.id > coalesce(s.id, 0)
     and (p.is_answered or p.created_at < now() - make_interval(secs => %(patience_s)s))
)
select (select count(*) from post) as posts,
       extract(epoch from clock_timestamp() - s.created_at)::float as success_age_s,
       f.posts as failures, f.first_at as failing_since,
       extract(epoch from clock_timestamp() - f.first_at)::float as failing_s,
       (select r.tool_version from supaops.revision as r order by r.id desc limit 1) as applied_by
  from success as s, failure as f;
