-- The numbers above the list of jobs, none of them by a scan.

-- name: waiting :one
-- How many of the pending jobs are due, are not due yet, and were tried before; each counted up to
-- `at_most`, by the index of claims, or by attempts where more are pending than may be looked at.
-- An attempt of each that was tried is there.
with lane as (
  select l.id from supaops.lane as l
   where (%(queue)s::text is null or l.queue = %(queue)s)
     and (%(task_type)s::text is null or l.task_type = %(task_type)s)
),
tried as materialized (
  select a.job_id from supaops.attempt as a
   where not %(by_lane)s order by a.job_id desc limit %(at_most)s
)
select (select count(*)
          from (
            select from lane as l
             cross join lateral (
               select from {table} as j where j.lane = l.id and j.ready_at <= now()
                order by j.lane, j.ready_at limit %(at_most)s) as r
             limit %(at_most)s) as f) as due,
       (select count(*)
          from (
            select from lane as l
             cross join lateral (
               select from {table} as j where j.lane = l.id and j.ready_at > now()
                order by j.lane, j.ready_at limit %(at_most)s) as r
             limit %(at_most)s) as f) as upcoming,
       case when %(by_lane)s
            then (select count(*)
                    from lane as l
                   cross join lateral (
                     select j.attempts from {table} as j
                      where j.lane = l.id and j.ready_at is not null
                      order by j.lane, j.ready_at limit %(at_most)s) as r
                   where r.attempts > 0)
            else (select count(*)
                    from (select distinct t.job_id from tried as t) as d
                   cross join lateral (
                     select from {table} as j
                      where j.id = d.job_id and j.status = 'pending'
                        and (%(queue)s::text is null or j.queue = %(queue)s)
                        and (%(task_type)s::text is null or j.task_type = %(task_type)s)
                      limit 1) as f)
       end as retrying,
       %(by_lane)s or (select count(*) from tried) < %(at_most)s as are_all_retrying;

-- name: succeeded :one
-- How many have succeeded since a time, by the counts of each minute; those of a queue that fall
-- are a clean-up's doing. Null where no minute of that time was counted.
select sum(greatest(s.succeeded - s.earlier, 0))::bigint as jobs
  from (
    select o.succeeded, lag(o.succeeded) over (partition by o.queue order by o.at) as earlier
      from supaops.sample as o
     where o.at > now() - %(window)s::interval
       and (%(queue)s::text is null or o.queue = %(queue)s)
  ) as s;

-- name: chain :one
-- Whether pg_cron runs, and the newest of the last posts that was answered, else the newest of all.
select now() as now,
       exists (
         select from pg_catalog.pg_stat_activity as a
          where a.backend_type = 'pg_cron launcher' or a.application_name = 'pg_cron scheduler'
       ) as scheduler_alive,
       (select count(*) from cron.job as j
         where j.active
           and j.username = pg_catalog.pg_get_userbyid((
                 select nspowner from pg_catalog.pg_namespace where nspname = 'supaops'))
       ) as active_jobs,
       p.created_at as posted_at, p.responded_at as answered_at, p.status_code,
       p.error_msg is not null or coalesce(p.timed_out, false) as is_error
  from (select) as one
  left join lateral (
    select n.*
      from (
        select d.* from supaops.dispatch as d
         where d.request_id is not null order by d.request_id desc limit 20) as n
     order by n.responded_at is null, n.id desc limit 1
  ) as p on true;

-- name: matching :one
-- How many of the next jobs by descending id match a filter, whatever their status, by status.
select count(*) as looked, min(w.id) as least_id,
       count(*) filter (where w.is_match and w.status = 'pending' and w.ready_at <= now()) as ready,
       count(*) filter (where w.is_match and w.status = 'pending' and w.ready_at > now())
         as scheduled,
       count(*) filter (where w.is_match and w.status = 'pending' and w.attempts > 0) as retrying,
       count(*) filter (where w.is_match and w.status = 'running') as running,
       count(*) filter (where w.is_match and w.status = 'failed') as failed,
       count(*) filter (
         where w.is_match and w.status = 'succeeded'
           and w.completed_at > now() - %(within)s::interval) as succeeded
  from (
    select j.id, j.status, j.ready_at, j.attempts, j.completed_at,
           {counted} and {matches} as is_match
      from (select * from {table} where {way} limit %(window)s) as j
  ) as w;
