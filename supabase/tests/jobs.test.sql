-- A job from its enqueue to its end, in a queue that only this file uses.
begin;
select plan(22);

create temporary table mine (name text primary key, id bigint, lease_id bigint);

create procedure pg_temp.enqueue(name text, priority integer default 0)
language sql
begin atomic
  insert into mine (name, id)
  values (name, public.job_queue_enqueue('game_platform_sync', queue => 'pgtap', priority => priority));
end;
create procedure pg_temp.claim()
language sql
begin atomic
  update mine
     set lease_id = c.lease_id
    from public.job_queue_claim(10, 'pgtap', array['pgtap']) as c
   where c.id = mine.id;
end;
create function pg_temp.facts(name text) returns text
language sql
begin atomic
  select format('%s after %s of %s', j.status, j.attempts, j.max_attempts)
    from mine as m join public.job_queue as j using (id)
   where m.name = $1;
end;

call pg_temp.enqueue('good');
call pg_temp.enqueue('bad', 1);
call pg_temp.enqueue('cancelled', 2);
select is(pg_temp.facts('good'), 'pending after 0 of 5', 'a job waits as its task type declares');
select is(
  public.job_queue_enqueue('game_platform_sync', queue => 'pgtap', dedup_key => 'one'),
  public.job_queue_enqueue('game_platform_sync', queue => 'pgtap', dedup_key => 'one'),
  'a second job of one dedup_key is the first'
);
select public.job_queue_cancel(array_agg(j.id))
  from public.job_queue as j
 where j.queue = 'pgtap' and j.dedup_key = 'one';
select throws_ok(
  $$select public.job_queue_enqueue('no_such_type')$$, 'JQ001', null,
  'a task type that nobody declared is refused'
);
select throws_ok(
  $$select public.job_queue_enqueue('game_platform_sync', '{"dryRun": "yes"}')$$, 'JQ002', null,
  'a payload that breaks its schema is refused'
);
select is(
  cardinality(public.job_queue_enqueue_many(
    '[{"task_type": "game_platform_sync", "queue": "pgtap 2"},
      {"task_type": "game_platform_sync", "queue": "pgtap 2"}]'
  )),
  2, 'many jobs are enqueued at once'
);

select is(
  (select array_agg(c.id) from public.job_queue_claim(1, 'pgtap', array['pgtap']) as c),
  (select array_agg(m.id) from mine as m where m.name = 'good'),
  'the smallest priority is claimed first'
);
select is(pg_temp.facts('good'), 'running after 1 of 5', 'a claimed job runs');
select is(
  public.job_queue_give_back(j.lease_id), array[j.id], 'a worker that stops gives its job back'
)
  from mine as m join public.job_queue as j using (id)
 where m.name = 'good';

select is(
  public.job_queue_cancel(array_agg(m.id)), array_agg(m.id), 'a job that waits is cancelled'
)
  from mine as m where m.name = 'cancelled';
select is(pg_temp.facts('cancelled'), 'cancelled after 0 of 5', 'and stays so');

call pg_temp.claim();
select is(
  (select count(*) from mine as m where m.lease_id is not null), 2::bigint,
  'a claim leaves out what was cancelled'
);
select is(
  public.job_queue_heartbeat(max(m.lease_id)), array[]::bigint[],
  'a worker that is alive is told that nothing was taken from it'
)
  from mine as m;
select ok(
  public.job_queue_mark_succeeded(m.id, m.lease_id, '{"rows": 3}'), 'its lease completes a job'
)
  from mine as m where m.name = 'good';
select is(
  (select j.result from mine as m join public.job_queue as j using (id) where m.name = 'good'),
  '{"rows": 3}'::jsonb, 'and the result is kept'
);
select is(
  public.job_queue_mark_failed(m.id, 'upstream said 503', m.lease_id), 'pending',
  'a job that failed is tried again'
)
  from mine as m where m.name = 'bad';
select ok(
  (select j.run_at > now() and j.last_error = 'upstream said 503'
     from mine as m join public.job_queue as j using (id) where m.name = 'bad'),
  'later, and its error is kept'
);
select ok(
  not public.job_queue_mark_succeeded(m.id, m.lease_id),
  'a lease that holds a job no longer is refused'
)
  from mine as m where m.name = 'bad';
select is(
  public.job_queue_retry(array_agg(m.id)), array_agg(m.id), 'an operator has it tried at once'
)
  from mine as m where m.name = 'bad';
call pg_temp.claim();
select is(
  public.job_queue_mark_failed(m.id, 'no such game', m.lease_id, discard => true), 'failed',
  'what can never succeed fails for good'
)
  from mine as m where m.name = 'bad';
select is(
  (select array_agg(a.outcome order by a.attempt) from public.job_queue_attempts(m.id) as a),
  array['failed', 'failed'], 'and each attempt is on record'
)
  from mine as m where m.name = 'bad';
select isnt(r.new_id, null, 'a job is replayed as a new one')
  from mine as m, public.job_queue_replay(array[m.id]) as r where m.name = 'bad';
select is(
  (select sum(s.jobs) from public.job_queue_stats() as s where s.queue = 'pgtap 2'), 2::numeric,
  'the counts know of every job'
);

select * from finish();
rollback;
