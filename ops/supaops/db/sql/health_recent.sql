-- How jobs have fared of late.

-- name: recent :many
-- The newest thousand jobs that were due, by queue: whether they began in time and how they ended,
-- and of those that began in the last hour how many attempts failed. What still waits and is not
-- late yet says nothing. Cost: the primary key from its end; where the newest twenty thousand are
-- all scheduled for later, no further.
select j.queue,
       count(*) filter (where j.is_told) as due,
       count(*) filter (where j.is_told and j.is_started and j.started_at <= j.in_time_until)
         as in_time,
       count(*) filter (where j.status in ('succeeded', 'failed')) as finished,
       count(*) filter (where j.status = 'succeeded') as succeeded,
       count(*) filter (where j.status = 'failed') as failed,
       coalesce(sum(j.ended_attempts) filter (where j.is_of_late), 0)::bigint as attempts,
       coalesce(sum(j.ended_attempts - (j.status in ('succeeded', 'cancelled'))::integer)
         filter (where j.is_of_late), 0)::bigint as failed_attempts
  from (
    select n.queue, n.status, n.started_at, n.in_time_until, n.is_started,
           n.is_started or n.in_time_until < now() as is_told,
           n.started_at > now() - interval '1 hour' as is_of_late,
           n.attempts - (n.status = 'running')::integer as ended_attempts
      from (
        select o.id, o.queue, o.status, o.started_at, o.attempts, o.run_at,
               o.run_at + make_interval(secs => %(within_s)s) as in_time_until,
               o.status <> 'pending' and o.started_at is not null as is_started
          from {table} as o order by o.id desc limit 20000
      ) as n
     where (n.run_at <= now() or n.attempts > 0) and (n.is_started or n.status = 'pending')
     order by n.id desc limit 1000
  ) as j
 group by j.queue
 order by j.queue;
