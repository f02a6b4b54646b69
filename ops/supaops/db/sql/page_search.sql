-- What the list of jobs shows.

-- name: rows :many
-- Of an error only its beginning, which is all that a line of a list has room for.
select j.id, j.task_type, j.queue, j.status, j.attempts, j.max_attempts, j.worker,
       left(j.last_error, 2000) as last_error,
       greatest(least(j.run_at, '9999-12-30+00'), '0001-01-02+00') as run_at,
       greatest(least(j.created_at, '9999-12-30+00'), '0001-01-02+00') as created_at,
       case when j.started_at is not null
            then greatest(least(j.started_at, '9999-12-30+00'), '0001-01-02+00') end as started_at,
       case when j.completed_at is not null
            then greatest(least(j.completed_at, '9999-12-30+00'), '0001-01-02+00') end as completed_at
  from {table} as j
 where j.id = any(%(ids)s)
 order by j.id desc;

-- name: newest_id :one
select coalesce(max(j.id), 0) as id from {table} as j;
