-- What a worker has to know of the schema before it begins.

-- name: readable :one
-- Tells whether this role may look at all: what is not there may not be looked at either.
select coalesce(
         has_schema_privilege(to_regnamespace('supaops')::oid, 'usage')
           and has_table_privilege(to_regclass('supaops.resource')::oid, 'select'),
         false) as is_readable,
       coalesce(
         has_schema_privilege(to_regnamespace('supaops')::oid, 'usage')
           and has_function_privilege(to_regprocedure('supaops.oldest_worker()')::oid, 'execute'),
         false) as tells_oldest;

-- name: steps :many
select address from supaops.resource where kind = 'schema';

-- name: oldest_worker :one
select supaops.oldest_worker() as version;
