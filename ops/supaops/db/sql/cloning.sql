-- One clone for a form that is sent twice.

-- name: hold
-- One at a time for a job, so that each sees the clone that was made before it.
select pg_catalog.pg_advisory_xact_lock(
         pg_catalog.hashtextextended('supaops.clone ' || %(id)s::bigint, 0));

-- name: since :one
-- Returns the first clone whose row of the audit came after one.
select substring(a.after ->> 'new_id' from '^[0-9]{1,18}$')::bigint as new_id
  from supaops.audit as a
 where a.target = 'job:' || %(id)s::bigint and a.action = 'replay' and a.id > %(seen)s
 order by a.id
 limit 1;
