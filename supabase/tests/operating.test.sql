-- Pauses, clean-up and edits by hand, as the playbook has them.
begin;
select plan(12);

create function pg_temp.claimed() returns bigint
language sql
begin atomic
  select count(*) from public.job_queue_claim(10, 'pgtap', array['pgtap']);
end;

select public.job_queue_enqueue('game_platform_sync', queue => 'pgtap');
select lives_ok(
  $$select public.job_queue_pause('*', 'pgTAP', now() + interval '1 hour')$$, 'a pause is set'
);
select is(pg_temp.claimed(), 0::bigint, 'nothing is claimed while it lasts');
select lives_ok(
  $$select public.job_queue_enqueue('game_platform_sync', queue => 'pgtap')$$,
  'enqueueing goes on'
);
select ok(public.job_queue_resume('*'), 'a pause is ended');
select ok(not public.job_queue_resume('*'), 'but once');
select is(pg_temp.claimed(), 2::bigint, 'all that has waited is claimed');
select throws_ok(
  $$select public.job_queue_pause('*', '')$$, '22023', null, 'a pause without a reason is refused'
);
select throws_ok(
  $$select public.job_queue_pause('no such queue', 'pgTAP')$$, 'JQ004', null,
  'a pause of a queue that nobody declared is refused'
);
select ok(
  (select bool_and(a.reason = 'pgTAP') from supaops.audit as a
    where a.action = 'pause' and a.at = now()),
  'the audit knows who paused and why'
);

update public.job_queue
   set status = 'cancelled', completed_at = now() - interval '15 days'
 where queue = 'pgtap';
select is(
  (select count(*) from public.job_queue as j where j.queue = 'pgtap' and j.status = 'cancelled'),
  2::bigint, 'running jobs are cancelled by hand'
);
update public.job_queue
   set status = 'pending', run_at = now(), last_error = null, completed_at = null
 where id = (select min(j.id) from public.job_queue as j where j.queue = 'pgtap');
select is(pg_temp.claimed(), 1::bigint, 'a job that was replayed by hand is claimed');
select public.job_queue_cleanup();
select is(
  (select array_agg(j.status) from public.job_queue as j where j.queue = 'pgtap'),
  array['running'], 'clean-up removes what is old, and leaves what runs'
);

select * from finish();
rollback;
