-- What binds the parts together: extensions, cron jobs, names of secrets, and the two views.
begin;
select plan(9);

select set_has(
  'select extname::text from pg_extension', $$values ('pg_cron'), ('pg_net'), ('supabase_vault')$$,
  'the extensions of the chain are installed'
);
select set_has(
  'select jobname from cron.job where username = current_user',
  $$values ('job_queue_worker'), ('job_queue_cleanup_daily'), ('job_queue_maintenance')$$,
  'the cron jobs are scheduled'
);
select results_eq(
  $$
    select jobname || ': ' || c.call
      from cron.job,
           lateral (select max(m[1]) from regexp_matches(command, '(job_queue_\w+\(\))', 'g') as m)
             as c (call)
     where jobname like 'job\_queue\_%' and username = current_user
     order by jobname
  $$,
  array[
    'job_queue_cleanup_daily: job_queue_cleanup()',
    'job_queue_maintenance: job_queue_maintain()',
    'job_queue_worker: job_queue_trigger_worker()'
  ],
  'and call what they are named for'
);
select is_empty(
  $$
    select jobname from cron.job
     where jobname like 'job\_queue\_%' and database <> current_database()
  $$,
  'in this database'
);
select set_has(
  'select name from vault.secrets',
  $$values ('job_queue_worker_endpoint'), ('job_queue_runner_secret')$$,
  'Vault has the secrets'
);
select is_empty(
  $$
    select name from vault.decrypted_secrets
     where name like 'job\_queue\_%' and coalesce(decrypted_secret, '') = ''
  $$,
  'and none of them is empty'
);
select is_empty(
  $$
    select j.jobname
      from cron.job as j, vault.decrypted_secrets as s
     where s.name = 'job_queue_runner_secret' and strpos(j.command, s.decrypted_secret) > 0
  $$,
  'no cron job holds the secret'
);
select has_view('public', 'job_queue_dispatch_history', 'posts and their answers can be read');
select has_view('public', 'job_queue_cron_history', 'and what became of each run');

select * from finish();
rollback;
