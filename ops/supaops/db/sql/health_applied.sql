-- name: is_installed :one
-- Returns: is_installed, whether there is a record at all.
select to_regclass('supaops.resource') is not null as is_installed;

-- name: recorded :one
-- Returns: address of anything that is recorded; no row for nothing.
select address from supaops.resource limit 1;
