-- What an apply writes. Identifiers and object texts come from the render room.

-- name: task_type_upsert
insert into supaops.task_type (
  name, queue, max_attempts, timeout, description, payload_schema,
  retry_base, retry_factor, retry_max, retry_jitter)
values (%(name)s, %(queue)s, %(max_attempts)s, make_interval(secs => %(timeout_s)s),
        %(description)s, %(payload_schema)s,
        make_interval(secs => %(base_s)s), %(factor)s, make_interval(secs => %(max_s)s), %(jitter)s)
    on conflict (name) do update
   set queue = excluded.queue, max_attempts = excluded.max_attempts, timeout = excluded.timeout,
       description = excluded.description, payload_schema = excluded.payload_schema,
       retry_base = excluded.retry_base, retry_factor = excluded.retry_factor,
       retry_max = excluded.retry_max, retry_jitter = excluded.retry_jitter;

-- name: task_type_delete
delete from supaops.task_type where name = %(name)s;

-- name: limit_upsert
insert into supaops.limit (scope, name, concurrency, rate, period)
values (%(scope)s, %(name)s, %(concurrency)s, %(rate)s, make_interval(secs => %(period_s)s))
    on conflict (scope, name) do update
   set concurrency = excluded.concurrency, rate = excluded.rate, period = excluded.period;

-- name: limit_delete
delete from supaops.limit where scope = %(scope)s and name = %(name)s;

-- name: cron_schedule
-- cron.schedule leaves `active` alone when the job exists, so it is set separately.
select cron.alter_job(
  job_id := cron.schedule(%(name)s, %(schedule)s, %(command)s), active := %(active)s);

-- name: cron_alter
-- In place, so that the job keeps its id and with it its history.
select cron.alter_job(
  job_id := %(jobid)s, schedule := %(schedule)s, command := %(command)s, active := %(active)s);

-- name: cron_unschedule
select cron.unschedule(%(jobid)s);

-- name: cron_remind
-- Whatever changes cron.job has pg_cron read it; this leaves nothing behind and fits an empty table.
select cron.unschedule(cron.schedule('supaops_reminder', '0 0 1 1 *', 'select 1'));

-- name: vault_create
select vault.create_secret(
  new_secret := %(value)s, new_name := %(name)s, new_description := %(description)s);

-- name: vault_update
select vault.update_secret(
  secret_id := %(id)s, new_secret := %(value)s, new_name := %(name)s,
  new_description := %(description)s);

-- name: vault_reinstate
-- What an apply writes is good, even if it was rotated out once.
update supaops.secret_value as v
   set retires_at = null
  from supaops.installation as i, vault.decrypted_secrets as s
 where v.secret = %(name)s and v.retires_at is not null and s.name = v.secret
   and v.digest = encode(
         sha256(i.secret_salt || convert_to(s.name || ':' || s.decrypted_secret, 'utf8')), 'hex');

-- name: vault_delete
delete from vault.secrets where id = %(id)s;

-- name: record
insert into supaops.resource
  (address, kind, sha256, live_sha256, definition, live_definition, revision_id)
values (%(address)s, %(kind)s, %(sha256)s, %(live_sha256)s, %(definition)s, %(live_definition)s,
        %(revision_id)s)
    on conflict (address) do update
   set sha256 = excluded.sha256, live_sha256 = excluded.live_sha256,
       definition = excluded.definition, live_definition = excluded.live_definition,
       revision_id = excluded.revision_id, applied_at = now();

-- name: record_all
-- As `record`, of many resources at once: a list per column.
insert into supaops.resource
  (address, kind, sha256, live_sha256, definition, live_definition, revision_id)
select r.*, %(revision_id)s
  from unnest(%(address)s::text[], %(kind)s::text[], %(sha256)s::text[], %(live_sha256)s::text[],
              %(definition)s::text[], %(live_definition)s::text[]) as r
    on conflict (address) do update
   set sha256 = excluded.sha256, live_sha256 = excluded.live_sha256,
       definition = excluded.definition, live_definition = excluded.live_definition,
       revision_id = excluded.revision_id, applied_at = now();

-- name: restore_record
update supaops.resource
   set sha256 = %(sha256)s, live_sha256 = %(live_sha256)s,
       definition = %(definition)s, live_definition = %(live_definition)s
 where address = %(address)s;

-- name: forget
delete from supaops.resource where address = any(%(addresses)s);

-- name: revision
insert into supaops.revision (environment, applied_by, git_sha, tool_version, summary, plan)
values (%(environment)s, %(applied_by)s, %(git_sha)s, %(tool_version)s, %(summary)s, %(plan)s)
returning id;

-- name: validate_bodies
-- Bodies are created unchecked, so that their order does not matter, and checked here together.
select case l.lanname
         when 'plpgsql' then pg_catalog.plpgsql_validator(p.oid)::text
         when 'sql' then pg_catalog.fmgr_sql_validator(p.oid)::text
       end
  from pg_catalog.pg_proc as p
  join pg_catalog.pg_language as l on l.oid = p.prolang
 where p.oid = any(%(signatures)s::text[]::regprocedure[]);
