-- What waits, what holds it back, what has failed.

-- name: counts :many
-- Cost: the changes of the counts that are not summed up yet, and an index entry per lane.
select s.queue, s.task_type, s.status, s.jobs, s.oldest_ready_at,
       extract(epoch from clock_timestamp() - s.oldest_ready_at)::float as ready_age_s
  from {stats}() as s;

-- name: held :one
-- Pauses, and leases that ran out a while ago with jobs that still pass for running. `how` a pause
-- was made is no column in older databases. A cron job that wakes nobody can be paused by itself.
select coalesce((
         select json_agg(json_build_object(
                  'queue', p.queue, 'task_type', p.task_type, 'reason', p.reason,
                  'paused_by', p.paused_by, 'paused_at', p.paused_at, 'until', p.until,
                  'how', coalesce(to_jsonb(p) ->> 'how', 'flag'),
                  'stopped', coalesce(to_jsonb(p) -> 'stopped', '[]'),
                  'is_of_chain', coalesce(to_jsonb(p) ->> 'how', 'flag') <> 'cron'
                      or coalesce(to_jsonb(p) -> 'stopped', '[]') = '[]'
                      or exists (
                        select from cron.job as c
                         where to_jsonb(p) -> 'stopped' ? c.jobname
                           and strpos(c.command, '_trigger_worker') > 0),
                  'age_s', extract(epoch from clock_timestamp() - p.paused_at),
                  'past_end_s', extract(epoch from clock_timestamp() - p.until))
                order by p.paused_at)
           from supaops.pause as p), '[]') as pauses,
       coalesce((
         select json_agg(json_build_object(
                  'id', l.id, 'worker', l.worker, 'expires_at', l.expires_at, 'jobs', l.jobs)
                order by l.expires_at)
           from (
             select e.id, e.worker, e.expires_at, count(*) as jobs
               from (
                 select o.id, o.worker, o.expires_at, o.job_ids from supaops.lease as o
                  where o.closed_at is null
                    and o.expires_at < clock_timestamp() - make_interval(secs => %(patience_s)s)
                  order by o.expires_at limit 100
               ) as e
               join {table} as j
                 on j.id = any (e.job_ids) and j.lease_id = e.id and j.status = 'running'
              group by e.id, e.worker, e.expires_at
           ) as l), '[]') as leases;

-- name: trend :many
-- Each queue's pending jobs an hour ago, and how many have ended since its jobs began to wait: a
-- quarter of an hour ago at the earliest. A count that falls is a clean-up's doing. A queue that
-- was not there in the first samples had no jobs then.
with sample as (
  select s.queue, s.at, s.pending,
         greatest(s.ended - lag(s.ended) over (partition by s.queue order by s.at), 0) as ended
    from (
      select o.queue, o.at, o.pending, o.succeeded + o.failed + o.cancelled as ended
        from supaops.sample as o where o.at > now() - interval '1 hour'
    ) as s
), span as (
  select s.queue, min(s.at) as first_at, max(s.at) as last_at,
         greatest(min(s.at), max(s.at) filter (where s.pending = 0),
                  now() - interval '15 minutes') as waiting_since
    from sample as s group by s.queue
)
select p.queue,
       case when p.first_at > (select min(s.first_at) from span as s) + interval '2 minutes' then 0
         else (array_agg(s.pending order by s.at))[1]
       end as earlier,
       extract(epoch from now() - p.first_at)::float as earlier_age_s,
       extract(epoch from p.last_at - p.waiting_since)::float as waiting_s,
       coalesce(sum(s.ended) filter (where s.at > p.waiting_since), 0)::bigint as ended
  from span as p
  join sample as s on s.queue = p.queue
 group by p.queue, p.first_at, p.last_at, p.waiting_since;

-- name: dead :one
-- Jobs that failed for good: those whose attempts ended of late, and those among the newest by id
-- that were failed by hand; and the longest dead among the first to fail. Of an error only the
-- class is read, since its text may quote a payload.
with attempt as materialized (
  select a.job_id, a.finished_at, left(a.error, 80) as error
    from supaops.attempt as a
   where a.finished_at > now() - greatest(make_interval(secs => %(within_s)s), interval '1 hour')
   order by a.finished_at desc limit 5000
), dead as (
  select j.id, j.task_type, j.completed_at, left(j.last_error, 80) as error
    from {table} as j
   where j.status = 'failed' and j.id = any (array(select a.job_id from attempt as a))
   union
  select j.id, j.task_type, j.completed_at, left(j.last_error, 80)
    from (select * from {table} as n order by n.id desc limit 1000) as j
   where j.status = 'failed'
), of_late as (
  select d.task_type, count(*) as jobs, min(d.id) as example,
         substring(d.error from '^([A-Za-z_][A-Za-z0-9_.]*(?:Error|Exception|Type))\M') as error
    from dead as d
   where d.completed_at > now() - interval '1 hour'
   group by d.task_type, 4
)
select coalesce((
         select json_agg(json_build_object(
                  'task_type', l.task_type, 'error', l.error, 'jobs', l.jobs, 'example', l.example)
                order by l.jobs desc, l.task_type)
           from of_late as l), '[]') as groups,
       (select count(*) from dead as d
         where d.completed_at > now() - make_interval(secs => %(within_s)s)) as young,
       (select count(*) from attempt) >= 5000 as is_cut_off,
       (select json_build_object('id', j.id, 'completed_at', j.completed_at,
                 'age_s', extract(epoch from clock_timestamp() - j.completed_at))
          from (select a.job_id from supaops.attempt as a order by a.finished_at limit 2000) as a
         cross join lateral (select * from {table} as o where o.id = a.job_id limit 1) as j
         where j.status = 'failed'
         order by j.completed_at limit 1) as oldest,
       array(
         select distinct j.task_type
           from attempt as a
          cross join lateral (select * from {table} as o where o.id = a.job_id limit 1) as j
          where a.finished_at > now() - interval '1 hour'
            and starts_with(a.error, 'UnknownTaskType:')
          order by j.task_type) as unhandled;
