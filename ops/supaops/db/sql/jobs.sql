-- name: columns
-- A job's, in the order of `Job`; the payload as text, since Python may be unable to hold one.
       id, task_type, queue, payload::text as payload, priority, attempts, max_attempts, lease_id, lease_expires_at,
       least(timeout, interval '100 years') as timeout,
       -- Of a time that was written by hand, as -infinity, the nearest that Python knows.
       greatest(least(run_at, '9999-12-30+00'), '0001-01-02+00') as run_at,
       greatest(least(created_at, '9999-12-30+00'), '0001-01-02+00') as created_at,
       traceparent

-- name: confirm
select {function}(dispatch_id => %(dispatch)s, nonce => %(nonce)s) as confirmed

-- name: exchange
-- The answer to the reports, then the job.
select refused, statuses, {columns}
  from {function}(done => %(done)s::text::jsonb, failed => %(failed)s::text::jsonb,
                  "limit" => %(limit)s, worker => %(worker)s, queues => %(queues)s::text[], lease => %(lease)s)

-- name: heartbeat
select {function}(lease_id => %(lease_id)s, lease => %(lease)s) as lost

-- name: writing_since
select case when supaops.oldest_writer() <= asked.moment then asked.moment end as since
  from (select coalesce(%(moment)s::timestamptz, clock_timestamp()) as moment) as asked

-- name: give_back
select {function}(lease_id => %(lease_id)s, job_ids => %(job_ids)s::bigint[]) as returned

-- name: register_worker
select {function}(worker => %(worker)s, handlers => %(handlers)s::text[], about => %(about)s::jsonb)

-- name: forget_worker
select {function}(worker => %(worker)s)

-- name: notify
select pg_notify(%(channel)s, %(payload)s)
