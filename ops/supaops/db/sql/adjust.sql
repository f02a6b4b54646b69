-- What is changed of a job that waits. {table} is the queue.

-- name: locked :one
-- Times written by hand, as -infinity, are the nearest that Python knows.
select j.status, j.priority, greatest(least(j.run_at, '9999-12-30+00'), '0001-01-02+00') as run_at
  from {table} as j where j.id = %(id)s for update;

-- name: change
update {table} as j
   set run_at = coalesce(%(run_at)s, j.run_at), priority = coalesce(%(priority)s, j.priority)
 where j.id = %(id)s;
