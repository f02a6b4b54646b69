-- What the charts are drawn from. {table} is the queue. Slots are numbered from 0; one in which
-- nothing is known has no row. Each statement looks at a bounded number of rows, by an index.

-- name: counts :many
-- From the counts of each minute. A count falls when jobs are removed, and what was done while
-- nobody counted for five minutes belongs to no slot.
with counted as (
  select s.at, s.pending, s.oldest_ready_at, s.at - lag(s.at) over earlier as since,
         s.succeeded - lag(s.succeeded) over earlier as succeeded,
         s.failed - lag(s.failed) over earlier as failed,
         s.cancelled - lag(s.cancelled) over earlier as cancelled
    from supaops.sample as s
   where s.at >= %(start)s - interval '5 minutes' and s.at < %(end)s
     and (%(queue)s::text is null or s.queue = %(queue)s)
  window earlier as (partition by s.queue order by s.at)
),
minute as (
  select c.at, sum(c.pending) as pending,
         min(c.oldest_ready_at) filter (where isfinite(c.oldest_ready_at)) as oldest_ready_at,
         sum(greatest(c.succeeded, 0)) filter (where c.since <= interval '5 minutes') as succeeded,
         sum(greatest(c.failed, 0)) filter (where c.since <= interval '5 minutes') as failed,
         sum(greatest(c.cancelled, 0)) filter (where c.since <= interval '5 minutes') as cancelled
    from counted as c
   where c.at >= %(start)s
   group by c.at
)
select s.slot, max(m.pending)::bigint as pending,
       greatest(date_part('epoch', max(m.at - m.oldest_ready_at)), 0)::float8 as waited_s,
       sum(m.succeeded)::bigint as succeeded, sum(m.failed)::bigint as failed,
       sum(m.cancelled)::bigint as cancelled
  from minute as m
 cross join lateral (
   select floor(date_part('epoch', m.at - %(start)s) / %(size_s)s)::integer as slot
 ) as s
 group by s.slot
 order by s.slot;

-- name: durations :many
-- Of some jobs of each slot, as far apart as they are many: how long they waited to be started,
-- and how long they ran. A slot's jobs are found by halving the primary key: ids grow with the time
-- at which a job is added. One more stretch before the slots is looked at, for the jobs that were
-- added there and started later.
with recursive edge as (
  select n, %(start)s + n * make_interval(secs => %(size_s)s) as at
    from generate_series(0, %(count)s) as n
   union all
  select -1, %(start)s - (%(end)s - %(start)s)
),
search as (
  select e.n, e.at, b.low, b.high + 1 as high
    from edge as e
   cross join (select (select id from {table} order by id limit 1) as low,
                      (select id from {table} order by id desc limit 1) as high) as b
   where b.low is not null
   union all
  select s.n, s.at,
         case when m.created_at < s.at then m.id + 1 else s.low end,
         case when m.created_at < s.at then s.high else (s.low + s.high) / 2 end
    from search as s
   cross join lateral (
     select j.id, j.created_at from {table} as j
      where j.id >= (s.low + s.high) / 2 order by j.id limit 1
   ) as m
   where s.low < s.high
),
stretch as (
  select s.low as first_id, lead(s.low) over (order by s.n) as end_id
    from search as s
   where s.low >= s.high
),
picked as (
  select j.*
    from stretch as s
   cross join lateral (
     select greatest((s.end_id - s.first_id + %(most)s - 1) / %(most)s, 1) as step
   ) as d
   cross join lateral generate_series(s.first_id, s.end_id - 1, d.step) as g (id)
   cross join lateral (
     select j.queue, j.created_at, j.run_at, j.started_at, j.completed_at from {table} as j
      where j.id >= g.id and j.id < least(g.id + d.step, s.end_id)
      order by j.id limit 1
   ) as j
),
timed as (
  select floor(date_part('epoch', p.started_at - %(start)s) / %(size_s)s)::integer as slot,
         greatest(date_part('epoch', p.started_at - greatest(p.created_at, p.run_at)), 0)::float8
           as waited_s,
         case when isfinite(p.completed_at)
              then greatest(date_part('epoch', p.completed_at - p.started_at), 0)::float8 end as ran_s
    from picked as p
   where p.started_at >= %(start)s and p.started_at < %(end)s
     and isfinite(greatest(p.created_at, p.run_at))
     and (%(queue)s::text is null or p.queue = %(queue)s)
)
select t.slot, count(*) as jobs,
       percentile_cont(array[0.5, 0.95]) within group (order by t.waited_s) as waited_s,
       percentile_cont(array[0.5, 0.95]) within group (order by t.ran_s) as ran_s
  from timed as t
 group by t.slot
 order by t.slot;

-- name: failures :many
-- Of the newest attempts that failed; `since` is null when they are all that the slots hold.
with recent as (
  select a.job_id, a.finished_at, a.outcome
    from supaops.attempt as a
   where a.finished_at >= %(start)s and a.finished_at < %(end)s
     and a.outcome in ('failed', 'lost')
   order by a.finished_at desc
   limit %(most)s
),
reach as (
  select case when count(*) = %(most)s then min(r.finished_at) end as since from recent as r
)
select s.slot, count(*) filter (where r.outcome = 'failed') as failed,
       count(*) filter (where r.outcome = 'lost') as lost, reach.since
  from recent as r
 cross join reach
 cross join lateral (
   select floor(date_part('epoch', r.finished_at - %(start)s) / %(size_s)s)::integer as slot
 ) as s
 where %(queue)s::text is null
    or exists (select from {table} as j where j.id = r.job_id and j.queue = %(queue)s)
 group by s.slot, reach.since
 order by s.slot;

-- name: errors :many
-- The newest attempts that failed, newest first, each with its job as it is now.
select r.job_id, j.task_type, j.queue, j.status = 'failed' as is_dead, r.finished_at,
       coalesce(nullif(left(split_part(r.error, E'\n', 1), 500), ''), r.outcome) as error
  from (
    select a.job_id, a.finished_at, a.outcome, a.error
      from supaops.attempt as a
     where a.finished_at >= %(start)s and a.finished_at < %(end)s
       and a.outcome in ('failed', 'lost')
     order by a.finished_at desc
     limit %(most)s
  ) as r
  join {table} as j on j.id = r.job_id
 where %(queue)s::text is null or j.queue = %(queue)s
 order by r.finished_at desc;

-- name: marks :many
-- What may have turned a curve: what was applied, and what was paused, resumed, armed or disarmed.
-- Of the audit the newest rows of that time are looked at.
(select r.applied_at as at, r.applied_by as actor, 'apply' as action,
        'revision:' || r.id as target, r.git_sha, r.summary as reason
   from (select * from supaops.revision order by id desc limit 100) as r
  where r.applied_at >= %(start)s and r.applied_at < %(end)s
  order by r.id desc
  limit %(most)s)
union all
(select a.at, a.actor, a.action, a.target, null, a.reason
   from (select * from supaops.audit as a
          where a.at >= %(start)s and a.at < %(end)s
          order by a.at desc limit 20000) as a
  where a.action in ('pause', 'resume', 'arm', 'disarm')
    and (%(queue)s::text is null or not starts_with(a.target, 'queue:')
         or split_part(split_part(a.target, ':', 2), ' ', 1) in (%(queue)s, '*'))
  order by a.at desc
  limit %(most)s)
 order by at desc
 limit %(most)s;
