-- name: columns
-- A job's, in the order of `Job`.
       id, task_type, queue, payload, priority, attempts, max_attempts, lease_id, lease_expires_at, timeout,
       -- Of a time that was written by hand, as -infinity, the nearest that Python knows.
       greatest(least(run_at, '9999-12-30+00'), '0001-01-02+00') as run_at,
       greatest(least(created_at, '9999-12-30+00'), '0001-01-02+00') as created_at,
       traceparent

-- name: confirm
select {function}(dispatch_id => %(dispatch)s, nonce => %(nonce)s) as confirmed

-- name: claim
select {columns}
  from {function}("limit" => %(limit)s, worker => %(worker)s, lease => %(lease)s)

-- name: exchange
-- The answer to the reports, then the job.
select refused, statuses, {columns}
  from {function}(done => %(done)s::text::jsonb, failed => %(failed)s::text::jsonb,
                  "limit" => %(limit)s, worker => %(worker)s, lease => %(lease)s)

-- name: mark_succeeded
select {function}(job_id => %(job_id)s, lease_id => %(lease_id)s, result => %(result)s::jsonb) as accepted

-- name: mark_failed
select {function}(job_id => %(job_id)s, error => %(error)s, lease_id => %(lease_id)s) as status

-- name: heartbeat
select {function}(lease_id => %(lease_id)s, lease => %(lease)s) as lost

-- name: writing_since
select case when supaops.oldest_writer() <= asked.moment then asked.moment end as since
  from (select coalesce(%(moment)s::timestamptz, clock_timestamp()) as moment) as asked

-- name: give_back
update {table}
   set status = 'pending', run_at = now(), attempts = attempts - 1
 where id = %(job_id)s
   and lease_id = %(lease_id)s
   and status = 'running'
returning id
