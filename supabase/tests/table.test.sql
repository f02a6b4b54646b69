-- The table job_queue: what may be read and edited by hand, and by whom.
begin;
select plan(9);

select has_table('public', 'job_queue', 'there is a table of jobs');
select col_is_pk('public', 'job_queue', 'id', 'a job is known by its id');
select is(
  array(
    select format('%s %s', a.attname, format_type(a.atttypid, null))
           || case when a.attnotnull then ' not null' else '' end
      from pg_attribute as a
     where a.attrelid = 'public.job_queue'::regclass and a.attnum > 0 and not a.attisdropped
       and a.attname not in ('lane', 'ready_at', 'live_key', 'version')
     order by a.attname
  ),
  array[
    'attempts integer not null',
    'completed_at timestamp with time zone',
    'created_at timestamp with time zone not null',
    'dedup_key text',
    'id bigint not null',
    'last_error text',
    'lease_id bigint',
    'max_attempts integer not null',
    'payload jsonb not null',
    'priority smallint not null',
    'queue text not null',
    'result jsonb',
    'run_at timestamp with time zone not null',
    'started_at timestamp with time zone',
    'status text not null',
    'task_type text not null',
    'traceparent text',
    'worker text'
  ],
  'its columns are those of the reference'
);
select is_empty(
  $$
    select a.attname
      from pg_attribute as a
     where a.attrelid = 'public.job_queue'::regclass and a.attnum > 0 and not a.attisdropped
       and col_description(a.attrelid, a.attnum) is null
  $$,
  'each column says what it is'
);
select ok(
  (select c.relrowsecurity from pg_class as c where c.oid = 'public.job_queue'::regclass),
  'row security is on'
);
select policies_are(
  'public', 'job_queue', array[]::name[], 'no policy lets anybody through it'
);
select table_privs_are(
  'public', 'job_queue', 'anon', array[]::text[], 'who is not signed in may do nothing'
);
select table_privs_are(
  'public', 'job_queue', 'authenticated', array[]::text[], 'who is signed in may do nothing'
);
select table_privs_are(
  'public', 'job_queue', 'service_role', array['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  'a server of yours may read and edit'
);

select * from finish();
rollback;
