-- The functions that the reference promises: their arguments, and what holds for each of them.
begin;
select plan(6);

create temporary view shipped as
select p.*
  from pg_proc as p
 where p.pronamespace = 'public'::regnamespace and starts_with(p.proname, 'job_queue_');

select set_eq(
  $$
    select format('%s(%s)', p.proname, pg_get_function_identity_arguments(p.oid))
      from shipped as p
  $$,
  array[
    'job_queue_attempts(job_id bigint)',
    'job_queue_backlog(queues text[], at_most integer)',
    'job_queue_cancel(ids bigint[])',
    'job_queue_claim("limit" integer, worker text, queues text[], lease interval)',
    'job_queue_cleanup(older_than interval)',
    'job_queue_confirm(dispatch_id bigint, nonce text)',
    'job_queue_enqueue(task_type text, payload jsonb, run_at timestamp with time zone, queue text, '
      || 'priority integer, max_attempts integer, dedup_key text, on_duplicate text, traceparent text)',
    'job_queue_enqueue_many(jobs jsonb)',
    'job_queue_exchange(done jsonb, failed jsonb, "limit" integer, worker text, queues text[], '
      || 'lease interval)',
    'job_queue_forget_worker(worker text)',
    'job_queue_give_back(lease_id bigint, job_ids bigint[])',
    'job_queue_heartbeat(lease_id bigint, lease interval)',
    'job_queue_known_secrets(secret text)',
    'job_queue_limits()',
    'job_queue_maintain()',
    'job_queue_mark_failed(job_id bigint, error text, lease_id bigint, retry_in interval, '
      || 'discard boolean)',
    'job_queue_mark_failed_many(job_ids bigint[], errors text[], lease_ids bigint[], '
      || 'retry_ins interval[], discards boolean[])',
    'job_queue_mark_succeeded(job_id bigint, lease_id bigint, result jsonb)',
    'job_queue_mark_succeeded_many(job_ids bigint[], lease_ids bigint[], results jsonb[])',
    'job_queue_pause(queue text, reason text, until timestamp with time zone, task_type text)',
    'job_queue_register_worker(worker text, handlers text[], about jsonb)',
    'job_queue_replay(ids bigint[])',
    'job_queue_resume(queue text, task_type text)',
    'job_queue_retry(ids bigint[])',
    'job_queue_stats()',
    'job_queue_trigger_worker()'
  ],
  'they are those of the reference, with its names of arguments'
);
select is(
  array(
    select format('%s %s', c.name, format_type(c.type, null))
      from pg_proc as p,
           lateral unnest(p.proargnames, p.proallargtypes, p.proargmodes::text[])
             with ordinality as c (name, type, mode, place)
     where p.oid = 'public.job_queue_claim'::regproc and c.mode = 't'
     order by c.place
  ),
  array[
    'id bigint', 'task_type text', 'queue text', 'payload jsonb', 'priority smallint',
    'attempts integer', 'max_attempts integer', 'lease_id bigint',
    'lease_expires_at timestamp with time zone', 'timeout interval',
    'run_at timestamp with time zone', 'created_at timestamp with time zone', 'traceparent text'
  ],
  'a claim tells a worker all it needs'
);
select is_empty(
  $$ select p.proname from shipped as p where obj_description(p.oid, 'pg_proc') is null $$,
  'each says what it does'
);
select is_empty(
  $$
    select p.proname from shipped as p
     where not 'search_path=pg_catalog, pg_temp' = any(coalesce(p.proconfig, '{}'))
  $$,
  'none looks for names where its caller says'
);
select is_empty(
  $$ select p.proname from shipped as p where p.proowner <> 'postgres'::regrole $$,
  'postgres owns them all'
);
select bag_eq(
  $$
    select format('%s %s', r.name, p.proname)
      from shipped as p,
           (values ('anon'), ('authenticated'), ('service_role'), ('postgres')) as r (name)
     where has_function_privilege(r.name, p.oid, 'execute')
  $$,
  $$
    select format('%s %s', r.name, p.proname)
      from shipped as p, (values ('service_role'), ('postgres')) as r (name)
  $$,
  'a server of yours and postgres may call them, and no visitor'
);

select * from finish();
rollback;
