-- What operators do to jobs, and how they find them. {table} is the queue; {retry} and its like are
-- its functions. Where many jobs are looked at, they are a range of the primary key.

-- name: identity
-- For this transaction alone: who acts, why and by what.
select set_config('supaops.actor', %(actor)s, true), set_config('supaops.reason', %(reason)s, true),
       set_config('supaops.source', %(source)s, true),
       set_config('supaops.request_id', %(request_id)s, true);

-- name: audit
insert into supaops.audit (actor, action, reason, target, before, after)
values (supaops.actor(), %(action)s, nullif(current_setting('supaops.reason', true), ''),
        %(target)s, %(before)s, %(after)s);

-- name: retry :many
select unnest({retry}(%(ids)s)) as job_id, null::bigint as new_id, null::text as problem;

-- name: cancel :many
select unnest({cancel}(%(ids)s)) as job_id, null::bigint as new_id, null::text as problem;

-- name: replay :many
select job_id, new_id, problem from {replay}(%(ids)s);

-- name: cleanup :one
select {cleanup}(%(older_than)s) as removed;

-- name: enqueue :one
select {enqueue}(
         task_type := %(task_type)s, payload := %(payload)s, run_at := coalesce(%(run_at)s, now()),
         queue := %(queue)s, priority := %(priority)s, max_attempts := %(max_attempts)s,
         dedup_key := %(dedup_key)s) as id;

-- name: enqueued :one
-- Returns whether another transaction made the job: one that began later may have ended first.
select j.created_at <> now() as was_there from {table} as j where j.id = %(id)s;

-- name: installed :one
select to_regclass(%(table)s) is not null
   and exists (
     select from pg_catalog.pg_attribute as a
      where a.attrelid = to_regclass('supaops.pause') and a.attname = 'stopped') as is_installed;

-- name: statuses :many
select id, status from {table} where id = any(%(ids)s) order by id;

-- name: expected :many
-- Returns how many jobs there are by status, of this queue and task type, without a look at them.
select s.status, sum(s.jobs)::bigint as jobs
  from {stats}() as s
 where (%(queue)s::text is null or s.queue = %(queue)s)
   and (%(task_type)s::text is null or s.task_type = %(task_type)s)
 group by s.status;

-- name: counted
-- Whether a job is one of those that `expected` counts.
(%(columns)s::text[] is null or j.status = any(%(columns)s))
       and (%(queue)s::text is null or j.queue = %(queue)s)
       and (%(task_type)s::text is null or j.task_type = %(task_type)s)

