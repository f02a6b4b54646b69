-- The state of the tables themselves.

-- name: tables :one
-- Dead rows and indexes, from the catalogs alone. Which indexes there should be stands in the
-- schema steps that were applied.
with ours as (
  select c.oid, n.nspname || '.' || c.relname as name, c.reltuples, c.oid = {table_name}::regclass as is_queue
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
   where c.relkind = 'r' and (n.nspname = 'supaops' or c.oid = {table_name}::regclass)
), present as (
  select i.relname as name, o.name as on_table, o.is_queue, x.indisprimary,
         x.indisvalid and x.indisready as is_valid, i.oid::regclass::text as full_name
    from ours as o
    join pg_catalog.pg_index as x on x.indrelid = o.oid
    join pg_catalog.pg_class as i on i.oid = x.indexrelid
), wanted as (
  select distinct trim(both '"' from m.part[2]) as name, m.part[1] as definition
    from supaops.resource as r
   cross join lateral regexp_matches(
           r.definition, '(create (?:unique )?index ("[^"]+"|\w+)[^;]*);', 'g') as m (part)
   where r.kind = 'schema'
)
select (select json_agg(json_build_object(
                 'name', o.name, 'dead', coalesce(s.n_dead_tup, 0), 'live', coalesce(s.n_live_tup, 0)))
          from ours as o left join pg_catalog.pg_stat_all_tables as s on s.relid = o.oid) as tables,
       coalesce((select json_agg(json_build_object('name', w.name, 'definition', w.definition)
                        order by w.name)
          from wanted as w where w.name not in (select p.name from present as p)), '[]') as missing,
       array(select p.full_name from present as p where not p.is_valid order by 1) as invalid,
       exists (select from present as p where p.is_queue and p.indisprimary) as has_key,
       (select o.reltuples::bigint from ours as o where o.is_queue) as estimate;

-- name: holders :many
-- Who keeps vacuum from removing dead rows of this database, the oldest snapshot first. A vacuum's
-- own counts for nobody. A standby's feedback and, before PostgreSQL 17, a slot do not say since when.
select h.kind, h.pid, h.name, h.application, h.state, h.age_s, h.is_idle_slot
  from (
    select 'session' as kind, a.pid, a.usename::text as name, a.application_name as application,
           a.state, extract(epoch from clock_timestamp() - a.xact_start)::float as age_s,
           age(a.backend_xmin) as xids, false as is_idle_slot
      from pg_catalog.pg_stat_activity as a
     where a.backend_xmin is not null and a.pid <> pg_backend_pid()
       and (a.datname = current_database() or a.backend_type = 'walsender')
       and a.backend_type not in ('autovacuum worker', 'parallel worker')
       and a.query !~* '^\s*vacuum'
     union all
    select 'prepared', null, p.gid, null, 'prepared by ' || p.owner,
           extract(epoch from clock_timestamp() - p.prepared)::float, age(p.transaction), false
      from pg_catalog.pg_prepared_xacts as p where p.database = current_database()
     union all
    select 'slot', s.active_pid, s.slot_name, null, case when s.active then 'active' else 'not in use' end,
           extract(epoch from clock_timestamp()
             - (to_jsonb(s) ->> 'inactive_since')::timestamptz)::float,
           age(s.xmin), not s.active
      from pg_catalog.pg_replication_slots as s where s.xmin is not null
  ) as h
 order by h.xids desc, h.age_s desc nulls last
 limit 20;

-- name: overdue :many
-- How far the oldest of each kind of record has outlived its time, in seconds; null where there is
-- none or it is kept for ever. Jobs are looked for behind where the clean-up stands.
select v.record,
       extract(epoch from now() - v.oldest)::float - v.kept_s as over_s
  from supaops.cleanup as c
 cross join lateral (values
    ('succeeded jobs', %(succeeded_s)s::float, (
       select min(j.completed_at)
         from (select * from {table} as o where o.id > c.succeeded_id order by o.id limit 2000) as j
        where j.status = 'succeeded')),
    ('cancelled jobs', %(cancelled_s)s, (
       select min(j.completed_at)
         from (select * from {table} as o where o.id > c.cancelled_id order by o.id limit 2000) as j
        where j.status = 'cancelled')),
    ('failed jobs', %(failed_s)s, (
       select min(j.completed_at)
         from (select * from {table} as o where o.id > c.failed_id order by o.id limit 2000) as j
        where j.status = 'failed')),
    ('posts to the worker', %(dispatches_s)s, (
       select d.created_at from supaops.dispatch as d order by d.created_at limit 1)),
    ('acts of operators', %(audit_s)s, (
       select a.at from supaops.audit as a order by a.at limit 1)),
    ('counts of jobs', %(samples_s)s, (
       select s.at from supaops.sample as s order by s.at limit 1)),
    ('cron runs', %(cron_runs_s)s, (
       select min(r.end_time)
         from (select * from cron.job_run_details as o order by o.runid limit 1000) as r
         join cron.job as j on j.jobid = r.jobid
        where j.jobname = any (%(cron_jobs)s)))
  ) as v (record, kept_s, oldest);
