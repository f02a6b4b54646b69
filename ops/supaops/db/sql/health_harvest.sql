-- name: limits :one
-- Returns nothing of interest. Limits of this transaction: who looks must not wait for who works.
select set_config('lock_timeout', '1s', true), set_config('statement_timeout', '5s', true);

-- name: possible :one
-- Returns: possible. False on a standby, and where nothing was ever applied.
select not pg_is_in_recovery()
   and to_regprocedure('supaops.harvest_responses()') is not null as possible;

-- name: harvest :one
-- Returns: harvested, how many answers were copied.
select supaops.harvest_responses() as harvested;