-- name: matches
-- Whether one that is counted is also what else is asked for.
(%(statuses)s::text[] is null or j.status = any(%(statuses)s)
         or 'retrying' = any(%(statuses)s) and j.status = 'pending' and j.attempts > 0
         or 'scheduled' = any(%(statuses)s) and j.status = 'pending' and j.ready_at > now()
         or 'ready' = any(%(statuses)s) and j.status = 'pending' and j.ready_at <= now())
       and (%(named)s::bigint[] is null or j.id = any(%(named)s))
       and (%(worker)s::text is null or starts_with(j.worker, %(worker)s))
       and (%(error)s::text is null or position(lower(%(error)s) in lower(j.last_error)) > 0)
       and (%(older)s::interval is null
            or coalesce(j.completed_at, j.started_at, j.created_at) <= now() - %(older)s::interval)
       and (%(newer)s::interval is null
            or coalesce(j.completed_at, j.started_at, j.created_at) > now() - %(newer)s::interval)
       and (%(until)s::timestamptz is null
            or coalesce(j.completed_at, j.started_at, j.created_at) <= %(until)s)
       and (%(since)s::timestamptz is null
            or coalesce(j.completed_at, j.started_at, j.created_at) > %(since)s)
       and (%(path)s::text[] is null
            or case when %(values)s::text[] is null then j.payload #> %(path)s::text[] is not null
                    else j.payload #> %(path)s::text[] = any(%(values)s::text[]::jsonb[]) end)

-- name: down
id <= %(from_id)s and id > %(above)s order by id desc

-- name: up
id >= %(from_id)s order by id

-- name: jobs
select n.id as walked_id, 1 as rows, n.*
        from (select * from {table} where {way} limit %(window)s) as n

-- name: tried
-- A job whose attempts a look ends among is not met again by the next.
select t.id as walked_id, t.rows, o.*
        from (
          select r.id, count(*) as rows
            from (
              select id from (select a.job_id as id from supaops.attempt as a) as a
               where {way} limit %(window)s
            ) as r
           group by r.id
        ) as t
        left join lateral (select * from {table} as o where o.id = t.id limit 1) as o on true

-- name: window :one
-- Looks at the next jobs by id, or at the next that were tried and did not succeed: `walked` rows of
-- either. `counted` are those that `expected` counts.
select min(w.walked_id) as least_id, max(w.walked_id) as greatest_id, count(*) as looked,
       coalesce(sum(w.rows), 0)::bigint as walked,
       count(*) filter (where w.is_counted) as counted,
       coalesce(array_agg(w.id order by w.id desc) filter (where w.is_match), array[]::bigint[]) as ids,
       coalesce(array_agg(w.status order by w.id desc) filter (where w.is_match), array[]::text[])
         as statuses
  from (
    select j.walked_id, j.rows, j.id, j.status, c.is_counted, c.is_counted and {matches} as is_match
      from ({source}) as j
     cross join lateral (select {counted} as is_counted) as c
  ) as w;

-- name: few :one
-- Finds jobs by the marks that only few have, however old they are: those named, those that wait by
-- the index of claims, those that failed or wait for another attempt by their attempts, those that
-- run by the open leases. `is_whole` is false where a source has more than may be looked at; those
-- of the leases and attempts are whole when `running` and `failed` are what the counts say.
with lane as (
  select l.id from supaops.lane as l
   where (%(due)s or %(upcoming)s)
     and (%(queue)s::text is null or l.queue = %(queue)s)
     and (%(task_type)s::text is null or l.task_type = %(task_type)s)
),
waiting as materialized (
  select r.id from lane as l
   cross join lateral (
     select j.id from {table} as j
      where j.lane = l.id and j.ready_at is not null
        and (%(due)s or j.ready_at > now()) and (%(upcoming)s or j.ready_at <= now())
      order by j.lane, j.ready_at limit %(at_most)s
   ) as r
   limit %(at_most)s
),
tried as materialized (
  select a.job_id as id from supaops.attempt as a
   where %(by_attempt)s order by a.job_id desc limit %(at_most)s
),
source as materialized (
  select (select count(*) from waiting) < %(at_most)s
     and (select count(*) from tried) < %(at_most)s as is_whole
),
candidate as materialized (
  select f.id
    from (
      select w.id from waiting as w
       union select t.id from tried as t
       union select unnest(l.job_ids) from supaops.lease as l where l.closed_at is null and %(by_lease)s
       union select unnest(%(named)s::bigint[])
    ) as f
   where (select s.is_whole from source as s)
)
select (select s.is_whole from source as s) as is_whole,
       count(*) filter (where j.status = 'running') as running,
       count(*) filter (where j.status = 'failed') as failed,
       jsonb_build_object(
         'ready', count(*) filter (where j.is_match and j.status = 'pending' and j.ready_at <= now()),
         'scheduled',
         count(*) filter (where j.is_match and j.status = 'pending' and j.ready_at > now()),
         'retrying', count(*) filter (where j.is_match and j.status = 'pending' and j.attempts > 0),
         'running', count(*) filter (where j.is_match and j.status = 'running'),
         'failed', count(*) filter (where j.is_match and j.status = 'failed')) as by_state,
       coalesce(array_agg(j.id order by j.id desc) filter (where j.is_match), array[]::bigint[]) as ids,
       coalesce(array_agg(j.status order by j.id desc) filter (where j.is_match), array[]::text[])
         as statuses
  from (
    select j.id, j.status, j.ready_at, j.attempts, j.id > %(above)s and {matches} as is_match
      from candidate as c
     cross join lateral (select * from {table} as o where o.id = c.id limit 1) as j
     where {counted}
  ) as j;

-- name: columns
-- A job's as `JobRow` has them; of a time written by hand, as -infinity, the nearest Python knows.
-- `least` and `greatest` pass over a null, which is to stay one.
       j.id, j.task_type, j.queue, j.status, j.priority, j.attempts, j.max_attempts, j.worker,
       j.dedup_key, j.last_error, j.version,
       greatest(least(j.run_at, '9999-12-30+00'), '0001-01-02+00') as run_at,
       greatest(least(j.created_at, '9999-12-30+00'), '0001-01-02+00') as created_at,
       case when j.started_at is not null
            then greatest(least(j.started_at, '9999-12-30+00'), '0001-01-02+00') end as started_at,
       case when j.completed_at is not null
            then greatest(least(j.completed_at, '9999-12-30+00'), '0001-01-02+00') end as completed_at

-- name: rows :many
select {columns} from {table} as j where j.id = any(%(ids)s) order by j.id desc;

-- name: details :one
-- Returns one job with what is around it: its lease and the pauses that hold it back.
select {columns}, j.payload, j.result,
       (select l.expires_at from supaops.lease as l
         where l.id = j.lease_id and l.closed_at is null
           and j.status = 'running') as lease_expires_at,
       (select string_agg(
                 case p.how when 'flag' then 'queue ' || p.queue
                   || case when p.task_type <> '*' then ', task type ' || p.task_type else '' end
                   else 'the ' || p.how end || ', by ' || p.paused_by || ': ' || p.reason, '; ')
          from supaops.pause as p
         where p.queue in (j.queue, '*') and p.task_type in (j.task_type, '*')
           and (p.how <> 'flag' or p.until is null or p.until > now())
           -- A pause of a cron job that wakes nobody keeps no job waiting.
           and (p.how <> 'cron' or exists (
             select from cron.job as c
              where c.jobname = any(p.stopped) and strpos(c.command, '_trigger_worker') > 0)))
         as paused
  from {table} as j
 where j.id = %(id)s;

-- name: attempts :many
select attempt, worker, started_at, finished_at, outcome, error from {attempts}(%(id)s);

-- name: changes :many
-- Returns what may have changed: the newest jobs, those that somebody holds, and those named.
select {columns}
  from {table} as j
 where j.id = any(array(select n.id from (select id from {table} order by id desc limit %(newest)s) as n)
                  || array(select unnest(l.job_ids) from supaops.lease as l where l.closed_at is null)
                  || %(ids)s::bigint[])
 order by coalesce(j.completed_at, j.started_at, j.created_at), j.id;
