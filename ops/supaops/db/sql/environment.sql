-- Whose database it is, and whether it may act.

-- name: installed :one
select to_regclass('supaops.environment') is not null as has_row,
       to_regprocedure('supaops.guard_state()') is not null as has_state;

-- name: name :one
select name from supaops.environment;

-- name: facts :one
-- Returns the row, and the latest answer of a worker that took a post's work and not its nonce.
select e.name, supaops.guard_state() as state, e.confirmed_at,
       e.disarmed_at, e.disarmed_by, e.disarmed_reason,
       (select d.id
          from (select * from supaops.dispatch as post
                 where post.status_code is not null order by post.id desc limit 1) as d
         where d.nonce is not null and d.status_code between 200 and 299) as unconfirmed_dispatch
  from supaops.environment as e;

-- name: name_it
-- Of the first apply alone; what it has confirmed once, later ones leave to the worker.
update supaops.environment
   set name = %(name)s, confirmed_identity = supaops.identity(), confirmed_at = clock_timestamp()
 where name is null;

-- name: actor
select set_config('supaops.actor', %(actor)s, true);

-- name: arm
select supaops.arm(environment => %(name)s);

-- name: disarm
select supaops.disarm(reason => %(reason)s, environment => %(name)s);
